/* SPDX-License-Identifier: MIT */
/*
 * core/wait_handles.c - the public waits, on handles.  See <carafe/wait.h>.
 *
 * What happens if a process dies here: as core/wait.c says.
 */
#include <carafe/wait.h>

#include "core/environment.h"
#include "core/handle.h"
#include "core/region.h"
#include "core/thread.h"
#include "core/wait.h"

/* 1601-01-01 to 1970-01-01 in units of 100 ns. */
#define EPOCH INT64_C(116444736000000000)

/* From an NT time-out to a clock and a deadline on it. */
static void set_deadline(struct cf_wait *wait, const int64_t *timeout)
{
	uint64_t units;

	wait->clock = OS_CLOCK_UPTIME;
	wait->deadline = OS_NEVER;
	if (timeout == NULL)
		return;
	if (*timeout < 0) {
		/* Saturating: 292 years from now is never. */
		units = (uint64_t)0 - (uint64_t)*timeout;
		if (units < (uint64_t)INT64_MAX / 100)
			wait->deadline = os_now(OS_CLOCK_UPTIME) + units * 100;
		return;
	}
	wait->clock = OS_CLOCK_REALTIME;
	wait->deadline = 0;
	if (*timeout == INT64_MAX)
		wait->deadline = OS_NEVER;
	else if (*timeout > EPOCH && (uint64_t)(*timeout - EPOCH) < OS_NEVER / 100)
		wait->deadline = (uint64_t)(*timeout - EPOCH) * 100;
	else if (*timeout > EPOCH)
		wait->deadline = OS_NEVER;
}

/*
 * Who waits.  A handler that interrupted a wait of this thread may not, not even for what is
 * signalled.
 */
static carafe_status set_identity(struct carafe_environment *environment, struct cf_wait *wait)
{
	struct cf_self *self;
	carafe_status status = cf_self(environment, &self);

	if (!CARAFE_SUCCESS(status))
		return status;
	wait->identity = self->id;
	return self->waiting ? CARAFE_STATUS_NOT_SUPPORTED : CARAFE_STATUS_SUCCESS;
}

static void begin(struct cf_wait *wait, uint32_t count, bool all, int alertable)
{
	wait->count = count;
	wait->all = all;
	wait->alertable = alertable != 0;
	wait->alert_object = false;
	wait->interruptible = false;
	wait->owner = true;
	wait->signal = NULL;
}

static carafe_status look_up(struct carafe_environment *environment, carafe_handle handle,
			     struct cf_view *view)
{
	return cf_handle_view(environment, handle, CF_FREE, CARAFE_SYNCHRONIZE, view);
}

/* Sleeps for what could not be had at once. */
static carafe_status wait_later(struct carafe_environment *environment, struct cf_wait *wait,
				const int64_t *timeout)
{
	set_deadline(wait, timeout);
	return cf_wait_later(environment, wait);
}

carafe_status carafe_wait_one(carafe_environment *environment, carafe_handle handle, int alertable,
			      const int64_t *timeout)
{
	struct cf_wait wait;
	carafe_status status;

	status = look_up(environment, handle, &wait.view[0]);
	if (CARAFE_SUCCESS(status))
		status = set_identity(environment, &wait);
	if (!CARAFE_SUCCESS(status))
		return status;
	begin(&wait, 1, false, alertable);
	status = alertable ? cf_wait_now(environment, &wait) : cf_wait_poll(environment, &wait, 0);
	return status == CARAFE_STATUS_PENDING ? wait_later(environment, &wait, timeout) : status;
}

static bool is_among(const struct cf_wait *wait, uint32_t end, const struct cf_object *object)
{
	uint32_t i;

	for (i = 0; i < end; i++)
		if (wait->view[i].object == object)
			return true;
	return false;
}

/*
 * Objects that differ in the low bits of their index, as most do, need not be compared with each
 * other.
 */
static bool has_duplicates(const struct carafe_environment *environment, const struct cf_wait *wait)
{
	uint64_t seen[16] = { 0 };
	uint32_t i;

	for (i = 0; i < wait->count; i++) {
		const struct cf_object *object = wait->view[i].object;
		uint32_t index = cf_object_index(environment->region, object);
		uint64_t bit = UINT64_C(1) << index % 64;

		if ((seen[index / 64 % 16] & bit) != 0 && is_among(wait, i, object))
			return true;
		seen[index / 64 % 16] |= bit;
	}
	return false;
}

/*
 * Takes the first that is signalled of handles that all are plain.  PENDING: none is, or not all
 * are.
 */
