/* SPDX-License-Identifier: MIT */
/*
 * os/plain/backend.c - what the backend of every Unix is called, and what it cannot do.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include "os/os.h"

const char *os_backend(void)
{
	return "fifo" CARAFE_BACKEND_LABEL;
}

const char *const *os_weaknesses(void)
{
	static const char *const weaknesses[] = {
		"sleeping takes six system calls, waking three",
		"deadlines come up to a millisecond late; those of the real-time clock up to a second "
		"after it is set",
		"a signal handler ends a sleep with a time-out even with SA_RESTART",
		"the death of a process is noticed within seconds",
		"a file system that another program fills at the wrong moment raises SIGBUS",
		NULL
	};

	return weaknesses;
}
