/* SPDX-License-Identifier: MIT */
/*
 * Walks over a queue that changes or makes no sense (core/queue.c).
 *
 * A walk follows links without holding anything: catches one that goes on in another queue, or
 * without end.
 */
#include <config.h>

#include "core/event.h"
#include "tests/unit/queue.h"

static struct carafe_environment *environment;
static struct cf_self self[3];
static struct cf_view view, other;

static void link_block(struct cf_self *whose, struct cf_view *to)
{
	if (cf_queue_link(whose, 0, again(environment, to)) != CF_DONE)
		bail_out("cannot link a block");
}

static void unlink_block(struct cf_self *whose)
{
	if (cf_queue_unlink(&self[0], whose->thread, 0, NULL, 0) != CF_DONE)
		bail_out("cannot unlink a block");
}

static void link_all(void)
{
	for (int i = 0; i < 3; i++)
		link_block(&self[i], &view);
}

static void unlink_all(void)
{
	for (int i = 0; i < 3; i++)
		unlink_block(&self[i]);
}

/* Walks past `count` blocks; the walk then stands at the next one, and has looked at it. */
static enum cf_step walk_to(struct cf_walk *walk, int count)
{
	enum cf_step step;

	if (!cf_walk_begin(environment->region, walk, view.object))
		return CF_STEP_DAMAGED;
	step = cf_walk_look(environment->region, walk);
	for (int i = 0; i < count && step == CF_STEP_BLOCK; i++) {
		cf_walk_pass(walk);
		step = cf_walk_look(environment->region, walk);
	}
	return step;
}

static void test_undisturbed(void)
{
	struct cf_walk walk;
	bool in_order = true;

	is_int(walk_to(&walk, 0), CF_STEP_END,
	       "a walk over an object that never had a waiter ends");
	link_all();
	for (int i = 0; i < 3; i++)
		in_order &= walk_to(&walk, i) == CF_STEP_BLOCK && walk.thread == self[i].thread &&
			    walk.number == 0;
	ok(in_order, "a walk meets every block, oldest first");
	is_int(walk_to(&walk, 3), CF_STEP_END, "and then the end");
	unlink_all();
	is_int(walk_to(&walk, 0), CF_STEP_END, "a walk over an emptied queue ends");
}

static void test_present_block_goes(void)
{
	struct cf_walk walk;

	link_all();
	walk_to(&walk, 1);
	unlink_block(&self[1]);
	is_int(cf_walk_look(environment->region, &walk), CF_STEP_CHANGED,
	       "the block ahead is unlinked: a walk notices");
	ok(cf_walk_stay(environment->region, &walk) &&
		   cf_walk_look(environment->region, &walk) == CF_STEP_BLOCK &&
		   walk.thread == self[2].thread,
	   "and finds the one behind it from where it stands");
	link_block(&self[1], &view);
	unlink_all();
}

static void test_passed_block_goes(void)
{
	struct cf_walk walk;

	link_all();
	walk_to(&walk, 0);
	cf_walk_pass(&walk);
	unlink_block(&self[0]);
	is_int(cf_walk_look(environment->region, &walk), CF_STEP_CHANGED,
	       "the block it stands on is unlinked: a walk notices");
	ok(cf_walk_stay(environment->region, &walk) &&
		   cf_walk_look(environment->region, &walk) == CF_STEP_CHANGED,
	   "and does not take the unlinked block for the end of the queue");
	link_block(&self[0], &other);
	unlink_all();
}

/* The same block, in another queue: what it leads to is none of this walk's business. */
static void test_passed_block_moves(void)
{
	struct cf_walk walk;

	link_all();
	walk_to(&walk, 0);
	cf_walk_pass(&walk);
	unlink_block(&self[0]);
	link_block(&self[0], &other);
	is_int(cf_walk_look(environment->region, &walk), CF_STEP_CHANGED,
	       "the block it stands on moves to another queue: a walk notices");
	unlink_all();
}

static void test_block_comes(void)
{
	struct cf_walk walk;

	link_block(&self[0], &view);
	walk_to(&walk, 1);
	link_block(&self[1], &view);
	is_int(cf_walk_look(environment->region, &walk), CF_STEP_CHANGED,
	       "a block is added where the end was: a walk notices");
	ok(cf_walk_stay(environment->region, &walk) &&
		   cf_walk_look(environment->region, &walk) == CF_STEP_BLOCK &&
		   walk.thread == self[1].thread,
	   "and finds it");
	unlink_block(&self[0]);
	unlink_block(&self[1]);
	walk_to(&walk, 0);
	link_block(&self[2], &view);
	is_int(cf_walk_look(environment->region, &walk), CF_STEP_CHANGED,
	       "the first block comes: a walk notices");
	unlink_block(&self[2]);
}

