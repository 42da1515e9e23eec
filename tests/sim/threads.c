/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/threads.c - threads that begin and end while others work, so that the places of those
 * that ended are taken again by those that begin.
 *
 * A thread ends when it has done what its plan says.  Who begins has the first numbers that no
 * thread has from the beginning; of several, whoever begins first has the lowest.
 *
 * What happens if a process dies here: its threads end with it, in the middle of anything, and
 * their places are free once it was swept.
 */
#include "tests/sim/plan.h"

static const struct plan alert = {
	.object = { AUTO(0) },
	.thread = { { WAIT(0, TRY, .alertable = true) },
		    { BEGIN },
		    { ALERT(0), SET(0), ALERT(3) },
		    { WAIT(0, TIMED, .alertable = true), WAIT(0, TRY) } },
};

/* The thread ends, and another one takes its slot, right before the alert. */
static const char *const alert_found[] = { "2*3,0*2000,1*400,3*400,2*400", NULL };

/* Catches an alert that finds a thread by its place and not by which use of the place it is. */
const struct scenario scenario_begin_and_alert = {
	PLANNED("begin-and-alert", "an alert of who ended is not for who has its place", &alert),
	.processes = 2,
	.threads = 3,
	.thread = { RUNS(0), RUNS(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1, .halts = 1, .late = 1 },
	.exhaustive = { .preemptions = 2 },
	.regressions = alert_found,
};

static const struct plan set = {
	.object = { AUTO(0), SEMAPHORE(0, 2) },
	.thread = { { ANY(0, 1, TIMED) },
		    { BEGIN, SET(0) },
		    { SET(0), POST(1, 2), IS_SET(0) },
		    { ANY(1, 0, EVER), WAIT(0, EVER) } },
};

/* Catches a place in a queue that was left, and is taken for one of the thread's next use. */
const struct scenario scenario_begin_and_set = {
	PLANNED("begin-and-set", "what is signalled reaches who waits in the place of who ended",
		&set),
	.processes = 2,
	.threads = 3,
	.thread = { RUNS(0), RUNS(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1, .halts = 1, .late = 1 },
	.exhaustive = { .preemptions = 2 },
};

static const struct plan release = {
	.object = { MUTANT(0), MUTANT(0) },
	.first = { [0] = WAIT(0, EVER) },
	.thread = { { WAIT(1, EVER) },
		    { BEGIN },
		    { ALL(0, 1, EVER), FREE_IT(1), WHOSE(0) },
		    { FREE_IT(0), ANY(1, 0, TIMED), WHOSE(1), WHOSE(0) } },
};

/* Catches a mutant that belongs to the place of a thread, so that the next one there has it. */
const struct scenario scenario_begin_and_release = {
	PLANNED("begin-and-release", "what a thread owns is abandoned, not left to who comes next",
		&release),
	.processes = 2,
	.threads = 3,
	.thread = { RUNS(0), RUNS(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1, .halts = 1, .late = 1 },
	.exhaustive = { .preemptions = 2 },
};

static const struct plan sweep = {
	.object = { MUTANT(0), AUTO(0) },
	.first = { [0] = WAIT(0, EVER) },
	.thread = { { SET(1), BEGIN, WAIT(1, EVER) },
		    { ROUND, BEGIN, ROUND },
		    { WAIT(0, EVER), SET(1), FREE_IT(0), ROUND },
		    { WAIT(0, EVER), SET(1), WHOSE(0) },
		    { WAIT(0, EVER), SET(1), WHOSE(0) } },
};

/* Catches a sweep that was slow and takes from the next use of a place what the last one left. */
const struct scenario scenario_begin_and_sweep = {
	PLANNED("begin-and-sweep", "a sweep takes nothing from who has the place of the dead",
		&sweep),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 2, .halts = 1 },
	.exhaustive = { .preemptions = 0, .deaths = 1 },
};

static const struct plan leave = {
	.object = { MUTANT(0), AUTO(0) },
	.thread = { { BEGIN, WAIT(0, EVER), LEAVE },
		    { WAIT(0, TIMED), BEGIN, SET(1) },
		    { ROUND, WHOSE(0), ROUND },
		    { WAIT(1, EVER), ALL(0, 1, TIMED) },
		    { WAIT(1, EVER), ALL(1, 0, TIMED) } },
};

/* Catches a thread that begins while its process leaves, and is never swept. */
const struct scenario scenario_begin_and_leave = {
	PLANNED("begin-and-leave", "threads that begin while their process leaves are gone with it",
		&leave),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1, .halts = 1, .late = 1 },
	.exhaustive = { .preemptions = 0, .deaths = 1 },
};
