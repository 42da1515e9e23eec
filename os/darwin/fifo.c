/* SPDX-License-Identifier: MIT */
/*
 * os/darwin/fifo.c - makes a FIFO in a folder of ours: mkfifoat() came with macOS 13, so by its path.
 *
 * The path is asked for when it is used; somebody of the same user who moves the folder just then is
 * told that it is gone, or finds a FIFO of ours in another folder of his.
 *
 * What happens if a process dies here: the FIFO is there, or it is not.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/param.h>
#include <sys/stat.h>

#include "os/posix/posix.h"

int cf_make_fifo(int folder, const char *name)
{
	/* What F_GETPATH writes is no longer than this. */
	char path[2 * MAXPATHLEN];
	size_t length, size = strlen(name) + 1;

	if (fcntl(folder, F_GETPATH, path) < 0)
		return -1;
	length = strlen(path);
	if (length + 1 + size > sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	path[length] = '/';
	memcpy(path + length + 1, name, size);
	return mkfifo(path, S_IRUSR | S_IWUSR);
}
