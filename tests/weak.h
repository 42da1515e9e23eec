/* SPDX-License-Identifier: MIT */
/*
 * tests/weak.h - what the backend says that it cannot do, so that a test skips what is not there for
 * the backend's own reason.
 */
#ifndef CARAFE_TESTS_WEAK_H
#define CARAFE_TESTS_WEAK_H

#include <stddef.h>
#include <string.h>

#include "os/os.h"

/* The backend's weakness in which these words occur; NULL when it has none. */
static inline const char *weakness(const char *words)
{
	for (const char *const *said = os_weaknesses(); *said != NULL; said++) {
		if (strstr(*said, words) != NULL)
			return *said;
	}
	return NULL;
}

/* Of backends whose memory is somewhere else: nobody can damage, fill or look at its file. */
#define WEAK_FILE "memory does not lie in the files"

#endif
