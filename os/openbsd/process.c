/* SPDX-License-Identifier: MIT */
/*
 * os/openbsd/process.c - what the kernel tells of a process.  There is one space of process numbers.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <errno.h>
#include <sys/param.h>
#include <sys/time.h>
#include <sys/sysctl.h>

#include "os/kqueue/process.h"

int cf_process_told(pid_t pid, int64_t *start, uint32_t *space)
{
	struct kinfo_proc process;
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)pid, (int)sizeof(process), 1 };
	size_t size = sizeof(process);

	if (sysctl(name, 6, &process, &size, NULL, 0) < 0)
		return errno;
	if (size == 0)
		return ESRCH;
	if (size != sizeof(process) || process.p_ustart_sec == 0)
		return EINVAL;
	*start = (int64_t)process.p_ustart_sec * 1000000 + (int64_t)process.p_ustart_usec;
	*space = 1;
	return 0;
}
