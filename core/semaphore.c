/* SPDX-License-Identifier: MIT */
/*
 * core/semaphore.c - the type Semaphore.  See core/semaphore.h and <carafe/semaphore.h>.
 *
 * What happens if a process dies here: every operation is one CAS; what it owes to those who queue
 * is done by the next visitor or the janitor's round.
 */
#include "core/semaphore.h"

#include <carafe/semaphore.h>

#include "core/access.h"
#include "core/environment.h"
#include "core/handle.h"
#include "core/satisfy.h"

static bool available(const struct cf_view *view)
{
	return cf_value(view->state) != 0;
}

static enum cf_taken take(struct cf_region *region, const struct cf_view *view, uint32_t identity,
			  struct cf_changes *changes)
{
	uint32_t count = cf_value(view->state);

	(void)region, (void)identity;
	if (count == 0)
		return CF_NOT_TAKEN;
	cf_change(changes, &view->object->state, view->state, count - 1);
	return CF_TAKEN;
}

static uint32_t maximum_of(const struct cf_view *view)
{
	return cf_value(cf_load(&view->object->second));
}

static void restore(struct cf_region *region, const struct cf_view *view, uint32_t identity,
		    bool abandoned, struct cf_changes *changes)
{
	(void)region, (void)identity, (void)abandoned;
	if (cf_value(view->state) < maximum_of(view))
		cf_change(changes, &view->object->state, view->state, cf_value(view->state) + 1);
}

static bool fits(const struct cf_view *view, uint32_t count)
{
	uint32_t maximum = maximum_of(view);

	return cf_value(view->state) <= maximum && count <= maximum - cf_value(view->state);
}

static carafe_status signal_object(struct cf_region *region, const struct cf_view *view,
				   uint32_t identity, struct cf_changes *changes)
{
	struct cf_view now = *view;

	(void)identity;
	/* The maximum was read of this object only if it still is the one viewed. */
	if (!fits(view, 1))
		return cf_view_again(region, &now) ? CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED
						   : CARAFE_STATUS_INVALID_HANDLE;
	cf_change(changes, &view->object->state, view->state, cf_value(view->state) + 1);
	return CARAFE_STATUS_SUCCESS;
}

static bool shared(const struct cf_view *view)
{
	return cf_value(view->state) > 1;
}

static const char *fault(uint32_t info, uint32_t state, uint32_t second)
{
	if ((info & ~(CF_TYPE_MASK | CF_EXTERNAL)) != 0)
		return "is a semaphore with flags that do not exist";
	return state > second ? "is a semaphore with # of # units" : NULL;
}

const struct cf_type cf_semaphore_type = {
	.name = "Semaphore",
	.generic_read = CARAFE_STANDARD_RIGHTS_READ | CARAFE_SEMAPHORE_QUERY_STATE,
	.generic_write = CARAFE_STANDARD_RIGHTS_WRITE | CARAFE_SEMAPHORE_MODIFY_STATE,
	.generic_execute = CARAFE_STANDARD_RIGHTS_EXECUTE | CARAFE_SYNCHRONIZE,
	.generic_all = CARAFE_SEMAPHORE_ALL_ACCESS,
	.valid = CARAFE_SEMAPHORE_ALL_ACCESS,
	.signal_access = CARAFE_SEMAPHORE_MODIFY_STATE,
	.zero_waits = true,
	.take = take,
	.available = available,
	.restore = restore,
	.signal = signal_object,
	.shared = shared,
	.fault = fault,
};

struct cf_birth cf_semaphore_birth(uint32_t count, uint32_t maximum)
{
	return (struct cf_birth){ .info = CF_SEMAPHORE, .state = count, .second = maximum };
}

carafe_status cf_semaphore_release(struct carafe_environment *environment, struct cf_view *view,
				   uint32_t count, uint32_t *previous)
{
	carafe_status status;

	for (;;) {
		status = cf_settle(environment, view);
		if (!CARAFE_SUCCESS(status))
			return status;
		if (!fits(view, count)) {
			/*
			 * The maximum was read of this object only if it still is the one viewed.
			 */
			if (!cf_view_again(environment->region, view))
				return CARAFE_STATUS_INVALID_HANDLE;
			if (!fits(view, count))
				return CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED;
			continue;
		}
		status = cf_before_signal(environment, view);
		if (!CARAFE_SUCCESS(status))
			return status;
		if (cf_cas(&view->object->state, view->state,
			   cf_next(view->state, cf_value(view->state) + count)))
			break;
		if (!cf_view_again(environment->region, view))
			return CARAFE_STATUS_INVALID_HANDLE;
	}
	*previous = cf_value(view->state);
	if (!cf_waiters(view->state))
		return CARAFE_STATUS_SUCCESS;
	return cf_distribute(environment, view->object);
}

carafe_status cf_semaphore_read(struct carafe_environment *environment, struct cf_view *view,
				uint32_t *count, uint32_t *maximum)
{
	carafe_status status = cf_settle(environment, view);

	if (!CARAFE_SUCCESS(status))
		return status;
	*count = cf_value(view->state);
	*maximum = maximum_of(view);
	/* Both are of one semaphore only if it still is the one viewed. */
	return cf_view_again(environment->region, view) ? CARAFE_STATUS_SUCCESS
							: CARAFE_STATUS_INVALID_HANDLE;
}

carafe_status carafe_semaphore_create(carafe_environment *environment, carafe_access access,
				      uint32_t attributes, int32_t initial, int32_t maximum,
				      carafe_handle *handle)
{
	struct cf_birth birth = cf_semaphore_birth((uint32_t)initial, (uint32_t)maximum);

	if (handle == NULL)
		return CARAFE_STATUS_ACCESS_VIOLATION;
	*handle = 0;
	if (maximum <= 0 || initial < 0 || initial > maximum)
		return CARAFE_STATUS_INVALID_PARAMETER;
	return cf_handle_create(environment, &birth, cf_access_create(&cf_semaphore_type, access),
				attributes, handle);
}

carafe_status carafe_semaphore_release(carafe_environment *environment, carafe_handle handle,
				       int32_t count, int32_t *previous)
{
	struct cf_view view;
	carafe_status status;
	uint32_t before;

	if (count <= 0)
		return CARAFE_STATUS_INVALID_PARAMETER;
	status = cf_handle_view(environment, handle, CF_SEMAPHORE, CARAFE_SEMAPHORE_MODIFY_STATE,
				&view);
	if (CARAFE_SUCCESS(status))
		status = cf_semaphore_release(environment, &view, (uint32_t)count, &before);
	if (CARAFE_SUCCESS(status) && previous != NULL)
		*previous = (int32_t)before;
	return status;
}

carafe_status carafe_semaphore_query(carafe_environment *environment, carafe_handle handle,
				     struct carafe_semaphore_information *information)
{
	uint32_t count, maximum;
	struct cf_view view;
	carafe_status status;

	if (information == NULL)
		return CARAFE_STATUS_ACCESS_VIOLATION;
	status = cf_handle_view(environment, handle, CF_SEMAPHORE, CARAFE_SEMAPHORE_QUERY_STATE,
				&view);
	if (CARAFE_SUCCESS(status))
		status = cf_semaphore_read(environment, &view, &count, &maximum);
	if (!CARAFE_SUCCESS(status))
		return status;
	information->count = (int32_t)count;
	information->maximum = (int32_t)maximum;
	return CARAFE_STATUS_SUCCESS;
}
