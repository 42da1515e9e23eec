/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/crowds.c - random programs: four threads of three processes do four or five things each
 * with four objects, and one more goes rounds as a janitor does.
 *
 * The number of a crowd is the seed of its programs, so each is the same in every run.
 *
 * What happens if a process dies here: see tests/sim/record.h.
 */
#include <stdio.h>

#include "tests/sim/families.h"
#include "tests/sim/plan.h"

#define CROWDS 200u
#define WORKERS 4u

enum { EVENT, LATCH, LOCK, COUNTER };

static const struct act choices[] = {
	SET(EVENT),
	SET(EVENT),
	SET(LATCH),
	RESET(LATCH),
	PULSE(EVENT),
	PULSE(LATCH),
	IS_SET(EVENT),
	FREE_IT(LOCK),
	FREE_IT(LOCK),
	WHOSE(LOCK),
	POST(COUNTER, 1),
	POST(COUNTER, 2),
	COUNT(COUNTER),
	WAIT(EVENT, EVER),
	WAIT(EVENT, TIMED),
	WAIT(LATCH, TIMED, .alertable = true),
	WAIT(LOCK, EVER),
	WAIT(LOCK, TIMED),
	WAIT(LOCK, TRY),
	WAIT(COUNTER, EVER),
	ANY(EVENT, LOCK, EVER),
	ANY(COUNTER, LATCH, TIMED),
	ANY(LOCK, COUNTER, EVER, .alertable = true),
	ALL(EVENT, COUNTER, TIMED),
	ALL(LOCK, LATCH, EVER),
	ALL(COUNTER, LOCK, TIMED),
	SWITCH(EVENT, COUNTER, TIMED),
	SWITCH(LOCK, EVENT, EVER),
	SWITCH(COUNTER, LATCH, TIMED),
	ALERT(0),
	ALERT(2),
	SHUT(LATCH),
	MAKE(5, 1, 0),
};

#define CHOICES (unsigned)(sizeof(choices) / sizeof(choices[0]))

static uint64_t state;

static unsigned below(unsigned limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % limit;
}

static struct plan plan;
static struct scenario scenario;
static char name[32];

/* A thread makes no second object: it would have the same number. */
static void write_program(struct act *acts)
{
	unsigned count = 4 + below(2);

	for (unsigned i = 0; i < count; i++)
		do
			acts[i] = choices[below(CHOICES)];
		while (acts[i].made != 0 && i != 0);
}

/* Who was pulsing was killed, and a wait for all took the pulse together with the mutant that it left. */
static const char *const ninth_found[] = {
	"0*144,4*352,2*148,3*154,2*14,K1,2*99,P,5*1362,P,0*151,P,0*123,P,0*149,P,0*329,P",
	NULL,
};

const struct scenario *crowds_at(unsigned number)
{
	if (number >= CROWDS)
		return NULL;
	state = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	plan = (struct plan){ .object = { AUTO(0), MANUAL(0), MUTANT(0), SEMAPHORE(1, 2) },
			      .thread = { [WORKERS] = { ROUND, ROUND } } };
	for (unsigned i = 0; i < WORKERS; i++)
		write_program(plan.thread[i]);
	snprintf(name, sizeof(name), "crowd/%u", number);
	scenario = (struct scenario){
		PLANNED(name, "random programs", &plan),
		.processes = 4,
		.threads = WORKERS + 1,
		.thread = { RUNS(0), RUNS(1), RUNS(2), RUNS(1), RUNS(3) },
		.bounds = { .preemptions = SCENARIO_ANY,
			    .deaths = 1,
			    .halts = 1,
			    .spurious = 2,
			    .late = 2 },
		.regressions = number == 9 ? ninth_found : NULL,
	};
	return &scenario;
}
