/* SPDX-License-Identifier: MIT */
/*
 * os/openbsd/process.c - when a process started.  There is one space of process numbers.
 *
 * The kernel keeps the start in uptime and tells it in real time: it adds the time of the boot, which
 * moves when the clock is set.  That is taken off again.  Both were rounded down before, so two
 * answers can be a microsecond apart.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <errno.h>
#include <sys/param.h>
#include <sys/time.h>
#include <sys/sysctl.h>

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

static int look(pid_t pid, struct kinfo_proc *process)
{
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)pid, (int)sizeof(*process), 1 };
	size_t size = sizeof(*process);

	if (sysctl(name, 6, process, &size, NULL, 0) < 0)
		return errno;
	if (size == 0)
		return ESRCH;
	return size == sizeof(*process) && process->p_ustart_sec != 0 ? 0 : EINVAL;
}

int cf_process_look(pid_t pid, uint64_t *start, uint32_t *space)
{
	struct kinfo_proc process;
	int64_t boot, after;
	int error;

	do {
		error = boot_time(&boot);
		if (error == 0)
			error = look(pid, &process);
		if (error == 0)
			error = boot_time(&after);
		if (error != 0)
			return error;
	} while (boot != after); /* somebody sets the clock just now */
	*start = process.p_ustart_sec * UINT64_C(1000000) + process.p_ustart_usec - (uint64_t)boot;
	*space = 1;
	return *start != 0 ? 0 : EINVAL;
}
