/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/kcas.c - multi-word changes alone: threads add one to overlapping words.
 *
 * Right is: every word counts the changes that were reported as done, and those of a killed thread
 * that was in the middle of one count on all of its words or on none.
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
	uint32_t done[WORDS];		    /* changes that were reported as done */
	uint32_t present[SIM_MOST_THREADS]; /* the words of the change that it is in */
	uint32_t value[WORDS];		    /* in the end */
	bool read;
};

#define COUNTS SCRATCH_OF(struct counts)

static cf_word *word(uint32_t number)
{
	return &base_region()->object[number].second;
}

static void prepare(void)
{
	base_prepare();
	base_must(cf_reserve_object(base_region(), base_environment()->place.memory, WORDS),
		  "cf_reserve_object");
}

/* Words are a set of bits. */
static enum cf_outcome add_one(struct cf_self *self, unsigned words)
{
	struct cf_changes changes = { .count = 0 };
	uint64_t bits;
	uint32_t i;

	for (i = 0; i < WORDS; i++) {
		if ((words >> i & 1) == 0)
			continue;
		if (!cf_read(self->region, word(i), &bits))
			return CF_DAMAGED;
		cf_change(&changes, word(i), bits, cf_value(bits) + 1);
	}
	return cf_kcas(self, &changes);
}

static void count(unsigned words)
{
	uint32_t i;

	for (i = 0; i < WORDS; i++)
		COUNTS->done[i] += words >> i & 1;
}

static void add(unsigned words)
{
	unsigned me = sim_self(), attempt;
	enum cf_outcome outcome;
	struct cf_self *self;

	base_must(cf_self(base_environment(), &self), "cf_self");
	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		/* What is left of the last attempt is in COUNTS. */
		sim_forget(words);
		sim_point();
		COUNTS->present[me] = words;
		outcome = add_one(self, words);
		COUNTS->present[me] = 0;
		if (outcome == CF_DONE) {
			count(words);
			return;
		}
		if (outcome != CF_MISSED)
			sim_fail("cf_kcas() says %d in a sound environment", (int)outcome);
	}
}

static void all_twice(void)
{
	add(7);
	add(7);
	sim_rest();
}

static void last_then_others(void)
{
	add(4);
	add(3);
	sim_rest();
}

static void first_two(void)
{
	add(3);
	sim_rest();
}

static void last_two(void)
{
	add(6);
	sim_rest();
}

static void outer_two(void)
{
	add(5);
	sim_rest();
}

static void finish(void)
{
	uint64_t bits;
	uint32_t i;

	for (i = 0; i < WORDS; i++) {
		if (!cf_read(base_region(), word(i), &bits))
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
		expected = COUNTS->done[i];
		for (thread = 0; thread < sim_threads(); thread++)
			if ((happened >> thread & 1) != 0)
				expected += COUNTS->present[thread] >> i & 1;
		if (expected != COUNTS->value[i])
			return false;
	}
	return true;
}

static void end(void)
{
	unsigned happened;

	if (!COUNTS->read)
		return;
	for (happened = 0; happened >> sim_threads() == 0; happened++)
		if (is_right(happened)) {
			base_end();
			return;
		}
	sim_fail("words say %u %u %u, done were %u %u %u", COUNTS->value[0], COUNTS->value[1],
		 COUNTS->value[2], COUNTS->done[0], COUNTS->done[1], COUNTS->done[2]);
}

/*
 * A helper saw that the descriptor was being written anew, and not yet that the reference which led
 * it there had gone: it took the environment for damaged.
 */
static const char *const regressions_two[] = { "0*21,1*10,0*14,1*9,O1,1*1", NULL };

const struct scenario scenario_kcas_two = {
	.name = "kcas-two",
	.about = "changes of three words, of which another thread changes one and then the others",
	.processes = 2,
	.threads = 2,
	.thread = { { 0, all_twice, NULL }, { 1, last_then_others, NULL } },
	.prepare = prepare,
	.finish = finish,
	.end = end,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1, .halts = 1 },
	.exhaustive = { .preemptions = SCENARIO_ANY, .deaths = 1 },
	.regressions = regressions_two,
};

const struct scenario scenario_kcas_three = {
	.name = "kcas-three",
	.about = "three threads change three pairs of words in a circle",
	.processes = 3,
	.threads = 3,
	.thread = { { 0, first_two, NULL }, { 1, last_two, NULL }, { 2, outer_two, NULL } },
	.prepare = prepare,
	.finish = finish,
	.end = end,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 2, .halts = 1 },
	.exhaustive = { .preemptions = 3, .deaths = 1 },
};
