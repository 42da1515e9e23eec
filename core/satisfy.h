/* SPDX-License-Identifier: MIT */
/*
 * core/satisfy.h - completing waits.
 *
 * What happens if a process dies here: core/satisfy.c says it; the next visitor of the object, or
 * the janitor's round, goes on.
 */
#ifndef CF_SATISFY_H
#define CF_SATISFY_H

#include <carafe/status.h>

#include "core/kcas.h"
#include "core/thread.h"
#include "core/type.h"

/* In cf_thread.flags. */
#define CF_WAIT_ALL 1u	  /* all of block[0, count) at once, else any */
#define CF_WAIT_ALERT 2u  /* the thread's alert word ends it */
#define CF_WAIT_EVENT 4u  /* block[count] is an alert object (ntsync) */
#define CF_WAIT_POLL 8u	  /* over once what it signalled is given (signal-and-wait) */
#define CF_WAIT_MASK 15u

enum cf_satisfied {
	CF_SATISFIED,	/* this call granted the wait and woke the waiter */
	CF_NOT_NOW,	/* its objects do not allow it */
	CF_NOT_WAITING, /* there is no wait to satisfy */
	CF_UNSOUND	/* the environment is damaged, or descriptors ran out: see *outcome */
};

/*
 * Completes the wait of a thread if its objects allow it.  Of those that a wait for any names it takes
 * only the object that is being offered to its queue, or none: what else is signalled may be due to
 * somebody who came earlier.  Anybody may call it for anybody. [signal-safe]
 */
enum cf_satisfied cf_satisfy(struct cf_self *self, struct cf_thread *thread,
			     const struct cf_object *object, enum cf_outcome *outcome);

/*
 * A pulse, a set of a notification event, and a release of several units are one step to all who see it,
 * although it takes many: who was released first must not change what the others are waiting for, or
 * give them something else, before they have been released.
 * So before it goes on it distributes the object, which its grant calls shared; and the sweep of a dead
 * signaller does, before it changes anything else.
 *
 * Offers an available object to those who queue for it, oldest first, until it is taken or nobody
 * can take it; ends a pulse.  To be called after every change that makes an object available while
 * it has waiters, and by whoever meets such an object before its own work. [signal-safe]
 */
carafe_status cf_distribute(struct carafe_environment *environment, struct cf_object *object);

/* Does that for all that a waiting thread waits for, where a signaller did not get to; for the round. */
carafe_status cf_distribute_for(struct carafe_environment *environment, struct cf_thread *thread);

/*
 * Does that for every object; for the sweep.  Not only waits that have begun count: who has its places
 * already would take what the dead had begun to give, later.  What is damaged is left for whoever needs
 * it.
 */
void cf_distribute_all(struct carafe_environment *environment);

/*
 * Who signals and waits is waiting from the moment of the signal, before that has been given.  To all
 * others both are one step: whoever could show that the wait has begun, because he ends it or comes
 * after it, gives the signal first.  So he who waits is the newest of his queue for as long.
 *
 * Gives what a thread signalled when its wait began, then offers it what it waits for; a wait that only
 * polls is over then.  [signal-safe]
 */
carafe_status cf_finish_signal(struct carafe_environment *environment, struct cf_thread *thread);

/* Does that for the newest of the viewed object's queue, which must have one.  [signal-safe] */
carafe_status cf_finish_newest(struct carafe_environment *environment, const struct cf_view *view);

/*
 * To be called before a change of the viewed object that makes it available, and only as long as it is
 * as viewed: does what has to come before.  Fails when the calling thread could not distribute it: a
 * call that fails has changed nothing.  [signal-safe]
 */
carafe_status cf_before_signal_waiters(struct carafe_environment *environment,
				       const struct cf_view *view);

static inline carafe_status cf_before_signal(struct carafe_environment *environment,
					     const struct cf_view *view)
{
	return cf_waiters(view->state) ? cf_before_signal_waiters(environment, view)
				       : CARAFE_STATUS_SUCCESS;
}

/*
 * Lets those who queue go first, if the viewed object is available; then the view is fresh.
 * INVALID_HANDLE: the object went away.
 */
carafe_status cf_settle_queue(struct carafe_environment *environment, struct cf_view *view);

static inline carafe_status cf_settle(struct carafe_environment *environment, struct cf_view *view)
{
	return cf_waiters(view->state) ? cf_settle_queue(environment, view) : CARAFE_STATUS_SUCCESS;
}

#endif
