/* SPDX-License-Identifier: MIT */
/*
 * os/linux/park.c - sleeping on a word of shared memory: futex.
 *
 * os/linux/ is the backend of Linux: it needs 3.15, for the locks; what is newer is probed when it
 * is used (pidfd of 5.3 for prompt news of deaths).
 *
 * Early returns: a signal, a word that changed, or a wake meant for an earlier user of the word;
 * none by the clock (a timeout comes late by the thread's timer slack, 50 us, never early).
 * Weaknesses: the kernel's hash of shared futexes is global, so other programs' sleepers can
 * cost a little time.  Processes of different time namespaces see different uptimes; each sleeps by
 * its own, and none is told to another.
 *
 * Shared (not PRIVATE) futexes only: the two flavours never meet on a word, and the word lies in
 * memory that other processes map.
 *
 * What happens if a process dies here: the kernel forgets its sleepers.  A waker that dies before
 * FUTEX_WAKE leaves a sleeper for the janitor to wake.
 */
#include <config.h>

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "os/linux/sandbox.h"
#include "os/os.h"

/* The number is the same on every architecture but Alpha. */
#if !defined(SYS_futex_waitv) && !defined(__alpha__)
#define SYS_futex_waitv 449
#endif

#define NANOSECONDS 1000000000u

#ifdef SYS_futex_time64

/*
 * A 32-bit system: the call with 64-bit times, or the old one on a kernel before 5.1 and in a
 * sandbox that knows no other.
 */
struct kernel_time {
	int64_t seconds;
	int64_t nanoseconds;
};

static long futex(const uint32_t *word, int operation, uint32_t value,
		  const struct kernel_time *time)
{
	static cf_call_known known;
	long result = -1;

	errno = ENOSYS;
	if (cf_call_returns(SYS_futex_time64, &known))
		result = syscall(SYS_futex_time64, word, operation, value, time, NULL,
				 FUTEX_BITSET_MATCH_ANY);
#ifdef SYS_futex
	if (result < 0 && (errno == ENOSYS || errno == EPERM)) {
		struct {
			long seconds;
			long nanoseconds;
		} old = { 0, 0 };

		if (time != NULL) {
			/* Past 2038 it returns early, which is only a reason to look again. */
			old.seconds = time->seconds > LONG_MAX ? LONG_MAX : (long)time->seconds;
			old.nanoseconds = (long)time->nanoseconds;
		}
		result = syscall(SYS_futex, word, operation, value, time != NULL ? &old : NULL,
				 NULL, FUTEX_BITSET_MATCH_ANY);
	}
#endif
	return result;
}

#else

/* A 64-bit system (or x32): both members have 64 bits. */
struct kernel_time {
	int64_t seconds;
	int64_t nanoseconds;
};

static long futex(const uint32_t *word, int operation, uint32_t value,
		  const struct kernel_time *time)
{
	return syscall(SYS_futex, word, operation, value, time, NULL, FUTEX_BITSET_MATCH_ANY);
}

#endif

/*
 * FUTEX_WAIT_BITSET with a deadline returns EINTR even after a handler with SA_RESTART; futex_waitv
 * (5.16) restarts then, as the system calls that our callers stand in for do.
 */
#ifdef SYS_futex_waitv
static long wait_restartable(const uint32_t *word, uint32_t expected, enum os_clock clock,
			     const struct kernel_time *time)
{
	struct {
		uint64_t value;
		uint64_t address;
		uint32_t flags;
		uint32_t reserved;
	} waiter = { .value = expected, .address = (uint64_t)(uintptr_t)word, .flags = 2 };
	static cf_call_known known;

	errno = ENOSYS;
	if (!cf_call_returns(SYS_futex_waitv, &known))
		return -1;
	return syscall(SYS_futex_waitv, &waiter, 1, 0, time,
		       clock == OS_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC);
}
#else
static long wait_restartable(const uint32_t *word, uint32_t expected, enum os_clock clock,
			     const struct kernel_time *time)
{
	(void)word, (void)expected, (void)clock, (void)time;
	errno = ENOSYS;
	return -1;
}
#endif

enum os_parked os_park(const uint32_t *word, uint32_t expected, enum os_clock clock,
		       uint64_t deadline, bool restartable)
{
	int operation = FUTEX_WAIT_BITSET;
	struct kernel_time time = {
		.seconds = (int64_t)(deadline / NANOSECONDS),
		.nanoseconds = (int64_t)(deadline % NANOSECONDS)
	};
	enum os_parked parked = OS_LOOK;
	int saved = errno;
	long result = -1;

	if (clock == OS_CLOCK_REALTIME)
		operation |= FUTEX_CLOCK_REALTIME;
	errno = ENOSYS;
	if (restartable && deadline != OS_NEVER)
		result = wait_restartable(word, expected, clock, &time);
	if (result < 0 && (errno == ENOSYS || errno == EPERM))
		result = futex(word, operation, expected, deadline == OS_NEVER ? NULL : &time);
	if (result < 0 && errno == EINTR)
		parked = OS_INTERRUPTED;
	else if (result < 0 && errno == ETIMEDOUT && os_now(clock) >= deadline)
		parked = OS_LATE;
	errno = saved;
	return parked;
}

void os_unpark(uint32_t *word)
{
	int saved = errno;

	(void)futex(word, FUTEX_WAKE, 1, NULL);
	errno = saved;
}
