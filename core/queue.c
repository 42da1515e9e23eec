/* SPDX-License-Identifier: MIT */
/*
 * core/queue.c - see core/queue.h.
 *
 * Removal changes previous.next, following.prev and the block's own next; two removals of
 * neighbours share one of these words, so they cannot both succeed on what they saw before.
 *
 * What happens if a process dies here: every function makes at most one KCAS that others can see.
 */
#include "core/queue.h"

#include "core/object.h"
#include "core/region.h"
#include "core/satisfy.h"
#include "core/wake.h"

/* Attempts of a change, or of a walk, that others disturb, in a sound environment. */
#define MANY (CF_THREADS * 4u)

static uint32_t link_to(const struct cf_region *region, const struct cf_thread *thread,
			uint32_t number)
{
	return cf_thread_index(region, thread) * CF_BLOCKS + number + CF_LINK_BASE;
}

/* The block that a link names; false when it names none. */
static bool follow(struct cf_region *region, uint32_t link, struct cf_thread **thread,
		   uint32_t *number)
{
	if (link < CF_LINK_BASE)
		return false;
	*thread = cf_thread_at(region, (link - CF_LINK_BASE) / CF_BLOCKS);
	*number = (link - CF_LINK_BASE) % CF_BLOCKS;
	return *thread != NULL;
}

/* In an object that never had a waiter the links are still zero. */
static bool is_head(uint32_t link)
{
	return link <= CF_HEAD;
}

static cf_word *next_word(struct cf_region *region, struct cf_object *object, uint32_t link)
{
	struct cf_thread *thread;
	uint32_t number;

	if (is_head(link))
		return &object->first;
	return follow(region, link, &thread, &number) ? &thread->block[number].next : NULL;
}

static cf_word *prev_word(struct cf_region *region, struct cf_object *object, uint32_t link)
{
	struct cf_thread *thread;
	uint32_t number;

	if (is_head(link))
		return &object->last;
	return follow(region, link, &thread, &number) ? &thread->block[number].prev : NULL;
}

bool cf_walk_begin(struct cf_region *region, struct cf_walk *walk, struct cf_object *object)
{
	walk->object = object;
	walk->link = &object->first;
	return cf_walk_stay(region, walk);
}

bool cf_walk_stay(struct cf_region *region, struct cf_walk *walk)
{
	return cf_read(region, walk->link, &walk->seen);
}

/*
 * The present block was in the queue while its next was read if the link that led to it is
 * unchanged afterwards: removing either neighbour changes that link.
 */
enum cf_step cf_walk_look(struct cf_region *region, struct cf_walk *walk)
{
	uint32_t link = cf_value(walk->seen);

	if (is_head(link) && (link == CF_HEAD || walk->link == &walk->object->first))
		return cf_load_relaxed(walk->link) == walk->seen ? CF_STEP_END : CF_STEP_CHANGED;
	if (link == CF_UNLINKED)
		return CF_STEP_CHANGED;
	if (!follow(region, link, &walk->thread, &walk->number) ||
	    !cf_read(region, &walk->thread->block[walk->number].next, &walk->next))
		return CF_STEP_DAMAGED;
	if (cf_load_relaxed(walk->link) != walk->seen)
		return CF_STEP_CHANGED;
	return cf_value(walk->next) != CF_UNLINKED ? CF_STEP_BLOCK : CF_STEP_DAMAGED;
}

void cf_walk_pass(struct cf_walk *walk)
{
	walk->link = &walk->thread->block[walk->number].next;
	walk->seen = walk->next;
}

/* Sets a word of an unlinked block, which only its owner changes. */
static bool set_private(struct cf_region *region, cf_word *word, uint32_t value)
{
	uint64_t bits;

	do {
		if (!cf_read(region, word, &bits))
			return false;
	} while (!cf_cas(word, bits, cf_next_with(bits, value, false)));
	return true;
}

enum cf_outcome cf_queue_link(struct cf_self *self, uint32_t number, const struct cf_view *view)
{
	struct cf_block *block = &self->thread->block[number];
	uint32_t link = link_to(self->region, self->thread, number);
	struct cf_object *object = view->object;
	uint64_t last, previous, next;
	struct cf_changes changes;
	cf_word *previous_next;

