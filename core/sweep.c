/* SPDX-License-Identifier: MIT */
/*
 * core/sweep.c - see core/sweep.h.
 *
 * The order is the one that NT shows: mutants are abandoned, then handles are closed, then the
 * process is gone.
 *
 * A slow sweeper must not touch what the slot's next user has.  So each change compares the slot's
 * owner word; that counts as a change of its sequence, so the word is read again after each step;
 * its value tells whether it still is the same use.
 *
 * What happens if a process dies here: the next sweep begins again.
 */
#include "core/sweep.h"

#include "core/environment.h"
#include "core/kcas.h"
#include "core/process.h"
#include "core/queue.h"
#include "core/region.h"
#include "core/satisfy.h"
#include "core/table.h"
#include "core/wake.h"

#define MANY (CF_THREADS * 64u)

/* The use of a thread slot that is to end. */
struct use {
	struct cf_thread *thread;
	uint32_t owner;
	uint32_t id;
	uint64_t bits; /* of the owner word, as of the last look */
};

/* Looks at the owner word again; false when the use is over. */
static bool look(struct cf_region *region, struct use *use)
{
	return cf_read(region, &use->thread->owner, &use->bits) &&
	       cf_value(use->bits) == use->owner;
}

static bool begin(struct cf_region *region, struct cf_thread *thread, struct use *use)
{
	*use = (struct use){ .thread = thread };
	if (!cf_read(region, &thread->owner, &use->bits) || cf_owner_process(use->bits) == 0)
		return false;
	use->owner = cf_value(use->bits);
	use->id = cf_thread_id(region, thread, use->bits);
	return true;
}

static struct cf_object *object_of(struct cf_region *region, struct cf_thread *thread,
				   uint32_t number)
{
	return number < CF_BLOCKS
		       ? cf_object_at(region, cf_load32_relaxed(&thread->block[number].object))
		       : NULL;
}

static uint32_t count_owned(struct cf_region *region, struct cf_thread *thread, uint32_t first,
			    uint32_t end)
{
	uint32_t owned = 0;

	for (; first < end; first++) {
		struct cf_object *object = object_of(region, thread, first);
		const struct cf_type *type = NULL;
		struct cf_view view;

		if (object != NULL && cf_view_take(region, object, &view))
			type = cf_type_of(view.info);
		owned += type != NULL && type->owned;
	}
	return owned;
}

/*
 * True when a grant cannot be undone: of several mutants nobody knows any more which was abandoned,
 * and of several objects not which was a pulse, which is over.  Then the dead had what it was
 * granted, as if it had acknowledged that: all of it or nothing.  By the ntsync ABI its mutexes stay
 * their owner's.
 */
static bool is_lost(struct cf_region *region, struct cf_thread *thread, uint32_t grant,
		    uint32_t first, uint32_t end)
{
	if ((grant & CF_GRANT_PULSE) != 0 && end - first > 1)
		return true;
	return (grant & CF_GRANT_ABANDONED) != 0 && count_owned(region, thread, first, end) > 1;
}

/*
 * Adds what gives one granted object back, if it is still there: a wait that was granted keeps none
 * alive, and another one may be in its place.  A pulse is over, and is not given back as a set.  What
 * is lost is abandoned.
 */
static carafe_status give_back(struct cf_self *self, struct cf_thread *thread, uint32_t number,
			       uint32_t grant, bool lost, struct cf_changes *changes)
{
	struct cf_region *region = self->region;
	struct cf_object *object = object_of(region, thread, number);
	const struct cf_type *type;
	struct cf_view view;

	if (object == NULL || !cf_view_take(region, object, &view))
		return CARAFE_STATUS_SUCCESS;
	type = cf_type_of(view.info);
	if (type == NULL ||
	    cf_sequence(view.info) != cf_load32_relaxed(&thread->block[number].generation))
		return CARAFE_STATUS_SUCCESS;
	if (lost && type->owned && (cf_value(view.info) & CF_EXTERNAL) == 0)
		(void)type->abandon(region, &view, cf_load32_relaxed(&thread->identity), changes);
	if (!lost && (grant & CF_GRANT_PULSE) == 0)
		type->restore(region, &view, cf_load32_relaxed(&thread->identity),
			      (grant & CF_GRANT_ABANDONED) != 0, changes);
	return cf_before_signal(self->environment, &view);
}

