/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/traced.h - a child that is stopped before and after each of its system calls.
 *
 * To come to a step it stops at each one before, which is what takes the time.  So a test may look at
 * every third step only, from one on that follows from CARAFE_TEST_SEED; with --all at each.
 *
 * What happens if the test dies here: its children have alarms.
 */
#ifndef CARAFE_TESTS_TRACED_H
#define CARAFE_TESTS_TRACED_H

#include <string.h>
#include <sys/ptrace.h>

#include "tests/unit/child.h"
#include "tests/unit/seed.h"

static int traced_stride = 3;
static unsigned traced_seed;

/* By a test that looks at some steps: how it was called. */
static inline void traced_choose(int argc, char **argv)
{
	traced_seed = (unsigned)test_seed();
	if (argc == 2 && strcmp(argv[1], "--all") == 0)
		traced_stride = 1;
}

/* The first step to look at; the next one is a stride further. */
static inline int traced_first(void)
{
	return rand_r(&traced_seed) % traced_stride;
}

/* By the child: stops, and is traced from here on.  False when that is not permitted. */
static inline bool be_traced(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0;
}

/*
 * Lets the child do so many steps; each ends before or after a system call.  True when it stands
 * there; else it is gone.  Each step takes two turns of the processor, so who gets through many
 * children has the alarm anew for each.
 */
static inline bool traced_steps(pid_t pid, int count)
{
	int status;

	alarm(CHILD_SECONDS);
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
