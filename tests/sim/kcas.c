/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/kcas.c - multi-word changes alone: threads add one to overlapping words.
 *
 * Right is: every word counts the changes that were reported as done, and those of a killed thread that was in the middle
 * of one count on all of its words or on none.
 *
 * What happens if a process dies here: the next one that meets its words finishes its change.
 */
#include "core/environment.h"
#include "core/kcas.h"
#include "core/region.h"
#include "core/thread.h"
#include "tests/sim/base.h"
#include "tests/sim/scenario.h"

#define WORDS 3
#define ATTEMPTS 64

struct counts {
	uint32_t done[SIM_MOST_THREADS];
	uint32_t present[SIM_MOST_THREADS]; /* in the middle of a change */
	uint32_t value[WORDS];		    /* in the end */
	bool read;
};

#define COUNTS SCRATCH_OF(struct counts)

static cf_word *word(uint32_t number)
{
	return &BASE->region->object[number].second;
}

static void prepare(void)
{
	base_prepare();
	base_must(cf_reserve_object(BASE->region, base_environment()->place.memory, WORDS),
		  "cf_reserve_object");
}

/* Words that a thread changes. */
static bool changes_word(unsigned thread, uint32_t number)
{
	return number != (thread + 2) % WORDS;
}

static enum cf_outcome add_one(struct cf_self *self)
{
	struct cf_changes changes = { .count = 0 };
	uint64_t bits;
	uint32_t i;

	for (i = 0; i < WORDS; i++) {
		if (!changes_word(sim_self(), i))
			continue;
		if (!cf_read(self->region, word(i), &bits))
			return CF_DAMAGED;
		cf_change(&changes, word(i), bits, cf_value(bits) + 1);
	}
	return cf_kcas(self, &changes);
}

static void add_ones(unsigned times)
{
	unsigned me = sim_self(), attempt;
	enum cf_outcome outcome;
	struct cf_self *self;

	base_must(cf_self(base_environment(), &self), "cf_self");
	for (attempt = 0; times > 0 && attempt < ATTEMPTS; attempt++) {
		/* What is left of the last attempt is in COUNTS. */
		sim_forget(times);
		sim_point();
		COUNTS->present[me] = 1;
		outcome = add_one(self);
		COUNTS->present[me] = 0;
		if (outcome == CF_DONE) {
			COUNTS->done[me]++;
			times--;
		} else if (outcome != CF_MISSED) {
			sim_fail("cf_kcas() says %d in a sound environment", (int)outcome);
		}
	}
	sim_rest();
}

static void once(void)
{
	add_ones(1);
}

static void twice(void)
{
	add_ones(2);
}

static void finish(void)
{
	uint64_t bits;
	uint32_t i;

	for (i = 0; i < WORDS; i++) {
		if (!cf_read(BASE->region, word(i), &bits))
			sim_fail("word %u cannot be read", i);
		COUNTS->value[i] = cf_value(bits);
	}
	COUNTS->read = true;
	base_finish();
}

/* Whether the words are right if the changes of these killed threads happened. */
static bool is_right(unsigned happened)
{
	uint32_t expected, i;
	unsigned thread;

	for (i = 0; i < WORDS; i++) {
		expected = 0;
		for (thread = 0; thread < sim_threads(); thread++)
			if (changes_word(thread, i))
				expected += COUNTS->done[thread] + (happened >> thread & 1);
		if (expected != COUNTS->value[i])
			return false;
	}
	return true;
}

static void end(void)
{
	unsigned open = 0, thread, happened;

	for (thread = 0; thread < sim_threads(); thread++)
		open |= COUNTS->present[thread] << thread;
	if (!COUNTS->read)
		return;
	for (happened = 0; happened <= open; happened++)
		if ((happened & ~open) == 0 && is_right(happened)) {
			base_end();
			return;
		}
	sim_fail("words say %u %u %u, done were %u %u %u, open %x", COUNTS->value[0], COUNTS->value[1],
		 COUNTS->value[2], COUNTS->done[0], COUNTS->done[1], COUNTS->done[2], open);
}

const struct scenario scenario_kcas_two = {
	.name = "kcas-two",
	.about = "two threads change two overlapping pairs of words",
	.processes = 2,
	.threads = 2,
	.thread = { { 0, twice }, { 1, twice } },
	.prepare = prepare,
	.finish = finish,
	.end = end,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1, .halts = 1 },
	.exhaustive = { .preemptions = SCENARIO_ANY, .deaths = 1 },
};

const struct scenario scenario_kcas_three = {
	.name = "kcas-three",
	.about = "three threads change three pairs of words in a circle",
	.processes = 3,
	.threads = 3,
	.thread = { { 0, once }, { 1, once }, { 2, once } },
	.prepare = prepare,
	.finish = finish,
	.end = end,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 2, .halts = 1 },
	.exhaustive = { .preemptions = 3, .deaths = 1 },
};
