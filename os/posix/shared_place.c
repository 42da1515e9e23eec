/* SPDX-License-Identifier: MIT */
/*
 * os/posix/shared_place.c - /dev/shm, the place for shared memory of Linux and of who learned from it.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <string.h>

#include "os/posix/posix.h"

bool cf_shared_place(char *path, size_t size)
{
	static const char place[] = "/dev/shm";

	if (size < sizeof(place))
		return false;
	memcpy(path, place, sizeof(place));
	return true;
}
