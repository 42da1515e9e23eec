/* SPDX-License-Identifier: MIT */
/*
 * core/wait.c - see core/wait.h.
 *
 * A wait first looks whether it can be satisfied at once, which changes nothing but the objects.
 * Otherwise the thread links a block into each object's queue, says WAITING, looks once more
 * (core/satisfy.c tells why), and parks until its wait word says GRANTED.  Blocks stay linked
 * afterwards (core/queue.h).
 *
 * Between reading the wait word and changing it to WAITING nobody can have unlinked one of our
 * blocks: that would have changed the wait word.
 *
 * What happens if a process dies here: IDLE: its blocks are stale; WAITING: the sweep ends the
 * wait, and until then it may be granted objects, which the sweep gives back; GRANTED: likewise;
 * after that it has what it waited for.
 */
#include "core/wait.h"

#include "core/environment.h"
#include "core/queue.h"
#include "core/region.h"
#include "core/round.h"
#include "core/satisfy.h"
#include "core/wake.h"

/* Attempts to link a block that others keep disturbing, in a sound environment. */
#define MANY (CF_THREADS * 64u)

/*
 * Would the wait make the waiter an owner who is not one yet?  What it owns already is noted
 * already.
 */
static bool is_new(const struct cf_wait *wait, const struct cf_view *view)
{
	return wait->owner && cf_type_of(view->info)->owned &&
	       cf_value(view->state) != wait->identity;
}

static void note(struct cf_self *self, const struct cf_wait *wait, uint32_t first, uint32_t end)
{
	uint32_t i;

	for (i = first; i < end; i++)
		if (is_new(wait, &wait->view[i]))
			cf_owned_note(self, cf_object_index(self->region, wait->view[i].object),
				      end - first == 1);
}

static void drop(struct cf_self *self, const struct cf_wait *wait, uint32_t first, uint32_t end)
{
	uint32_t i;

	for (i = first; i < end; i++)
		if (is_new(wait, &wait->view[i]))
			cf_owned_drop(self, cf_object_index(self->region, wait->view[i].object));
}

/*
 * Makes the changes that take view[first, end); PENDING: something changed meanwhile.  One word
 * needs no thread slot, a mere look needs nothing.  The waiter is going to own `news` of them,
 * which is noted first, so that the sweep finds them whatever happens.
 */
static carafe_status commit(struct carafe_environment *environment, const struct cf_wait *wait,
			    uint32_t first, uint32_t end, uint32_t news, struct cf_changes *changes)
{
	const struct cf_change *only = &changes->at[0];
	struct cf_self *self = NULL;
	enum cf_outcome outcome;
	carafe_status status;

	if (changes->count == 1 && only->new == cf_next(only->old, cf_value(only->old)))
		return CARAFE_STATUS_SUCCESS;
	if (changes->count > 1 || news > 0) {
		status = cf_self(environment, &self);
		if (!CARAFE_SUCCESS(status))
			return status;
	}
	if (news > 0) {
		cf_noting_begin(self);
		note(self, wait, first, end);
	}
	outcome = cf_kcas(self, changes);
	if (news > 0) {
		if (outcome != CF_DONE)
			drop(self, wait, first, end);
		cf_noting_end(self);
	}
	return outcome == CF_MISSED ? CARAFE_STATUS_PENDING : cf_outcome_status(outcome);
}

static carafe_status found(struct cf_wait *wait, uint32_t index, bool abandoned)
{
	wait->index = index;
	return abandoned ? CARAFE_STATUS_ABANDONED_WAIT_0 : CARAFE_STATUS_SUCCESS;
}

/* Why a wait for this object is not satisfied: PENDING, or what it is refused with. */
static carafe_status not_taken(struct carafe_environment *environment, const struct cf_wait *wait,
			       const struct cf_view *view)
{
	const struct cf_type *type = cf_type_of(view->info);
	carafe_status status = CARAFE_STATUS_SUCCESS;

	if (type->refused != NULL)
		status = type->refused(environment->region, view, wait->identity);
	return CARAFE_SUCCESS(status) ? CARAFE_STATUS_PENDING : status;
}

