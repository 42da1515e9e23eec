/* SPDX-License-Identifier: MIT */
/*
 * core/wake.h - the wait word and the park word of a thread.
 *
 * Wait word (a cf_word; value):
 *	IDLE		no wait, or one that is being prepared or undone by the thread itself
 *	WAITING		all of the thread's blocks [0, count) are linked; count, flags and identity
 *			are valid
 *	GRANTED		somebody completed the wait; index, abandoned and alerted say how.  The
 *			thread has not acknowledged it yet: if it dies now the grant is given back
 * IDLE -> WAITING -> IDLE by the thread, and the end of a wait that only polls by anybody; WAITING ->
 * GRANTED by the KCAS that consumes the objects, by anybody; GRANTED -> IDLE by the thread (acknowledged) or by the sweep (given back).
 *
 * Park word: 0 running, 1 parked, 2 kicked.  The sleeper goes from 0 to 1 and does not sleep when
 * that fails; a waker swaps in 2 and calls the system only when it was 1.  One word, so neither can
 * miss the other.
 *
 * What happens if a process dies here: between a grant and the end of cf_wake() the waiter sleeps
 * on; the janitor's round (core/round.c), and whoever is about to sleep on the same object, wake
 * it.
 */
#ifndef CF_WAKE_H
#define CF_WAKE_H

#include "core/layout.h"
#include "core/word.h"
#include "os/os.h"

#define CF_IDLE 0u
#define CF_WAITING 1u
#define CF_GRANTED 2u
#define CF_STATE 3u
#define CF_GRANT_ABANDONED 4u /* one of the objects was an abandoned mutant */
#define CF_GRANT_ALERTED 8u   /* ended by the thread's alert, no object was consumed */
#define CF_GRANT_PULSE 16u    /* one of them was being pulsed: what it released stays released */
#define CF_GRANT_SHARED 32u   /* its signal may release others too (core/satisfy.h) */
#define CF_GRANT_SHIFT 8u     /* the index above it */

#define CF_RUNNING 0u
#define CF_PARKED 1u
#define CF_KICKED 2u

static inline bool cf_wait_granted(uint64_t bits)
{
	return (cf_value(bits) & CF_STATE) == CF_GRANTED;
}

static inline bool cf_wait_waiting(uint64_t bits)
{
	return (cf_value(bits) & CF_STATE) == CF_WAITING;
}

/* [signal-safe] */
static inline void cf_wake(struct cf_thread *thread)
{
	if (cf_swap32(&thread->park, CF_KICKED) == CF_PARKED)
		os_unpark(&thread->park);
}

/*
 * Wakes a thread that was granted its wait by somebody who did not get to wake it.  KICKED tells
 * nothing here: the waker may have died between its swap and its call of the system.  RUNNING does
 * not either, before the swap: the thread may have looked before the grant and be about to park.
 */
static inline void cf_wake_owed(struct cf_thread *thread)
{
	uint64_t bits = cf_load_relaxed(&thread->wait);

	/* In a change it may be granted; then one look too many does no harm. */
	if (!cf_described(bits) && !cf_wait_granted(bits))
		return;
	if (cf_swap32(&thread->park, CF_KICKED) != CF_RUNNING)
		os_unpark(&thread->park);
}

#endif
