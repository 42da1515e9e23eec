/* SPDX-License-Identifier: MIT */
/*
 * core/satisfy.c - see core/satisfy.h.
 *
 * cf_satisfy() is the only place where a wait is completed: one KCAS over the wait word and every
 * object that the wait consumes.  So each wait is granted once, wait-all is all or nothing, and an
 * object goes to one waiter.  The thread's count, flags and identity are read under its wait word:
 * they change only while that says IDLE, and the KCAS fails when it has changed since.
 *
 * No wake-up is lost: a waiter says WAITING and then looks at its objects; a signaller changes the
 * object and then looks at its queue; both with full fences in between, so at least one of them
 * sees the other.
 *
 * What happens if a process dies here: between a change and the end of its distribution the object
 * is available and has waiters, and whoever meets that distributes; between a grant and its wake-up
 * see core/wake.h.
 */
#include "core/satisfy.h"

#include "core/environment.h"
#include "core/queue.h"
#include "core/region.h"
#include "core/wake.h"

/* More restarts than a sound environment with all its threads busy can cause. */
#define MANY (CF_THREADS * 64u)

/* A wait as read under the thread's wait word. */
struct wait {
	uint64_t bits;
	uint32_t count;
	uint32_t flags;
	uint32_t identity;
	uint32_t offered; /* the object that a wait for any may take, or none */
};

static bool read_wait(struct cf_region *region, struct cf_thread *thread, struct wait *wait)
{
	if (!cf_read(region, &thread->wait, &wait->bits))
		return false;
	wait->count = cf_load32_relaxed(&thread->count);
	wait->flags = cf_load32_relaxed(&thread->flags);
	wait->identity = cf_load32_relaxed(&thread->identity);
	return true;
}

/*
 * Takes a view of the object of one block, and its type; NULL when that makes no sense (any more).
 */
static const struct cf_type *view_block(struct cf_region *region, struct cf_thread *thread,
					uint32_t number, struct cf_view *view)
{
	struct cf_object *object =
		cf_object_at(region, cf_load32_relaxed(&thread->block[number].object));

	if (object == NULL || !cf_view_take(region, object, view))
		return NULL;
	return cf_type_of(view->info);
}

/* What a grant says of an object that it takes. */
static uint32_t grant_of(const struct cf_type *type, const struct cf_view *view,
			 enum cf_taken taken)
{
	uint32_t state = cf_value(view->state);

	return CF_GRANTED | (taken == CF_TAKEN_ABANDONED ? CF_GRANT_ABANDONED : 0) |
	       (cf_type_settled(type, state) != state ? CF_GRANT_PULSE : 0) |
	       (type->shared != NULL && type->shared(view) ? CF_GRANT_SHARED : 0);
}

/* Builds the changes that complete the wait; false when its objects do not allow it now. */
static bool complete_all(struct cf_region *region, struct cf_thread *thread,
			 const struct wait *wait, struct cf_changes *changes, uint32_t *result)
{
	enum cf_taken taken;
	struct cf_view view;
	uint32_t i;

	*result = CF_GRANTED;
	for (i = 0; i < wait->count; i++) {
		const struct cf_type *type = view_block(region, thread, i, &view);

		taken = type != NULL ? type->take(region, &view, wait->identity, changes)
				     : CF_NOT_TAKEN;
		if (taken == CF_NOT_TAKEN)
			return false;
		*result |= grant_of(type, &view, taken);
	}
	return true;
}

static bool complete_any(struct cf_region *region, struct cf_thread *thread,
			 const struct wait *wait, uint32_t first, uint32_t end,
			 struct cf_changes *changes, uint32_t *result)
{
	const struct cf_type *type;
	enum cf_taken taken;
	struct cf_view view;
	uint32_t i;