carafe_status cf_wait_poll(struct carafe_environment *environment, struct cf_wait *wait,
			   uint32_t number)
{
	struct cf_view *view = &wait->view[number];
	struct cf_changes changes;
	enum cf_taken taken;
	carafe_status status;

	for (;;) {
		status = cf_settle(environment, view);
		if (!CARAFE_SUCCESS(status))
			return status;
		changes.count = 0;
		taken = cf_type_of(view->info)
				->take(environment->region, view, wait->identity, &changes);
		if (taken == CF_NOT_TAKEN)
			return not_taken(environment, wait, view);
		status =
			commit(environment, wait, number, number + 1, is_new(wait, view), &changes);
		if (status != CARAFE_STATUS_PENDING)
			return status == CARAFE_STATUS_SUCCESS ?
				       found(wait, number, taken == CF_TAKEN_ABANDONED) : status;
		if (!cf_view_again(environment->region, view))
			return CARAFE_STATUS_INVALID_HANDLE;
	}
}

/* Neither this wait nor anybody's is satisfied by such an object, so nobody is to be served first. */
static bool lets_nobody_through(const struct cf_view *view)
{
	return cf_value(view->state) == 0 && cf_type_of(view->info)->zero_waits;
}

/*
 * Takes the first signalled one; PENDING when there is none.  What was viewed before one with a lower
 * index was found to have changed is viewed again: they are looked at one after the other.
 */
static carafe_status poll_any(struct carafe_environment *environment, struct cf_wait *wait)
{
	uint32_t looks = wait->count + (wait->alert_object ? 1 : 0), i;
	carafe_status status = CARAFE_STATUS_PENDING;
	bool late = false;

	for (i = 0; i < looks && status == CARAFE_STATUS_PENDING; i++) {
		struct cf_view *view = &wait->view[i];
		uint64_t before;

		if (late && !cf_view_again(environment->region, view))
			return CARAFE_STATUS_INVALID_HANDLE;
		if (lets_nobody_through(view))
			continue;
		before = view->state;
		status = cf_wait_poll(environment, wait, i);
		late |= view->state != before;
	}
	return status;
}

/* Adds what takes all; PENDING when not all are signalled: *missing is not. */
static carafe_status take_all(struct carafe_environment *environment, struct cf_wait *wait,
			      struct cf_changes *changes, bool *abandoned, uint32_t *news,
			      const struct cf_view **missing)
{
	enum cf_taken taken;
	carafe_status status;
	uint32_t i;

	*abandoned = false;
	*news = 0;
	changes->count = 0;
	for (i = 0; i < wait->count; i++) {
		struct cf_view *view = &wait->view[i];
		const struct cf_type *type = cf_type_of(view->info);

		*missing = view;
		status = cf_settle(environment, view);
		if (!CARAFE_SUCCESS(status))
			return status;
		taken = type->take(environment->region, view, wait->identity, changes);
		if (taken == CF_NOT_TAKEN)
			return not_taken(environment, wait, view);
		*abandoned |= taken == CF_TAKEN_ABANDONED;
		if (type->owned)
			*news += is_new(wait, view);
	}
	return CARAFE_STATUS_SUCCESS;
}

static bool view_all_again(struct carafe_environment *environment, struct cf_wait *wait)
{
	uint32_t i;

	for (i = 0; i < wait->count; i++)
		if (!cf_view_again(environment->region, &wait->view[i]))
			return false;
	return true;
}

/* Takes all or none; PENDING when not all are signalled: *missing is not. */
static carafe_status poll_all(struct carafe_environment *environment, struct cf_wait *wait,
			      const struct cf_view **missing)
{
	struct cf_changes changes;
	carafe_status status;
	bool abandoned;
	uint32_t news;

	for (;;) {
		status = take_all(environment, wait, &changes, &abandoned, &news, missing);
		if (status != CARAFE_STATUS_SUCCESS)
			return status;
		if (wait->count > 0)
			status = commit(environment, wait, 0, wait->count, news, &changes);
		if (status != CARAFE_STATUS_PENDING)
			return status == CARAFE_STATUS_SUCCESS ? found(wait, 0, abandoned) : status;
		if (!view_all_again(environment, wait))
			return CARAFE_STATUS_INVALID_HANDLE;
	}
}

/*
 * Ends a wait for all by its alert object, if that is signalled while this one of the others is not.
 * PENDING: it is not; REPARSE: look again.
 */
static carafe_status poll_alert_object(struct carafe_environment *environment,
				       struct cf_wait *wait, const struct cf_view *missing)
{
	struct cf_view *view = &wait->view[wait->count];
	struct cf_changes changes;
	enum cf_taken taken;
	carafe_status status;

