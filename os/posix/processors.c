/* SPDX-License-Identifier: MIT */
/*
 * os/posix/processors.c - how many processors there are.  Those that this process is not allowed to
 * use count too: where a system tells, its folder has a processors.c of its own.
 *
 * OpenBSD and Darwin tie no process to processors.  NetBSD lets the superuser do so, and tells of it in a
 * set that must be allocated, which a signal handler may not do.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <errno.h>
#include <unistd.h>

#include "os/os.h"

unsigned os_processors(void)
{
	int saved = errno;
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	errno = saved;
	return count > 0 ? (unsigned)count : 1;
}
