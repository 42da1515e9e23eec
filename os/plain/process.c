/* SPDX-License-Identifier: MIT */
/*
 * os/plain/process.c - who a process is: its number, and nothing that tells it from an earlier
 * process with the same number, for POSIX has no such thing.  So nobody can watch it.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <unistd.h>

#include "os/os.h"

void os_self(struct os_process *process)
{
	*process = (struct os_process){ .pid = (uint32_t)getpid() };
}
