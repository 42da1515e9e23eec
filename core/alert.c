/* SPDX-License-Identifier: MIT */
/*
 * core/alert.c - a thread's alert, and thread ids.  See <carafe/thread.h>.
 *
 * The alert word of a thread says 1 from the alert to the alertable wait that tells of it.  Setting
 * it compares the slot's owner word, so that the slot's next user does not get it.  Two alerts are
 * one only if the thread did not wait in between: who finds the word set first gives what it says to
 * the wait that it ends.
 *
 * What happens if a process dies here: between setting the word and looking at the wait, the
 * janitor's round does not help, but the thread sees the word when it looks next; nobody was told
 * that it was alerted.
 */
#include <carafe/thread.h>

#include "core/environment.h"
#include "core/kcas.h"
#include "core/satisfy.h"
#include "core/thread.h"

carafe_status carafe_thread_id(carafe_environment *environment, uint32_t *id)
{
	struct cf_self *self;
	carafe_status status;

	if (environment == NULL)
		return CARAFE_STATUS_INVALID_PARAMETER;
	if (id == NULL)
		return CARAFE_STATUS_ACCESS_VIOLATION;
	status = cf_self(environment, &self);
	if (CARAFE_SUCCESS(status))
		*id = self->id;
	return status;
}

/*
 * Gives an alert that a wait was not told of yet to that wait, which must not have this one with it.
 * CF_MISSED: it was given, look again.
 */
static enum cf_outcome settle(struct cf_self *self, struct cf_thread *thread, uint64_t alert)
{
	enum cf_satisfied given;
	enum cf_outcome outcome;

	if (cf_value(alert) == 0)
		return CF_DONE;
	given = cf_satisfy(self, thread, NULL, &outcome);
	if (given == CF_UNSOUND)
		return outcome;
	return given == CF_SATISFIED ? CF_MISSED : CF_DONE;
}

carafe_status carafe_thread_alert(carafe_environment *environment, uint32_t id)
{
	uint64_t owner, alert;
	struct cf_changes changes;
	struct cf_thread *thread;
	enum cf_outcome outcome;
	struct cf_self *self;
	carafe_status status;

	if (environment == NULL)
		return CARAFE_STATUS_INVALID_PARAMETER;
	status = cf_self(environment, &self);
	if (!CARAFE_SUCCESS(status))
		return status;
	do {
		thread = cf_thread_of_id(self->region, id, &owner);
		if (thread == NULL)
			return CARAFE_STATUS_INVALID_CID;
		if (!cf_read(self->region, &thread->alert, &alert))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		status = cf_finish_signal(environment, thread);
		if (!CARAFE_SUCCESS(status))
			return status;
		outcome = settle(self, thread, alert);
		if (outcome != CF_DONE)
			continue;
		changes.count = 0;
		cf_change(&changes, &thread->alert, alert, 1);
		cf_compare(&changes, &thread->owner, owner);
		outcome = cf_kcas(self, &changes);
	} while (outcome == CF_MISSED);
	if (outcome != CF_DONE)
		return cf_outcome_status(outcome);
	cf_fence_after_cas();
	if (cf_satisfy(self, thread, NULL, &outcome) == CF_UNSOUND)
		return cf_outcome_status(outcome);
	return CARAFE_STATUS_SUCCESS;
}
