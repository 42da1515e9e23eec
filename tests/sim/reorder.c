/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/reorder.c - small programs in which one memory order of core/ decides.
 *
 * Each has the two accesses that the order is between and little else, so that few schedules on the
 * weak processor of os/sim/weak.h show what is missing (tests/sim/orders.list).
 *
 * What happens if a process dies here: it does not, but at random.
 */
#include "tests/sim/plan.h"

#define RANDOMLY .bounds = { .preemptions = SCENARIO_ANY, .alone = 100000 }

/* The schedules that are kept go wrong once the order is missing (tests/mutants: weak-*). */

/* An alert is set while its thread begins to wait: one of them sees the other. */
static const struct plan alerted = {
	.object = { AUTO(0) },
	.thread = { { WAIT(0, EVER, .alertable = true) }, { ALERT(0) } },
};

static const char *const alerted_found[] = { "0*77,1*25,O1", NULL };

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

static const char *const both_found[] = { "0*124,1*35,2*30,O2", NULL };

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
	.thread = { { COUNT(0), ALL(0, 1, TIMED), COUNT(0) },
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

/* The handle of an object that is closed already is given to a new one, which is set. */
static const struct plan revived = {
	.object = { MANUAL(1), AUTO(0) },
	.first = { SHUT(0) },
	.thread = { { ANY(1, 0, TRY) }, { MAKE(1, 0, 1) } },
};

const struct scenario scenario_reorder_scan = {
	PLANNED("reorder-scan", "a new handle shows what its object begins with", &revived),
	.processes = 1,
	.threads = 2,
	.thread = { RUNS(0), RUNS(0) },
	RANDOMLY,
	.exhaustive = { .preemptions = 2 },
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

/* A block moves from one queue to another while somebody unlinks it from the first. */
static const struct plan moving = {
	.object = { AUTO(0), AUTO(0) },
	.thread = { { WAIT(0, TIMED), WAIT(1, TIMED) }, { SET(0) } },
};

/* The object of the later place was seen, and the links of the earlier one. */
static const char *const moving_found[] = {
	"0*150,L0,0*30,1*25,0*39,1*2,O1,1*3,O1,1*1,O1,O1,1*1",
	NULL,
};

const struct scenario scenario_reorder_move = {
	PLANNED("reorder-move", "a block that moves on is never taken for damage", &moving),
	.processes = 2,
	.threads = 2,
	.thread = { RUNS(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY, .late = 2, .alone = 100000 },
	.regressions = moving_found,
};