/* The blocks whose objects a grant consumed. */
static void granted_range(struct cf_thread *thread, uint32_t value, uint32_t *first, uint32_t *end)
{
	uint32_t count = cf_load32_relaxed(&thread->count);
	uint32_t index = value >> CF_GRANT_SHIFT;

	*first = *end = 0;
	if ((value & CF_GRANT_ALERTED) != 0 || count > CF_WAIT_OBJECTS || index > count)
		return;
	/* An alert object ends even a wait for all by itself; it has the index after the last. */
	if ((cf_load32_relaxed(&thread->flags) & CF_WAIT_ALL) != 0 && index < count) {
		*end = count;
		return;
	}
	*first = index;
	*end = index + 1;
}

/* Undoes the wait in one change: what nobody saw did not happen. */
static carafe_status end_wait(struct cf_self *self, struct use *use)
{
	struct cf_thread *thread = use->thread;
	uint32_t round, first = 0, end = 0, i;
	struct cf_changes changes;
	enum cf_outcome outcome;
	struct cf_object *object;
	carafe_status status;
	uint64_t wait;
	bool lost;

	for (round = 0; round < MANY && look(self->region, use); round++) {
		if (!cf_read(self->region, &thread->wait, &wait))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if ((cf_value(wait) & CF_STATE) == CF_IDLE)
			break;
		changes.count = 0;
		if (cf_wait_granted(wait))
			granted_range(thread, cf_value(wait), &first, &end);
		lost = is_lost(self->region, thread, cf_value(wait), first, end);
		for (i = first; i < end; i++) {
			status = give_back(self, thread, i, cf_value(wait), lost, &changes);
			if (!CARAFE_SUCCESS(status))
				return status;
		}
		cf_change(&changes, &thread->wait, wait, CF_IDLE);
		cf_compare(&changes, &thread->owner, use->bits);
		outcome = cf_kcas(self, &changes);
		if (outcome == CF_DONE)
			break;
		if (outcome != CF_MISSED)
			return cf_outcome_status(outcome);
		first = end = 0;
	}
	for (i = first; i < end; i++) {
		object = object_of(self->region, thread, i);
		if (object == NULL)
			continue;
		status = cf_distribute(self->environment, object);
		if (!CARAFE_SUCCESS(status))
			return status;
	}
	return CARAFE_STATUS_SUCCESS;
}

static carafe_status unlink_blocks(struct cf_self *self, struct use *use)
{
	enum cf_outcome outcome;
	uint32_t i;

	for (i = 0; i < CF_BLOCKS; i++)
		do {
			if (!look(self->region, use))
				return CARAFE_STATUS_SUCCESS;
			outcome = cf_queue_unlink(self, use->thread, i, &use->thread->owner,
						  use->bits);
			if (outcome != CF_DONE && outcome != CF_MISSED)
				return cf_outcome_status(outcome);
		} while (outcome == CF_MISSED);
	return CARAFE_STATUS_SUCCESS;
}

static carafe_status abandon(struct cf_self *self, const struct use *use, uint32_t index)
{
	struct cf_object *object = cf_object_at(self->region, index);
	const struct cf_type *type;
	struct cf_changes changes;
	enum cf_outcome outcome;
	carafe_status status;
	struct cf_view view;

	if (object == NULL)
		return CARAFE_STATUS_SUCCESS;
	do {
		if (!cf_view_take(self->region, object, &view))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		type = cf_type_of(view.info);
		changes.count = 0;
		if (type == NULL || type->abandon == NULL ||
		    (cf_value(view.info) & CF_EXTERNAL) != 0 ||
		    !type->abandon(self->region, &view, use->id, &changes))
			return CARAFE_STATUS_SUCCESS;
		status = cf_before_signal(self->environment, &view);
		if (!CARAFE_SUCCESS(status))
			return status;
		outcome = cf_kcas(self, &changes);
	} while (outcome == CF_MISSED);
	if (outcome != CF_DONE)
		return cf_outcome_status(outcome);
	return cf_waiters(view.state) ? cf_distribute(self->environment, object)
				      : CARAFE_STATUS_SUCCESS;
}

