/* SPDX-License-Identifier: MIT */
/*
 * os/posix/descriptor.c - descriptors that a program does not stumble over.
 *
 * A program may close 0, 1 and 2 and expect the next open() to return them, a shell redirects 3 to
 * 9, and select() ends at 1024: so ours begin at 512 where the limit allows.
 *
 * What happens if a process dies here: the kernel closes its descriptors.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "os/os.h"
#include "os/posix/posix.h"

void (*cf_descriptor_told)(int fd, bool ours);

static int move(int fd)
{
	static const int lowest[] = { 512, 64, 3 };
	int moved = -1, error;

	if (fd < 0 || fd >= lowest[0])
		return fd;
	for (size_t i = 0; i < sizeof(lowest) / sizeof(lowest[0]) && fd < lowest[i]; i++) {
		moved = fcntl(fd, F_DUPFD_CLOEXEC, lowest[i]);
		if (moved >= 0)
			break;
	}
	error = errno;
	if (moved < 0 && fd > 2)
		return fd;
	close(fd);
	errno = error;
	return moved;
}

static void tell(int fd, bool ours)
{
	int saved = errno;

	if (fd >= 0 && cf_descriptor_told != NULL)
		cf_descriptor_told(fd, ours);
	errno = saved;
}

int cf_high_descriptor(int fd)
{
	int moved = move(fd);

	tell(moved, true);
	return moved;
}

void cf_descriptor_leaves(int fd)
{
	tell(fd, false);
}

void os_close(int fd)
{
	int saved = errno;

	tell(fd, false);
	close(fd);
	errno = saved;
}
