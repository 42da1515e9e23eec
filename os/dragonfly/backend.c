/* SPDX-License-Identifier: MIT */
/*
 * os/dragonfly/backend.c - what the backend of DragonFly is called, what it cannot do, and where the
 * system keeps shared memory.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <string.h>

#include "os/os.h"
#include "os/posix/posix.h"

const char *os_backend(void)
{
	return "umtx_sleep" CARAFE_BACKEND_LABEL;
}

const char *const *os_weaknesses(void)
{
	static const char *const all[] = {
		"every sleeper looks around every two seconds",
		"a time-out comes late by up to a tick of the clock (10 ms)",
		"a wait for a time of day notices within a second that the clock was set",
		"a signal handler ends a sleep even with SA_RESTART",
		"each lock is a descriptor and a small file",
		"a program that fills the file system in the moment in which memory is taken there "
		"can make an access fail (SIGBUS)",
		NULL
	};

	return all;
}

/* Where shm_open() keeps its files, too. */
bool cf_shared_place(char *path, size_t size)
{
	static const char place[] = "/var/run/shm";

	if (size < sizeof(place))
		return false;
	memcpy(path, place, sizeof(place));
	return true;
}
