/* SPDX-License-Identifier: MIT */
/*
 * os/netbsd/backend.c - what the backend of NetBSD is called, what it cannot do, and where the system
 * keeps shared memory.
 *
 * It needs NetBSD 10.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <string.h>

#include "os/os.h"
#include "os/posix/posix.h"

const char *os_backend(void)
{
	return "futex (NetBSD)" CARAFE_BACKEND_LABEL;
}

const char *const *os_weaknesses(void)
{
	static const char *const all[] = {
		"a time-out comes late by up to a tick of the clock (10 ms)",
		"a wait for a time of day notices within a second that the clock was set",
		"a signal handler ends a sleep even with SA_RESTART",
		"a user other than root may hold about 1,024 locks; each is a descriptor and a small "
		"file",
		"a program that fills /var/shm in the moment in which memory is taken there can make "
		"an access fail (SIGBUS)",
		NULL
	};

	return all;
}

/* The tmpfs that shm_open() uses, too. */
bool cf_shared_place(char *path, size_t size)
{
	static const char place[] = "/var/shm";

	if (size < sizeof(place))
		return false;
	memcpy(path, place, sizeof(place));
	return true;
}