	if (!cf_view_again(environment->region, view))
		return CARAFE_STATUS_INVALID_HANDLE;
	status = cf_settle(environment, view);
	if (!CARAFE_SUCCESS(status))
		return status;
	changes.count = 0;
	taken = cf_type_of(view->info)->take(environment->region, view, wait->identity, &changes);
	if (taken == CF_NOT_TAKEN)
		return CARAFE_STATUS_PENDING;
	cf_compare(&changes, &missing->object->state, missing->state);
	status = commit(environment, wait, wait->count, wait->count + 1, is_new(wait, view),
			&changes);
	if (status == CARAFE_STATUS_PENDING)
		return CARAFE_STATUS_REPARSE;
	return status == CARAFE_STATUS_SUCCESS ?
		       found(wait, wait->count, taken == CF_TAKEN_ABANDONED) : status;
}

/* The same by the thread's alert; missing is NULL for a wait for any. */
static carafe_status poll_alert(struct cf_self *self, const struct cf_view *missing)
{
	struct cf_changes changes;
	enum cf_outcome outcome;
	uint64_t alert;

	if (!cf_read(self->region, &self->thread->alert, &alert))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	if (cf_value(alert) == 0)
		return CARAFE_STATUS_PENDING;
	changes.count = 0;
	cf_change(&changes, &self->thread->alert, alert, 0);
	if (missing != NULL)
		cf_compare(&changes, &missing->object->state, missing->state);
	outcome = cf_kcas(self, &changes);
	if (outcome == CF_MISSED)
		return CARAFE_STATUS_REPARSE;
	return outcome == CF_DONE ? CARAFE_STATUS_ALERTED : cf_outcome_status(outcome);
}

/* What ends a wait for which nothing was to be had; as poll_alert_object(). */
static carafe_status poll_alerts(struct carafe_environment *environment, struct cf_wait *wait,
				 const struct cf_view *missing)
{
	carafe_status status = CARAFE_STATUS_PENDING;
	struct cf_self *self;

	if (missing != NULL && wait->alert_object)
		status = poll_alert_object(environment, wait, missing);
	if (status != CARAFE_STATUS_PENDING || !wait->alertable)
		return status;
	status = cf_self(environment, &self);
	return CARAFE_SUCCESS(status) ? poll_alert(self, missing) : status;
}

carafe_status cf_wait_now(struct carafe_environment *environment, struct cf_wait *wait)
{
	const struct cf_view *missing = NULL;
	carafe_status status;

	for (;;) {
		status = wait->all ? poll_all(environment, wait, &missing) :
				     poll_any(environment, wait);
		if (status == CARAFE_STATUS_PENDING)
			status = poll_alerts(environment, wait, missing);
		if (status != CARAFE_STATUS_REPARSE)
			return status;
		if (!view_all_again(environment, wait))
			return CARAFE_STATUS_INVALID_HANDLE;
	}
}

/* Makes the thread's block the newest of the view's object's queue. */
static carafe_status link_one(struct cf_self *self, uint32_t number, struct cf_view *view)
{
	enum cf_outcome outcome;
	carafe_status status;
	uint32_t round;

	for (round = 0; round < MANY; round++) {
		if (cf_queue_last(self->region, self->thread, number, view->object))
			return CARAFE_STATUS_SUCCESS;
		outcome = cf_queue_unlink(self, self->thread, number, NULL, 0);
		if (outcome != CF_DONE)
			return cf_outcome_status(outcome);
		if (!cf_view_again(self->region, view))
			return CARAFE_STATUS_INVALID_HANDLE;
		if (cf_waiters(view->state)) {
			status = cf_finish_newest(self->environment, view);
			if (!CARAFE_SUCCESS(status))
				return status;
		}
		outcome = cf_queue_link(self, number, view);
		if (outcome == CF_DONE)
			return CARAFE_STATUS_SUCCESS;
		if (outcome != CF_MISSED)
			return cf_outcome_status(outcome);
	}
	return CARAFE_STATUS_FILE_CORRUPT_ERROR;
}

/* Nothing that comes after its signal may end the wait. */
static bool signals_and_polls(const struct cf_wait *wait)
{
	return wait->signal != NULL && wait->deadline == 0;
}

static void describe(const struct cf_self *self, const struct cf_wait *wait)
{
	struct cf_thread *thread = self->thread;
	uint32_t signal = 0;

	if (wait->signal != NULL)
		signal = cf_object_index(self->region, wait->signal->object) + 1;
	/* Who sees any of it sees that the last wait is over. */
	cf_fence_stores();
	cf_store32_relaxed(&thread->count, wait->count);
	cf_store32_relaxed(&thread->flags, (wait->all ? CF_WAIT_ALL : 0) |
						   (wait->alertable ? CF_WAIT_ALERT : 0) |
						   (wait->alert_object ? CF_WAIT_EVENT : 0) |
						   (signals_and_polls(wait) ? CF_WAIT_POLL : 0));
	cf_store32_relaxed(&thread->identity, wait->identity);
	cf_store32_relaxed(&thread->signal, signal);
}

