/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/queue.h - the invariants of core/queue.h, checked while nobody changes a queue.
 */
#ifndef CARAFE_TESTS_QUEUE_H
#define CARAFE_TESTS_QUEUE_H

#include "core/queue.h"
#include "tests/unit/fixture.h"

#define LONGEST_QUEUE 64u

/* The link that names a block. */
static inline uint32_t link_of(const struct cf_self *self, uint32_t number)
{
	return self->index * CF_BLOCKS + number + CF_LINK_BASE;
}

/* The block that a link names; NULL for the object itself, and for what names none. */
static inline struct cf_block *block_of(struct carafe_environment *environment, uint32_t link)
{
	struct cf_thread *thread =
		link < CF_LINK_BASE
			? NULL
			: cf_thread_at(environment->region, (link - CF_LINK_BASE) / CF_BLOCKS);

	return thread != NULL ? &thread->block[(link - CF_LINK_BASE) % CF_BLOCKS] : NULL;
}

/* What the queue of an object breaks, or NULL.  links: its blocks, oldest first. */
static inline const char *queue_fault(struct carafe_environment *environment,
				      struct cf_object *object, uint32_t links[LONGEST_QUEUE],
				      uint32_t *length)
{
	uint32_t link = value_of(environment, &object->first), back = CF_HEAD;
	struct cf_block *block;

	for (*length = 0; link > CF_HEAD; (*length)++) {
		block = block_of(environment, link);
		if (block == NULL || *length == LONGEST_QUEUE)
			return "next leads nowhere or in a circle";
		if (cf_load32(&block->object) != cf_object_index(environment->region, object))
			return "a block is in another object's queue";
		if (value_of(environment, &block->prev) != back)
			return "prev is not the opposite of next";
		links[*length] = back = link;
		link = value_of(environment, &block->next);
		if (link == CF_UNLINKED)
			return "an unlinked block is in the queue";
	}
	link = value_of(environment, &object->last);
	if ((link > CF_HEAD ? link : CF_HEAD) != back)
		return "the newest block is not the last one";
	if (cf_waiters(bits_of(environment, &object->state)) != (*length > 0))
		return "the waiters bit does not tell whether the queue is empty";
	return NULL;
}

/* Whether the queue is sound and has these blocks, given as (self, number) pairs' links. */
static inline bool queue_is(struct carafe_environment *environment, struct cf_object *object,
			    uint32_t count, const uint32_t *want)
{
	uint32_t links[LONGEST_QUEUE], length;
	const char *fault = queue_fault(environment, object, links, &length);

	if (fault != NULL)
		diag("%s", fault);
	else if (length != count)
		diag("%u blocks instead of %u", length, count);
	return fault == NULL && length == count &&
	       (count == 0 || memcmp(links, want, count * sizeof(*want)) == 0);
}

/* queue_has(ENVIRONMENT, OBJECT, LINK...): at least one. */
#define queue_has(environment, object, ...) \
	queue_is(environment, object, sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t), \
		 (uint32_t[]){ __VA_ARGS__ })
#define queue_empty(environment, object) queue_is(environment, object, 0, NULL)

#endif
