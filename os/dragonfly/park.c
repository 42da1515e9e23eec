/* SPDX-License-Identifier: MIT */
/*
 * os/dragonfly/park.c - sleeping on a word of shared memory: umtx_sleep().
 *
 * The kernel knows the word by the physical address that it has when the sleep begins.  Paging and
 * fork() can change that, so no sleep is longer than kern.umtx_timeout_max (2 s), and a fork() in any
 * thread wakes all sleepers of the process.  It wants the word writable.
 *
 * A time-out is a span in microseconds, 0 for none; a deadline is turned into one here.
 *
 * Early returns: every two seconds, at a fork(), at the end of a slice, and a signal, whether or not
 * its handler restarts calls.
 *
 * What happens if a process dies here: the kernel forgets its sleepers.  A waker that dies before
 * the wake leaves a sleeper for the janitor to wake, if the two seconds do not.
 */
#include <config.h>

#include <errno.h>
#include <unistd.h>

#include "os/os.h"
#include "os/posix/slice.h"

/* What the kernel allows, unless the administrator changed it. */
#define LONGEST UINT64_C(2000000000)

/* Rounded up, or the last part of a sleep would be none: 0 means "no end". */
static int microseconds(uint64_t nanoseconds)
{
	uint64_t span = nanoseconds < LONGEST ? nanoseconds : LONGEST;

	return span == 0 ? 1 : (int)((span + 999) / 1000);
}

enum os_parked os_park(const uint32_t *word, uint32_t expected, enum os_clock clock,
		       uint64_t deadline, bool restartable)
{
	enum os_parked parked = OS_LOOK;
	int saved = errno;

	(void)restartable; /* the kernel does not */
	if (umtx_sleep((volatile const int *)(const volatile void *)word, (int)expected,
		       microseconds(cf_slice(clock, deadline))) < 0) {
		if (errno == EINTR)
			parked = OS_INTERRUPTED;
		else if (errno == EWOULDBLOCK)
			parked = cf_slept(clock, deadline);
	}
	errno = saved;
	return parked;
}

void os_unpark(uint32_t *word)
{
	int saved = errno;

	(void)umtx_wakeup((volatile const int *)(volatile void *)word, 1);
	errno = saved;
}
