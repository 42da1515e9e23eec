/* SPDX-License-Identifier: MIT */
/*
 * core/event.c - the type Event.  See core/event.h and <carafe/event.h>.
 *
 * What happens if a process dies here: every operation is one CAS; what it owes to those who queue
 * is done by the next visitor or the janitor's round.
 */
#include "core/event.h"

#include <carafe/event.h>

#include "core/access.h"
#include "core/environment.h"
#include "core/handle.h"
#include "core/satisfy.h"

static bool is_manual(const struct cf_view *view)
{
	return (cf_value(view->info) & CF_MANUAL) != 0;
}

static bool available(const struct cf_view *view)
{
	return cf_value(view->state) != 0;
}

/* A pulse that is being given.  Damage may say so of an event for which nobody queues. */
static bool is_pulsing(const struct cf_view *view)
{
	return cf_value(view->state) == CF_PULSING && cf_waiters(view->state);
}

static enum cf_taken take(struct cf_region *region, const struct cf_view *view, uint32_t identity,
			  struct cf_changes *changes)
{
	uint32_t state = cf_value(view->state);

	(void)region, (void)identity;
	if (state == 0)
		return CF_NOT_TAKEN;
	cf_change(changes, &view->object->state, view->state, is_manual(view) ? state : 0);
	return CF_TAKEN;
}

static void restore(struct cf_region *region, const struct cf_view *view, uint32_t identity,
		    bool abandoned, struct cf_changes *changes)
{
	(void)region, (void)identity, (void)abandoned;
	if (!is_manual(view) && cf_value(view->state) == 0)
		cf_change(changes, &view->object->state, view->state, 1);
}

static carafe_status signal_object(struct cf_region *region, const struct cf_view *view,
				   uint32_t identity, struct cf_changes *changes)
{
	(void)region, (void)identity;
	if (is_pulsing(view))
		return CARAFE_STATUS_PENDING;
	cf_change(changes, &view->object->state, view->state, 1);
	return CARAFE_STATUS_SUCCESS;
}

static uint32_t settled(uint32_t state)
{
	return state == CF_PULSING ? 0 : state;
}

static bool shared(const struct cf_view *view)
{
	return is_manual(view);
}

static const char *fault(uint32_t info, uint32_t state, uint32_t second)
{
	(void)second;
	if ((info & ~(CF_TYPE_MASK | CF_MANUAL | CF_EXTERNAL)) != 0)
		return "is an event with flags that do not exist";
	return state > CF_PULSING ? "is an event in state #" : NULL;
}

const struct cf_type cf_event_type = {
	.name = "Event",
	.generic_read = CARAFE_STANDARD_RIGHTS_READ | CARAFE_EVENT_QUERY_STATE,
	.generic_write = CARAFE_STANDARD_RIGHTS_WRITE | CARAFE_EVENT_MODIFY_STATE,
	.generic_execute = CARAFE_STANDARD_RIGHTS_EXECUTE | CARAFE_SYNCHRONIZE,
	.generic_all = CARAFE_EVENT_ALL_ACCESS,
	.valid = CARAFE_EVENT_ALL_ACCESS,
	.signal_access = CARAFE_EVENT_MODIFY_STATE,
	.zero_waits = true,
	.take = take,
	.available = available,
	.restore = restore,
	.signal = signal_object,
	.settled = settled,
	.shared = shared,
	.fault = fault,
};

struct cf_birth cf_event_birth(bool manual, bool is_signalled)
{
	return (struct cf_birth){
		.info = CF_EVENT | (manual ? CF_MANUAL : 0),
		.state = is_signalled ? 1 : 0,
	};
}

/*
 * Moves the event to a state once those who queue have had what was there before.  A CAS even where
 * the state stays the same: whoever sees it afterwards must see all that the caller did before.
 */
