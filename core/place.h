/* SPDX-License-Identifier: MIT */
/*
 * core/place.h - where an environment lies, and who uses it.
 *
 * An environment is a folder.  In it:
 *
 *	gate		a page: which generation is the present one, and the next number to give out
 *	1, 2, ...	a generation: one life of the environment, from its first user to its last
 *	.old-N		a generation that is being removed
 *
 * and in a generation:
 *
 *	memory		the shared memory
 *	lock		a lock for each slot, taken by who has the slot; those from `slots` on are
 *			not ours (the janitor's, and those in core/round.h)
 *	bell		wakes the janitor
 *	object-XX	locks made by compat/; one that is taken stands for an object in use
 *
 * A generation is used while a lock of its lock file or of one of its object files is taken.  One
 * that nobody uses is never entered again: the next user makes a new one.  Locks die with their
 * holders, so the users of a machine that was switched off are gone, too.
 *
 * What happens if a process dies here: see core/place.c.
 */
#ifndef CF_PLACE_H
#define CF_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include <carafe/status.h>

#define CF_PLACE_PATH 1024

/* The names of a generation's files. */
#define CF_PLACE_MEMORY "memory"
#define CF_PLACE_LOCK "lock"
#define CF_PLACE_BELL "bell"
#define CF_PLACE_OBJECTS "object-" /* a prefix */

/* What the memory holds. */
struct cf_place_format {
	uint64_t size;	/* of the whole file, sparse */
	uint64_t head; /* of its beginning: reserved before make(), and all that check() is shown */
	uint32_t slots;

	/* Fills in a new memory, all zero, which nobody else can see yet. */
	carafe_status (*make)(void *base, int memory);

	/*
	 * Whether this build can use the memory; CARAFE_STATUS_REVISION_MISMATCH when it cannot.
	 * The head is mapped read-only; size is that of the whole file.
	 */
	carafe_status (*check)(const void *base, uint64_t size);
};

struct cf_gate;

/* A place in an environment; local to the process. */
struct cf_place {
	int environment;	/* the folder of the environment */
	int folder;		/* the folder of the generation */
	int lock;		/* an opening of the lock file */
	int memory;
	uint32_t slot;		/* of this opening; its lock was taken through `lock` */
	uint32_t slots;
	uint32_t number;	/* of the generation */
	struct cf_gate *gate;
	char path[CF_PLACE_PATH]; /* of the generation's folder */
};

/*
 * Enters an environment, making what is not there.  name: 1 to 64 letters, digits, dots,
 * underscores and hyphens, the first no dot; or the absolute path of the environment's folder,
 * which is made when absent (its parent is not); or NULL for $CARAFE_ENV, and "default" when that
 * is empty.
 *
 * CARAFE_STATUS_OBJECT_NAME_INVALID	not a name
 * CARAFE_STATUS_OBJECT_NAME_COLLISION	the folder holds something else than an environment
 * CARAFE_STATUS_REVISION_MISMATCH	in use by a build with another format (check()'s status)
 * CARAFE_STATUS_FILE_CORRUPT_ERROR	in use, but its memory is missing or truncated
 * CARAFE_STATUS_INSUFFICIENT_RESOURCES	all slots are taken
 * CARAFE_STATUS_DEVICE_NOT_READY	it changed hands a hundred times meanwhile; try again
 * and what os_base_folder(), os_folder_open(), os_file_reserve() and make() return.
 */
carafe_status cf_place_open(const char *name, const struct cf_place_format *format,
			    struct cf_place *place);

/*
 * Leaves: gives back every lock taken through place->lock.  The last user removes the generation.
 * Nothing of this process may use the memory any more.
 */
void cf_place_close(struct cf_place *place);

/*
 * Closes this process' copies of the descriptors and gives nothing back: for a forked child, whose
 * parent goes on.
 */
void cf_place_drop(struct cf_place *place);

/*
 * Locks one more free slot not below first, through place->lock.  The caller sees to it that no
 * other thread does so at the same time with the same place->lock.
 */
carafe_status cf_place_claim(const struct cf_place *place, uint32_t first, uint32_t *slot);
void cf_place_release(const struct cf_place *place, uint32_t slot);

/*
 * Opens the lock file anew: locks taken through it are independent of place->lock.  For fork(): a
 * copy of the place with this lock claims a slot, and the child keeps the copy.
 */
carafe_status cf_place_open_again(const struct cf_place *place, int *lock);

/*
 * The path of an environment's present generation.  Makes nothing.
 * CARAFE_STATUS_OBJECT_NAME_NOT_FOUND or CARAFE_STATUS_OBJECT_PATH_NOT_FOUND when there is none.
 */
carafe_status cf_place_lookup(const char *name, char *path, size_t size);

#endif
