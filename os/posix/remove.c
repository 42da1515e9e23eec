/* SPDX-License-Identifier: MIT */
/*
 * os/posix/remove.c - removes a file, where a lock file is a plain file, too.
 *
 * What happens if a process dies here: it is gone, or it is not.
 */
#include <config.h>

#include <unistd.h>

#include "os/posix/posix.h"

void cf_file_remove(int folder, const char *name)
{
	(void)unlinkat(folder, name, 0);
}