/* What is to be signalled is what is waited for. */
static bool signals_itself(const struct cf_wait *wait)
{
	return wait->signal->object == wait->view[0].object;
}

/*
 * Present views of what is signalled and of what is waited for, both served to who came before, and
 * the former as it must be before its signal.
 */
static carafe_status view_both(struct cf_self *self, struct cf_wait *wait)
{
	carafe_status status;

	if (!cf_view_again(self->region, &wait->view[0]))
		return CARAFE_STATUS_INVALID_HANDLE;
	status = cf_settle(self->environment, &wait->view[0]);
	if (!CARAFE_SUCCESS(status))
		return status;
	if (!cf_view_again(self->region, wait->signal))
		return CARAFE_STATUS_INVALID_HANDLE;
	status = cf_settle(self->environment, wait->signal);
	if (!CARAFE_SUCCESS(status))
		return status;
	return cf_before_signal(self->environment, wait->signal);
}

/* Adds what signalling and then taking the same object changes; PENDING: it is not signalled. */
static carafe_status change_same(struct cf_self *self, const struct cf_wait *wait,
				 struct cf_changes *changes)
{
	const struct cf_type *type = cf_type_of(wait->signal->info);
	struct cf_view signalled = *wait->signal;
	struct cf_changes taken;
	carafe_status status;

	taken.count = 0;
	if (!type->available(wait->signal))
		return CARAFE_STATUS_PENDING;
	status = type->signal(self->region, wait->signal, wait->identity, changes);
	if (status != CARAFE_STATUS_SUCCESS)
		return status;
	signalled.state = changes->at[0].new;
	if (type->take(self->region, &signalled, wait->identity, &taken) != CF_TAKEN)
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	changes->at[0].new = cf_next(wait->signal->state, cf_value(taken.at[0].new));
	return CARAFE_STATUS_SUCCESS;
}

/* What is waited for is there, whoever may have it. */
static bool is_there(const struct cf_wait *wait)
{
	return cf_type_of(wait->view[0].info)->available(&wait->view[0]);
}

/*
 * The signal comes first, and may give what is waited for to who waits for all of both objects.
 * PENDING: such a one sleeps.  REPARSE: that is not settled, look again.  Else adds that none does.
 */
static carafe_status let_pass(struct cf_self *self, const struct cf_wait *wait,
			      struct cf_changes *changes)
{
	enum cf_outcome outcome;
	bool found;

	if (!cf_waiters(wait->view[0].state) || !cf_waiters(wait->signal->state) || !is_there(wait))
		return CARAFE_STATUS_SUCCESS;
	outcome = cf_queue_find_both(self, wait->signal, wait->view[0].object, changes, &found);
	if (outcome == CF_MISSED)
		return CARAFE_STATUS_REPARSE;
	return found ? CARAFE_STATUS_PENDING : cf_outcome_status(outcome);
}

/*
 * Adds what signalling one object and ending the wait for the other one changes: by what it waits
 * for, or by an alert.  PENDING: neither is there, or others go first.  REPARSE: as let_pass().
 */
static carafe_status change_both(struct cf_self *self, struct cf_wait *wait,
				 struct cf_changes *changes, carafe_status *result)
{
	struct cf_view *view = &wait->view[0];
	enum cf_taken taken;
	carafe_status status;
	uint64_t alert;

	taken = cf_type_of(view->info)->take(self->region, view, wait->identity, changes);
	*result = taken == CF_TAKEN_ABANDONED ? CARAFE_STATUS_ABANDONED_WAIT_0 :
						CARAFE_STATUS_SUCCESS;
	if (taken == CF_NOT_TAKEN) {
		if (!wait->alertable)
			return CARAFE_STATUS_PENDING;
		if (!cf_read(self->region, &self->thread->alert, &alert))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (cf_value(alert) == 0)
			return CARAFE_STATUS_PENDING;
		cf_change(changes, &self->thread->alert, alert, 0);
		*result = CARAFE_STATUS_ALERTED;
	}
	status = cf_type_of(wait->signal->info)
			 ->signal(self->region, wait->signal, wait->identity, changes);
	return status == CARAFE_STATUS_SUCCESS ? let_pass(self, wait, changes) : status;
}

