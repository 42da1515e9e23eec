/* SPDX-License-Identifier: MIT */
/*
 * core/check_object.c - objects, what refers to them, and the lists of free ones.  See
 * core/check_part.h.
 *
 * Adding a handle to an object changes its references, and dropping one changes them or frees it.
 * So an object whose references and info are the same before and after all handles were counted had
 * that many handles all the while.
 *
 * An object enters and leaves a list of free ones together with its info.  So one that is free and
 * whose info is the same before the first list was walked and after the last one was in one list
 * all the while, at the same place from the end.  Each list was walked while it stood still, so the
 * walk of that list met the object, or it is in none and lost.
 *
 * What happens if a process dies here: nothing.
 */
#include "core/check_part.h"
#include "core/object.h"
#include "core/queue.h"
#include "core/region.h"
#include "core/type.h"

void cf_check_tally(struct cf_check *check)
{
	uint32_t i;

	for (i = 0; i < check->objects; i++) {
		struct cf_tally *tally = &check->tally[i];
		const struct cf_object *object = &check->region->object[i];

		/* Bits that no word can have: it will not be found unchanged. */
		if (!cf_check_peek(check, &object->info, &tally->info) ||
		    !cf_check_peek(check, &object->refs, &tally->refs))
			tally->info = CF_DESCRIPTOR;
	}
}

/* ---- One object ------------------------------------------------------------------------- */

static void check_free_object(struct cf_check *check, uint32_t index, uint64_t info)
{
	const struct cf_object *object = &check->region->object[index];
	uint64_t state, refs;
	const char *text = NULL;

	if (!cf_check_peek(check, &object->state, &state) ||
	    !cf_check_peek(check, &object->refs, &refs))
		return;
	if (cf_waiters(state))
		text = "is free and says that somebody waits for it";
	else if (cf_value(refs) != 0)
		text = "is free and has # references";
	else if ((cf_value(info) >> CF_FREE_SHIFT) > CF_OBJECTS)
		text = "is free and leads to an object that cannot be";
	if (text != NULL && cf_check_same(check, &object->info, info))
		cf_check_tell(check, CF_FINDING_OBJECT, index, text, cf_value(refs), 0);
}

static void check_used_object(struct cf_check *check, uint32_t index, uint64_t info)
{
	const struct cf_object *object = &check->region->object[index];
	const struct cf_type *type = cf_type_of(info);
	uint64_t state, second;
	const char *text;

	if (type == NULL) {
		if (cf_check_same(check, &object->info, info))
			cf_check_tell(check, CF_FINDING_OBJECT, index,
				      "is of type #, which does not exist",
				      cf_value(info) & CF_TYPE_MASK, 0);
		return;
	}
	if (!cf_check_peek(check, &object->state, &state) ||
	    !cf_check_peek(check, &object->second, &second))
		return;
	text = type->fault(cf_value(info), cf_value(state), cf_value(second));
	/* All of them change only together with the state. */
	if (text != NULL && cf_check_same(check, &object->state, state) &&
	    cf_check_same(check, &object->info, info))
		cf_check_tell(check, CF_FINDING_OBJECT, index, text, cf_value(state),
			      cf_value(second));
}

/* Of an object whose info is the same as before the handles were counted. */
static const char *references_fault(const struct cf_tally *tally, uint64_t state)
{
	uint32_t refs = cf_value(tally->refs);

	if (refs == CF_UNREFERENCED && tally->handles != 0)
		return "says that there are none, and there are # handles";
	if (refs == CF_UNREFERENCED)
		return cf_waiters(state) ? NULL : "there are none, and nobody waits for it";
	if ((cf_value(tally->info) & CF_EXTERNAL) != 0)
		return refs == 0 ? NULL
				 : "belongs to descriptors and has # handles, says # more than one";
	return tally->handles != 0 && refs == tally->handles - 1
		       ? NULL
		       : "there are # handles, it says # and one";
}

static void check_references(struct cf_check *check, uint32_t index)
{
	const struct cf_object *object = &check->region->object[index];
	const struct cf_tally *tally = &check->tally[index];
	const char *text;
	uint64_t state;

	if (!cf_check_peek(check, &object->state, &state))
		return;
	text = references_fault(tally, state);
	if (text != NULL && cf_check_same(check, &object->refs, tally->refs) &&
	    cf_check_same(check, &object->info, tally->info))
		cf_check_tell(check, CF_FINDING_REFERENCES, index, text, tally->handles,
			      cf_value(tally->refs));
}

