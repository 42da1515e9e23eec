/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/lifetime_file.c - descriptions with a lock, where the kernel locks whole files for an
 * opening (flock): see compat/ntsync/lifetime.h and os/kqueue/lock.c.
 *
 * A shard is a folder, and each object has a file in it, with its index as the name.  The file stays
 * when the object is gone, for the next object with this index: to remove it could take it from under one
 * that was just made.  So there are as many as there ever were objects at once, all empty, and they
 * go with the environment.  All openings of the device share one file, and its lock, which says no more
 * than that there is one.
 *
 * What happens if a process dies here: the kernel drops the lock with the description.
 */
#include <config.h>

#include "compat/ntsync/lifetime.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "compat/ntsync/real.h"
#include "core/environment.h"
#include "core/external.h"
#include "os/kqueue/lock.h"
#include "os/os.h"

#define PATH_SIZE (CF_SHARD_NAME + CF_LOCK_NAME)

static void path_of(uint32_t shard, uint32_t number, char path[PATH_SIZE])
{
	size_t length;

	cf_shard_name(shard, path);
	length = strlen(path);
	path[length] = '/';
	cf_lock_name(shard == CF_SHARD_DEVICE ? 0 : number, path + length + 1);
}

static int open_file(int folder, uint32_t shard, const char *path, int flags)
{
	char name[CF_SHARD_NAME];
	int locks, fd = cf_nt_openat(folder, path, flags);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	cf_shard_name(shard, name);
	if (CARAFE_SUCCESS(os_locks_open(folder, name, true, &locks)))
		os_locks_close(locks);
	return cf_nt_openat(folder, path, flags | O_CREAT, S_IRUSR | S_IWUSR);
}

/* 0 or an errno. */
static int take(int fd, int kind)
{
	while (flock(fd, kind | LOCK_NB) < 0) {
		if (errno == EINTR)
			continue;
		return errno == EWOULDBLOCK || errno == ENOLCK ? ENOMEM : errno;
	}
	return 0;
}

int cf_nt_open_held(struct carafe_environment *environment, uint32_t shard, uint32_t number,
		    int flags)
{
	char path[PATH_SIZE];
	int error, fd;

	path_of(shard, number, path);
	fd = open_file(environment->place.folder, shard, path, flags | O_NOFOLLOW | O_NOCTTY);
	if (fd < 0)
		return -errno;
	error = take(fd, shard == CF_SHARD_DEVICE ? LOCK_SH : LOCK_EX);
	if (error == 0)
		return fd;
	(void)cf_nt_real.close(fd);
	return -error;
}

bool cf_nt_is_held_file(struct carafe_environment *environment, const struct stat *info,
			uint32_t shard, uint32_t number)
{
	char path[PATH_SIZE];
	struct stat named;

	path_of(shard, number, path);
	return fstatat(environment->place.folder, path, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       named.st_dev == info->st_dev && named.st_ino == info->st_ino;
}
