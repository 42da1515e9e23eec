/* SPDX-License-Identifier: MIT */
/*
 * os/linux/processors.c - how many processors this process may run on.
 *
 * Asks the kernel each time: a program's affinity changes (taskset, cpusets).
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/os.h"

unsigned os_processors(void)
{
	/* 8192 processors, the most that any kernel is built for.  libc's calls may allocate. */
	unsigned long mask[8192 / (8 * sizeof(unsigned long))];
	int saved = errno;
	long bytes = syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask);
	unsigned count = 0;

	errno = saved;
	for (size_t i = 0; bytes > 0 && i < (size_t)bytes / sizeof(mask[0]); i++) {
		for (unsigned long word = mask[i]; word != 0; word &= word - 1)
			count++;
	}
	return count > 0 ? count : 1;
}