/*
 * Signals and ends the wait in one moment, without a place in a queue, when nothing has to be waited
 * for.  PENDING: it has.
 *
 * A place in the queue of a signalled object would be served before the wait begins, and could not
 * be; and in between others could take what was there when the signal was given.
 */
static carafe_status signal_at_once(struct cf_self *self, struct cf_wait *wait)
{
	carafe_status status, result = CARAFE_STATUS_SUCCESS;
	struct cf_changes changes;
	uint32_t news;

	do {
		status = view_both(self, wait);
		if (!CARAFE_SUCCESS(status))
			return status;
		changes.count = 0;
		status = signals_itself(wait) ? change_same(self, wait, &changes) :
						change_both(self, wait, &changes, &result);
		if (status == CARAFE_STATUS_REPARSE)
			continue;
		if (status != CARAFE_STATUS_SUCCESS)
			return status;
		news = result != CARAFE_STATUS_ALERTED && !signals_itself(wait) &&
		       is_new(wait, &wait->view[0]);
		status = commit(self->environment, wait, 0, 1, news, &changes);
	} while (status == CARAFE_STATUS_PENDING || status == CARAFE_STATUS_REPARSE);
	if (CARAFE_SUCCESS(status))
		status = cf_distribute(self->environment, wait->signal->object);
	wait->index = 0;
	return CARAFE_SUCCESS(status) ? result : status;
}

/*
 * Adds that our block still is the newest of its queue.  PENDING: somebody came after it, who may
 * wait already; but who signals later waits later.
 */
static carafe_status compare_newest(struct cf_self *self, struct cf_changes *changes)
{
	struct cf_block *block = &self->thread->block[0];
	uint64_t next;

	if (!cf_read(self->region, &block->next, &next))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	if (cf_value(next) != CF_HEAD)
		return CARAFE_STATUS_PENDING;
	cf_compare(changes, &block->next, next);
	return CARAFE_STATUS_SUCCESS;
}

/*
 * Adds the signal, and that nothing is there that would end the wait at once, unless others may have it
 * by the signal: then the wait begins in any case.  PENDING: something is, or the signal is not
 * possible now.
 */
static carafe_status change_signal(struct cf_self *self, struct cf_wait *wait,
				   struct cf_changes *changes)
{
	struct cf_changes other;
	carafe_status status, result;
	uint64_t alert;

	other.count = 0;
	status = view_both(self, wait);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = signals_itself(wait) ? change_same(self, wait, &other) :
					change_both(self, wait, &other, &result);
	if (status != CARAFE_STATUS_PENDING)
		return CARAFE_SUCCESS(status) ? CARAFE_STATUS_PENDING : status;
	status = compare_newest(self, changes);
	if (status != CARAFE_STATUS_SUCCESS)
		return status;
	if (!signals_itself(wait))
		cf_compare(changes, &wait->view[0].object->state, wait->view[0].state);
	if (wait->alertable) {
		if (!cf_read(self->region, &self->thread->alert, &alert))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (cf_value(alert) != 0 && !signals_itself(wait) && !is_there(wait))
			return CARAFE_STATUS_PENDING;
		cf_compare(changes, &self->thread->alert, alert);
	}
	return cf_type_of(wait->signal->info)
		->signal(self->region, wait->signal, wait->identity, changes);
}

/* Says WAITING, and signals in the same moment what is to be signalled. */
static carafe_status enter(struct cf_self *self, struct cf_wait *wait, uint64_t idle, bool *entered)
{
	struct cf_changes changes;
	enum cf_outcome outcome;
	carafe_status status;

	changes.count = 0;
	*entered = false;
	if (wait->signal != NULL) {
		status = change_signal(self, wait, &changes);
		if (status != CARAFE_STATUS_SUCCESS)
			return status == CARAFE_STATUS_PENDING ? CARAFE_STATUS_SUCCESS : status;
	}
	cf_change(&changes, &self->thread->wait, idle, CF_WAITING);
	outcome = cf_kcas(self, &changes);
	*entered = outcome == CF_DONE;
	return outcome == CF_MISSED ? CARAFE_STATUS_SUCCESS : cf_outcome_status(outcome);
}

