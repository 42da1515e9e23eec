/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/queue.c - queues alone: blocks are linked and unlinked, at the end, in the middle and
 * by the others.
 *
 * Right is, whenever the queue is at rest: from both sides the same blocks in opposite orders, each
 * once; a block that says it is linked is in it; the waiters bit is set exactly when there is one.
 * And at the end: a block is linked exactly if the last thing that its thread did was linking it.
 *
 * What happens if a process dies here: a block of the dead stays until the sweep.
 */
#include "core/environment.h"
#include "core/handle.h"
#include "core/kcas.h"
#include "core/queue.h"
#include "core/region.h"
#include "core/thread.h"
#include "tests/sim/base.h"
#include "tests/sim/scenario.h"

struct queue {
	carafe_handle handle; /* of the event, in the first process */
	uint32_t object;
	uint32_t linked[SIM_MOST_THREADS]; /* what the thread reported last */
};

#define QUEUE SCRATCH_OF(struct queue)

static struct cf_object *object(void)
{
	return &base_region()->object[QUEUE->object];
}

static void prepare(void)
{
	struct cf_view view;

	base_prepare();
	if (sim_self() != 0)
		return;
	base_must(carafe_event_create(base_environment(), CARAFE_EVENT_ALL_ACCESS, 0,
				      CARAFE_NOTIFICATION_EVENT, 0, &QUEUE->handle),
		  "carafe_event_create");
	base_must(cf_handle_view(base_environment(), QUEUE->handle, CF_EVENT, 0, &view),
		  "cf_handle_view");
	QUEUE->object = cf_object_index(base_region(), view.object);
}

static struct cf_self *self(void)
{
	struct cf_self *mine;

	base_must(cf_self(base_environment(), &mine), "cf_self");
	return mine;
}

static void link_block(void)
{
	enum cf_outcome outcome;
	struct cf_view view;

	sim_forget(1);
	sim_point();
	do {
		if (!cf_view_take(base_region(), object(), &view))
			sim_fail("the object cannot be read");
		outcome = cf_queue_link(self(), 0, &view);
	} while (outcome == CF_MISSED);
	if (outcome != CF_DONE)
		sim_fail("cf_queue_link() says %d in a sound environment", (int)outcome);
	QUEUE->linked[sim_self()] = 1;
}

static void unlink_block(void)
{
	enum cf_outcome outcome;

	sim_forget(2);
	sim_point();
	outcome = cf_queue_unlink(self(), self()->thread, 0, NULL, 0);
	if (outcome != CF_DONE)
		sim_fail("cf_queue_unlink() says %d in a sound environment", (int)outcome);
	QUEUE->linked[sim_self()] = 0;
}

static void link_twice(void)
{
	link_block();
	unlink_block();
	link_block();
	sim_rest();
}

static void link_and_leave(void)
{
	link_block();
	unlink_block();
	sim_rest();
}

static void link_and_stay(void)
{
	link_block();
	sim_rest();
}

/* Nothing here waits, so all blocks that it meets are stale. */
static void prune(void)
{
	sim_forget(3);
	sim_point();
	base_must(cf_queue_prune(self(), object()), "cf_queue_prune");
	sim_rest();
}

static uint64_t read_word(cf_word *word)
{
	uint64_t bits;

	if (!cf_read(base_region(), word, &bits))
		sim_fail("a word of the queue cannot be read");
	return bits;
}

/* Follows next, and looks whether prev says the same. How many there are. */
static uint32_t check_links(void)
{
	uint32_t link = cf_value(read_word(&object()->first)), before = CF_HEAD, count = 0;

	while (link != CF_HEAD && link != CF_UNLINKED) {
		struct cf_thread *thread = &base_region()->thread[(link - CF_LINK_BASE) / CF_BLOCKS];

		if (cf_value(read_word(&thread->block[0].prev)) != before)
			sim_fail("the way back from thread %u is another one",
				 cf_thread_index(base_region(), thread));
		if (++count > SIM_MOST_THREADS)
			sim_fail("the queue has no end");
		before = link;
		link = cf_value(read_word(&thread->block[0].next));
	}
	if (count > 0 && cf_value(read_word(&object()->last)) != before)
		sim_fail("the last block is another one");
	if (cf_waiters(read_word(&object()->state)) != (count > 0))
		sim_fail("the waiters bit says %d, and %u blocks are there", count == 0, count);
	return count;
}

static bool is_in_queue(uint32_t thread)
{
	return cf_value(read_word(&base_region()->thread[thread].block[0].next)) != CF_UNLINKED;
}

/* Without somebody who prunes, and of those who live. */
static void check_reports(bool pruned, uint32_t count)
{
	uint32_t thread, linked = 0;

	for (thread = 0; thread < scenario_present->threads; thread++) {
		linked += is_in_queue(thread);
		if (sim_standing(thread) != SIM_FINISHED)
			continue;
		if (QUEUE->linked[thread] == 0 && is_in_queue(thread))
			sim_fail("the block of thread %u was unlinked and is there", thread);
		if (!pruned && QUEUE->linked[thread] != 0 && !is_in_queue(thread))
			sim_fail("the block of thread %u was linked and is not there", thread);
	}
	if (linked != count)
		sim_fail("%u blocks say that they are linked, and %u are", linked, count);
}

/*
 * Finishes what the dead and the halted were in the middle of, which may concern what was read
 * before.
 */
static void settle(void)
{
	uint32_t thread;

	(void)read_word(&object()->first);
	(void)read_word(&object()->last);
	(void)read_word(&object()->state);
	for (thread = 0; thread < scenario_present->threads; thread++) {
		(void)read_word(&base_region()->thread[thread].block[0].next);
		(void)read_word(&base_region()->thread[thread].block[0].prev);
	}
}

static void finish(void)
{
	settle();
	if (!BASE->swept)
		check_reports(scenario_present->plan != NULL, check_links());
	base_finish();
}

/* Without the fence of either side a helper uses entries that were written anew meanwhile. */
static const char *const two_found[] = { "0*28,1*56,0*16,O0,0*1,O0,0*2,O0,0*19,O0", NULL };

const struct scenario scenario_queue_two = {
	.name = "queue-two",
	.about = "two threads link and unlink their blocks",
	.processes = 2,
	.threads = 2,
	.thread = { { 0, link_twice, NULL }, { 1, link_and_leave, NULL } },
	.prepare = prepare,
	.finish = finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1, .halts = 1 },
	.exhaustive = { .preemptions = 2, .deaths = 1 },
	.regressions = two_found,
};

const struct scenario scenario_queue_three = {
	.name = "queue-three",
	.about = "neighbours in a queue are unlinked at the same time as one is linked",
	.processes = 3,
	.threads = 3,
	.thread = { { 0, link_and_leave, NULL }, { 1, link_and_leave, NULL }, { 2, link_and_stay, NULL } },
	.prepare = prepare,
	.finish = finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 2, .halts = 1 },
	.exhaustive = { .preemptions = 2 },
};

const struct scenario scenario_queue_prune = {
	.name = "queue-prune",
	.about = "stale blocks are unlinked by another thread while their owners do",
	.processes = 3,
	.threads = 3,
	.thread = { { 0, link_and_leave, NULL }, { 1, link_and_stay, NULL }, { 2, prune, NULL } },
	.prepare = prepare,
	.finish = finish,
	.end = base_end,
	.plan = "prunes",
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 2, .halts = 1 },
	.exhaustive = { .preemptions = 2 },
};
