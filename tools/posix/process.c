/* SPDX-License-Identifier: MIT */
/*
 * tools/posix/process.c - what can be seen of another process where the system shows no mappings: that
 * it is there.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include <errno.h>
#include <signal.h>

#include "os/os.h"
#include "tools/system.h"

void system_process_look(pid_t pid, struct system_process *process,
			 void (*visit)(void *context, const char *path), void *context)
{
	(void)visit, (void)context;
	*process = (struct system_process){ .exists = kill(pid, 0) == 0 || errno == EPERM };
}

uint32_t system_pid_space(void)
{
	struct os_process self;

	os_self(&self);
	return self.space;
}
