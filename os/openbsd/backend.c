/* SPDX-License-Identifier: MIT */
/*
 * os/openbsd/backend.c - what the backend of OpenBSD is called, and what it cannot do.
 *
 * It needs OpenBSD 6.4; under pledge() the promises stdio, rpath, wpath, cpath, dpath, flock and proc.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include "os/os.h"
#include "os/posix/posix.h"

const char *os_backend(void)
{
	return "futex (OpenBSD)" CARAFE_BACKEND_LABEL;
}

const char *const *os_weaknesses(void)
{
	static const char *const all[] = {
		"environments are files of a file system, written to disk now and then unless it is "
		"mfs or tmpfs; where that is full, memory is refused, and a program that fills it "
		"in the same moment can make an access fail (SIGBUS)",
		"a time-out comes late by up to a tick of the clock (10 ms)",
		"a wait for a time of day notices within a second that the clock was set",
		"a user other than root may hold about 1,024 locks; each is a descriptor and a small "
		"file",
		NULL
	};

	return all;
}

bool cf_shared_place(char *path, size_t size)
{
	(void)path, (void)size;
	return false;
}
