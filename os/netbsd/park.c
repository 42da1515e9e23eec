/* SPDX-License-Identifier: MIT */
/*
 * os/netbsd/park.c - sleeping on a word of shared memory: __futex(), as on Linux.
 *
 * NetBSD 10 is the first that has it for programs of its own.  libc has no function for it.
 *
 * The kernel turns a deadline into ticks of its clock when the sleep begins, rounded up, so one of
 * the real-time clock does not follow when that is set: such sleeps are cut into slices.
 *
 * Early returns: a signal, whether or not its handler restarts calls; the end of a slice; and when
 * the kernel has no memory for the sleeper (ENOMEM).
 *
 * What happens if a process dies here: the kernel forgets its sleepers.  A waker that dies before
 * the wake leaves a sleeper for the janitor to wake.
 */
#include <config.h>

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "os/os.h"
#include "os/posix/slice.h"

#define NANOSECONDS 1000000000u

static int wait(const uint32_t *word, uint32_t expected, const struct timespec *span)
{
	return (int)syscall(SYS___futex, word, FUTEX_WAIT, (int)expected, span, NULL, 0, 0);
}

enum os_parked os_park(const uint32_t *word, uint32_t expected, enum os_clock clock,
		       uint64_t deadline, bool restartable)
{
	enum os_parked parked = OS_LOOK;
	int saved = errno;
	uint64_t slice = cf_slice(clock, deadline);
	struct timespec span = {
		.tv_sec = (time_t)(slice / NANOSECONDS),
		.tv_nsec = (long)(slice % NANOSECONDS)
	};

	(void)restartable; /* the kernel does not */
	if (wait(word, expected, slice == OS_NEVER ? NULL : &span) < 0) {
		if (errno == EINTR)
			parked = OS_INTERRUPTED;
		else if (errno == ETIMEDOUT)
			parked = cf_slept(clock, deadline);
		else if (errno == ENOMEM)
			(void)sched_yield();
	}
	errno = saved;
	return parked;
}

void os_unpark(uint32_t *word)
{
	int saved = errno;

	(void)syscall(SYS___futex, word, FUTEX_WAKE, 1, NULL, NULL, 0, 0);
	errno = saved;
}