static carafe_status scan(struct carafe_environment *environment, struct cf_wait *wait,
			  const carafe_handle *handles, bool *all_plain)
{
	carafe_status status = CARAFE_STATUS_PENDING;
	uint32_t i = 0;

	while (status == CARAFE_STATUS_PENDING) {
		*all_plain = cf_handle_scan(environment, wait->count, handles, i, &i);
		if (!*all_plain || i == wait->count)
			break;
		status = look_up(environment, handles[i], &wait->view[i]);
		if (CARAFE_SUCCESS(status))
			status = cf_wait_poll(environment, wait, i++);
	}
	return status;
}

static carafe_status look_up_all(struct carafe_environment *environment, struct cf_wait *wait,
				 const carafe_handle *handles)
{
	carafe_status status;
	bool ascending;
	uint32_t i;

	if (cf_handle_gather(environment, wait->count, handles, wait->view, &ascending)) {
		if (ascending)
			return CARAFE_STATUS_SUCCESS;
	} else {
		for (i = 0; i < wait->count; i++) {
			status = look_up(environment, handles[i], &wait->view[i]);
			if (!CARAFE_SUCCESS(status))
				return status;
		}
	}
	if (wait->all && has_duplicates(environment, wait))
		return CARAFE_STATUS_INVALID_PARAMETER_MIX;
	return CARAFE_STATUS_SUCCESS;
}

static carafe_status wait_many(struct carafe_environment *environment, struct cf_wait *wait,
			       const carafe_handle *handles, const int64_t *timeout)
{
	bool all_plain = false;
	carafe_status status;

	status = set_identity(environment, wait);
	if (!CARAFE_SUCCESS(status))
		return status;
	if (!wait->all) {
		status = scan(environment, wait, handles, &all_plain);
		if (status != CARAFE_STATUS_PENDING)
			return status;
	}
	if (all_plain && timeout != NULL && *timeout == 0 && !wait->alertable)
		return CARAFE_STATUS_TIMEOUT;
	status = look_up_all(environment, wait, handles);
	if (CARAFE_SUCCESS(status))
		status = cf_wait_now(environment, wait);
	return status == CARAFE_STATUS_PENDING ? wait_later(environment, wait, timeout) : status;
}

carafe_status carafe_wait_many(carafe_environment *environment, uint32_t count,
			       const carafe_handle *handles, enum carafe_wait_type type,
			       int alertable, const int64_t *timeout)
{
	struct cf_wait wait;
	carafe_status status;

	if (environment == NULL)
		return CARAFE_STATUS_INVALID_PARAMETER;
	if (count == 0 || count > CARAFE_MAXIMUM_WAIT_OBJECTS)
		return CARAFE_STATUS_INVALID_PARAMETER_1;
	if (type != CARAFE_WAIT_ALL && type != CARAFE_WAIT_ANY)
		return CARAFE_STATUS_INVALID_PARAMETER_3;
	if (handles == NULL)
		return CARAFE_STATUS_ACCESS_VIOLATION;
	begin(&wait, count, type == CARAFE_WAIT_ALL, alertable);
	status = wait_many(environment, &wait, handles, timeout);
	if (!wait.all &&
	    (status == CARAFE_STATUS_SUCCESS || status == CARAFE_STATUS_ABANDONED_WAIT_0))
		status += wait.index;
	return status;
}

carafe_status carafe_signal_and_wait(carafe_environment *environment, carafe_handle signal,
				     carafe_handle handle, int alertable, const int64_t *timeout)
{
	const struct cf_type *type;
	struct cf_view signalled;
	struct cf_wait wait;
	carafe_status status;

	status = cf_handle_view(environment, signal, CF_FREE, 0, &signalled);
	if (CARAFE_SUCCESS(status))
		status = look_up(environment, handle, &wait.view[0]);
	if (!CARAFE_SUCCESS(status))
		return status;
	type = cf_type_of(signalled.info);
	if (type->signal == NULL)
		return CARAFE_STATUS_OBJECT_TYPE_MISMATCH;
	if (type->signal_access != 0)
		status = cf_handle_view(environment, signal, CF_FREE, type->signal_access,
					&signalled);
	if (CARAFE_SUCCESS(status))
		status = set_identity(environment, &wait);
	if (!CARAFE_SUCCESS(status))
		return status;
	begin(&wait, 1, false, alertable);
	set_deadline(&wait, timeout);
	wait.signal = &signalled;
	return cf_wait_later(environment, &wait);
}
