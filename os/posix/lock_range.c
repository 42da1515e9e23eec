/* SPDX-License-Identifier: MIT */
/*
 * os/posix/lock_range.c - locks that die with their holder: open file description locks, of Linux,
 * Darwin, illumos and POSIX.1-2024.
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

/* One byte of the file for each number. */
static struct flock describe(short type, uint32_t number)
{
	return (struct flock){ .l_type = type, .l_whence = SEEK_SET, .l_start = number, .l_len = 1 };
}

static carafe_status refusal(int error)
{
	return error == EINVAL ? CARAFE_STATUS_NOT_SUPPORTED /* an old kernel, or a remote file system */ :
				 cf_errno_status(error);
}

static carafe_status test(int locks, struct flock lock, bool *held)
{
	if (fcntl(locks, F_OFD_GETLK, &lock) < 0)
		return refusal(errno);
	*held = lock.l_type != F_UNLCK;
	return CARAFE_STATUS_SUCCESS;
}

carafe_status os_locks_open(int folder, const char *name, bool create, int *locks)
{
	return os_file_open(folder, name, create, locks);
}

void os_locks_close(int locks)
{
	os_close(locks);
}

carafe_status os_lock(int locks, uint32_t number)
{
	struct flock lock = describe(F_WRLCK, number);

	if (fcntl(locks, F_OFD_SETLK, &lock) == 0)
		return CARAFE_STATUS_SUCCESS;
	if (errno == EAGAIN || errno == EACCES)
		return CARAFE_STATUS_SHARING_VIOLATION;
	return refusal(errno);
}

void os_unlock(int locks, uint32_t number)
{
	struct flock lock = describe(F_UNLCK, number);

	(void)fcntl(locks, F_OFD_SETLK, &lock);
}

void os_unlock_all(int locks)
{
	struct flock lock = describe(F_UNLCK, 0);

	lock.l_len = 0; /* to the end of all bytes */
	(void)fcntl(locks, F_OFD_SETLK, &lock);
}

carafe_status os_lock_test(int locks, uint32_t number, bool *held)
{
	int saved = errno;
	carafe_status status = test(locks, describe(F_WRLCK, number), held);

	errno = saved;
	return status;
}

carafe_status os_lock_test_any(int locks, bool *held)
{
	struct flock lock = describe(F_WRLCK, 0);

	lock.l_len = 0; /* to the end of all bytes */
	return test(locks, lock, held);
}
