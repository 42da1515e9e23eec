/* SPDX-License-Identifier: MIT */
/*
 * core/object.c - see core/object.h.
 *
 * Free objects are in a few lists, linked through info; a process takes from and gives to the list
 * of its slot first, so that processes seldom meet.
 *
 * refs is 0 while an object is free and when it is made, so neither has to change it; adding a
 * reference compares the state as well (core/table.c), so dropping the last one, which changes the
 * state, need not.  Making changes a state or second word only when it must say something else.
 *
 * What happens if a process dies here: the KCAS of the caller is whole or not at all.
 */
#include "core/object.h"

#include "core/environment.h"
#include "core/region.h"

static cf_word *list(struct cf_self *self, uint32_t turn)
{
	uint32_t number = (self->environment->process + turn) % CF_FREE_LISTS;

	return &self->region->header.free_objects[number].first;
}

/* Finds a free object in the lists; *found NULL when they are empty. */
static carafe_status from_lists(struct cf_self *self, struct cf_changes *changes,
				struct cf_object **found, uint64_t *info)
{
	uint32_t turn;

	*found = NULL;
	for (turn = 0; turn < CF_FREE_LISTS; turn++) {
		cf_word *first = list(self, turn);
		struct cf_object *object;
		uint64_t head;

		if (!cf_read(self->region, first, &head))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (cf_value(head) == 0)
			continue;
		object = cf_object_at(self->region, cf_value(head) - 1);
		if (object == NULL || !cf_read(self->region, &object->info, info))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		cf_change(changes, first, head, cf_value(*info) >> CF_FREE_SHIFT);
		*found = object;
		return CARAFE_STATUS_SUCCESS;
	}
	return CARAFE_STATUS_SUCCESS;
}

/* Takes an object that was never used. */
static carafe_status from_fresh(struct cf_self *self, struct cf_changes *changes,
				struct cf_object **found, uint64_t *info)
{
	cf_word *high = &self->region->header.high_objects;
	carafe_status status;
	uint64_t bits;

	if (!cf_read(self->region, high, &bits))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	status = cf_reserve_object(self->region, self->environment->place.memory, cf_value(bits));
	if (!CARAFE_SUCCESS(status))
		return status;
	*found = cf_object_at(self->region, cf_value(bits));
	if (*found == NULL || !cf_read(self->region, &(*found)->info, info))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	cf_change(changes, high, bits, cf_value(bits) + 1);
	return CARAFE_STATUS_SUCCESS;
}

carafe_status cf_object_change_make(struct cf_self *self, const struct cf_birth *birth,
				    struct cf_changes *changes, struct cf_object **object)
{
	struct cf_region *region = self->region;
	uint64_t state, info, second;
	carafe_status status;

	status = from_lists(self, changes, object, &info);
	if (CARAFE_SUCCESS(status) && *object == NULL)
		status = from_fresh(self, changes, object, &info);
	if (!CARAFE_SUCCESS(status))
		return status;
	/* Somebody was faster, or damage makes an object in use look free: then it stays so. */
	if ((cf_value(info) & CF_TYPE_MASK) != CF_FREE)
		return CARAFE_STATUS_PENDING;
	if (!cf_read(region, &(*object)->state, &state) ||
	    !cf_read(region, &(*object)->second, &second))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	/* Freeing changed it, so that no view of the object's last life is good any more. */
	if (cf_value(state) != birth->state || cf_waiters(state))
		cf_change_with(changes, &(*object)->state, state, birth->state, false);
	cf_change(changes, &(*object)->info, info, birth->info);
	if (cf_value(second) != birth->second)
		cf_change(changes, &(*object)->second, second, birth->second);
	return CARAFE_STATUS_SUCCESS;
}

bool cf_object_change_free(struct cf_self *self, const struct cf_view *view,
			   struct cf_changes *changes)
{
	cf_word *first = list(self, 0);
	uint64_t head;

	if (!cf_read(self->region, first, &head))
		return false;
	cf_change(changes, first, head, cf_object_index(self->region, view->object) + 1);
	cf_change_with(changes, &view->object->state, view->state, 0, false);
	cf_change(changes, &view->object->info, view->info,
		  cf_value(head) << CF_FREE_SHIFT | CF_FREE);
	return true;
}

bool cf_object_change_drop(struct cf_self *self, struct cf_object *object,
			   struct cf_changes *changes)
{
	struct cf_view view;
	uint64_t refs;

	/* The references after the state, which vouches for them. */
	if (!cf_view_take(self->region, object, &view) || cf_type_of(view.info) == NULL ||
	    !cf_read(self->region, &object->refs, &refs) || cf_value(refs) == CF_UNREFERENCED)
		return false;
	if (cf_value(refs) > 0) {
		cf_change(changes, &object->refs, refs, cf_value(refs) - 1);
		return true;
	}
	if (!cf_waiters(view.state))
		return cf_object_change_free(self, &view, changes);
	/*
	 * The state too: who empties the queue meanwhile must see that the object is theirs to
	 * free.
	 */
	cf_change(changes, &object->refs, refs, CF_UNREFERENCED);
	cf_compare(changes, &object->state, view.state);
	return true;
}
