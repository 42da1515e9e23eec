/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/shard.h - recognises the lock files of an environment's shards (core/external.h).
 *
 * What happens if a process dies here: nothing was changed.
 */
#ifndef CF_NT_SHARD_H
#define CF_NT_SHARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct carafe_environment;

/* Whether info tells of the lock file of this shard, not of another file. */
bool cf_nt_is_shard(struct carafe_environment *environment, const struct stat *info,
		    uint32_t shard);

#endif
