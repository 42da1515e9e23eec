/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/dragonfly.c - umtx_sleep(), umtx_wakeup() and sysctl() of DragonFly.
 *
 * Imitated: EBUSY for a changed word; EWOULDBLOCK at the end of the span, and after two seconds whatever the
 * span; 0 is no span, a negative one EINVAL; the span is rounded up to ticks; a word that cannot be
 * written is EINVAL, and one across words EFAULT; every signal ends a sleep; fork() wakes all
 * sleepers of the process; a wake gives no number, and a count other than 1 wakes all.
 */
#include <config.h>

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <unistd.h>

#include "tests/emulate/emulate.h"

#define LONGEST 2000000
#define SLEEPERS 4096

/* The words that threads of this process sleep on. */
static _Atomic(uintptr_t) sleeping[SLEEPERS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

const bool emulate_reports_zombies = true;

static int fail(int error)
{
	errno = error;
	return -1;
}

static void wake_all(void)
{
	for (int i = 0; i < SLEEPERS; i++) {
		uintptr_t word = atomic_load(&sleeping[i]);

		if (word != 0)
			(void)emulate_wake((const void *)word, INT_MAX);
	}
}

static void forget_all(void)
{
	for (int i = 0; i < SLEEPERS; i++)
		atomic_store(&sleeping[i], 0);
}

static void set_up(void)
{
	(void)pthread_atfork(NULL, wake_all, forget_all);
}

static int enter(uintptr_t word)
{
	for (int i = 0; i < SLEEPERS; i++) {
		uintptr_t none = 0;

		if (atomic_compare_exchange_strong(&sleeping[i], &none, word))
			return i;
	}
	return -1;
}

int umtx_sleep(volatile const int *word, int value, int microseconds)
{
	const void *address = (const void *)(uintptr_t)word;
	struct timespec span;
	int error, place;

	(void)pthread_once(&once, set_up);
	if (microseconds < 0)
		return fail(EINVAL);
	if ((uintptr_t)word % sizeof(int) != 0)
		return fail(EFAULT);
	if (!emulate_writable(address))
		return fail(EINVAL);
	if (microseconds == 0 || microseconds > LONGEST)
		microseconds = LONGEST;
	span = (struct timespec){ .tv_sec = microseconds / 1000000,
				  .tv_nsec = (long)(microseconds % 1000000) * 1000 };
	place = enter((uintptr_t)word);
	error = emulate_sleep(address, (uint32_t)value, CLOCK_MONOTONIC, emulate_ticks(&span));
	if (place >= 0)
		atomic_store(&sleeping[place], 0);
	switch (error) {
	case 0:
		return 0;
	case EAGAIN:
		return fail(EBUSY);
	case ETIMEDOUT:
		return fail(EWOULDBLOCK);
	default:
		return fail(error);
	}
}

int umtx_wakeup(volatile const int *word, int count)
{
	return emulate_wake((const void *)(uintptr_t)word, count == 1 ? 1 : INT_MAX) < 0 ? -1 : 0;
}

int sysctl(const int *name, unsigned count, void *old, size_t *size, const void *fresh,
	   size_t fresh_size)
{
	struct kinfo_proc process = { 0 };
	uint64_t start;
	bool zombie;

	(void)fresh, (void)fresh_size;
	if (count != 4 || name[0] != CTL_KERN || name[1] != KERN_PROC || name[2] != KERN_PROC_PID)
		return fail(ENOENT);
	if (*size < sizeof(process))
		return fail(ENOMEM);
	if (!emulate_start(name[3], &start, &zombie))
		return fail(ESRCH);
	process.kp_start.tv_sec = (time_t)(emulate_boot() + start / 1000000);
	process.kp_start.tv_usec = (suseconds_t)(start % 1000000);
	memcpy(old, &process, sizeof(process));
	*size = sizeof(process);
	return 0;
}
