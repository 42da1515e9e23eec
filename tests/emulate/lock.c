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

int emulate_flock(int fd, int operation)
{
	struct flock lock = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	if ((operation & LOCK_EX) != 0)
		lock.l_type = F_WRLCK;
	else if ((operation & LOCK_SH) != 0)
		lock.l_type = F_RDLCK;
	else if ((operation & LOCK_UN) == 0) {
		errno = EINVAL;
		return -1;
	}
	if (fcntl(fd, (operation & LOCK_NB) != 0 ? F_OFD_SETLK : F_OFD_SETLKW, &lock) == 0)
		return 0;
	if (errno == EACCES)
		errno = EWOULDBLOCK;
	return -1;
}
