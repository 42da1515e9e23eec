/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/sleep.c - see tests/emulate/emulate.h.
 */
#include <config.h>

#include "tests/emulate/emulate.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stddef.h>
#include <asm/unistd.h>
#include <unistd.h>

uint64_t emulate_now(clockid_t clock)
{
	struct timespec now = { 0, 0 };

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * EMULATE_SECOND + (uint64_t)now.tv_nsec;
}

static long futex(const void *word, int operation, uint32_t value, const struct timespec *time,
		  void *other, uint32_t third)
{
	return (syscall)(__NR_futex, word, operation, value, time, other, third);
}

int emulate_sleep(const void *word, uint32_t expected, clockid_t clock, uint64_t until)
{
	int operation = FUTEX_WAIT_BITSET | (clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0);
	/* Linux restarts a sleep without an end, which none of these systems does. */
	const uint64_t end = until != UINT64_MAX ? until : UINT64_C(1) << 62;
	struct timespec time = { .tv_sec = (time_t)(end / EMULATE_SECOND),
				 .tv_nsec = (long)(end % EMULATE_SECOND) };

	if (futex(word, operation, expected, &time, NULL, FUTEX_BITSET_MATCH_ANY) < 0)
		return errno;
	return 0;
}

int emulate_wake(const void *word, int count)
{
	return (int)futex(word, FUTEX_WAKE, (uint32_t)count, NULL, NULL, 0);
}

bool emulate_writable(const void *word)
{
	static uint32_t nobody;
	/* *word |= 0, and wakes one on it if it was -1 << 11: a wake for no reason is allowed. */
	const int or_nothing = FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_EQ, -2048);

	return futex(&nobody, FUTEX_WAKE_OP, 1, (const struct timespec *)1, (void *)(uintptr_t)word,
		     (uint32_t)or_nothing) >= 0;
}

uint64_t emulate_ticks(const struct timespec *span)
{
	uint64_t length = (uint64_t)span->tv_sec * EMULATE_SECOND + (uint64_t)span->tv_nsec;

	length = (length + EMULATE_TICK - 1) / EMULATE_TICK * EMULATE_TICK;
	return emulate_now(CLOCK_MONOTONIC) + length;
}

bool emulate_handlers_restart(void)
{
	struct sigaction action;

	for (int signal = 1; signal < NSIG; signal++) {
		if (sigaction(signal, NULL, &action) < 0 || action.sa_handler == SIG_DFL ||
		    action.sa_handler == SIG_IGN)
			continue;
		if ((action.sa_flags & SA_RESTART) == 0)
			return false;
	}
	return true;
}
