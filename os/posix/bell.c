/* SPDX-License-Identifier: MIT */
/*
 * os/posix/bell.c - a bell is a FIFO: ringing writes a byte, os_watch_wait() polls and empties it.
 *
 * Both ends open it for reading and writing, which all systems allow though the standard leaves it
 * open: so neither waits for the other, and a ring to nobody is no broken pipe (and no SIGPIPE).
 *
 * What happens if a process dies here: the kernel closes its end; bytes left by a ringer stay for
 * who has it open, and go with the last one.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/os.h"
#include "os/posix/posix.h"

carafe_status os_bell_create(int folder, const char *name)
{
	if (cf_make_fifo(folder, name) < 0)
		return cf_errno_status(errno);
	return CARAFE_STATUS_SUCCESS;
}

carafe_status os_bell_open(int folder, const char *name, int *bell)
{
	struct stat info;
	int fd = openat(folder, name, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return cf_errno_status(errno);
	fd = cf_high_descriptor(fd);
	if (fd < 0)
		return cf_errno_status(errno);
	if (fstat(fd, &info) < 0 || !S_ISFIFO(info.st_mode) || info.st_uid != geteuid() ||
	    (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		os_close(fd);
		return CARAFE_STATUS_ACCESS_DENIED;
	}
	*bell = fd;
	return CARAFE_STATUS_SUCCESS;
}

void os_bell_ring(int folder, const char *name)
{
	int saved = errno;
	int bell;

	if (CARAFE_SUCCESS(os_bell_open(folder, name, &bell))) {
		cf_channel_ring(bell);
		os_close(bell);
	}
	errno = saved;
}
