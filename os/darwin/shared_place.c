/* SPDX-License-Identifier: MIT */
/*
 * os/darwin/shared_place.c - the folder that the system gives each user for files of this uptime.
 *
 * It has three: DARWIN_USER_DIR ("0"), which is tried first, because in the others files that nobody
 * opened for some days are removed (TEMP, "T") or may be at any time (CACHE, "C"), and a lock file is
 * opened once; and TEMP, the only one that a program in a sandbox may have.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <string.h>
#include <unistd.h>

#include "os/posix/posix.h"

bool cf_shared_place(char *path, size_t size)
{
	static const int names[] = { _CS_DARWIN_USER_DIR, _CS_DARWIN_USER_TEMP_DIR };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t length = confstr(names[i], path, size);

		if (length == 0 || length > size || path[0] != '/')
			continue;
		for (length = strlen(path); length > 1 && path[length - 1] == '/'; length--)
			path[length - 1] = '\0';
		if (access(path, W_OK | X_OK) == 0)
			return true;
	}
	return false;
}
