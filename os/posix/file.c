/* SPDX-License-Identifier: MIT */
/*
 * os/posix/file.c - plain files in a folder of ours.
 *
 * What happens if a process dies here: a file that it made stays, empty or with its size; what that
 * means is known to who made it (core/place.c).
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/os.h"
#include "os/posix/posix.h"

_Static_assert(sizeof(off_t) >= 8, "files larger than 2 GiB need 64-bit offsets");

carafe_status os_file_open(int folder, const char *name, bool create, int *file)
{
	/* O_NONBLOCK: should a FIFO or a device lie there, do not wait for it. */
	int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	struct stat info;
	int fd;

	fd = openat(folder, name, create ? flags | O_CREAT : flags, S_IRUSR | S_IWUSR);
	if (fd < 0) {
		if (errno == ENXIO || errno == EMLINK) /* a socket; a link, on some systems */
			return CARAFE_STATUS_ACCESS_DENIED;
		return cf_errno_status(errno);
	}
	fd = cf_high_descriptor(fd);
	if (fd < 0)
		return cf_errno_status(errno);
	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode) || info.st_uid != geteuid() ||
	    info.st_nlink > 1 || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		os_close(fd);
		return CARAFE_STATUS_ACCESS_DENIED;
	}
	*file = fd;
	return CARAFE_STATUS_SUCCESS;
}

carafe_status os_file_size(int file, uint64_t *size)
{
	struct stat info;

	if (fstat(file, &info) < 0)
		return cf_errno_status(errno);
	*size = (uint64_t)info.st_size;
	return CARAFE_STATUS_SUCCESS;
}

bool os_same_file(int fd, int folder, const char *name)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 &&
	       fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}
