/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/ntsync.c - waits, owners and lifetimes by the ntsync ABI, where they differ from NT's.
 *
 * A thread acts for the owner with its number and 1, unless it says otherwise.  The last object of an
 * alertable wait is its alert.
 *
 * What happens if a process dies here: its mutexes stay its owner's, who may be in another process,
 * and what it has a descriptor of is there for as long as anybody else has one.
 */
#include "tests/sim/plan.h"

#define BY_DRIVER .flavour = SIM_NTSYNC
#define TWO_PROCESSES .processes = 2, .threads = 2, .thread = { RUNS(0), RUNS(1) }
#define THREE_PROCESSES .processes = 3, .threads = 3, .thread = { RUNS(0), RUNS(1), RUNS(2) }
#define FOUR_PROCESSES \
	.processes = 4, .threads = 4, .thread = { RUNS(0), RUNS(1), RUNS(2), RUNS(3) }
#define ONE_DEATH \
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1, .interrupts = 1, .late = 1 }, \
	.exhaustive = { .preemptions = 0, .deaths = 1 }
#define ALIVE \
	.bounds = { .preemptions = SCENARIO_ANY, .halts = 1, .interrupts = 1, .late = 1 }, \
	.exhaustive = { .preemptions = 2 }
#define THREE(operation, one, two, three, ...) \
	A_CALL(operation, .objects = 3, .object = { one, two, three }, .timeout = __VA_ARGS__)

/* ---- Waits for all come first ------------------------------------------------------------- */

static const struct plan all_first = {
	BY_DRIVER,
	.object = { SEMAPHORE(0, 2), AUTO(1) },
	.thread = { { WAIT(0, EVER) }, { ALL(0, 1, EVER) }, { POST(0, 1), COUNT(0) } },
};

/* Catches an offer that goes to who waits for one only because he came first. */
const struct scenario scenario_nt_all_first = {
	PLANNED("nt-all-first", "who waits for all is offered an object first", &all_first),
	THREE_PROCESSES,
	ALIVE,
};

static const struct plan two_for_all = {
	BY_DRIVER,
	.object = { SEMAPHORE(0, 3), AUTO(0), MANUAL(0) },
	.thread = { { ANY(0, 1, EVER), IS_SET(1) },
		    { ALL(0, 1, EVER) },
		    { ALL(2, 0, TIMED) },
		    { SET(1), POST(0, 2), SET(2), COUNT(0) } },
};

/* Catches a release of several units that counts those whom it passed as served. */
const struct scenario scenario_nt_two_for_all = {
	PLANNED("nt-two-for-all", "those who wait for all are served in turn, and then the others",
		&two_for_all),
	FOUR_PROCESSES,
	ONE_DEATH,
};

static const struct plan pulse = {
	BY_DRIVER,
	.object = { MANUAL(0), AUTO(1), AUTO(0) },
	.thread = { { ANY(0, 2, EVER, .alertable = true), SET(1) },
		    { ALL(1, 0, EVER), IS_SET(0) },
		    { ALL(0, 1, TIMED) },
		    { PULSE(0), IS_SET(0), PULSE(0) } },
};

/* Catches a pulse that is ended between those who wait for all and the others. */
const struct scenario scenario_nt_pulse = {
	PLANNED("nt-pulse", "a pulse releases whom a set would and is never seen", &pulse),
	FOUR_PROCESSES,
	ONE_DEATH,
};

/* ---- Alerts ------------------------------------------------------------------------------- */

static const struct plan alert = {
	BY_DRIVER,
	.object = { AUTO(0), AUTO(0), AUTO(0) },
	.thread = { { ANY(0, 2, EVER, .alertable = true), IS_SET(2) },
		    { THREE(WAIT_ALL, 0, 1, 2, EVER, .alertable = true), IS_SET(2) },
		    { SET(0), SET(2), IS_SET(0) },
		    { SET(2), SET(1) } },
};

/* All objects had come between the look at them and the one at the alert. */
static const char *const alert_found[] = { "3*15,0*18,1*17,2*20", NULL };

