/* SPDX-License-Identifier: MIT */
/*
 * core/type.h - what the object manager must know of an object type.
 *
 * A new type is one file with one struct cf_type, and one row in core/type.c.  Nothing else knows
 * the types.
 *
 * Functions here only look and say what would have to change; the caller makes the change in one
 * KCAS, so they have no effect on their own.
 *
 * What happens if a process dies here: nothing was changed.
 */
#ifndef CF_TYPE_H
#define CF_TYPE_H

#include <carafe/status.h>
#include <carafe/types.h>

#include "core/kcas.h"
#include "core/layout.h"
#include "core/word.h"

struct carafe_environment;

/*
 * In the value of cf_object.info of an object in use; a free one has CF_FREE there and a link above
 * it.
 */
#define CF_TYPE_MASK 0xffu
#define CF_MANUAL 0x100u   /* a notification event: a satisfied wait does not reset it */
#define CF_EXTERNAL 0x200u /* held by descriptors of the ntsync layer, not by handles */
#define CF_FREE_SHIFT 8	   /* of a free object's link */

enum cf_type_number { CF_FREE, CF_EVENT, CF_MUTANT, CF_SEMAPHORE, CF_TYPES };

/* An object as it was at one moment; the KCAS says whether it still is. */
struct cf_view {
	struct cf_object *object;
	uint64_t info;
	uint64_t state;
};

/* What a new object begins with. */
struct cf_birth {
	uint32_t info;
	uint32_t state;
	uint32_t second;
	struct cf_self *owner; /* who is to note that it owns the object, or NULL */
};

enum cf_taken { CF_NOT_TAKEN, CF_TAKEN, CF_TAKEN_ABANDONED };

struct cf_type {
	const char *name;
	carafe_access generic_read, generic_write, generic_execute, generic_all, valid;

	/*
	 * Adds what a satisfied wait by identity changes (at least a comparison), if it would be
	 * satisfied. CF_NOT_TAKEN, and nothing added: it would not, or the environment makes no
	 * sense.
	 */
	enum cf_taken (*take)(struct cf_region *region, const struct cf_view *view,
			      uint32_t identity, struct cf_changes *changes);

	/* While the value of the state is 0 no wait would be satisfied, whoever's it is. */
	bool zero_waits;

	/* Could anybody's wait be satisfied? Then those who queue go first. */
	bool (*available)(const struct cf_view *view);

	/* Adds what undoes take(), for a grant that nobody saw. */
	void (*restore)(struct cf_region *region, const struct cf_view *view, uint32_t identity,
			bool abandoned, struct cf_changes *changes);

	/*
	 * Adds what the signal half of signal-and-wait changes; PENDING: not while the state is as
	 * viewed.
	 */
	carafe_status (*signal)(struct cf_region *region, const struct cf_view *view,
				uint32_t identity, struct cf_changes *changes);

	/* The right that signal() needs. */
	carafe_access signal_access;

	/* A satisfied wait makes the waiter its owner, who must give it back or abandon it. */
	bool owned;

	/* What a wait is refused with that is not satisfied and never could be; NULL: never. */
	carafe_status (*refused)(struct cf_region *region, const struct cf_view *view,
				 uint32_t identity);

	/*
	 * Adds what the death of the owner changes; false: not owned by identity.  NULL unless
	 * owned.
	 */
	bool (*abandon)(struct cf_region *region, const struct cf_view *view, uint32_t identity,
			struct cf_changes *changes);

	/*
	 * What makes no sense about the words of such an object, NULL nothing; each # stands for the
	 * state and then the second word.  Reads no memory.
	 */
	const char *(*fault)(uint32_t info, uint32_t state, uint32_t second);

	/* The state once everybody queued has been offered the object; NULL: the same. */
	uint32_t (*settled)(uint32_t state);

	/* May what made the object available satisfy more waits than one?  NULL: never. */
	bool (*shared)(const struct cf_view *view);
};

extern const struct cf_type cf_event_type, cf_mutant_type, cf_semaphore_type;

extern const struct cf_type *const cf_types[CF_TYPES];

/* The type of a view, or NULL when the object is free or makes no sense. */
static inline const struct cf_type *cf_type_of(uint64_t info)
{
	uint32_t number = cf_value(info) & CF_TYPE_MASK;

	return number < CF_TYPES ? cf_types[number] : NULL;
}

/* Takes a view of whatever is there now; false when the environment is damaged. */
static inline bool cf_view_take(struct cf_region *region, struct cf_object *object,
				struct cf_view *view)
{
	view->object = object;
	return cf_read(region, &object->state, &view->state) &&
	       cf_read(region, &object->info, &view->info);
}

/*
 * Takes the present view of an object again; false when it is no longer the object that view->info
 * names, or the environment is damaged.
 */
static inline bool cf_view_again(struct cf_region *region, struct cf_view *view)
{
	uint64_t info = view->info;

	return cf_view_take(region, view->object, view) && view->info == info;
}

static inline uint32_t cf_type_settled(const struct cf_type *type, uint32_t state)
{
	return type->settled != NULL ? type->settled(state) : state;
}

/* True when those who queue must be served before anybody else looks. */
static inline bool cf_view_unsettled(const struct cf_type *type, const struct cf_view *view)
{
	return cf_waiters(view->state) && type->available(view);
}

#endif
