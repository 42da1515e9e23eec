/* SPDX-License-Identifier: MIT */
/*
 * os/dragonfly/process.c - when a process started, and in which jail.
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

int cf_process_look(pid_t pid, uint64_t *start, uint32_t *space)
{
	struct kinfo_proc process;
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)pid };
	size_t size = sizeof(process);

	if (sysctl(name, 4, &process, &size, NULL, 0) < 0)
		return errno;
	if (size == 0)
		return ESRCH;
	if (size != sizeof(process) || process.kp_start.tv_sec == 0)
		return EINVAL;
	*start = (uint64_t)process.kp_start.tv_sec * 1000000u + (uint64_t)process.kp_start.tv_usec;
	*space = (uint32_t)process.kp_jailid + 1;
	return 0;
}
