/* SPDX-License-Identifier: MIT */
/*
 * os/freebsd/processors.c - how many processors this process may run on.
 *
 * Asks the kernel each time: a program's affinity changes (cpuset(1), jails).  Of a process with several
 * threads it tells what any of them may run on.  A kernel made for more processors than this library
 * refuses the question (ERANGE), and then all count.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <errno.h>
#include <sys/param.h>
#include <sys/cpuset.h>
#include <unistd.h>

#include "os/os.h"

static long online(void)
{
	const long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count > 0 ? count : 1;
}

unsigned os_processors(void)
{
	int saved = errno;
	cpuset_t allowed;
	long count = 0;

	CPU_ZERO(&allowed);
	if (cpuset_getaffinity(CPU_LEVEL_WHICH, CPU_WHICH_PID, (id_t)-1, sizeof(allowed), &allowed) == 0)
		count = CPU_COUNT(&allowed);
	if (count <= 0)
		count = online();
	errno = saved;
	return (unsigned)count;
}
