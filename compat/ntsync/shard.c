/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/shard.c - see compat/ntsync/shard.h.
 *
 * What happens if a process dies here: nothing was changed.
 */
#include <config.h>

#include "compat/ntsync/shard.h"

#include <fcntl.h>

#include "core/atomic.h"
#include "core/environment.h"
#include "core/external.h"

/* The files of the shards, as far as this process had to do with them. Written once, file last. */
static struct {
	cf_word device; /* of the file system */
	cf_word file;	/* 0: not known yet */
} shards[CF_SHARDS + 1];

/* Gets to know a shard's file; false: it is not there. */
static bool learn(struct carafe_environment *environment, uint32_t shard)
{
	char name[CF_SHARD_NAME];
	struct stat info;

	cf_shard_name(shard, name);
	if (fstatat(environment->place.folder, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	cf_store(&shards[shard].device, (uint64_t)info.st_dev);
	cf_store(&shards[shard].file, (uint64_t)info.st_ino);
	return true;
}

bool cf_nt_is_shard(struct carafe_environment *environment, const struct stat *info,
		    uint32_t shard)
{
	if (cf_load(&shards[shard].file) == 0 && !learn(environment, shard))
		return false;
	return cf_load(&shards[shard].file) == (uint64_t)info->st_ino &&
	       cf_load(&shards[shard].device) == (uint64_t)info->st_dev;
}
