/* SPDX-License-Identifier: MIT */
/*
 * os/posix/clock.c - the two clocks, where CLOCK_MONOTONIC stops while the machine is suspended
 * (Linux, NetBSD, DragonFly, illumos).  Elsewhere the folder of the system has a clock.c of its own.
 *
 * On Linux a time namespace shifts CLOCK_MONOTONIC, so that a reading means nothing to a process of
 * another.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include "os/os.h"
#include "os/posix/clock.h"

uint64_t os_now(enum os_clock clock)
{
	return cf_read_clock(clock == OS_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC);
}
