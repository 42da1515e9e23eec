/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/lock.c - flock() as on the BSDs, where it and record locks are in one list.
 *
 * On Linux a lock of an open file description on all bytes has the same owner and the same life, and
 * is what F_GETLK shows to others.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "tests/emulate/emulate.h"

/* Where locks lie that have the place for themselves: past the end of any file. */
#define ALONE ((off_t)1 << 50)
#define ALONE_MOST 65536

/*
 * flock() does not ask how the file is open.  Here who cannot read has no lock that others have with him;
 * so he has one of a byte of his own, which those of the bytes before it leave alone.
 */
static int lock_alone(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };

	for (off_t place = 0; place < ALONE_MOST; place++) {
		lock.l_start = ALONE + place;
		if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
			return 0;
		if (errno != EAGAIN && errno != EACCES)
			return -1;
	}
	errno = EWOULDBLOCK;
	return -1;
}

int emulate_flock(int fd, int operation)
{
	struct flock lock = { .l_type = F_UNLCK, .l_whence = SEEK_SET };
	bool shared = (operation & LOCK_SH) != 0;

	if (shared && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY)
		return lock_alone(fd);
	if ((operation & LOCK_EX) != 0)
		lock.l_type = F_WRLCK;
	else if (shared)
		lock.l_type = F_RDLCK;
	else if ((operation & LOCK_UN) == 0) {
		errno = EINVAL;
		return -1;
	}
	if (shared)
		lock.l_len = ALONE;
	if (fcntl(fd, (operation & LOCK_NB) != 0 ? F_OFD_SETLK : F_OFD_SETLKW, &lock) == 0)
		return 0;
	if (errno == EACCES)
		errno = EWOULDBLOCK;
	return -1;
}