static carafe_status move(struct carafe_environment *environment, struct cf_view *view,
			  uint32_t state, uint32_t *previous)
{
	carafe_status status;
	uint32_t wanted;

	for (;;) {
		if (cf_view_unsettled(&cf_event_type, view)) {
			status = cf_distribute(environment, view->object);
			if (!CARAFE_SUCCESS(status))
				return status;
			if (!cf_view_again(environment->region, view))
				return CARAFE_STATUS_INVALID_HANDLE;
		}
		/*
		 * Without waiters a pulse only resets; and so it does when the event is set, for
		 * whoever could be released then has been.
		 */
		wanted = state == CF_PULSING &&
					 (!cf_waiters(view->state) || cf_value(view->state) != 0) ?
				 0 :
				 state;
		status = wanted != 0 ? cf_before_signal(environment, view) : CARAFE_STATUS_SUCCESS;
		if (!CARAFE_SUCCESS(status))
			return status;
		if (!is_pulsing(view) &&
		    cf_cas(&view->object->state, view->state, cf_next(view->state, wanted)))
			break;
		if (!cf_view_again(environment->region, view))
			return CARAFE_STATUS_INVALID_HANDLE;
	}
	*previous = cf_value(view->state);
	if (!cf_waiters(view->state) || wanted == 0)
		return CARAFE_STATUS_SUCCESS;
	return cf_distribute(environment, view->object);
}

carafe_status cf_event_set(struct carafe_environment *environment, struct cf_view *view,
			   uint32_t *previous)
{
	return move(environment, view, 1, previous);
}

carafe_status cf_event_reset(struct carafe_environment *environment, struct cf_view *view,
			     uint32_t *previous)
{
	return move(environment, view, 0, previous);
}

carafe_status cf_event_pulse(struct carafe_environment *environment, struct cf_view *view,
			     uint32_t *previous)
{
	return move(environment, view, CF_PULSING, previous);
}

carafe_status cf_event_read(struct carafe_environment *environment, struct cf_view *view,
			    uint32_t *is_signalled)
{
	carafe_status status = cf_settle(environment, view);

	if (CARAFE_SUCCESS(status))
		*is_signalled = cf_value(view->state) != 0;
	return status;
}

carafe_status carafe_event_create(carafe_environment *environment, carafe_access access,
				  uint32_t attributes, enum carafe_event_type type, int initial,
				  carafe_handle *handle)
{
	struct cf_birth birth = cf_event_birth(type == CARAFE_NOTIFICATION_EVENT, initial != 0);

	if (handle == NULL)
		return CARAFE_STATUS_ACCESS_VIOLATION;
	*handle = 0;
	if (type != CARAFE_NOTIFICATION_EVENT && type != CARAFE_SYNCHRONIZATION_EVENT)
		return CARAFE_STATUS_INVALID_PARAMETER;
	return cf_handle_create(environment, &birth, cf_access_create(&cf_event_type, access),
				attributes, handle);
}

static carafe_status modify(carafe_environment *environment, carafe_handle handle, uint32_t state,
			    int32_t *previous)
{
	struct cf_view view;
	carafe_status status;
	uint32_t before;

	status = cf_handle_view(environment, handle, CF_EVENT, CARAFE_EVENT_MODIFY_STATE, &view);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = move(environment, &view, state, &before);
	if (CARAFE_SUCCESS(status) && previous != NULL)
		*previous = (int32_t)before;
	return status;
}

carafe_status carafe_event_set(carafe_environment *environment, carafe_handle handle,
			       int32_t *previous)
{
	return modify(environment, handle, 1, previous);
}

carafe_status carafe_event_reset(carafe_environment *environment, carafe_handle handle,
				 int32_t *previous)
{
	return modify(environment, handle, 0, previous);
}

carafe_status carafe_event_pulse(carafe_environment *environment, carafe_handle handle,
				 int32_t *previous)
{
	return modify(environment, handle, CF_PULSING, previous);
}

carafe_status carafe_event_query(carafe_environment *environment, carafe_handle handle,
				 struct carafe_event_information *information)
{
	struct cf_view view;
	carafe_status status;
	uint32_t state;

	if (information == NULL)
		return CARAFE_STATUS_ACCESS_VIOLATION;
	status = cf_handle_view(environment, handle, CF_EVENT, CARAFE_EVENT_QUERY_STATE, &view);
	if (CARAFE_SUCCESS(status))
		status = cf_event_read(environment, &view, &state);
	if (!CARAFE_SUCCESS(status))
		return status;
	information->type =
		is_manual(&view) ? CARAFE_NOTIFICATION_EVENT : CARAFE_SYNCHRONIZATION_EVENT;
	information->state = state;
	return CARAFE_STATUS_SUCCESS;
}
