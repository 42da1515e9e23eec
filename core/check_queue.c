/* SPDX-License-Identifier: MIT */
/*
 * core/check_queue.c - the queues of objects.  See core/check_part.h and core/queue.h.
 *
 * A block that a link leads to is in that queue as long as the link is the same, and then leads
 * back; so a link, the block it leads to, and the link again are enough for a judgement.  This also
 * ends every walk over a cycle: of the two links into one block one is not led back.
 *
 * What happens if a process dies here: nothing.
 */
#include "core/check_part.h"
#include "core/queue.h"
#include "core/region.h"

/* The block that a link names, or NULL. */
static const struct cf_block *block_of(struct cf_check *check, uint32_t link)
{
	uint32_t thread = (link - CF_LINK_BASE) / CF_BLOCKS;

	return link >= CF_LINK_BASE && thread < cf_bound(&check->region->header.reserved_threads,
							 CF_THREADS)
		       ? &check->region->thread[thread].block[(link - CF_LINK_BASE) % CF_BLOCKS]
		       : NULL;
}

static uint32_t most_blocks(struct cf_check *check)
{
	return cf_bound(&check->region->header.reserved_threads, CF_THREADS) * CF_BLOCKS;
}

static bool is_head(uint32_t link)
{
	return link <= CF_HEAD;
}

/* ---- From the object ---------------------------------------------------------------------- */

struct walk {
	uint32_t object;
	const cf_word *link; /* the word that leads on */
	uint64_t seen;	     /* what it said */
	uint32_t from;	     /* whose word it is, as a link */
	const char *fault;   /* with one or two links to name */
	uint32_t first, second;
};

enum walked { WALKED, CHANGED, ENDED };

static void note_block(struct cf_check *check, uint32_t link)
{
	uint32_t bit = link - CF_LINK_BASE;

	if (check->exact && bit / CF_BLOCKS < check->threads)
		check->block_seen[bit / 8] |= (uint8_t)(1u << bit % 8);
}

/* What is wrong with a block that the walk's word leads to. */
static void judge(struct cf_check *check, struct walk *walk, const struct cf_block *block,
		  uint64_t prev, uint64_t next)
{
	uint32_t object = cf_load32_relaxed(&block->object);

	(void)check;
	walk->first = cf_value(walk->seen) - CF_LINK_BASE;
	if (object != walk->object) {
		walk->fault = "holds block #, which says that it is in the queue of object #";
		walk->second = object;
	} else if (cf_value(prev) != walk->from &&
		   !(is_head(cf_value(prev)) && is_head(walk->from))) {
		walk->fault = "holds block #, which leads back to another one (#)";
		walk->second = cf_value(prev);
	} else if (cf_value(next) == CF_UNLINKED) {
		walk->fault = "holds block #, which says that it is in no queue";
	}
}

/* Goes over one link. */
static enum walked step(struct cf_check *check, struct walk *walk)
{
	const struct cf_block *block = block_of(check, cf_value(walk->seen));
	uint64_t prev, next;

	if (block == NULL) {
		walk->first = cf_value(walk->seen) - CF_LINK_BASE;
		walk->fault = "holds block #, which has no memory";
		return cf_check_same(check, walk->link, walk->seen) ? WALKED : CHANGED;
	}
	if (!cf_check_peek(check, &block->prev, &prev) ||
	    !cf_check_peek(check, &block->next, &next))
		return ENDED;
	judge(check, walk, block, prev, next);
	if (!cf_check_same(check, walk->link, walk->seen))
		return CHANGED;
	note_block(check, cf_value(walk->seen));
	walk->from = cf_value(walk->seen);
	walk->link = &block->next;
	walk->seen = next;
	return WALKED;
}

/* The end, where the last block must be the one that the object says. */
static enum walked judge_end(struct cf_check *check, struct walk *walk)
{
	uint64_t last;

	if (!cf_check_peek(check, &check->region->object[walk->object].last, &last))
		return ENDED;
	if (cf_value(last) != walk->from && !(is_head(cf_value(last)) && is_head(walk->from))) {
		walk->fault = "ends with block #, not with the last one (#)";
		walk->first = walk->from - CF_LINK_BASE;
		walk->second = cf_value(last);
	}
	return cf_check_same(check, walk->link, walk->seen) ? ENDED : CHANGED;
}

