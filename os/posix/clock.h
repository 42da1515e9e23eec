/* SPDX-License-Identifier: MIT */
/*
 * os/posix/clock.h - reads a clock of the system, for the clock.c of a backend, which knows what the
 * clock is called that stops while the machine is suspended.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#ifndef CARAFE_OS_CLOCK_H
#define CARAFE_OS_CLOCK_H

#include <stdint.h>
#include <time.h>

/* In nanoseconds. */
static inline uint64_t cf_read_clock(clockid_t clock)
{
	struct timespec now = { 0, 0 };

	clock_gettime(clock, &now);
	if (now.tv_sec < 0) /* a real-time clock set before 1970 */
		return 0;
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
