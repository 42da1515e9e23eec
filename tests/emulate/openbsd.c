/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/openbsd.c - futex() and sysctl() of OpenBSD 7.
 *
 * Imitated: EAGAIN for a changed word; a span is rounded up to ticks; a signal ends every sleep, with
 * ECANCELED when its handler restarts calls and else EINTR.  Which handler ran is not known here: it
 * is ECANCELED when all handlers of the process restart calls.  The time of the boot is told as a
 * fraction of a second, so that starts are rounded as they are there.
 */
#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/futex.h>
#include <sys/sysctl.h>
#include <sys/time.h>

#include "tests/emulate/emulate.h"

#define FRACTION 123457

const bool emulate_reports_zombies = false;

static int fail(int error)
{
	errno = error;
	return -1;
}

static int wait_word(const volatile uint32_t *word, int value, const struct timespec *span)
{
	int error = emulate_sleep((const void *)(uintptr_t)word, (uint32_t)value, CLOCK_MONOTONIC,
				  span != NULL ? emulate_ticks(span) : UINT64_MAX);

	if (error == EINTR && emulate_handlers_restart())
		error = ECANCELED;
	return error == 0 ? 0 : fail(error);
}

int futex(volatile uint32_t *word, int operation, int value, const struct timespec *span,
	  volatile uint32_t *other)
{
	(void)other;
	if (operation == FUTEX_WAIT)
		return wait_word(word, value, span);
	if (operation == FUTEX_WAKE)
		return emulate_wake((const void *)(uintptr_t)word, value);
	return fail(ENOSYS);
}

static int tell(void *old, size_t *size, const void *answer, size_t length)
{
	if (*size < length)
		return fail(ENOMEM);
	memcpy(old, answer, length);
	*size = length;
	return 0;
}

int sysctl(const int *name, unsigned count, void *old, size_t *size, const void *fresh,
	   size_t fresh_size)
{
	struct timeval boot = { .tv_sec = (time_t)emulate_boot(), .tv_usec = FRACTION };
	struct kinfo_proc process;
	uint64_t start;
	bool zombie;

	(void)fresh, (void)fresh_size;
	if (count == 2 && name[0] == CTL_KERN && name[1] == KERN_BOOTTIME)
		return tell(old, size, &boot, sizeof(boot));
	if (count != 6 || name[0] != CTL_KERN || name[1] != KERN_PROC ||
	    name[2] != KERN_PROC_PID || name[4] != (int)sizeof(process) || name[5] != 1)
		return fail(ENOENT);
	if (!emulate_start(name[3], &start, &zombie)) {
		*size = 0;
		return 0;
	}
	start += FRACTION;
	process.p_ustart_sec = (uint64_t)boot.tv_sec + start / 1000000;
	process.p_ustart_usec = (uint32_t)(start % 1000000);
	return tell(old, size, &process, sizeof(process));
}
