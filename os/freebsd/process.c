/* SPDX-License-Identifier: MIT */
/*
 * os/freebsd/process.c - what the kernel tells of a process: when it started, and in which jail.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <errno.h>
#include <sys/param.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/user.h>

#include "os/kqueue/process.h"

int cf_process_told(pid_t pid, int64_t *start, uint32_t *space)
{
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)pid };
	struct kinfo_proc process;
	size_t size = sizeof(process);

	if (sysctl(name, 4, &process, &size, NULL, 0) < 0)
		return errno;
	if (size == 0)
		return ESRCH;
	if (size != sizeof(process) || process.ki_structsize != (int)size)
		return EINVAL;
	*start = (int64_t)process.ki_start.tv_sec * 1000000 + (int64_t)process.ki_start.tv_usec;
	*space = (uint32_t)process.ki_jid + 1;
	return 0;
}