	for (i = first; i < end; i++) {
		if (cf_load32_relaxed(&thread->block[i].object) != wait->offered)
			continue;
		type = view_block(region, thread, i, &view);
		taken = type != NULL ? type->take(region, &view, wait->identity, changes)
				     : CF_NOT_TAKEN;
		if (taken == CF_NOT_TAKEN)
			continue;
		*result = grant_of(type, &view, taken) | i << CF_GRANT_SHIFT;
		cf_store32_relaxed(&view.object->granted, cf_thread_index(region, thread) + 1);
		return true;
	}
	return false;
}

static bool complete_alert(struct cf_region *region, struct cf_thread *thread,
			   struct cf_changes *changes, uint32_t *result)
{
	uint64_t alert;

	if (!cf_read(region, &thread->alert, &alert) || cf_value(alert) == 0)
		return false;
	cf_change(changes, &thread->alert, alert, 0);
	*result = CF_GRANTED | CF_GRANT_ALERTED;
	return true;
}

static bool complete(struct cf_region *region, struct cf_thread *thread, const struct wait *wait,
		     struct cf_changes *changes, uint32_t *result)
{
	changes->count = 0;
	if ((wait->flags & CF_WAIT_ALL) != 0) {
		if (complete_all(region, thread, wait, changes, result))
			return true;
	} else if (complete_any(region, thread, wait, 0, wait->count, changes, result)) {
		return true;
	}
	changes->count = 0;
	if ((wait->flags & CF_WAIT_EVENT) != 0 &&
	    complete_any(region, thread, wait, wait->count, wait->count + 1, changes, result))
		return true;
	return (wait->flags & CF_WAIT_ALERT) != 0 &&
	       complete_alert(region, thread, changes, result);
}

enum cf_satisfied cf_satisfy(struct cf_self *self, struct cf_thread *thread,
			     const struct cf_object *object, enum cf_outcome *outcome)
{
	struct cf_changes changes;
	uint32_t result, round;
	struct wait wait;

	*outcome = CF_DAMAGED;
	wait.offered = object != NULL ? cf_object_index(self->region, object) : CF_OBJECTS;
	for (round = 0; round < MANY; round++) {
		if (!read_wait(self->region, thread, &wait))
			return CF_UNSOUND;
		if (!cf_wait_waiting(wait.bits))
			return CF_NOT_WAITING;
		if (wait.count > CF_WAIT_OBJECTS) {
			if (cf_load_relaxed(&thread->wait) == wait.bits)
				return CF_UNSOUND;
			continue;
		}
		/* Whoever has begun to wait since then looks himself, after the change that we are for. */
		if (!complete(self->region, thread, &wait, &changes, &result))
			return CF_NOT_NOW;
		cf_change(&changes, &thread->wait, wait.bits, result);
		*outcome = cf_kcas(self, &changes);
		if (*outcome == CF_DONE) {
			/* Ours too: we may be a handler that interrupted its sleep. */
			cf_wake(thread);
			return CF_SATISFIED;
		}
		if (*outcome != CF_MISSED)
			return CF_UNSOUND;
		*outcome = CF_DAMAGED;
	}
	return CF_UNSOUND;
}

enum pass { PASS_AGAIN, PASS_OVER, PASS_FAILED };

/*
 * Offers the object to the walk's present block, unless only those who wait for all are meant;
 * moves on.
 */
static enum pass offer(struct cf_self *self, struct cf_walk *walk, bool only_all,
		       enum cf_outcome *outcome)
{
	uint64_t wait;

	*outcome = CF_DAMAGED;
	if (cf_queue_current(self->region, walk, &wait)) {
		if (only_all && (cf_load32_relaxed(&walk->thread->flags) & CF_WAIT_ALL) == 0) {
			cf_walk_pass(walk);
			return PASS_AGAIN;
		}
		switch (cf_satisfy(self, walk->thread, walk->object, outcome)) {
		case CF_SATISFIED:
		case CF_NOT_WAITING:
			return PASS_AGAIN;
		case CF_NOT_NOW:
			cf_walk_pass(walk);
			return PASS_AGAIN;
		default:
			return PASS_FAILED;
		}
	}
	/* What this thread has just linked for the wait that it is about to begin must stay. */
	if (walk->thread == self->thread && self->waiting) {
		cf_walk_pass(walk);
		return PASS_AGAIN;
	}
	*outcome = cf_queue_unlink(self, walk->thread, walk->number, &walk->thread->wait, wait);
	if (*outcome != CF_DONE && *outcome != CF_MISSED)
		return PASS_FAILED;
	if (cf_walk_stay(self->region, walk))
		return PASS_AGAIN;
	*outcome = CF_DAMAGED;
	return PASS_FAILED;
}