/* Catches an alert that is used up by a wait that an object ended, or one that all share. */
const struct scenario scenario_nt_alert = {
	PLANNED("nt-alert", "an alert ends one wait, and none that has its objects", &alert),
	FOUR_PROCESSES,
	ONE_DEATH,
	.regressions = alert_found,
};

static const struct plan alerted_owner = {
	BY_DRIVER,
	.object = { MUTANT(1), AUTO(0), MANUAL(0) },
	.thread = { { SET(2), FREE_IT(0) },
		    { ANY(0, 2, EVER, .alertable = true), FREE_IT(0) },
		    { ALL(0, 2, TIMED, .alertable = true), WHOSE(0) },
		    { RESET(2), ROUND, WHOSE(0) } },
};

/* The alert had been looked at before the mutex was found to have gone. */
static const char *const alerted_owner_found[] = { "0*18,1*13,3*40,2*13", NULL };

/* Catches what was granted by an alert and is given back to the mutex beside it. */
const struct scenario scenario_nt_alerted_owner = {
	PLANNED("nt-alerted-owner", "who is alerted owns nothing by that, dead or alive",
		&alerted_owner),
	FOUR_PROCESSES,
	ONE_DEATH,
	.regressions = alerted_owner_found,
};

/* ---- Owners ------------------------------------------------------------------------------- */

static const struct plan kill = {
	BY_DRIVER,
	.object = { MUTANT(2), AUTO(0) },
	.thread = { { FREE_IT(0), KILL(0, 1), WHOSE(0) },
		    { WAIT(0, EVER), FREE_IT(0) },
		    { ALL(0, 1, EVER), KILL(0, 3) },
		    { KILL(0, 1), SET(1), KILL(0, 2) } },
};

/* Catches a mutex whose owner is gone that wakes nobody, or that two find abandoned. */
const struct scenario scenario_nt_kill = {
	PLANNED("nt-kill", "a mutex of an owner who is gone is given to the next, who is told", &kill),
	FOUR_PROCESSES,
	ALIVE,
};

/* Catches a mutex that is taken from an owner because the thread that acquired it died. */
const struct scenario scenario_nt_kill_and_death = {
	PLANNED("nt-kill-and-death", "a mutex stays its owner's, whoever dies", &kill),
	FOUR_PROCESSES,
	ONE_DEATH,
};

static const struct plan several = {
	BY_DRIVER,
	.object = { MUTANT(1), MUTANT(0), AUTO(0) },
	.thread = { { KILL(0, 1), SET(2) },
		    { THREE(WAIT_ALL, 0, 1, 2, EVER), FREE_IT(0) },
		    { ROUND, WHOSE(0), WHOSE(1), KILL(0, 2), ROUND } },
};

/* Of several mutexes that were granted to the dead all were abandoned. */
static const char *const death_for_all_found[] = { "1*177,K1,0*293", NULL };

/* Catches a grant of several mutexes that is lost and leaves some of them abandoned, others not. */
const struct scenario scenario_nt_death_for_all = {
	PLANNED("nt-death-for-all", "a wait for all of the dead took all or nothing", &several),
	THREE_PROCESSES,
	ONE_DEATH,
	.regressions = death_for_all_found,
};

/* ---- Handlers ----------------------------------------------------------------------------- */

static const struct plan nested = {
	BY_DRIVER,
	.object = { AUTO(0), AUTO(0) },
	.thread = { { WAIT(0, EVER), SET(1) },
		    { SET(1), SET(0), IS_SET(1) },
		    { ANY(0, 1, TIMED), SET(0) } },
	.handler = { ANY(1, 0, TIMED) },
};

