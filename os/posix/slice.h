/* SPDX-License-Identifier: MIT */
/*
 * os/posix/slice.h - how long to sleep at once, for systems whose sleep takes a time span or does
 * not follow a clock that is set.
 *
 * A sleep until a time of the real-time clock is cut into slices of a second, after each of which
 * the caller of os_park() looks at the clock again: so a clock that is set forward ends a wait a
 * second late at the most.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#ifndef CARAFE_OS_SLICE_H
#define CARAFE_OS_SLICE_H

#include "os/os.h"

#define CF_SLICE UINT64_C(1000000000)

/* Nanoseconds from now to the deadline, or a slice; OS_NEVER for no end; 0: it has passed. */
static inline uint64_t cf_slice(enum os_clock clock, uint64_t deadline)
{
	uint64_t now, span;

	if (deadline == OS_NEVER)
		return OS_NEVER;
	now = os_now(clock);
	span = deadline > now ? deadline - now : 0;
	return clock == OS_CLOCK_REALTIME && span > CF_SLICE ? CF_SLICE : span;
}

/* What a sleep that ended by its span means. */
static inline enum os_parked cf_slept(enum os_clock clock, uint64_t deadline)
{
	return os_now(clock) >= deadline ? OS_LATE : OS_LOOK;
}

#endif
