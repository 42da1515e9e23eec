/* SPDX-License-Identifier: MIT */
/*
 * os/freebsd/park.c - sleeping on a word of shared memory: _umtx_op().
 *
 * WAIT_UINT and WAKE, not their private forms, which never meet the shared ones.  The kernel knows
 * the word by its memory object as long as the mapping is inherited by children (nothing here may
 * call minherit()), and wants it writable.
 *
 * It compares the word, with zeros above it, with an unsigned long: a value that was made longer
 * with its sign never matches, and the sleep would end at once for ever.
 *
 * A deadline is a point in time of either clock; one of the real-time clock follows when that is
 * set.
 *
 * Early returns: a signal, whether or not its handler restarts calls, and a word that changed, which
 * is told like a wake.
 *
 * What happens if a process dies here: the kernel forgets its sleepers.  A waker that dies before
 * the wake leaves a sleeper for the janitor to wake.
 */
#include <config.h>

#include <errno.h>
#include <limits.h>
#include <sys/types.h>
#include <sys/umtx.h>
#include <time.h>

#include "os/os.h"

#define NANOSECONDS 1000000000u

/* Where time_t has 32 bits, past 2038 it returns early, which is only a reason to look again. */
static time_t seconds(uint64_t deadline)
{
	const uint64_t whole = deadline / NANOSECONDS;
	const uint64_t most = sizeof(time_t) == 4 ? INT32_MAX : INT64_MAX;

	return (time_t)(whole < most ? whole : most);
}

enum os_parked os_park(const uint32_t *word, uint32_t expected, enum os_clock clock,
		       uint64_t deadline, bool restartable)
{
	struct _umtx_time time = {
		._timeout = { .tv_sec = seconds(deadline),
			      .tv_nsec = (long)(deadline % NANOSECONDS) },
		._flags = UMTX_ABSTIME,
		._clockid = clock == OS_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_UPTIME
	};
	const bool timed = deadline != OS_NEVER;
	enum os_parked parked = OS_LOOK;
	int saved = errno;

	(void)restartable; /* the kernel does not */
	if (_umtx_op((void *)(uintptr_t)word, UMTX_OP_WAIT_UINT, (unsigned long)expected,
		     timed ? (void *)sizeof(time) : NULL, timed ? &time : NULL) < 0) {
		if (errno == EINTR)
			parked = OS_INTERRUPTED;
		else if (errno == ETIMEDOUT && os_now(clock) >= deadline)
			parked = OS_LATE;
	}
	errno = saved;
	return parked;
}

void os_unpark(uint32_t *word)
{
	int saved = errno;

	(void)_umtx_op(word, UMTX_OP_WAKE, 1, NULL, NULL);
	errno = saved;
}