/* Catches a wait that is granted something while a handler waits in its place. */
const struct scenario scenario_nt_nested = {
	PLANNED("nt-nested", "a handler waits while its thread does not", &nested),
	.processes = 3,
	.threads = 3,
	.thread = { HANDLES(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .signals = 2, .late = 1, .halts = 1 },
	.exhaustive = { .preemptions = 1, .signals = 1 },
};

static const struct plan nested_for_ever = {
	BY_DRIVER,
	.object = { MUTANT(1), SEMAPHORE(0, 2), AUTO(0) },
	.thread = { { FREE_IT(0), ALL(0, 1, TIMED), POST(1, 1) },
		    { WAIT(0, EVER), POST(1, 1), FREE_IT(0) },
		    { ROUND, POST(1, 1), ROUND } },
	.handler = { ANY(0, 1, EVER, .alertable = true), WAIT(1, EVER) },
};

/* Catches a borrowed slot that is left when its handler's process dies. */
const struct scenario scenario_nt_nested_death = {
	PLANNED("nt-nested-death", "who dies in a handler that waits dies in two waits",
		&nested_for_ever),
	.processes = 3,
	.threads = 3,
	.thread = { HANDLES(0), HANDLES(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .signals = 2, .deaths = 1, .late = 1 },
	.exhaustive = { .preemptions = 0, .signals = 1, .deaths = 1 },
};

static const struct plan handled = {
	BY_DRIVER,
	.object = { AUTO(0), MUTANT(1), MANUAL(0) },
	.thread = { { WAIT(0, EVER), FREE_IT(1) },
		    { ANY(0, 1, TIMED), ALL(1, 2, TIMED) },
		    { WAIT(0, TIMED), PULSE(2) } },
	.handler = { SET(0), SET(2) },
};

/* Catches a handler's request that satisfies the wait that it interrupted. */
const struct scenario scenario_nt_handler = {
	PLANNED("nt-handler", "a handler's request ends the wait that it interrupts first", &handled),
	.processes = 3,
	.threads = 3,
	.thread = { HANDLES(0), HANDLES(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .signals = 3, .late = 1, .deaths = 1 },
	.exhaustive = { .preemptions = 1, .signals = 1 },
};

/* ---- Lifetimes ---------------------------------------------------------------------------- */

static const struct plan close = {
	BY_DRIVER,
	.object = { AUTO(0), AUTO(1) },
	.thread = { { SHUT(0), MAKE(4, 1, 0), SET(4) },
		    { SET(0), SHUT(0), SHUT(1), MAKE(4, 0, 1) },
		    { SHUT(1), SHUT(0), COLLECT, IS_SET(1) } },
};

/* Catches an object that is dropped twice, or in place of one that was made there meanwhile. */
const struct scenario scenario_nt_close = {
	PLANNED("nt-close", "an object goes with its last descriptor, once", &close),
	THREE_PROCESSES,
	ONE_DEATH,
};

static const struct plan close_and_wait = {
	BY_DRIVER,
	.object = { AUTO(0), AUTO(0), AUTO(0) },
	.thread = { { ANY(0, 1, TIMED), MAKE(4, 1, 0) },
		    { SHUT(0), SHUT(1), MAKE(5, 1, 1), COLLECT },
		    { SET(0), SHUT(0), SHUT(1), COLLECT },
		    { THREE(WAIT_ALL, 0, 1, 2, TIMED), SHUT(0), SHUT(1), MAKE(5, 0, 0) } },
};

/* Catches a wait for an object that is freed, and what is made in its place, which it then has. */
const struct scenario scenario_nt_close_and_wait = {
	PLANNED("nt-close-and-wait", "a wait keeps what it waits for, and nothing in its place",
		&close_and_wait),
	.processes = 3,
	.threads = 4,
	.thread = { RUNS(0), RUNS(0), RUNS(1), RUNS(2) },
	ONE_DEATH,
};

static const struct plan collect = {
	BY_DRIVER,
	.object = { MUTANT(1) },
	.thread = { { MAKE(4, 1, 0), SHUT(4), SHUT(0) },
		    { MAKE(4, 1, 0), WAIT(0, TIMED), SET(5) },
		    { ROUND, COLLECT, ROUND },
		    { SHUT(0), COLLECT, MAKE(4, 0, 1) } },
};

/* Catches a collector that drops what was just made, or leaves what the dead had. */
const struct scenario scenario_nt_collect = {
	PLANNED("nt-collect", "what descriptors of the dead held is collected, and nothing else",
		&collect),
	FOUR_PROCESSES,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 2, .halts = 1, .late = 1 },
	.exhaustive = { .preemptions = 0, .deaths = 1 },
};
