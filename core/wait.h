/* SPDX-License-Identifier: MIT */
/*
 * core/wait.h - waiting for objects, for handles and for the ntsync ABI alike.
 *
 * What happens if a process dies here: its wait ends silently; what it was granted and did not
 * acknowledge is given back by the sweep.
 */
#ifndef CF_WAIT_H
#define CF_WAIT_H

#include <carafe/status.h>

#include "core/thread.h"
#include "core/type.h"
#include "os/os.h"

struct cf_wait {
	struct cf_view view[CF_BLOCKS]; /* the objects, then the alert object if there is one */
	uint32_t count;
	uint32_t identity;	/* who acquires mutants */
	bool all;
	bool alertable;		/* the thread's alert ends it */
	bool alert_object;	/* view[count] ends it */
	bool interruptible;	/* a signal ends it, and it may nest (ntsync) */
	bool owner;		/* acquired mutants are abandoned when the thread dies (NT) */
	enum os_clock clock;
	uint64_t deadline;	/* ns; 0 polls, OS_NEVER never passes */
	struct cf_view *signal;	/* signalled in the moment in which the wait begins, or NULL */
	uint32_t index;		/* out: which object, or count for the alert object */
};

/*
 * Satisfies the wait if that can be had without sleeping: SUCCESS or ABANDONED_WAIT_0 (index says
 * which; not added), ALERTED.  PENDING: it cannot; deadline and signal do not matter here.
 * INVALID_HANDLE: an object went away; INSUFFICIENT_RESOURCES, DISK_FULL: no thread slot;
 * FILE_CORRUPT_ERROR; what a type refuses.
 */
carafe_status cf_wait_now(struct carafe_environment *environment, struct cf_wait *wait);

/*
 * Waits, after cf_wait_now() or with something to signal.  As that, but TIMEOUT instead of PENDING;
 * CANCELLED: a signal came (interruptible only); NOT_SUPPORTED: inside a handler that interrupted a
 * wait; what signal() says.
 */
carafe_status cf_wait_later(struct carafe_environment *environment, struct cf_wait *wait);

/*
 * Takes view[number] if it is signalled: SUCCESS or ABANDONED_WAIT_0, with index = number.
 * PENDING: it is not; else as cf_wait().  Never sleeps.
 */
carafe_status cf_wait_poll(struct carafe_environment *environment, struct cf_wait *wait,
			   uint32_t number);

/*
 * Takes the calling thread out of an interruptible wait that a signal handler interrupted, before
 * the handler does anything that could satisfy it; and out of one that a handler left by
 * siglongjmp().  The interrupted wait ends with CANCELLED, or begins anew after a handler with
 * SA_RESTART.  No effect outside of handlers. [signal-safe]
 */
void cf_wait_suspend(struct carafe_environment *environment);

#endif