static carafe_status abandon_owned(struct cf_self *self, const struct use *use)
{
	carafe_status status = CARAFE_STATUS_SUCCESS;
	uint64_t high;
	uint32_t i;

	for (i = 0; CARAFE_SUCCESS(status) && i < CF_OWNED; i++) {
		uint32_t noted = cf_load32_relaxed(&use->thread->owned[i]);

		if (noted != 0)
			status = abandon(self, use, noted - 1);
	}
	if (!CARAFE_SUCCESS(status) || cf_load32_relaxed(&use->thread->owned_overflow) == 0)
		return status;
	if (!cf_read(self->region, &self->region->header.high_objects, &high))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	for (i = 0; CARAFE_SUCCESS(status) && i < cf_value(high) && i < CF_OBJECTS; i++)
		status = abandon(self, use, i);
	return status;
}

static carafe_status sweep(struct cf_self *self, struct use *use)
{
	carafe_status status;

	/* Our own too: a handler may end the thread that it interrupted inside a change. */
	if (!cf_kcas_finish(self->region, use->thread))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	status = end_wait(self, use);
	if (CARAFE_SUCCESS(status))
		status = unlink_blocks(self, use);
	if (CARAFE_SUCCESS(status))
		status = abandon_owned(self, use);
	return status;
}

static carafe_status free_slot(struct cf_self *self, struct use *use)
{
	while (look(self->region, use) && !cf_cas(&use->thread->owner, use->bits,
						  cf_next(use->bits, use->owner & 0xffff0000u)))
		;
	return CARAFE_STATUS_SUCCESS;
}

carafe_status cf_sweep_own(struct cf_self *self)
{
	carafe_status status;
	struct use use;

	if (!begin(self->region, self->thread, &use))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	status = sweep(self, &use);
	return CARAFE_SUCCESS(status) ? free_slot(self, &use) : status;
}

/* Does something for each thread slot of an incarnation, but the slot that is needed to do it. */
static carafe_status each_thread(struct cf_self *self, uint32_t slot, uint64_t *state,
				 carafe_status (*what)(struct cf_self *, struct use *))
{
	uint32_t high = cf_high(&self->region->header.high_threads, CF_THREADS);
	struct cf_process *process = &self->region->process[slot];
	carafe_status status = CARAFE_STATUS_SUCCESS;
	struct cf_thread *thread;
	struct use use;
	uint32_t i;

	for (i = 0; CARAFE_SUCCESS(status) && i < high; i++) {
		thread = cf_thread_at(self->region, i);
		if (thread == NULL)
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (thread == self->thread || !begin(self->region, thread, &use) ||
		    cf_owner_process(use.bits) != slot + 1)
			continue;
		/* Only now it is sure that the use is not one of the slot's next process. */
		if (!cf_process_still(self->region, process, state))
			return CARAFE_STATUS_PENDING;
		status = what(self, &use);
	}
	return status;
}

/*
 * Finishes whatever anybody has begun.  A process that died in fork() may have begun a change of
 * the table of this one, its child (core/table.c), which must be over before that table is emptied;
 * it began no more once the lock of this process was gone, which it held.  A signal that it was giving
 * is given before its mutants are abandoned and what it was granted is given back, for those come
 * after all that it did.  What is damaged is nothing that this sweep needs, or it will meet it.
 */
static void finish_calls(struct cf_self *self)
{
	cf_kcas_finish_all(self->region);
	cf_distribute_all(self->environment);
}

carafe_status cf_sweep_process(struct cf_self *self, uint32_t slot, uint64_t state)
{
	struct cf_process *process = cf_process_at(self->region, slot);
	bool leaving = slot == self->environment->process;
	carafe_status status;
	struct use use;

	if (process == NULL)
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	finish_calls(self);
	status = each_thread(self, slot, &state, sweep);
	if (status == CARAFE_STATUS_SUCCESS && leaving && begin(self->region, self->thread, &use))
		status = sweep(self, &use);
	if (status == CARAFE_STATUS_SUCCESS)
		status = cf_table_close(self, process, &state);
	if (status == CARAFE_STATUS_SUCCESS)
		status = each_thread(self, slot, &state, free_slot);
	if (status != CARAFE_STATUS_SUCCESS)
		return status == CARAFE_STATUS_PENDING ? CARAFE_STATUS_SUCCESS : status;
	if (leaving && begin(self->region, self->thread, &use))
		(void)free_slot(self, &use);
	while (cf_process_still(self->region, process, &state) &&
	       !cf_cas(&process->state, state, cf_next(state, 0)))
		;
	return CARAFE_STATUS_SUCCESS;
}
