/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/traced.h - a child that is stopped before and after each of its system calls.
 *
 * What happens if the test dies here: its children have alarms.
 */
#ifndef CARAFE_TESTS_TRACED_H
#define CARAFE_TESTS_TRACED_H

#include <sys/ptrace.h>

#include "tests/unit/child.h"

/* By the child: stops, and is traced from here on.  False when that is not permitted. */
static inline bool be_traced(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0;
}

/*
 * Lets the child do so many steps; each ends before or after a system call.  True when it stands
 * there; else it is gone.
 */
static inline bool traced_steps(pid_t pid, int count)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return false;
	for (int step = 0; step < count; step++) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) < 0 ||
		    waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
			return false;
	}
	return true;
}

#endif