static enum walked judge_state(struct cf_check *check, struct walk *walk)
{
	uint64_t state;

	if (!cf_check_peek(check, &check->region->object[walk->object].state, &state))
		return ENDED;
	if (cf_waiters(state) == is_head(cf_value(walk->seen)))
		walk->fault = cf_waiters(state)
				      ? "is empty, and the object says that somebody waits"
				      : "is not empty, and the object says that nobody waits";
	return cf_check_same(check, walk->link, walk->seen) ? WALKED : CHANGED;
}

static enum walked walk_once(struct cf_check *check, struct walk *walk)
{
	uint32_t most = most_blocks(check), count;
	enum walked walked;

	walk->fault = NULL;
	walk->from = CF_HEAD;
	walk->link = &check->region->object[walk->object].first;
	if (!cf_check_peek(check, walk->link, &walk->seen))
		return ENDED;
	walked = judge_state(check, walk);
	for (count = 0; walked == WALKED && walk->fault == NULL; count++) {
		if (is_head(cf_value(walk->seen)))
			return judge_end(check, walk);
		if (count > most)
			return CHANGED;
		walked = step(check, walk);
	}
	return walked == WALKED ? ENDED : walked;
}

static void check_queue(struct cf_check *check, uint32_t object)
{
	struct walk walk = { .object = object };
	uint32_t round;

	for (round = 0; round < CF_CHECK_ROUNDS; round++) {
		if (walk_once(check, &walk) == CHANGED)
			continue;
		if (walk.fault != NULL)
			cf_check_tell(check, CF_FINDING_QUEUE, object, walk.fault, walk.first,
				      walk.second);
		return;
	}
}

/* ---- From the block ----------------------------------------------------------------------- */

/* A block that says it is in a queue, and nothing in that queue leads to it. */
static void check_block(struct cf_check *check, uint32_t index, uint32_t number)
{
	const struct cf_block *block = &check->region->thread[index].block[number];
	uint32_t link = index * CF_BLOCKS + number + CF_LINK_BASE, object;
	uint64_t next, prev, leads;
	const struct cf_block *before;
	const cf_word *word;

	if (!cf_check_peek(check, &block->next, &next) || cf_value(next) == CF_UNLINKED ||
	    !cf_check_peek(check, &block->prev, &prev))
		return;
	object = cf_load32_relaxed(&block->object);
	before = block_of(check, cf_value(prev));
	if (object >= cf_bound(&check->region->header.reserved_objects, CF_OBJECTS) ||
	    (!is_head(cf_value(prev)) && before == NULL)) {
		if (cf_check_same(check, &block->prev, prev) &&
		    cf_check_same(check, &block->next, next))
			cf_check_tell(check, CF_FINDING_BLOCK, index,
				      "# is in a queue that cannot be", number, 0);
		return;
	}
	word = before != NULL ? &before->next : &check->region->object[object].first;
	if (!cf_check_peek(check, word, &leads) || cf_value(leads) == link)
		return;
	if (cf_check_same(check, &block->prev, prev) && cf_check_same(check, &block->next, next))
		cf_check_tell(
			check, CF_FINDING_BLOCK, index,
			"# is in the queue of object #, and the one before it leads elsewhere",
			number, object);
}

/* Exact mode: a ring of blocks that lead to each other, and that no object leads to. */
static void check_seen(struct cf_check *check, uint32_t index, uint32_t number)
{
	uint32_t bit = index * CF_BLOCKS + number;
	uint64_t next;

	if ((check->block_seen[bit / 8] & 1u << bit % 8) != 0 ||
	    !cf_check_peek(check, &check->region->thread[index].block[number].next, &next) ||
	    cf_value(next) == CF_UNLINKED)
		return;
	cf_check_tell(check, CF_FINDING_BLOCK, index, "# is in no object's queue, and says it is",
		      number, 0);
}

void cf_check_queues(struct cf_check *check)
{
	uint32_t i, number;

	for (i = 0; i < check->objects && !check->enough; i++)
		check_queue(check, i);
	for (i = 0; i < check->threads && !check->enough; i++)
		for (number = 0; number < CF_BLOCKS; number++) {
			check_block(check, i, number);
			if (check->exact)
				check_seen(check, i, number);
		}
}
