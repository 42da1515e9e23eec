/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/reorder_memory.c - what lies in memory that somebody has just reserved.
 *
 * As in tests/sim/reorder.c.  An index that is seen before the count of what has memory is one that
 * cannot be.
 *
 * What happens if a process dies here: it does not, but at random.
 */
#include "core/check_part.h"
#include "core/environment.h"
#include "core/kcas.h"
#include "core/region.h"
#include "core/round.h"
#include "core/thread.h"
#include "tests/sim/base.h"
#include "tests/sim/scenario.h"

#define RANDOMLY .bounds = { .preemptions = SCENARIO_ANY, .alone = 100000 }

/* ---- A change by a thread in a new slot --------------------------------------------------- */

static cf_word *word(uint32_t number)
{
	return &base_region()->object[number].second;
}

/* The last one takes the slots that have memory. */
static void prepare_slots(void)
{
	const struct cf_header *header;
	struct cf_self borrowed;

	base_prepare();
	base_must(cf_reserve_object(base_region(), base_environment()->place.memory, 1),
		  "cf_reserve_object");
	header = &base_region()->header;
	if (sim_self() + 1 == scenario_present->threads)
		while (cf_bound(&header->high_threads, CF_THREADS) <
		       cf_bound(&header->reserved_threads, CF_THREADS))
			base_must(cf_self_borrow(base_environment(), &borrowed), "cf_self_borrow");
}

/* Adds one to the first words, unless somebody else changes them. */
static void add(struct cf_self *self, uint32_t words)
{
	struct cf_changes changes = { .count = 0 };
	enum cf_outcome outcome;
	uint64_t bits;
	uint32_t i;

	for (i = 0; i < words; i++) {
		if (!cf_read(self->region, word(i), &bits))
			sim_fail("a word cannot be read");
		cf_change(&changes, word(i), bits, cf_value(bits) + 1);
	}
	outcome = cf_kcas(self, &changes);
	if (outcome != CF_DONE && outcome != CF_MISSED)
		sim_fail("a change says %d in a sound environment", (int)outcome);
}

static void add_to_two(void)
{
	struct cf_self *self;

	base_must(cf_self(base_environment(), &self), "cf_self");
	add(self, 2);
	sim_rest();
}

static void add_to_one(void)
{
	struct cf_self *self;

	base_must(cf_self(base_environment(), &self), "cf_self");
	add(self, 1);
	sim_rest();
}

static void add_by_another(void)
{
	struct cf_self borrowed;

	base_must(cf_self_borrow(base_environment(), &borrowed), "cf_self_borrow");
	add(&borrowed, 2);
	sim_rest();
}

const struct scenario scenario_reorder_slot = {
	.name = "reorder-slot",
	.about = "a change by a thread in a new slot is never one of a thread without a slot",
	.processes = 3,
	.threads = 3,
	.thread = { { 0, add_to_two, NULL }, { 1, add_by_another, NULL }, { 2, add_to_one, NULL } },
	.prepare = prepare_slots,
	.finish = base_finish,
	.end = base_end,
	RANDOMLY,
};

/* ---- A sweep beside a thread that takes a new slot ---------------------------------------- */

static void go_round(void)
{
	base_must(cf_round(base_environment()), "a round");
	sim_rest();
}

static void take_slot(void)
{
	struct cf_self borrowed;

	base_must(cf_self_borrow(base_environment(), &borrowed), "cf_self_borrow");
	sim_rest();
}

/* How many slots were used was seen, and not that they have memory: the sweep failed. */
static const char *const sweep_found[] = {
	"K1,0*40,2*23,0*1,O0,0*1,O0,"
	"0*171,O0,0*2,O0,0*2,O0,0*2,O0,0*2,O0,0*2,O0,0*2,O0,0",
	NULL,
};

const struct scenario scenario_reorder_sweep = {
	.name = "reorder-sweep",
	.about = "a sweep never comes to a slot without memory",
	.processes = 3,
	.threads = 3,
	.thread = { { 0, go_round, NULL }, { 1, sim_rest, NULL }, { 2, take_slot, NULL } },
	.prepare = prepare_slots,
	.finish = base_finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1, .alone = 100000 },
	.regressions = sweep_found,
};

/* ---- A check beside it -------------------------------------------------------------------- */

static bool tell(void *context, const struct cf_finding *finding)
{
	(void)context;
	sim_fail("%s %u %s, while others work", cf_finding_name(finding->kind), finding->index,
		 finding->sentence);
	return false;
}

static void check_all(void)
{
	base_must(cf_check(base_region(), CF_CHECK_LIVE, tell, NULL), "cf_check");
	sim_rest();
}

const struct scenario scenario_reorder_counts = {
	.name = "reorder-counts",
	.about = "a check never counts more slots that were used than have memory",
	.processes = 2,
	.threads = 2,
	.thread = { { 0, take_slot, NULL }, { 1, check_all, NULL } },
	.prepare = prepare_slots,
	.finish = base_finish,
	.end = base_end,
	RANDOMLY,
};

/* ---- A note of an object in new memory ---------------------------------------------------- */

static void note_new(void)
{
	uint32_t object = cf_bound(&base_region()->header.reserved_objects, CF_OBJECTS);
	struct cf_self *self;

	base_must(cf_self(base_environment(), &self), "cf_self");
	base_must(cf_reserve_object(self->region, base_environment()->place.memory, object),
		  "cf_reserve_object");
	cf_noting_begin(self);
	cf_owned_note(self, object, true);
	cf_noting_end(self);
	sim_rest();
}

static void look(void)
{
	struct cf_check check = { .region = base_region(), .report = tell, .threads = 1 };

	cf_check_threads(&check);
	sim_rest();
}

/* What is noted was seen, and not that it has memory. */
static const char *const note_found[] = { "0*7,1*7,O1", NULL };

const struct scenario scenario_reorder_memory = {
	.name = "reorder-memory",
	.about = "a check never takes a note of a new object for one of an object without memory",
	.processes = 2,
	.threads = 2,
	.thread = { { 0, note_new, NULL }, { 1, look, NULL } },
	.prepare = base_prepare,
	.finish = base_finish,
	.end = base_end,
	RANDOMLY,
	.regressions = note_found,
};