/*
 * One walk over the queue.  PASS_OVER: the object is not available any more, or nobody queued could
 * take it and that is settled.  With only_all it only is an offer to those who wait for all.
 */
static enum pass walk_queue(struct cf_self *self, struct cf_object *object, bool only_all,
			    enum cf_outcome *outcome)
{
	const struct cf_type *type;
	struct cf_view start, now;
	struct cf_walk walk;
	uint32_t settled, step;

	*outcome = CF_DAMAGED;
	if (!cf_view_take(self->region, object, &start) ||
	    !cf_walk_begin(self->region, &walk, object))
		return PASS_FAILED;
	now = start;
	for (step = 0; step < CF_QUEUE_STEPS; step++) {
		type = cf_type_of(now.info);
		if (type == NULL || now.info != start.info || !cf_view_unsettled(type, &now))
			return PASS_OVER;
		switch (cf_walk_look(self->region, &walk)) {
		case CF_STEP_BLOCK:
			if (offer(self, &walk, only_all, outcome) == PASS_FAILED)
				return PASS_FAILED;
			break;
		case CF_STEP_END:
			settled = cf_type_settled(type, cf_value(now.state));
			if (only_all || settled == cf_value(now.state))
				return PASS_OVER;
			if (now.state != start.state)
				return PASS_AGAIN;
			return cf_cas(&object->state, now.state, cf_next(now.state, settled)) ?
				       PASS_OVER : PASS_AGAIN;
		case CF_STEP_CHANGED:
			return PASS_AGAIN;
		default:
			*outcome = CF_DAMAGED;
			return PASS_FAILED;
		}
		if (!cf_view_take(self->region, object, &now)) {
			*outcome = CF_DAMAGED;
			return PASS_FAILED;
		}
	}
	*outcome = CF_DAMAGED;
	return PASS_FAILED;
}

carafe_status cf_distribute(struct carafe_environment *environment, struct cf_object *object)
{
	/* The ntsync driver tries those who wait for all before the others; NT has one queue. */
	bool only_all = (cf_value(cf_load_relaxed(&object->info)) & CF_EXTERNAL) != 0;
	enum cf_outcome outcome;
	struct cf_self *self;
	carafe_status status;
	uint32_t round;

	status = cf_self(environment, &self);
	if (!CARAFE_SUCCESS(status))
		return status;
	/* What the caller changed comes before the look at the queue and at what else is waited for. */
	cf_fence_after_cas();
	for (round = 0; round < MANY; round++)
		switch (walk_queue(self, object, only_all, &outcome)) {
		case PASS_OVER:
			if (!only_all)
				return CARAFE_STATUS_SUCCESS;
			only_all = false;
			break;
		case PASS_FAILED:
			return cf_outcome_status(outcome);
		default:
			break;
		}
	return CARAFE_STATUS_FILE_CORRUPT_ERROR;
}

/* Does that for an object that may need it or not, or may be none. */
static carafe_status distribute_unsettled(struct carafe_environment *environment,
					  struct cf_object *object)
{
	const struct cf_type *type = NULL;
	struct cf_view view;

	if (object != NULL && cf_view_take(environment->region, object, &view))
		type = cf_type_of(view.info);
	return type != NULL && cf_view_unsettled(type, &view) ? cf_distribute(environment, object) :
								CARAFE_STATUS_SUCCESS;
}

