/* SPDX-License-Identifier: MIT */
/*
 * os/linux/lock.c - locks that die with their holder: open file description locks.
 *
 * Why not POSIX record locks, which every system has: they belong to the process, and are dropped
 * as soon as it closes *any* descriptor of the file - one of a second copy of this library in a
 * plugin, or of a backup tool's thread - and then a living process would be taken for dead and its
 * objects taken from it.  Locks of an open file description are not touched by that, and see each
 * other within one process.
 *
 * Their own trap is fork(): the child shares the description, and the lock lives as long as either
 * has it open.  So core/ closes the child's copies in its at-fork hook and opens the file anew for
 * a child that goes on; a child made by a bare clone() system call keeps its parent "alive" until
 * it calls exec() or ends.
 *
 * What happens if a process dies here: the kernel drops its locks with its descriptors, before
 * anybody hears of the death.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>

#include "os/os.h"
#include "os/posix/posix.h"

/* The kernel's numbers, for a libc that hides them. */
#ifndef F_OFD_GETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#endif

static carafe_status describe(struct flock *lock, short type, uint64_t first, uint64_t count)
{
	if (first > INT64_MAX || count > INT64_MAX - first)
		return CARAFE_STATUS_INVALID_PARAMETER;
	*lock = (struct flock){
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = (off_t)first,
		.l_len = (off_t)count, /* 0: to the end of all bytes */
		.l_pid = 0	       /* must be, for this kind of lock */
	};
	return CARAFE_STATUS_SUCCESS;
}

static carafe_status set_lock(int file, short type, uint64_t first, uint64_t count)
{
	struct flock lock;
	carafe_status status = describe(&lock, type, first, count);

	if (!CARAFE_SUCCESS(status))
		return status;
	if (fcntl(file, F_OFD_SETLK, &lock) == 0)
		return CARAFE_STATUS_SUCCESS;
	if (errno == EAGAIN || errno == EACCES)
		return CARAFE_STATUS_SHARING_VIOLATION;
	if (errno == EINVAL) /* a kernel before 3.15 */
		return CARAFE_STATUS_NOT_SUPPORTED;
	return cf_errno_status(errno);
}

carafe_status os_lock(int file, uint64_t first, uint64_t count)
{
	return set_lock(file, F_WRLCK, first, count);
}

carafe_status os_unlock(int file, uint64_t first, uint64_t count)
{
	return set_lock(file, F_UNLCK, first, count);
}

carafe_status os_lock_test(int file, uint64_t first, uint64_t count, bool *held)
{
	struct flock lock;
	carafe_status status = describe(&lock, F_WRLCK, first, count);

	if (!CARAFE_SUCCESS(status))
		return status;
	if (fcntl(file, F_OFD_GETLK, &lock) < 0)
		return errno == EINVAL ? CARAFE_STATUS_NOT_SUPPORTED : cf_errno_status(errno);
	*held = lock.l_type != F_UNLCK;
	return CARAFE_STATUS_SUCCESS;
}
