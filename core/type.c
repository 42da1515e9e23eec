/* SPDX-License-Identifier: MIT */
/*
 * core/type.c - the table of object types, and views.  See core/type.h.
 *
 * What happens if a process dies here: nothing was changed.
 */
#include "core/type.h"

const struct cf_type *const cf_types[CF_TYPES] = {
	[CF_EVENT] = &cf_event_type,
	[CF_MUTANT] = &cf_mutant_type,
	[CF_SEMAPHORE] = &cf_semaphore_type,
};

bool cf_view_take(struct cf_region *region, struct cf_object *object, struct cf_view *view)
{
	view->object = object;
	return cf_read(region, &object->state, &view->state) &&
	       cf_read(region, &object->info, &view->info);
}

bool cf_view_again(struct cf_region *region, struct cf_view *view)
{
	uint64_t info;

	return cf_read(region, &view->object->state, &view->state) &&
	       cf_read(region, &view->object->info, &info) && info == view->info;
}
