/* SPDX-License-Identifier: MIT */
/*
 * wait.h - waiting for objects.
 *
 * What it means to an object that a wait for it is satisfied:
 *
 *				it is signalled when		it then
 *	notification event	it is set			stays set
 *	synchronization event	it is set			is reset
 *	mutant			it is free, or the waiting	is owned by the waiting thread,
 *				thread owns it			once more
 *	semaphore		its count is not 0		counts one less
 *
 * A wait references the objects, not the handles: it goes on when these are closed meanwhile.
 *
 * The time-out is a pointer to a number of units of 100 ns:
 *
 *	NULL		for ever
 *	0		look once and do not sleep
 *	negative	so much from now on (-10000 is a millisecond), on a clock that nobody sets
 *	positive	until that moment, counted from 1601-01-01 00:00 UTC, on the clock of the
 *			day, which people do set: the wait ends by what it shows then.  A moment
 *			that is past is as 0.
 *
 * A number that is too large for the system's clock, as INT64_MIN and INT64_MAX are, means for
 * ever.  No wait ends early: not for a signal (which is handled, and the wait goes on to its
 * first deadline), and not for a rounded clock.
 *
 * alertable	not 0: carafe_thread_alert() ends the wait, see thread.h
 *
 * When several things are true at once, a satisfied wait comes first, then the alert, then the
 * time-out.  A wait that ends with anything but a satisfied wait has changed no object.
 *
 * A wait that is satisfied synchronizes with whoever made it so: see each type's header.
 *
 * Signal handlers.  A handler may wait, but not if it interrupted a wait of the same thread in
 * the same environment: that gives NOT_SUPPORTED, and the interrupted wait goes on undisturbed.
 * A handler that interrupted a wait must return to it: after a longjmp() the thread must not
 * use the environment again.  A wait is no cancellation point (pthread_cancel()).
 */
#ifndef CARAFE_WAIT_H
#define CARAFE_WAIT_H

#include <stdint.h>

#include <carafe/api.h>
#include <carafe/environment.h>
#include <carafe/status.h>
#include <carafe/types.h>

enum carafe_wait_type {
	CARAFE_WAIT_ALL = 0,
	CARAFE_WAIT_ANY = 1
};

CARAFE_BEGIN_DECLS

/*
 * Waits for one object (NtWaitForSingleObject).
 *
 *	WAIT_0			satisfied
 *	ABANDONED_WAIT_0	satisfied, and the mutant's last owner died owning it
 *	ALERTED			the wait is alertable and the thread was alerted
 *	TIMEOUT			the time is over
 *	INVALID_PARAMETER	environment is NULL
 *	INVALID_HANDLE		no such handle is open
 *	ACCESS_DENIED		the handle lacks CARAFE_SYNCHRONIZE
 *	MUTANT_LIMIT_EXCEEDED	the thread owns the mutant 2^31 times already
 *	NOT_SUPPORTED		called in a signal handler that interrupted a wait (above)
 *	INSUFFICIENT_RESOURCES	there is no place for this thread in the environment
 *
 * Sleeps.  Async-signal-safe with the exception above.
 */
CARAFE_API carafe_status carafe_wait_one(carafe_environment *environment, carafe_handle handle,
					 int alertable, const int64_t *timeout);

/*
 * Waits for any or for all of up to 64 objects (NtWaitForMultipleObjects).
 *
 * For any: the first object in the order of the array that is signalled satisfies the wait, and
 * only that one changes.  The same object may be there several times; the lowest place is
 * reported.  While the thread sleeps, the object that is signalled first wins.
 *
 * For all: the wait is satisfied at a moment when all objects are signalled, and all change in one
 * step.  Until then it takes nothing and stands in nobody's way.
 *
 *	WAIT_0 + i		any: satisfied by object i; all: satisfied, i is 0
 *	ABANDONED_WAIT_0 + i	the same, and an acquired mutant's last owner died owning it; all: i
 *				is 0, and all objects are the caller's nevertheless
 *	ALERTED			the wait is alertable and the thread was alerted
 *	TIMEOUT			the time is over
 *	INVALID_PARAMETER	environment is NULL
 *	INVALID_PARAMETER_1	count is 0 or more than CARAFE_MAXIMUM_WAIT_OBJECTS
 *	INVALID_PARAMETER_3	type is neither of the two
 *	ACCESS_VIOLATION	handles is NULL
 *	INVALID_HANDLE		a handle is not open; of several faulty handles the first decides
 *	ACCESS_DENIED		a handle lacks CARAFE_SYNCHRONIZE; the same
 *	INVALID_PARAMETER_MIX	for all: two handles name the same object
 *	MUTANT_LIMIT_EXCEEDED	the wait would acquire a mutant that the thread owns 2^31 times
 *	NOT_SUPPORTED		called in a signal handler that interrupted a wait (above)
 *	INSUFFICIENT_RESOURCES	there is no place for this thread in the environment
 *
 * The errors are looked for in this order (NT counts its parameters from 1 and has no environment
 * among them).  The array is read before the wait and not afterwards.
 *
 * Sleeps.  Async-signal-safe with the exception above.
 */
CARAFE_API carafe_status carafe_wait_many(carafe_environment *environment, uint32_t count,
					  const carafe_handle *handles, enum carafe_wait_type type,
					  int alertable, const int64_t *timeout);

/*
 * Sets an event, releases a mutant once, or releases a semaphore by one, and then waits for an
 * object (NtSignalAndWaitForSingleObject).  Whoever is woken by the signal finds the caller
 * waiting: there is no moment in between in which a pulse of the other object could be lost.
 *
 * The two may be the same object: a synchronization event is then set and consumed at once.
 *
 * The statuses of carafe_wait_one() for the object waited for, but the errors are
 *
 *	INVALID_PARAMETER		environment is NULL
 *	INVALID_HANDLE			signal is not open
 *	INVALID_HANDLE			wait is not open
 *	ACCESS_DENIED			wait lacks CARAFE_SYNCHRONIZE
 *	OBJECT_TYPE_MISMATCH		signal cannot be signalled (no type of this version)
 *	ACCESS_DENIED			signal lacks CARAFE_EVENT_MODIFY_STATE or
 *					CARAFE_SEMAPHORE_MODIFY_STATE (a mutant needs no right)
 *	MUTANT_NOT_OWNED		signal is a mutant that the calling thread does not own
 *	SEMAPHORE_LIMIT_EXCEEDED	signal is a semaphore at its maximum
 *	NOT_SUPPORTED			called in a signal handler that interrupted a wait (above)
 *	INSUFFICIENT_RESOURCES		there is no place for this thread in the environment
 *
 * On each of these nothing was signalled and nothing was waited for.  Only MUTANT_LIMIT_EXCEEDED
 * comes after the signal was given, if the object waited for is at its limit.  After TIMEOUT and
 * ALERTED the signal has been given and stays so.
 *
 * Sleeps.  Async-signal-safe with the exception above.
 */
CARAFE_API carafe_status carafe_signal_and_wait(carafe_environment *environment,
						carafe_handle signal, carafe_handle wait,
						int alertable, const int64_t *timeout);

CARAFE_END_DECLS

#endif
