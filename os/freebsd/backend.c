/* SPDX-License-Identifier: MIT */
/*
 * os/freebsd/backend.c - what the backend of FreeBSD is called, and what it cannot do.
 *
 * It needs FreeBSD 11.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include "os/os.h"
#include "os/posix/posix.h"

const char *os_backend(void)
{
	return "umtx" CARAFE_BACKEND_LABEL;
}

const char *const *os_weaknesses(void)
{
	static const char *const all[] = {
		"environments are files of a file system: where that is full, memory is refused, and "
		"a program that fills it in the same moment can make an access fail (SIGBUS)",
		"a signal handler ends a sleep even with SA_RESTART",
		"each lock is a descriptor and a small file",
		"before FreeBSD 14 a time-out comes late by up to a tick of the clock",
		NULL
	};

	return all;
}

bool cf_shared_place(char *path, size_t size)
{
	(void)path, (void)size;
	return false;
}