carafe_status cf_distribute_for(struct carafe_environment *environment, struct cf_thread *thread)
{
	uint32_t count = cf_load32_relaxed(&thread->count);
	carafe_status status = CARAFE_STATUS_SUCCESS;
	uint32_t i;

	for (i = 0; CARAFE_SUCCESS(status) && i <= count && i < CF_BLOCKS; i++)
		status = distribute_unsettled(
			environment, cf_object_at(environment->region,
						  cf_load32_relaxed(&thread->block[i].object)));
	return status;
}

void cf_distribute_all(struct carafe_environment *environment)
{
	struct cf_region *region = environment->region;
	uint64_t high;
	uint32_t i;

	if (!cf_read(region, &region->header.high_objects, &high))
		return;
	for (i = 0; i < cf_value(high) && i < CF_OBJECTS; i++)
		(void)distribute_unsettled(environment, cf_object_at(region, i));
}

/* Ends a wait that only polls, unless an alert does; false: it is another wait by now, or granted. */
static bool expire(struct cf_self *self, struct cf_thread *thread, uint64_t wait)
{
	enum cf_outcome outcome;

	return cf_satisfy(self, thread, NULL, &outcome) == CF_NOT_NOW &&
	       cf_cas(&thread->wait, wait, cf_next(wait, CF_IDLE));
}

carafe_status cf_finish_signal(struct carafe_environment *environment, struct cf_thread *thread)
{
	uint32_t signal = cf_load32_relaxed(&thread->signal);
	struct cf_self *self;
	carafe_status status;
	uint32_t round;
	uint64_t wait;

	if (signal == 0)
		return CARAFE_STATUS_SUCCESS;
	status = cf_self(environment, &self);
	for (round = 0; CARAFE_SUCCESS(status) && round < MANY; round++) {
		if (!cf_read(self->region, &thread->wait, &wait))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		signal = cf_load32_relaxed(&thread->signal);
		if (!cf_wait_waiting(wait) || signal == 0)
			return CARAFE_STATUS_SUCCESS;
		status = distribute_unsettled(environment,
					      cf_object_at(self->region, signal - 1));
		if (CARAFE_SUCCESS(status))
			status = cf_distribute_for(environment, thread);
		if (CARAFE_SUCCESS(status) &&
		    ((cf_load32_relaxed(&thread->flags) & CF_WAIT_POLL) == 0 ||
		     expire(self, thread, wait)))
			return CARAFE_STATUS_SUCCESS;
	}
	return CARAFE_SUCCESS(status) ? CARAFE_STATUS_FILE_CORRUPT_ERROR : status;
}

carafe_status cf_finish_newest(struct carafe_environment *environment, const struct cf_view *view)
{
	struct cf_thread *newest = cf_queue_newest(environment->region, view->object);

	return newest != NULL ? cf_finish_signal(environment, newest) : CARAFE_STATUS_SUCCESS;
}

carafe_status cf_before_signal_waiters(struct carafe_environment *environment,
				       const struct cf_view *view)
{
	struct cf_self *self;
	carafe_status status = cf_self(environment, &self);

	if (CARAFE_SUCCESS(status) && self->depth >= CF_DESCRIPTORS)
		status = CARAFE_STATUS_INSUFFICIENT_RESOURCES;
	return CARAFE_SUCCESS(status) ? cf_finish_newest(environment, view) : status;
}

carafe_status cf_settle_queue(struct carafe_environment *environment, struct cf_view *view)
{
	carafe_status status;

	while (cf_view_unsettled(cf_type_of(view->info), view)) {
		uint64_t before = view->state;

		status = cf_finish_newest(environment, view);
		if (CARAFE_SUCCESS(status))
			status = cf_distribute(environment, view->object);
		if (!CARAFE_SUCCESS(status))
			return status;
		if (!cf_view_again(environment->region, view))
			return CARAFE_STATUS_INVALID_HANDLE;
		if (view->state == before)
			break;
	}
	return CARAFE_STATUS_SUCCESS;
}
