/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/signals.c - signal handlers that interrupt a thread between any two of its steps, or its
 * sleep, and call what is async-signal-safe, on the objects that the thread is busy with.
 *
 * What happens if a process dies here: see tests/sim/record.h.
 */
#include "tests/sim/plan.h"

static const struct plan wait_and_set = {
	.object = { AUTO(0), AUTO(0) },
	.thread = { { WAIT(0, EVER), SET(1) }, { ANY(0, 1, TIMED), SET(0) } },
	.handler = { SET(0) },
};

/* Catches a wake-up that a handler gives to the thread that it interrupts, and that is lost. */
const struct scenario scenario_signal_and_wait = {
	PLANNED("signal-and-wait", "a handler may set what its thread waits for", &wait_and_set),
	.processes = 2,
	.threads = 2,
	.thread = { HANDLES(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY, .signals = 2, .late = 1 },
	.exhaustive = { .preemptions = 1, .signals = 1 },
};

static const struct plan all_and_post = {
	.object = { MUTANT(0), SEMAPHORE(0, 3), AUTO(0) },
	.thread = { { ALL(0, 1, EVER), POST(1, 1), FREE_IT(0) },
		    { ALL(1, 0, TIMED), FREE_IT(0), COUNT(1) } },
	.handler = { POST(1, 1), POST(1, 2) },
};

/* Catches a change that uses the descriptor of the one that it interrupts. */
const struct scenario scenario_signal_and_change = {
	PLANNED("signal-and-change", "a handler's change leaves alone the one that it interrupts",
		&all_and_post),
	.processes = 2,
	.threads = 2,
	.thread = { HANDLES(0), HANDLES(1) },
	.bounds = { .preemptions = SCENARIO_ANY, .signals = 3, .late = 1 },
	.exhaustive = { .preemptions = 0, .signals = 1 },
};

static const struct plan pulse_and_post = {
	.object = { MANUAL(0), SEMAPHORE(0, 3) },
	.thread = { { ANY(0, 1, EVER), POST(1, 2) },
		    { SWITCH(1, 0, TIMED), POST(1, 1), COUNT(1) },
		    { WAIT(0, TIMED), IS_SET(0) } },
	.handler = { PULSE(0), PULSE(0) },
};

/* The pulse came between the second's signal and the giving of it, and released the first as well. */
static const char *const pulse_and_post_found[] = { "0*133,1*120,G1", NULL };

/* Catches a pulse in the middle of another call that is given half, or to nobody. */
const struct scenario scenario_signal_and_pulse = {
	PLANNED("signal-and-pulse", "a handler's pulse is given while its thread stands still",
		&pulse_and_post),
	.processes = 3,
	.threads = 3,
	.thread = { HANDLES(0), HANDLES(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .signals = 2, .late = 1 },
	.exhaustive = { .preemptions = 0, .signals = 1 },
	.regressions = pulse_and_post_found,
};

static const struct plan alert_itself = {
	.object = { AUTO(0) },
	.thread = { { WAIT(0, EVER, .alertable = true), WAIT(0, TIMED, .alertable = true) },
		    { SET(0), WAIT(0, TIMED, .alertable = true) } },
	.handler = { ALERT(0), ALERT(0) },
};

/* Two alerts of a thread asleep counted as one: who had set the word had not ended the wait yet. */
static const char *const alerts_found[] = { "0*76,G1,1*25,G0,0*60,1*318", NULL };

/* Catches an alert of the thread itself that its wait does not see. */
const struct scenario scenario_signal_and_alert = {
	PLANNED("signal-and-alert", "a handler may alert the thread that it interrupts",
		&alert_itself),
	.processes = 2,
	.threads = 2,
	.thread = { HANDLES(0), HANDLES(1) },
	.bounds = { .preemptions = SCENARIO_ANY, .signals = 2, .late = 1 },
	.exhaustive = { .preemptions = 0, .signals = 1 },
	.regressions = alerts_found,
};

static const struct plan dead_handler = {
	.object = { AUTO(0), MUTANT(0) },
	.thread = { { WAIT(1, EVER), WAIT(0, EVER), FREE_IT(1) },
		    { ALL(0, 1, EVER), SET(0) },
		    { ROUND, SET(0), ROUND } },
	.handler = { SET(0), SET(0) },
};

/* Catches a handler that died in the middle of what interrupted something. */
const struct scenario scenario_signal_and_death = {
	PLANNED("signal-and-death", "who dies in a handler dies in two calls", &dead_handler),
	.processes = 3,
	.threads = 3,
	.thread = { HANDLES(0), HANDLES(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .signals = 2, .deaths = 1 },
	.exhaustive = { .preemptions = 0, .signals = 1, .deaths = 1 },
};

static const struct plan ending_handler = {
	.object = { MUTANT(0), AUTO(0) },
	.first = { [0] = WAIT(0, EVER) },
	.thread = { { ALL(0, 1, EVER), FREE_IT(0) },
		    { SET(1), WAIT(0, EVER) },
		    { WAIT(1, EVER) } },
	.handler = { END },
};

/* Granted and woken, and ended before it knows. */
static const char *const ending_handler_found[] = { "0*400,2*400,1*400,0*1,G0", NULL };

/* Catches a thread that ends in the middle of a change, or of a wait that was granted, and leaves that. */
const struct scenario scenario_signal_and_end = {
	PLANNED("signal-and-end", "a handler may end the thread that it interrupts",
		&ending_handler),
	.processes = 3,
	.threads = 3,
	.thread = { HANDLES(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .signals = 1 },
	.exhaustive = { .preemptions = 1, .signals = 1 },
	.regressions = ending_handler_found,
};

static const struct plan ending_closer = {
	.object = { AUTO(0) },
	.thread = { { SHUT(0) }, { IS_SET(0) }, { FORK }, { WAIT(0, TIMED) } },
	.handler = { END },
};

/* Ended in the middle of its change; a child takes the slot and changes something. */
static const char *const ending_closer_found[] = { "0*25,G0,0*3000,2*3000,3*400", NULL };

/* Catches a change that is left in the slot of its thread, whose next user writes over it. */
const struct scenario scenario_signal_and_close = {
	PLANNED("signal-and-close", "the change that a thread ends in is over before its slot is free",
		&ending_closer),
	.processes = 2,
	.threads = 3,
	.thread = { HANDLES(0), RUNS(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY, .signals = 1 },
	.exhaustive = { .preemptions = 1, .signals = 1 },
	.regressions = ending_closer_found,
};
