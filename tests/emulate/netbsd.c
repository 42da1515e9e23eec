/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/netbsd.c - __futex() and sysctl() of NetBSD 10.
 *
 * Imitated: EAGAIN for a changed word; a span is rounded up to ticks and measured once, on the monotonic
 * clock; every signal ends a sleep, whatever its handler's flags; a zombie is no process.
 */
#include <config.h>

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/futex.h>
#include <sys/sysctl.h>

#include "tests/emulate/emulate.h"

const bool emulate_reports_zombies = false;

static int fail(int error)
{
	errno = error;
	return -1;
}

static int wait_word(const void *word, int value, const struct timespec *span)
{
	int error = emulate_sleep(word, (uint32_t)value, CLOCK_MONOTONIC,
				  span != NULL ? emulate_ticks(span) : UINT64_MAX);

	return error == 0 ? 0 : fail(error);
}

long emulate_syscall(long number, ...)
{
	long argument[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		argument[i] = va_arg(list, long);
	va_end(list);
	if (number != SYS___futex)
		return fail(ENOSYS);
	switch ((int)argument[1]) {
	case FUTEX_WAIT:
		return wait_word((const void *)argument[0], (int)argument[2],
				 (const struct timespec *)argument[3]);
	case FUTEX_WAKE:
		return emulate_wake((const void *)argument[0], (int)argument[2]);
	default:
		return fail(ENOSYS);
	}
}

int sysctl(const int *name, unsigned count, void *old, size_t *size, const void *fresh,
	   size_t fresh_size)
{
	struct kinfo_proc2 process;
	uint64_t start;
	bool zombie;

	(void)fresh, (void)fresh_size;
	if (count != 6 || name[0] != CTL_KERN || name[1] != KERN_PROC2 ||
	    name[2] != KERN_PROC_PID || name[4] != (int)sizeof(process) || name[5] != 1)
		return fail(ENOENT);
	if (*size < sizeof(process))
		return fail(ENOMEM);
	*size = 0;
	if (!emulate_start(name[3], &start, &zombie) || zombie)
		return fail(ESRCH);
	process.p_ustart_sec = (uint32_t)(emulate_boot() + start / 1000000);
	process.p_ustart_usec = (uint32_t)(start % 1000000);
	memcpy(old, &process, sizeof(process));
	*size = sizeof(process);
	return 0;
}
