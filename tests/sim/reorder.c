/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/reorder.c - small programs in which one memory order of core/ decides.
 *
 * Each has the two accesses that the order is between and little else, so that few schedules on the
 * weak processor of os/sim/weak.h show what is missing (tests/sim/orders.list).
 *
 * What happens if a process dies here: it does not, but at random.
 */
#include "core/check_part.h"
#include "core/environment.h"
#include "core/kcas.h"
#include "core/region.h"
#include "core/thread.h"
#include "tests/sim/plan.h"

#define RANDOMLY .bounds = { .preemptions = SCENARIO_ANY, .alone = 100000 }

/* The schedules that are kept go wrong once the order is missing (tests/mutants: weak-*). */

/* An alert is set while its thread begins to wait: one of them sees the other. */
static const struct plan alerted = {
	.object = { AUTO(0) },
	.thread = { { WAIT(0, EVER, .alertable = true) }, { ALERT(0) } },
};

static const char *const alerted_found[] = { "0*76,1*24,O1", NULL };

const struct scenario scenario_reorder_alert = {
	PLANNED("reorder-alert", "an alert ends a wait that begins at the same time", &alerted),
	.processes = 2,
	.threads = 2,
	.thread = { RUNS(0), RUNS(1) },
	RANDOMLY,
	.exhaustive = { .preemptions = 2 },
	.regressions = alerted_found,
};

/* Each of two objects of a wait for all is set: who is second must see the first. */
static const struct plan both = {
	.object = { AUTO(0), AUTO(0) },
	.thread = { { ALL(0, 1, EVER) }, { SET(0) }, { SET(1) } },
};

static const char *const both_found[] = { "0*123,2*31,1*31,O1", NULL };

const struct scenario scenario_reorder_all = {
	PLANNED("reorder-all", "a wait for all ends when both are set at the same time", &both),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	RANDOMLY,
	.regressions = both_found,
};

/* An object is looked at by its handle while that is closed and another process makes a new one. */
static const struct plan again = {
	.object = { SEMAPHORE(0, 2), MANUAL(1) },
	.thread = { { COUNT(0), ALL(0, 1, TRY), COUNT(0) },
		    { SHUT(0) },
		    { SHUT(0), A_CALL(SEMAPHORE_CREATE, .made = 3, .argument = { 1, 5 }) } },
};

const struct scenario scenario_reorder_reuse = {
	PLANNED("reorder-reuse", "a closed handle never shows what has its object's place", &again),
	.processes = 2,
	.threads = 3,
	.thread = { RUNS(0), RUNS(0), RUNS(1) },
	RANDOMLY,
};

/* A wait for one object and then one for two, of which the second gets a block. */
static const struct plan growing = {
	.object = { AUTO(1), AUTO(0) },
	.thread = { { WAIT(0, EVER), WAIT(1, TIMED), ANY(1, 0, EVER) },
		    { SET(1) },
		    { CHECK(PLAN_THREADS_AND_QUEUES), CHECK(PLAN_THREADS_AND_QUEUES) } },
};

const struct scenario scenario_reorder_wait = {
	PLANNED("reorder-wait", "a check never takes two waits of a thread for one", &growing),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .late = 1, .alone = 100000 },
};

/* ---- A check of changes ----------------------------------------------------------------- */

static cf_word *word(uint32_t number)
{
	return &base_region()->object[number].second;
}

static void prepare(void)
{
	base_prepare();
	base_must(cf_reserve_object(base_region(), base_environment()->place.memory, 3),
		  "cf_reserve_object");
}

/* Changes two neighbouring words, then two others, with the same descriptor. */
static void change(void)
{
	struct cf_self *self;
	struct cf_changes changes;
	uint64_t bits;
	uint32_t round, i;

	base_must(cf_self(base_environment(), &self), "cf_self");
	for (round = 0; round < 3; round++) {
		changes.count = 0;
		for (i = 0; i < 2; i++) {
			if (!cf_read(self->region, word(round % 2 + i), &bits))
				sim_fail("a word cannot be read");
			cf_change(&changes, word(round % 2 + i), bits, cf_value(bits) + 1);
		}
		if (cf_kcas(self, &changes) != CF_DONE)
			sim_fail("nobody else changes these words");
	}
	sim_rest();
}

static bool tell(void *context, const struct cf_finding *finding)
{
	(void)context;
	sim_fail("%s %u %s, while others work", cf_finding_name(finding->kind), finding->index,
		 finding->sentence);
	return false;
}

/* Looks at the words and at the descriptor, and at what else belongs to the thread's slot. */
static void look(void)
{
	struct cf_check check = { .region = base_region(), .report = tell, .threads = 1 };
	uint64_t bits;
	uint32_t i;

	for (i = 0; i < 3; i++)
		(void)cf_check_peek(&check, word(i), &bits);
	cf_check_threads(&check);
	sim_rest();
}

static const char *const changes_found[] = { "0*48,1*78,O1", NULL };

const struct scenario scenario_reorder_check = {
	.name = "reorder-check",
	.about = "a check never takes two changes by one descriptor for one",
	.processes = 2,
	.threads = 2,
	.thread = { { 0, change, NULL }, { 1, look, NULL } },
	.prepare = prepare,
	.finish = base_finish,
	.end = base_end,
	RANDOMLY,
	.regressions = changes_found,
};