/* Links all blocks and begins to wait; *satisfied: there was no need to. */
static carafe_status begin(struct cf_self *self, struct cf_wait *wait, bool *satisfied)
{
	uint32_t blocks = wait->count + (wait->alert_object ? 1 : 0);
	carafe_status status;
	bool entered = false, again = false;
	uint64_t idle;
	uint32_t i;

	*satisfied = false;
	do {
		if (wait->signal != NULL) {
			status = signal_at_once(self, wait);
			*satisfied = CARAFE_SUCCESS(status) && status != CARAFE_STATUS_PENDING;
			if (status != CARAFE_STATUS_PENDING)
				return status;
		}
		/*
		 * Who took our place away was serving what is signalled.  Two who begin to wait for
		 * the same would go on doing that to each other if neither looked.
		 */
		if (again && wait->signal == NULL) {
			status = cf_wait_now(self->environment, wait);
			*satisfied = CARAFE_SUCCESS(status) && status != CARAFE_STATUS_PENDING;
			if (status != CARAFE_STATUS_PENDING)
				return status;
		}
		again = true;
		if (!cf_read(self->region, &self->thread->wait, &idle) ||
		    (cf_value(idle) & CF_STATE) != CF_IDLE)
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		for (i = 0; i < blocks; i++) {
			status = link_one(self, i, &wait->view[i]);
			if (!CARAFE_SUCCESS(status))
				return status;
		}
		describe(self, wait);
		(void)cf_swap32(&self->thread->park, CF_RUNNING);
		status = enter(self, wait, idle, &entered);
		if (!CARAFE_SUCCESS(status))
			return status;
	} while (!entered);
	if (wait->signal == NULL || signals_and_polls(wait))
		return CARAFE_STATUS_SUCCESS;
	status = cf_distribute(self->environment, wait->signal->object);
	/* So that nobody does it again for as long as we sleep. */
	if (CARAFE_SUCCESS(status))
		cf_store32_relaxed(&self->thread->signal, 0);
	return status;
}

/*
 * Somebody may have granted an object and not got to wake whom he gave it to; we are about to
 * depend on that.
 */
static void wake_predecessors(struct cf_self *self, const struct cf_wait *wait)
{
	uint32_t i;

	for (i = 0; i < wait->count; i++) {
		uint32_t granted = cf_load32_relaxed(&wait->view[i].object->granted);
		struct cf_thread *thread;

		if (granted == 0)
			continue;
		thread = cf_thread_at(self->region, granted - 1);
		if (thread != NULL && thread != self->thread)
			cf_wake_owed(thread);
	}
}

/* Spins for as long as that has been worth while lately; true when somebody woke us. */
static bool spin(struct cf_self *self)
{
	uint32_t limit = self->environment->spin;
	uint32_t left;

	for (left = self->spin; left > 0; left--) {
		if (cf_load32_relaxed(&self->thread->park) == CF_KICKED) {
			self->spin = self->spin < limit / 2 ? self->spin * 2 : limit;
			return true;
		}
		cf_relax();
	}
	self->spin = self->spin / 2 > limit / 16 ? self->spin / 2 : limit / 16;
	return false;
}

/* Takes back WAITING; false when the grant was first. */
static bool cancel(struct cf_self *self, bool *sound)
{
	uint64_t bits;

	do {
		*sound = cf_read(self->region, &self->thread->wait, &bits);
		if (!*sound || !cf_wait_waiting(bits))
			return false;
	} while (!cf_cas(&self->thread->wait, bits, cf_next(bits, CF_IDLE)));
	return true;
}

void cf_wait_suspend(struct carafe_environment *environment)
{
	struct cf_self *self = cf_self_waiting(environment);
	bool sound;

	/* A sleep that the system restarts must find that it need not sleep. */
	if (self != NULL && cancel(self, &sound))
		(void)cf_swap32(&self->thread->park, CF_KICKED);
}

/* Offers one object of our wait for any to its queue, if anybody there could take it. */
static carafe_status look_at(struct cf_self *self, const struct cf_wait *wait,
			     struct cf_object *object)
{
	const struct cf_type *type;
	enum cf_outcome outcome;
	struct cf_view view;

	if (!cf_view_take(self->region, object, &view))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	type = cf_type_of(view.info);
	/* Once we are granted another one it may go away. */
	if (type == NULL)
		return CARAFE_STATUS_SUCCESS;
	if (cf_view_unsettled(type, &view))
		return cf_distribute(self->environment, object);
	/* Nobody else could have what is ours. */
	if (type->owned && cf_value(view.state) == wait->identity &&
	    cf_satisfy(self, self->thread, object, &outcome) == CF_UNSOUND)
		return cf_outcome_status(outcome);
	return CARAFE_STATUS_SUCCESS;
}

/*
 * Satisfies our wait if that can be had: a signaller who came before us does not know of us, or may
 * have stopped before he looked at the queue.  Whoever came earlier goes first.
 */
