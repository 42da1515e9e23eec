/* SPDX-License-Identifier: MIT */
/*
 * os/darwin/clock.c - the two clocks.
 *
 * Darwin's CLOCK_MONOTONIC counts while the machine is suspended; what does not is mach_absolute_time(),
 * by which the kernel also measures sleeps.  It counts ticks (of 125/3 ns on Apple silicon), so it is
 * read as CLOCK_UPTIME_RAW, which is the same in nanoseconds.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include "os/os.h"
#include "os/posix/clock.h"

uint64_t os_now(enum os_clock clock)
{
	return cf_read_clock(clock == OS_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_UPTIME_RAW);
}
