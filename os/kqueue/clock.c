/* SPDX-License-Identifier: MIT */
/*
 * os/kqueue/clock.c - the two clocks of FreeBSD and OpenBSD; CLOCK_UPTIME stops while the machine is
 * suspended.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <time.h>

#include "os/os.h"

uint64_t os_now(enum os_clock clock)
{
	struct timespec now = { 0, 0 };

	clock_gettime(clock == OS_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_UPTIME, &now);
	if (now.tv_sec < 0) /* a real-time clock set before 1970 */
		return 0;
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
