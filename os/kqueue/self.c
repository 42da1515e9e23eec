/* SPDX-License-Identifier: MIT */
/*
 * os/kqueue/self.c - which process this is.  Where the system does not tell, start and space are 0, and
 * nobody can watch it.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <unistd.h>

#include "os/kqueue/process.h"
#include "os/os.h"

void os_self(struct os_process *process)
{
	struct os_process self = { .pid = (uint32_t)getpid() };

	if (cf_process_look(getpid(), &self.start, &self.space) != 0)
		self.start = self.space = 0;
	*process = self;
}