static carafe_status look(struct cf_self *self, const struct cf_wait *wait)
{
	uint32_t blocks = wait->count + (wait->alert_object ? 1 : 0);
	carafe_status status = CARAFE_STATUS_SUCCESS;
	enum cf_outcome outcome;
	uint32_t i;

	for (i = wait->all ? wait->count : 0; i < blocks && CARAFE_SUCCESS(status); i++)
		status = look_at(self, wait, wait->view[i].object);
	if (CARAFE_SUCCESS(status) &&
	    cf_satisfy(self, self->thread, NULL, &outcome) == CF_UNSOUND)
		return cf_outcome_status(outcome);
	return status;
}

/*
 * Sleeps until the wait is granted or given up; then the wait word is GRANTED or IDLE.  PENDING:
 * granted; REPARSE: a handler took us out, begin again.
 */
static carafe_status sleep_through(struct cf_self *self, struct cf_wait *wait)
{
	struct cf_thread *thread = self->thread;
	enum os_parked parked = OS_LOOK;
	bool sound = true, ready = false;
	carafe_status status;
	uint64_t bits;

	for (;;) {
		cf_fence_after_cas();
		if (!cf_read(self->region, &thread->wait, &bits))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (cf_wait_granted(bits))
			return CARAFE_STATUS_PENDING;
		if (!cf_wait_waiting(bits))
			return parked == OS_INTERRUPTED ? CARAFE_STATUS_CANCELLED
							: CARAFE_STATUS_REPARSE;
		status = look(self, wait);
		if (!CARAFE_SUCCESS(status)) {
			(void)cancel(self, &sound);
			return status;
		}
		/*
		 * As it was before the look: a signal-and-wait that counts on us to use its signal up
		 * changes it (core/queue.c), and is given to us by the next look.
		 */
		if (parked == OS_LATE && cf_cas(&thread->wait, bits, cf_next(bits, CF_IDLE)))
			return CARAFE_STATUS_TIMEOUT;
		if (parked == OS_INTERRUPTED && wait->interruptible && cancel(self, &sound))
			return CARAFE_STATUS_CANCELLED;
		if (!sound)
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (!cf_read(self->region, &thread->wait, &bits))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (!cf_wait_waiting(bits) || parked == OS_LATE)
			continue;
		if (!ready) {
			wake_predecessors(self, wait);
			cf_round_offer(self->environment);
			ready = true;
		}
		parked = OS_LOOK;
		if (!spin(self) && cf_cas32(&thread->park, CF_RUNNING, CF_PARKED))
			parked = os_park(&thread->park, CF_PARKED, wait->clock, wait->deadline,
					 wait->interruptible);
		(void)cf_swap32(&thread->park, CF_RUNNING);
	}
}

/* Which views a grant took. */
struct range {
	uint32_t first, end;
};

static struct range range_of(const struct cf_wait *wait)
{
	/* An alert object ends even a wait for all by itself. */
	if (wait->all && wait->index < wait->count)
		return (struct range){ 0, wait->count };
	return (struct range){ wait->index, wait->index + 1 };
}

/*
 * What was granted and is about to be acknowledged; a grant that made us own it left no recursion.
 */
static void note_granted(struct cf_self *self, const struct cf_wait *wait,
			 const struct range *taken)
{
	uint64_t second;
	uint32_t i;

	for (i = taken->first; i < taken->end; i++) {
		struct cf_object *object = wait->view[i].object;

		if (!cf_type_of(wait->view[i].info)->owned)
			continue;
		if (!cf_read(self->region, &object->second, &second) || cf_value(second) == 0)
			cf_owned_note(self, cf_object_index(self->region, object),
				      taken->end - taken->first == 1);
	}
}

/* From GRANTED to IDLE: nobody takes the grant back any more. */
static bool end_wait(struct cf_self *self)
{
	uint64_t bits;

	do {
		if (!cf_read(self->region, &self->thread->wait, &bits))
			return false;
	} while (!cf_cas(&self->thread->wait, bits, cf_next(bits, CF_IDLE)));
	return true;
}

/* Those whom the same signal releases come before all that we do next (core/satisfy.h). */
static carafe_status finish_signals(struct cf_self *self, struct cf_wait *wait,
				    const struct range *taken)
{
	carafe_status status = CARAFE_STATUS_SUCCESS;
	uint32_t i;

	for (i = taken->first; i < taken->end && CARAFE_SUCCESS(status); i++) {
		struct cf_view *view = &wait->view[i];

		if (cf_view_again(self->region, view) &&
		    cf_view_unsettled(cf_type_of(view->info), view))
			status = cf_distribute(self->environment, view->object);
	}
	return status;
}

