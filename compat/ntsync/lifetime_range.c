/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/lifetime_range.c - descriptions with a lock, where the kernel locks parts of a file
 * for an opening: see compat/ntsync/lifetime.h and os/posix/lock_range.c.
 *
 * All objects of a shard share its file; the lock is on the byte with the object's number.
 *
 * What happens if a process dies here: the kernel drops the lock with the description.
 */
#include <config.h>

#include "compat/ntsync/lifetime.h"

#include <errno.h>
#include <fcntl.h>

#include "compat/ntsync/real.h"
#include "compat/ntsync/shard.h"
#include "core/environment.h"
#include "core/external.h"

static int open_shard(int folder, const char *name, int flags)
{
	int fd = cf_nt_openat(folder, name, flags);

	if (fd < 0 && errno == ENOENT)
		fd = cf_nt_openat(folder, name, flags | O_CREAT, S_IRUSR | S_IWUSR);
	return fd;
}

int cf_nt_open_held(struct carafe_environment *environment, uint32_t shard, uint32_t number,
		    int flags)
{
	bool read_only = (flags & O_ACCMODE) == O_RDONLY;
	struct flock lock = { .l_type = read_only ? F_RDLCK : F_WRLCK,
			      .l_whence = SEEK_SET,
			      .l_start = (off_t)number,
			      .l_len = 1 };
	char name[CF_SHARD_NAME];
	int error, fd;

	cf_shard_name(shard, name);
	fd = open_shard(environment->place.folder, name, flags | O_NOFOLLOW | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (cf_nt_fcntl(fd, F_OFD_SETLK, &lock) == 0)
		return fd;
	error = errno == EAGAIN || errno == ENOLCK ? ENOMEM : errno;
	(void)cf_nt_real.close(fd);
	return -error;
}

bool cf_nt_is_held_file(struct carafe_environment *environment, const struct stat *info,
			uint32_t shard, uint32_t number)
{
	(void)number;
	return cf_nt_is_shard(environment, info, shard);
}
