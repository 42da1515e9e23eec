/* SPDX-License-Identifier: MIT */
/*
 * core/external.h - objects that are held by descriptors instead of handles (compat/ntsync).
 *
 * Such an object has one reference, and lives while the lock with its index is taken in its shard,
 * a lock file of the generation's folder (os_locks_open()).  The lock belongs to an open file
 * description, so it is there as long as any descriptor of that is, in whatever process or message,
 * and is gone with the last one.  Shards keep the kernel's lists of locks, which it searches from
 * the beginning, short.
 *
 * What happens if a process dies here: the lock is taken before the object is marked CF_EXTERNAL,
 * so a marked object without a lock is one that nobody holds any more.
 */
#ifndef CF_EXTERNAL_H
#define CF_EXTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include <carafe/status.h>

struct carafe_environment;

#define CF_SHARDS 256u
#define CF_SHARD_RUN 64u    /* so many objects in a row share a shard */
#define CF_SHARD_DEVICE CF_SHARDS /* the shard of the openings of the device: locked by instance */
#define CF_SHARD_NAME 16u

/* The shard of an object. */
static inline uint32_t cf_shard(uint32_t object)
{
	return object / CF_SHARD_RUN % CF_SHARDS;
}

/* The name of a shard's file in the generation's folder. */
void cf_shard_name(uint32_t shard, char name[CF_SHARD_NAME]);

/* A number for one more opening of the ntsync device; never 0. */
carafe_status cf_external_instance(struct carafe_environment *environment, uint32_t *instance);

/*
 * Drops the objects whose descriptors are all gone without anybody having noticed.  For the
 * janitor, when a process died, and for compat/, now and then.
 */
carafe_status cf_external_collect(struct carafe_environment *environment);

#endif
