/* SPDX-License-Identifier: MIT */
/*
 * os/kqueue/clock.c - the two clocks of FreeBSD and OpenBSD; CLOCK_UPTIME stops while the machine is
 * suspended.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include "os/os.h"
#include "os/posix/clock.h"

uint64_t os_now(enum os_clock clock)
{
	return cf_read_clock(clock == OS_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_UPTIME);
}
