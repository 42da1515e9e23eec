/* SPDX-License-Identifier: MIT */
/*
 * os/kqueue/start.c - when a process started, where the kernel keeps that in uptime and tells it in
 * real time (FreeBSD, OpenBSD).
 *
 * It adds the time of the boot, which moves when the clock is set.  That is taken off again, so the
 * answer is the same for ever; but that both may be rounded down before they are added, so that two
 * answers can be a microsecond apart.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <errno.h>
#include <sys/types.h>
/* After what it needs. */
#include <sys/sysctl.h>
#include <sys/time.h>

#include "os/kqueue/process.h"

static int boot_time(int64_t *boot)
{
	int name[] = { CTL_KERN, KERN_BOOTTIME };
	struct timeval time;
	size_t size = sizeof(time);

	if (sysctl(name, 2, &time, &size, NULL, 0) < 0)
		return errno;
	*boot = (int64_t)time.tv_sec * 1000000 + (int64_t)time.tv_usec;
	return 0;
}

int cf_process_look(pid_t pid, uint64_t *start, uint32_t *space)
{
	int64_t boot, after, told;
	int error;

	do {
		error = boot_time(&boot);
		if (error == 0)
			error = cf_process_told(pid, &told, space);
		if (error == 0)
			error = boot_time(&after);
		if (error != 0)
			return error;
	} while (boot != after); /* somebody sets the clock just now */
	*start = (uint64_t)(told - boot);
	return *start != 0 ? 0 : EINVAL;
}