	if (!cf_read(self->region, &object->last, &last))
		return CF_DAMAGED;
	previous_next = next_word(self->region, object, cf_value(last));
	if (previous_next == NULL || !cf_read(self->region, previous_next, &previous) ||
	    !cf_read(self->region, &block->next, &next) || cf_value(next) != CF_UNLINKED ||
	    !set_private(self->region, &block->prev,
			 is_head(cf_value(last)) ? CF_HEAD : cf_value(last)))
		return CF_DAMAGED;
	if (!is_head(cf_value(previous)) ||
	    (cf_value(previous) == CF_UNLINKED && previous_next != &object->first))
		return cf_load_relaxed(&object->last) == last ? CF_DAMAGED : CF_MISSED;
	/* Who sees it sees that the block is in no queue: the last one was another object's. */
	cf_store32(&block->object, cf_object_index(self->region, object));
	cf_store32_relaxed(&block->generation, cf_sequence(view->info));
	changes.count = 0;
	cf_change_with(&changes, &object->state, view->state, cf_value(view->state), true);
	cf_change(&changes, &object->last, last, link);
	cf_change(&changes, previous_next, previous, link);
	cf_change(&changes, &block->next, next, CF_HEAD);
	return cf_kcas(self, &changes);
}

bool cf_queue_last(struct cf_region *region, struct cf_thread *thread, uint32_t number,
		   struct cf_object *object)
{
	struct cf_block *block = &thread->block[number];
	uint64_t next;

	return cf_read(region, &block->next, &next) && cf_value(next) == CF_HEAD &&
	       cf_load32_relaxed(&block->object) == cf_object_index(region, object);
}

struct cf_thread *cf_queue_newest(struct cf_region *region, struct cf_object *object)
{
	struct cf_thread *thread;
	uint32_t number;
	uint64_t last;

	return cf_read(region, &object->last, &last) &&
			       follow(region, cf_value(last), &thread, &number) ?
		       thread : NULL;
}

/* Adds what removing the only block of a queue changes besides the links. */
static bool change_emptied(struct cf_self *self, struct cf_object *object,
			   struct cf_changes *changes)
{
	const struct cf_type *type;
	struct cf_view view;
	uint64_t refs;

	if (!cf_view_take(self->region, object, &view) ||
	    !cf_read(self->region, &object->refs, &refs))
		return false;
	type = cf_type_of(view.info);
	if (type == NULL)
		return false;
	if (cf_value(refs) == CF_UNREFERENCED) {
		cf_change(changes, &object->refs, refs, 0);
		return cf_object_change_free(self, &view, changes);
	}
	cf_change_with(changes, &object->state, view.state,
		       cf_type_settled(type, cf_value(view.state)), false);
	return true;
}

/* One attempt; CF_MISSED when the neighbours changed meanwhile. */
static enum cf_outcome try_unlink(struct cf_self *self, struct cf_block *block, uint32_t link,
				  uint64_t next, struct cf_changes *changes)
{
	struct cf_region *region = self->region;
	/* Before the second look at the links: whose queue this is may be that of a later place. */
	struct cf_object *object = cf_object_at(region, cf_load32(&block->object));
	uint64_t prev, previous, following;
	cf_word *previous_next, *following_prev;

	if (object == NULL || !cf_read(region, &block->prev, &prev))
		return CF_DAMAGED;
	previous_next = next_word(region, object, cf_value(prev));
	following_prev = prev_word(region, object, cf_value(next));
	if (previous_next == NULL || following_prev == NULL ||
	    !cf_read(region, previous_next, &previous) ||
	    !cf_read(region, following_prev, &following))
		return CF_DAMAGED;
	/* While both links are the same, its neighbours lead to the block and its object lives. */
	if (cf_value(previous) != link || cf_value(following) != link ||
	    (is_head(cf_value(prev)) && is_head(cf_value(next)) &&
	     !change_emptied(self, object, changes)))
		return cf_load_relaxed(&block->prev) == prev &&
				       cf_load_relaxed(&block->next) == next ?
			       CF_DAMAGED :
			       CF_MISSED;
	cf_change(changes, previous_next, previous, cf_value(next));
	cf_change(changes, following_prev, following, cf_value(prev));
	cf_change(changes, &block->next, next, CF_UNLINKED);
	return cf_kcas(self, changes);
}

enum cf_outcome cf_queue_unlink(struct cf_self *self, struct cf_thread *thread, uint32_t number,
				cf_word *guard, uint64_t guarded)
{
	struct cf_block *block = &thread->block[number];
	uint32_t link = link_to(self->region, thread, number);
	struct cf_changes changes;
	enum cf_outcome outcome;
	uint32_t round;
	uint64_t next;

	for (round = 0; round < MANY; round++) {
		if (!cf_read(self->region, &block->next, &next))
			return CF_DAMAGED;
		if (cf_value(next) == CF_UNLINKED)
			return CF_DONE;
		changes.count = 0;
		if (guard != NULL) {
			if (cf_load_relaxed(guard) != guarded)
				return CF_MISSED;
			cf_compare(&changes, guard, guarded);
		}
		outcome = try_unlink(self, block, link, next, &changes);
		if (outcome != CF_MISSED)
			return outcome;
	}
	return CF_DAMAGED;
}

