/* SPDX-License-Identifier: MIT */
/*
 * Many link and unlink their blocks, unlink each other's and walk the queues meanwhile, as threads
 * and as processes of which some are killed: at rest every queue is as core/queue.h says.
 *
 * Each thread knows which of its blocks it linked, and nobody but it links them; others may unlink
 * them under its wait word, as those do who meet a stale block.
 */
#include <config.h>

#include <pthread.h>
#include <time.h>

#include "core/event.h"
#include "core/round.h"
#include "core/wake.h"
#include "tests/unit/queue.h"
#include "tests/unit/seed.h"

#define OBJECTS 3u
#define BLOCKS 4u /* of each thread */
#define ACTORS 4u
#define STEPS 20000u
#define VICTIMS 60u

static struct carafe_environment *environment;
static struct cf_view view[OBJECTS];
static uint64_t seed;

struct actor {
	struct cf_self *self;
	uint64_t random;
	const char *fault;
	uint32_t met; /* blocks on walks */
};

static uint32_t draw(struct actor *actor, uint32_t below)
{
	actor->random = actor->random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(actor->random >> 33) % below;
}

static void link_one(struct actor *actor)
{
	struct cf_view now = view[draw(actor, OBJECTS)];
	uint32_t number = draw(actor, BLOCKS);
	enum cf_outcome outcome;

	if (cf_value(bits_of(environment, &actor->self->thread->block[number].next)) != CF_UNLINKED)
		return;
	do {
		outcome = cf_queue_link(actor->self, number, again(environment, &now));
	} while (outcome == CF_MISSED);
	if (outcome != CF_DONE)
		actor->fault = "a block cannot be linked";
}

static void unlink_one(struct actor *actor)
{
	uint32_t number = draw(actor, BLOCKS);

	if (cf_queue_unlink(actor->self, actor->self->thread, number, NULL, 0) != CF_DONE)
		actor->fault = "a block cannot be unlinked";
	else if (value_of(environment, &actor->self->thread->block[number].next) != CF_UNLINKED)
		actor->fault = "a block that was unlinked is in a queue";
}

/* As who meets a stale block: only if its thread's wait word is still the same. */
static void unlink_met(struct actor *actor, const struct cf_walk *walk)
{
	uint64_t wait = bits_of(environment, &walk->thread->wait);
	enum cf_outcome outcome =
		cf_queue_unlink(actor->self, walk->thread, walk->number, &walk->thread->wait, wait);

	if (outcome != CF_DONE && outcome != CF_MISSED)
		actor->fault = "a block that was met cannot be unlinked";
}

static void walk(struct actor *actor)
{
	const struct cf_view *which = &view[draw(actor, OBJECTS)];
	uint32_t stop = draw(actor, 2 * ACTORS * BLOCKS), steps = 0;
	enum cf_step step;
	struct cf_walk walk;

	if (!cf_walk_begin(environment->region, &walk, which->object)) {
		actor->fault = "a walk cannot begin";
		return;
	}
	while ((step = cf_walk_look(environment->region, &walk)) == CF_STEP_BLOCK) {
		actor->met++;
		if (steps++ == stop) {
			unlink_met(actor, &walk);
			return;
		}
		/* Whoever links and unlinks all the time may keep a walk going. */
		if (steps > 1000)
			return;
		cf_walk_pass(&walk);
	}
	if (step == CF_STEP_DAMAGED)
		actor->fault = "a walk meets what makes no sense";
}

static void act(struct actor *actor)
{
	switch (draw(actor, 8)) {
	case 0:
	case 1:
	case 2:
		link_one(actor);
		break;
	case 3:
	case 4:
		unlink_one(actor);
		break;
	default:
		walk(actor);
	}
}

static struct actor actor_new(uint32_t number)
{
	return (struct actor){ .self = self_in(environment),
			       .random = seed + number * UINT64_C(0x9e3779b97f4a7c15) };
}

/* Every queue is sound, and in total they have as many blocks as threads have linked. */
static void check(const char *who)
{
	uint32_t links[LONGEST_QUEUE], length, queued = 0, linked = 0;
	uint32_t high = cf_load32(&environment->region->header.high_threads);
	const char *fault = NULL;

	for (uint32_t i = 0; i < OBJECTS && fault == NULL; i++) {
		fault = queue_fault(environment, view[i].object, links, &length);
		queued += length;
	}
	for (uint32_t t = 0; t < high; t++)
		for (uint32_t b = 0; b < CF_BLOCKS; b++)
			linked += value_of(environment,
					   &environment->region->thread[t].block[b].next) !=
				  CF_UNLINKED;
	ok(fault == NULL, "%s: every queue is as it must be", who);
	if (fault != NULL)
		diag("%s", fault);
	is_int(queued, linked, "and has the blocks that say that they are in one");
}