static void check_object(struct cf_check *check, uint32_t index)
{
	const struct cf_object *object = &check->region->object[index];
	uint64_t info;

	if (cf_load32_relaxed(&object->granted) > CF_THREADS)
		cf_check_tell(check, CF_FINDING_OBJECT, index,
			      "was granted to thread #, which cannot be",
			      cf_load32_relaxed(&object->granted) - 1, 0);
	if (!cf_check_peek(check, &object->info, &info))
		return;
	if ((cf_value(info) & CF_TYPE_MASK) == CF_FREE) {
		check_free_object(check, index, info);
		return;
	}
	check_used_object(check, index, info);
	if (info == check->tally[index].info && cf_type_of(info) != NULL)
		check_references(check, index);
}

/* ---- Free ones -------------------------------------------------------------------------- */

/* Stands for a list that could not be followed to its end. */
static const char unread[] = "unread";

/* What is wrong with a list of free objects; *at: where.  NULL: nothing. */
static const char *walk_free(struct cf_check *check, uint64_t head, uint32_t *at)
{
	uint32_t objects = cf_bound(&check->region->header.reserved_objects, CF_OBJECTS);
	uint32_t link = cf_value(head), count;
	uint64_t info;

	for (count = 0; link != 0; count++) {
		*at = link - 1;
		if (count > objects)
			return "has a cycle";
		if (link > objects)
			return "leads to object #, which has no memory";
		if (!cf_check_peek(check, &check->region->object[link - 1].info, &info))
			return unread;
		if ((cf_value(info) & CF_TYPE_MASK) != CF_FREE)
			return "leads to object #, which is in use";
		if (check->exact && link > check->objects)
			return "leads to object #, which was never used";
		if (check->exact && check->tally[link - 1].listed)
			return "leads to object #, which has been in a list already";
		/* By a walk that is disturbed too: that can only hide something. */
		if (link <= check->objects)
			check->tally[link - 1].listed = true;
		link = cf_value(info) >> CF_FREE_SHIFT;
	}
	return NULL;
}

/*
 * Making and freeing change a list together with its first word.  False: it never stood still, or
 * leads where it must not, and what it should lead to is not known.
 */
static bool check_free_list(struct cf_check *check, uint32_t number)
{
	const cf_word *word = &check->region->header.free_objects[number].first;
	uint32_t round, at = 0;
	const char *text;
	uint64_t head;

	for (round = 0; round < (check->exact ? 1 : CF_CHECK_ROUNDS); round++) {
		if (!cf_check_peek(check, word, &head))
			return false;
		text = walk_free(check, head, &at);
		if (!cf_check_same(check, word, head))
			continue;
		if (text != NULL && text != unread)
			cf_check_tell(check, CF_FINDING_FREE_LIST, number, text, at, 0);
		return text == NULL;
	}
	return false;
}

/* What no list leads to is lost. */
static void check_listed(struct cf_check *check)
{
	uint32_t i;

	for (i = 0; i < check->objects && !check->enough; i++) {
		const struct cf_tally *tally = &check->tally[i];

		if ((cf_value(tally->info) & CF_TYPE_MASK) == CF_FREE && !tally->listed &&
		    cf_check_same(check, &check->region->object[i].info, tally->info))
			cf_check_tell(check, CF_FINDING_OBJECT, i, "is free and in no list", 0, 0);
	}
}

/* An object that was never used is made of zeros, whatever sequences failed changes left. */
static void check_unused(struct cf_check *check)
{
	const cf_word *high = &check->region->header.high_objects;
	uint32_t objects = cf_bound(&check->region->header.reserved_objects, CF_OBJECTS), i;
	uint64_t info, bound;

	for (i = check->objects; i < objects && !check->enough; i++) {
		if (!cf_check_peek(check, &check->region->object[i].info, &info) ||
		    cf_value(info) == 0 || !cf_check_peek(check, high, &bound) ||
		    cf_value(bound) > i)
			continue;
		cf_check_tell(check, CF_FINDING_OBJECT, i, "is in use beyond the last used one", 0,
			      0);
	}
}

void cf_check_objects(struct cf_check *check)
{
	bool all = true;
	uint32_t i;

	for (i = 0; i < check->objects && !check->enough; i++)
		check_object(check, i);
	check_unused(check);
	for (i = 0; i < CF_FREE_LISTS && !check->enough; i++)
		all &= check_free_list(check, i);
	if (all || check->exact)
		check_listed(check);
}
