/* SPDX-License-Identifier: MIT */
/*
 * os/openbsd/park.c - sleeping on a word of shared memory: futex(2).
 *
 * OpenBSD 6.4 is the first whose futexes work between processes.  The kernel knows the word by its
 * memory object as long as the mapping is inherited by children: nothing here may call minherit().
 *
 * A time-out is a span, rounded up to ticks of the kernel's clock, so a deadline is turned into one
 * here; of the real-time clock, in slices.
 *
 * An error comes as -1 and errno, and before 6.7 as the result.  A handler with SA_RESTART is told
 * apart from others (ECANCELED), so a restartable sleep goes on after it.
 *
 * Early returns: a signal, and the end of a slice.
 *
 * What happens if a process dies here: the kernel forgets its sleepers.  A waker that dies before
 * the wake leaves a sleeper for the janitor to wake.
 */
#include <config.h>

#include <errno.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/time.h>
#include <sys/futex.h>

#include "os/os.h"
#include "os/posix/slice.h"

#define NANOSECONDS 1000000000u

/* 0, or an errno. */
static int wait(const uint32_t *word, uint32_t expected, uint64_t slice)
{
	struct timespec span = {
		.tv_sec = (time_t)(slice / NANOSECONDS),
		.tv_nsec = (long)(slice % NANOSECONDS)
	};
	int result = futex((volatile uint32_t *)(uintptr_t)word, FUTEX_WAIT, (int)expected,
			   slice == OS_NEVER ? NULL : &span, NULL);

	return result < 0 ? errno : result;
}

enum os_parked os_park(const uint32_t *word, uint32_t expected, enum os_clock clock,
		       uint64_t deadline, bool restartable)
{
	enum os_parked parked = OS_LOOK;
	int saved = errno, error;

	do
		error = wait(word, expected, cf_slice(clock, deadline));
	while (error == ECANCELED && restartable);
	if (error == EINTR || error == ECANCELED)
		parked = OS_INTERRUPTED;
	else if (error == ETIMEDOUT)
		parked = cf_slept(clock, deadline);
	errno = saved;
	return parked;
}

void os_unpark(uint32_t *word)
{
	int saved = errno;

	(void)futex(word, FUTEX_WAKE, 1, NULL, NULL);
	errno = saved;
}