/* Makes the grant ours for good. */
static carafe_status acknowledge(struct cf_self *self, struct cf_wait *wait)
{
	carafe_status status = CARAFE_STATUS_SUCCESS;
	struct range taken;
	uint32_t value;
	uint64_t bits;
	bool sound;

	if (!cf_read(self->region, &self->thread->wait, &bits) || !cf_wait_granted(bits))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	value = cf_value(bits);
	wait->index = value >> CF_GRANT_SHIFT;
	if (wait->index > wait->count ||
	    (wait->index == wait->count && !wait->alert_object && wait->count > 0))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	taken = range_of(wait);
	cf_noting_begin(self);
	if (wait->owner && (value & CF_GRANT_ALERTED) == 0 && wait->index < wait->count)
		note_granted(self, wait, &taken);
	sound = end_wait(self);
	cf_noting_end(self);
	if (sound && (value & CF_GRANT_SHARED) != 0)
		status = finish_signals(self, wait, &taken);
	if (!sound || !CARAFE_SUCCESS(status))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	if ((value & CF_GRANT_ALERTED) != 0)
		return CARAFE_STATUS_ALERTED;
	return (value & CF_GRANT_ABANDONED) != 0 ? CARAFE_STATUS_ABANDONED_WAIT_0 :
						    CARAFE_STATUS_SUCCESS;
}

/*
 * As sleep_through(), for what is over with its signal and need not sleep: nobody may have ended it
 * yet.
 */
static carafe_status poll_through(struct cf_self *self, struct cf_wait *wait)
{
	carafe_status status = cf_finish_signal(self->environment, self->thread);
	bool sound = true;
	uint64_t bits;

	if (!CARAFE_SUCCESS(status)) {
		(void)cancel(self, &sound);
		return status;
	}
	if (!cf_read(self->region, &self->thread->wait, &bits))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	if (cf_wait_granted(bits))
		return CARAFE_STATUS_PENDING;
	if (cf_view_again(self->region, &wait->view[0]))
		status = not_taken(self->environment, wait, &wait->view[0]);
	return CARAFE_SUCCESS(status) ? CARAFE_STATUS_TIMEOUT : status;
}

/*
 * A wait that came with a signal has not been polled before: what poll_any() would have been refused
 * is told here, once the signal was given.
 */
static carafe_status refuse(struct cf_self *self, struct cf_wait *wait)
{
	struct cf_view *view = &wait->view[0];
	carafe_status status;
	bool sound = true;

	if (wait->signal == NULL || !cf_view_again(self->region, view))
		return CARAFE_STATUS_SUCCESS;
	status = not_taken(self->environment, wait, view);
	if (status == CARAFE_STATUS_PENDING || !cancel(self, &sound))
		return sound ? CARAFE_STATUS_SUCCESS : CARAFE_STATUS_FILE_CORRUPT_ERROR;
	return status;
}

static carafe_status wait_as(struct cf_self *self, struct cf_wait *wait)
{
	carafe_status status;
	bool satisfied;

	self->waiting = true;
	do {
		status = begin(self, wait, &satisfied);
		if (satisfied || !CARAFE_SUCCESS(status))
			break;
		if (signals_and_polls(wait)) {
			status = poll_through(self, wait);
			break;
		}
		status = refuse(self, wait);
		if (CARAFE_SUCCESS(status))
			status = sleep_through(self, wait);
	} while (status == CARAFE_STATUS_REPARSE);
	if (status == CARAFE_STATUS_PENDING)
		status = acknowledge(self, wait);
	self->waiting = false;
	return status;
}

carafe_status cf_wait_later(struct carafe_environment *environment, struct cf_wait *wait)
{
	struct cf_self *self, borrowed;
	carafe_status status;

	if (wait->signal == NULL && wait->deadline != OS_NEVER &&
	    (wait->deadline == 0 || os_now(wait->clock) >= wait->deadline))
		return CARAFE_STATUS_TIMEOUT;
	status = cf_self(environment, &self);
	if (!CARAFE_SUCCESS(status))
		return status;
	if (!self->waiting)
		return wait_as(self, wait);
	if (!wait->interruptible)
		return CARAFE_STATUS_NOT_SUPPORTED;
	status = cf_self_borrow(environment, &borrowed);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = wait_as(&borrowed, wait);
	cf_self_return(&borrowed);
	return status;
}