bool cf_queue_current(struct cf_region *region, const struct cf_walk *walk, uint64_t *wait)
{
	const struct cf_thread *thread = walk->thread;
	uint32_t count;

	if (!cf_read(region, &walk->thread->wait, wait) || !cf_wait_waiting(*wait))
		return false;
	count = cf_load32_relaxed(&thread->count);
	if ((cf_load32_relaxed(&thread->flags) & CF_WAIT_EVENT) != 0)
		count++;
	return walk->number < count;
}

static bool waits_for_all(const struct cf_thread *thread)
{
	return (cf_load32_relaxed(&thread->flags) & CF_WAIT_ALL) != 0;
}

static bool waits_for(const struct cf_thread *thread, uint32_t object)
{
	uint32_t count = cf_load32_relaxed(&thread->count);
	uint32_t i;

	for (i = 0; i < count && i < CF_BLOCKS; i++)
		if (cf_load32_relaxed(&thread->block[i].object) == object)
			return true;
	return false;
}

/* A wait for any may have several blocks in one queue. */
static void compare_once(struct cf_changes *changes, cf_word *word, uint64_t old)
{
	uint32_t i;

	for (i = 0; i < changes->count; i++)
		if (changes->at[i].word == word)
			return;
	cf_compare(changes, word, old);
}

/*
 * Who waits for less changes his wait word before he waits for both; who has no place, or loses it
 * here, changes the object when he takes one.  Who would use the signal up does so, though his time be over
 * before he is given it: his wait word has changed then.  More than a change has room for count as found.
 */
enum cf_outcome cf_queue_find_both(struct cf_self *self, const struct cf_view *view,
				   const struct cf_object *other, struct cf_changes *changes,
				   bool *found)
{
	uint32_t index = cf_object_index(self->region, other), step;
	enum cf_outcome outcome;
	struct cf_walk walk;
	uint64_t wait;

	*found = false;
	if (!cf_walk_begin(self->region, &walk, view->object))
		return CF_DAMAGED;
	for (step = 0; step < CF_QUEUE_STEPS; step++, cf_walk_pass(&walk)) {
		enum cf_step look = cf_walk_look(self->region, &walk);

		if (look != CF_STEP_BLOCK)
			return look == CF_STEP_END     ? CF_DONE :
			       look == CF_STEP_CHANGED ? CF_MISSED :
							 CF_DAMAGED;
		if (walk.thread == self->thread)
			continue;
		if (!cf_queue_current(self->region, &walk, &wait)) {
			outcome = cf_queue_unlink(self, walk.thread, walk.number,
						  &walk.thread->wait, wait);
			return outcome == CF_DONE ? CF_MISSED : outcome;
		}
		*found = changes->count == CF_CHANGES ||
			 (waits_for_all(walk.thread) && waits_for(walk.thread, index));
		if (*found)
			return CF_DONE;
		compare_once(changes, &walk.thread->wait, wait);
		if (!waits_for_all(walk.thread) && (cf_value(view->info) & CF_MANUAL) == 0)
			return CF_DONE;
	}
	return CF_DAMAGED;
}

carafe_status cf_queue_prune(struct cf_self *self, struct cf_object *object)
{
	enum cf_outcome outcome = CF_DONE;
	uint32_t step, restarts = 0;
	struct cf_walk walk;
	uint64_t wait;

	if (!cf_walk_begin(self->region, &walk, object))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	for (step = 0; step < CF_QUEUE_STEPS; step++) {
		switch (cf_walk_look(self->region, &walk)) {
		case CF_STEP_END:
			return CARAFE_STATUS_SUCCESS;
		case CF_STEP_BLOCK:
			if (cf_queue_current(self->region, &walk, &wait)) {
				cf_walk_pass(&walk);
				continue;
			}
			outcome = cf_queue_unlink(self, walk.thread, walk.number,
						  &walk.thread->wait, wait);
			if (outcome != CF_DONE && outcome != CF_MISSED)
				return cf_outcome_status(outcome);
			if (!cf_walk_stay(self->region, &walk))
				return CARAFE_STATUS_FILE_CORRUPT_ERROR;
			continue;
		case CF_STEP_CHANGED:
			if (restarts++ == MANY || !cf_walk_begin(self->region, &walk, object))
				return CARAFE_STATUS_FILE_CORRUPT_ERROR;
			step = 0;
			continue;
		default:
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		}
	}
	return CARAFE_STATUS_FILE_CORRUPT_ERROR;
}
