/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/lifetime.h - the open file description that stands for an object, or for an opening
 * of the device, and has a lock which is there exactly as long as it is: until its last descriptor
 * is closed, in whatever process or message.
 *
 * The lock is one that os_lock_test() shows, so everybody learns by it whether an object is in use
 * (core/external.h).  By what means a description can have a lock depends on the system's locks:
 *
 *	lifetime_range.c	a lock of one byte of the shard's file (Linux, Darwin)
 *	lifetime_file.c		a lock of a file of the object's own (the BSDs)
 *
 * number: of an object its index, of an opening of the device its instance.
 *
 * What happens if a process dies here: the kernel drops the lock with the description.
 */
#ifndef CF_NT_LIFETIME_H
#define CF_NT_LIFETIME_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct carafe_environment;

/*
 * Opens a description with the lock, at the lowest number; flags: O_RDONLY, O_WRONLY or O_RDWR, and
 * O_CLOEXEC and O_NONBLOCK.  A descriptor, or -errno.
 */
int cf_nt_open_held(struct carafe_environment *environment, uint32_t shard, uint32_t number,
		    int flags);

/* Whether that opened the file of which info tells. */
bool cf_nt_is_held_file(struct carafe_environment *environment, const struct stat *info,
			uint32_t shard, uint32_t number);

#endif
