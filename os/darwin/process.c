/* SPDX-License-Identifier: MIT */
/*
 * os/darwin/process.c - when a process started, in microseconds since 1970.
 *
 * The kernel has a number that is never given twice (p_uniqueid), but tells it in a private structure
 * only.  The public one has the start.  A sandbox may refuse it for other processes: such a process
 * cannot be watched.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <errno.h>
#include <libproc.h>

#include "os/kqueue/process.h"

/* Numbers of processes mean the same to all of a machine: there are no namespaces. */
#define THE_SPACE 1

int cf_process_look(pid_t pid, uint64_t *start, uint32_t *space)
{
	struct proc_bsdinfo info;
	int saved = errno, error, size;

	errno = 0;
	size = proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, (int)sizeof(info));
	error = errno != 0 ? errno : EPERM;
	errno = saved;
	if (size != (int)sizeof(info))
		return error;
	*start = info.pbi_start_tvsec * 1000000u + info.pbi_start_tvusec;
	*space = THE_SPACE;
	return 0;
}