/* Sets a word to what is no good, lets `refuse` look at it, and puts it right again. */
static void damaged(cf_word *word, uint32_t value, const char *what)
{
	uint64_t bits = cf_load(word);
	struct cf_walk walk;
	enum cf_step step;
	uint32_t links = 0;

	cf_store(word, cf_next(bits, value));
	step = walk_to(&walk, 0);
	while (step == CF_STEP_BLOCK && links++ < LONGEST_QUEUE) {
		cf_walk_pass(&walk);
		step = cf_walk_look(environment->region, &walk);
	}
	ok(step == CF_STEP_DAMAGED || step == CF_STEP_CHANGED || links > LONGEST_QUEUE,
	   "%s: the walk does not end as if all were well", what);
	is_int(cf_queue_prune(&self[0], view.object), CARAFE_STATUS_FILE_CORRUPT_ERROR,
	       "nor is the queue pruned, however often that is tried");
	cf_store(word, cf_next(cf_next(bits, 0), cf_value(bits)));
}

static void test_damage(void)
{
	uint32_t wild = CF_LINK_BASE + (CF_THREADS - 1) * CF_BLOCKS;
	cf_word *next = &self[0].thread->block[0].next;
	enum cf_outcome outcome;
	uint64_t bits;

	/* Present waits, which nobody may unlink. */
	link_all();
	for (int i = 0; i < 3; i++) {
		cf_store32(&self[i].thread->count, 1);
		put(environment, &self[i].thread->wait, 1);
	}
	damaged(&view.object->first, wild, "first names a thread without memory");
	damaged(&view.object->first, UINT32_MAX, "first is all ones");
	damaged(next, wild, "next names a thread without memory");
	damaged(next, CF_UNLINKED, "a block in the queue is marked unlinked");
	damaged(next, link_of(&self[0], 0), "a block leads to itself");
	damaged(&self[1].thread->block[0].next, link_of(&self[0], 0), "a block leads back");
	for (int i = 0; i < 3; i++)
		put(environment, &self[i].thread->wait, 0);

	bits = cf_load(&self[1].thread->block[0].prev);
	cf_store(&self[1].thread->block[0].prev, cf_next(bits, wild));
	is_int(cf_queue_unlink(&self[0], self[1].thread, 0, NULL, 0), CF_DAMAGED,
	       "a block whose prev leads nowhere is not unlinked");
	cf_store(&self[1].thread->block[0].prev, cf_next(bits, link_of(&self[2], 0)));
	outcome = cf_queue_unlink(&self[0], self[1].thread, 0, NULL, 0);
	is_int(outcome, CF_DAMAGED, "nor is one whose neighbours do not know it");
	cf_store(&self[1].thread->block[0].prev, cf_next(cf_next(bits, 0), cf_value(bits)));
	cf_store32(&self[1].thread->block[0].object, UINT32_MAX);
	is_int(cf_queue_unlink(&self[0], self[1].thread, 0, NULL, 0), CF_DAMAGED,
	       "nor is one that names no object");
	cf_store32(&self[1].thread->block[0].object,
		   cf_object_index(environment->region, view.object));
	ok(queue_has(environment, view.object, link_of(&self[0], 0), link_of(&self[1], 0),
		     link_of(&self[2], 0)),
	   "and none of that changed the queue");
	bits = cf_load(&view.object->last);
	unlink_block(&self[2]);
	cf_store(&view.object->last, cf_next(bits, wild));
	is_int(cf_queue_link(&self[2], 0, again(environment, &view)), CF_DAMAGED,
	       "nothing is linked behind a block that is not there");
}

/*
 * A thousand threads wait for any of 64 handles of one event, and somebody closes a handle.
 *
 * Catches a bound that takes a long queue for damage.
 */
static void test_long_queue(void)
{
	static struct cf_self waiter[1030];
	const uint32_t count = sizeof(waiter) / sizeof(waiter[0]);
	bool linked = true;
	uint32_t i, number;

	for (i = 0; i < count; i++) {
		waiter[i] = another(environment);
		for (number = 0; number < CF_WAIT_OBJECTS; number++)
			linked &= cf_queue_link(&waiter[i], number, again(environment, &other)) ==
				  CF_DONE;
		cf_store32(&waiter[i].thread->count, CF_WAIT_OBJECTS);
		cf_store32(&waiter[i].thread->flags, 0);
		put(environment, &waiter[i].thread->wait, 1);
	}
	ok(linked, "a queue can hold %u blocks", count * CF_WAIT_OBJECTS);
	is_int(cf_queue_prune(&self[0], other.object), CARAFE_STATUS_SUCCESS,
	       "and be pruned, which unlinks nothing");
	put(environment, &waiter[0].thread->wait, 0);
	is_int(cf_queue_prune(&self[0], other.object), CARAFE_STATUS_SUCCESS, "and once more");
	is_int(value_of(environment, &waiter[0].thread->block[CF_WAIT_OBJECTS - 1].next),
	       CF_UNLINKED, "which unlinks all of who waits no more");
	for (i = 0; i < count; i++)
		cf_self_return(&waiter[i]);
}

int main(void)
{
	environment = open_first();
	for (int i = 0; i < 3; i++)
		self[i] = another(environment);
	new_object(environment, cf_event_birth(true, false), &view);
	new_object(environment, cf_event_birth(true, false), &other);
	test_undisturbed();
	test_present_block_goes();
	test_passed_block_goes();
	test_passed_block_moves();
	test_block_comes();
	test_damage();
	test_long_queue();
	return done_testing();
}
