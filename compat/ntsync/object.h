/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/object.h - from a descriptor to the object or the opening of the device that it
 * stands for.
 *
 * Each object has an open file description of its own (compat/ntsync/lifetime.h).  Its
 * file offset says which object it is, so whoever gets a descriptor of it, from wherever, can tell;
 * its lock says that the object is in use. An opening of the device is likewise a description of its
 * own.
 *
 *	offset:	mark 1 | low part of the object's generation 22 | object 20
 *		mark 1 | 0 | instance 32
 *
 * No offset is above 2^43, which is less than any file system's limit.  The generation in it only
 * shows that environment and description belong together: while the description is there, the
 * object cannot be freed.
 *
 * What happens if a process dies here: its descriptions go with it; then core/external.c collects
 * the objects.
 */
#ifndef CF_NT_OBJECT_H
#define CF_NT_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "compat/ntsync/cache.h"
#include "core/region.h"
#include "core/type.h"

struct cf_nt_found {
	struct carafe_environment *environment;
	struct cf_view view;   /* of an object */
	uint32_t index;	       /* of an object */
	uint32_t instance;     /* of the device */
};

/* Whether it is an object in use that descriptors hold. */
static inline bool cf_nt_is_held(uint64_t info)
{
	return cf_type_of(info) != NULL && (cf_value(info) & CF_EXTERNAL) != 0;
}

/*
 * Takes a view of the object that a descriptor's word names.  False: it is no object's word, or the
 * object is gone.
 */
static inline bool cf_nt_recall_object(struct cf_region *region, uint64_t word,
				       struct cf_view *view)
{
	struct cf_object *object;

	if (cf_nt_kind(word) != CF_NT_OBJECT)
		return false;
	object = cf_object_at(region, cf_nt_index(word));
	return object != NULL && cf_view_take(region, object, view) && cf_nt_is_held(view->info) &&
	       cf_sequence(view->info) == cf_nt_sequence(word);
}

/* What fd is.  CF_NT_UNKNOWN: none of ours (or not open). */
enum cf_nt_kind cf_nt_find(int fd, struct cf_nt_found *found);

/* As cf_nt_find(), but looks at the descriptor itself: what was known has shown to be wrong. */
enum cf_nt_kind cf_nt_examine(int fd, struct cf_nt_found *found);

/* A descriptor that came from elsewhere may be one of ours: who closes it looks. [signal-safe] */
void cf_nt_expect(int fd);

/* Whether a descriptor looks like one of ours, as hardly any other does. [signal-safe] */
bool cf_nt_is_marked(int fd);

/*
 * The same without entering an environment, for a descriptor that is about to be closed.
 * [signal-safe]
 */
enum cf_nt_kind cf_nt_recall(int fd, struct cf_nt_found *found);

/* Opens the device: a new instance.  A descriptor, or -errno. */
int cf_nt_open_device(int flags);

/* Makes an object.  A descriptor, or -errno. */
int cf_nt_create(struct carafe_environment *environment, uint32_t instance,
		 const struct cf_birth *birth);

/* The value of errno for a status. */
int cf_nt_errno(carafe_status status);

#endif
