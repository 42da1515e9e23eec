/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/checks.c - somebody looks whether everything is as it must be while others work.
 *
 * Right is: of a sound environment nothing is told, at whatever moment each word is looked at.
 *
 * What happens if a process dies here: what it was in the middle of is no finding either.
 */
#include "tests/sim/plan.h"

#define TWO_PROCESSES \
	.processes = 2, .threads = 2, .thread = { RUNS(0), RUNS(1) }, \
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1, .halts = 1, .alone = 100000 }

/* A change of several words after the other, with the same descriptor. */
static const struct plan changes = {
	.object = { MUTANT(0) },
	.thread = { { WAIT(0, TRY), WAIT(0, TRY), WAIT(0, TRY), FREE_IT(0), FREE_IT(0), FREE_IT(0) },
		    { CHECK(PLAN_THREADS_AND_QUEUES), CHECK(PLAN_THREADS_AND_QUEUES) } },
};

const struct scenario scenario_check_changes = {
	PLANNED("check-changes", "a check finds nothing wrong in changes of several words", &changes),
	TWO_PROCESSES,
};

static const struct plan handles = {
	.object = { AUTO(0) },
	.thread = { { MAKE(2, 1, 0), SHUT(2), MAKE(4, 1, 0), SHUT(4) },
		    { CHECK(PLAN_OBJECTS_AND_HANDLES), CHECK(PLAN_OBJECTS_AND_HANDLES) } },
};

const struct scenario scenario_check_handles = {
	PLANNED("check-handles", "a check finds nothing wrong while handles come and go", &handles),
	TWO_PROCESSES,
};

static const struct plan waits = {
	.object = { AUTO(0), AUTO(0) },
	.thread = { { ANY(0, 1, EVER), ALL(0, 1, EVER) },
		    { SET(0), SET(1), SET(0) },
		    { CHECK(PLAN_THREADS_AND_QUEUES), CHECK(PLAN_THREADS_AND_QUEUES) } },
};

const struct scenario scenario_check_waits = {
	PLANNED("check-waits", "a check finds nothing wrong in queues and waits", &waits),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1, .halts = 1, .alone = 100000 },
};