/* Takes all blocks out of all queues. */
static void clear(const char *who)
{
	struct cf_self *self = self_in(environment);
	uint32_t high = cf_load32(&environment->region->header.high_threads);
	bool empty = true;

	for (uint32_t t = 0; t < high; t++)
		for (uint32_t b = 0; b < CF_BLOCKS; b++)
			empty &= cf_queue_unlink(self, &environment->region->thread[t], b, NULL,
						 0) == CF_DONE;
	for (uint32_t i = 0; i < OBJECTS; i++)
		empty &= queue_empty(environment, view[i].object);
	ok(empty, "%s: each block can be unlinked, and then the queues are empty", who);
}

static void *run_thread(void *argument)
{
	struct actor *result = argument;
	struct actor actor = actor_new((uint32_t)result->met);

	actor.met = 0;
	for (uint32_t i = 0; i < STEPS && actor.fault == NULL; i++)
		act(&actor);
	*result = actor;
	return NULL;
}

/* Threads unlink their blocks when they end, so there is nothing left to look at but that. */
static void test_threads(void)
{
	struct actor results[ACTORS] = { { .met = 0 } };
	pthread_t threads[ACTORS];
	uint32_t met = 0;
	bool well = true;

	for (uint32_t i = 0; i < ACTORS; i++) {
		results[i].met = i;
		if (pthread_create(&threads[i], NULL, run_thread, &results[i]) != 0)
			bail_out("no threads");
	}
	for (uint32_t i = 0; i < ACTORS; i++) {
		pthread_join(threads[i], NULL);
		if (results[i].fault != NULL)
			diag("%s", results[i].fault);
		well &= results[i].fault == NULL;
		met += results[i].met;
	}
	ok(well && met > 0, "threads link, unlink and walk (%u blocks were met)", met);
	check("threads that ended");
	for (uint32_t i = 0; i < OBJECTS; i++)
		ok(queue_empty(environment, view[i].object), "they left no block behind");
}

static int run_process(const struct child *parent, void *number)
{
	struct actor actor = actor_new(*(uint32_t *)number);

	for (uint32_t i = 0; i < STEPS && actor.fault == NULL; i++)
		act(&actor);
	if (actor.fault != NULL)
		diag("%s", actor.fault);
	/* Nothing is cleared away: what is linked stays to be looked at. */
	say_byte(parent);
	hear_byte(parent);
	return actor.fault != NULL;
}

static void test_processes(void)
{
	struct child children[ACTORS];
	int well = 0;

	for (uint32_t i = 0; i < ACTORS; i++)
		children[i] = child_start(run_process, &i);
	for (uint32_t i = 0; i < ACTORS; i++)
		hear_byte(&children[i]);
	check("processes that stand still");
	for (uint32_t i = 0; i < ACTORS; i++) {
		say_byte(&children[i]);
		well += child_end(&children[i]) == 0;
	}
	is_int(well, (int)ACTORS, "all of them link, unlink and walk");
	clear("when they are gone");
	must(cf_round(environment), "go a round");
}

static int run_for_ever(const struct child *parent, void *number)
{
	struct actor actor = actor_new(*(uint32_t *)number);

	say_byte(parent);
	while (actor.fault == NULL)
		act(&actor);
	diag("%s", actor.fault);
	return 1;
}

/* Their blocks are unlinked by the round, amid others who link and unlink. */
static void test_victims(void)
{
	uint32_t numbers[2] = { 100, 101 }, killed = 0;
	struct timespec moment = { 0, 0 };
	struct actor dice = actor_new(0);
	struct child others[2];

	for (uint32_t i = 0; i < 2; i++) {
		others[i] = child_start(run_for_ever, &numbers[i]);
		hear_byte(&others[i]);
	}
	for (uint32_t i = 0; i < VICTIMS; i++) {
		struct child victim = child_start(run_for_ever, &i);

		hear_byte(&victim);
		moment.tv_nsec = (long)draw(&dice, 2000000);
		nanosleep(&moment, NULL);
		killed += child_kill(&victim) == 1000 + SIGKILL;
		must(cf_round(environment), "go a round");
	}
	is_int(killed, VICTIMS, "%u are killed while they link, unlink and walk", VICTIMS);
	for (uint32_t i = 0; i < 2; i++)
		ok(child_kill(&others[i]) == 1000 + SIGKILL, "the others went on until the end");
	must(cf_round(environment), "go a round");
	check("when all are dead");
	for (uint32_t i = 0; i < OBJECTS; i++)
		ok(queue_empty(environment, view[i].object), "no block is left");
}

int main(void)
{
	environment = open_first();
	seed = test_seed();
	for (uint32_t i = 0; i < OBJECTS; i++)
		new_object(environment, cf_event_birth(true, false), &view[i]);
	test_processes();
	test_victims();
	test_threads();
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
