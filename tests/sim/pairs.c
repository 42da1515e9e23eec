/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/pairs.c - every operation against every other: two threads of two processes do one
 * each, and then look at what is left, while a third may sleep.
 *
 * The acts of a family are for the same objects, so each pair meets on one of them or on two.
 *
 * What happens if a process dies here: see tests/sim/record.h.
 */
#include <stdio.h>
#include <stddef.h>

#include "tests/sim/families.h"
#include "tests/sim/plan.h"

struct named {
	const char *name;
	struct act act;
};

struct family {
	const char *name;
	enum sim_flavour flavour;
	struct act object[PLAN_OBJECTS];
	const struct named *acts; /* no name at the end */
	struct act after[2];	  /* what the first and the second thread do after their acts */
};

/* Object 0 is what they are about, object 1 an event beside it, and in object 2 threads sleep. */
static const struct named event_acts[] = {
	{ "set", SET(0) },
	{ "reset", RESET(0) },
	{ "pulse", PULSE(0) },
	{ "query", IS_SET(0) },
	{ "poll", WAIT(0, TRY) },
	{ "wait", WAIT(0, EVER) },
	{ "timed", WAIT(0, TIMED) },
	{ "alertable", WAIT(0, EVER, .alertable = true) },
	{ "any", ANY(0, 1, EVER) },
	{ "any-back", ANY(1, 0, EVER) },
	{ "all", ALL(0, 1, EVER) },
	{ "all-back", ALL(1, 0, EVER) },
	{ "signal-wait", SWITCH(1, 0, EVER) },
	{ "wait-signal", SWITCH(0, 1, EVER) },
	{ "signal-poll", SWITCH(1, 0, TRY) },
	{ "switch", SWITCH(0, 0, EVER) },
	{ "close", SHUT(0) },
	{ "create", MAKE(5, 1, 0) },
	{ "alert-first", ALERT(0) },
	{ "alert-second", ALERT(1) },
	{ .name = NULL },
};

static const struct named mutant_acts[] = {
	{ "release", FREE_IT(0) },
	{ "query", WHOSE(0) },
	{ "poll", WAIT(0, TRY) },
	{ "wait", WAIT(0, EVER) },
	{ "timed", WAIT(0, TIMED) },
	{ "any", ANY(0, 1, EVER) },
	{ "any-back", ANY(1, 0, EVER) },
	{ "all", ALL(0, 1, EVER) },
	{ "all-timed", ALL(1, 0, TIMED) },
	{ "release-wait", SWITCH(0, 1, EVER) },
	{ "signal-wait", SWITCH(1, 0, EVER) },
	{ "release-poll", SWITCH(0, 1, TRY) },
	{ "release-again", SWITCH(0, 0, EVER) },
	{ "close", SHUT(0) },
	{ "set", SET(1) },
	{ .name = NULL },
};

static const struct named semaphore_acts[] = {
	{ "one", POST(0, 1) },
	{ "two", POST(0, 2) },
	{ "query", COUNT(0) },
	{ "poll", WAIT(0, TRY) },
	{ "wait", WAIT(0, EVER) },
	{ "timed", WAIT(0, TIMED) },
	{ "any", ANY(0, 1, EVER) },
	{ "any-back", ANY(1, 0, EVER) },
	{ "all", ALL(0, 1, EVER) },
	{ "post-wait", SWITCH(0, 1, EVER) },
	{ "signal-wait", SWITCH(1, 0, EVER) },
	{ "post-poll", SWITCH(0, 1, TRY) },
	{ "post-again", SWITCH(0, 0, EVER) },
	{ "close", SHUT(0) },
	{ "set", SET(1) },
	{ .name = NULL },
};

/* By the ntsync ABI: object 1 is an event beside it, and an alert. */
static const struct named nt_event_acts[] = {
	{ "set", SET(0) },
	{ "reset", RESET(0) },
	{ "pulse", PULSE(0) },
	{ "query", IS_SET(0) },
	{ "poll", WAIT(0, TRY) },
	{ "wait", WAIT(0, EVER) },
	{ "any-timed", ANY(1, 0, TIMED) },
	{ "alertable", ANY(0, 1, EVER, .alertable = true) },
	{ "all", ALL(0, 1, EVER) },
	{ "all-alertable", ALL(0, 1, TIMED, .alertable = true) },
	{ "alert", SET(1) },
	{ "close", SHUT(0) },
	{ "create", MAKE(5, 1, 0) },
	{ "collect", COLLECT },
	{ .name = NULL },
};

static const struct named nt_mutex_acts[] = {
	{ "unlock", FREE_IT(0) },
	{ "kill-first", KILL(0, 1) },
	{ "kill-second", KILL(0, 2) },
	{ "query", WHOSE(0) },
	{ "poll", WAIT(0, TRY) },
	{ "wait", WAIT(0, EVER) },
	{ "wait-as-first", WAIT(0, EVER, .owner = 1) },
	{ "timed", WAIT(0, TIMED) },
	{ "alertable", ANY(0, 1, EVER, .alertable = true) },
	{ "all", ALL(0, 1, EVER) },
	{ "all-back", ALL(1, 0, TIMED) },
	{ "close", SHUT(0) },
	{ "set", SET(1) },
	{ .name = NULL },
};

static const struct named nt_semaphore_acts[] = {
	{ "one", POST(0, 1) },
	{ "two", POST(0, 2) },
	{ "query", COUNT(0) },
	{ "poll", WAIT(0, TRY) },
	{ "wait", WAIT(0, EVER) },
	{ "any-back", ANY(1, 0, TIMED) },
	{ "alertable", ANY(0, 1, EVER, .alertable = true) },
	{ "all", ALL(0, 1, EVER) },
	{ "close", SHUT(0) },
	{ "set", SET(1) },
	{ .name = NULL },
};

static const struct family families[] = {
	{ "auto", SIM_NT, { AUTO(0), AUTO(0) }, event_acts, { SET(0), IS_SET(0) } },
	{ "auto-set", SIM_NT, { AUTO(1), AUTO(0) }, event_acts, { SET(1), IS_SET(0) } },
	{ "manual", SIM_NT, { MANUAL(0), AUTO(1) }, event_acts, { SET(0), IS_SET(1) } },
	{ "mutant", SIM_NT, { MUTANT(0), AUTO(0) }, mutant_acts, { FREE_IT(0), WHOSE(0) } },
	{ "mutant-owned", SIM_NT, { MUTANT(1), AUTO(1) }, mutant_acts, { FREE_IT(0), WHOSE(0) } },
	{ "semaphore", SIM_NT, { SEMAPHORE(0, 2), AUTO(0) }, semaphore_acts, { POST(0, 1), COUNT(0) } },
	{ "semaphore-one", SIM_NT, { SEMAPHORE(1, 2), AUTO(1) }, semaphore_acts, { SET(1), COUNT(0) } },
	{ "ntsync-auto", SIM_NTSYNC, { AUTO(0), AUTO(0) },
	  nt_event_acts, { SET(0), IS_SET(0) } },
	{ "ntsync-manual", SIM_NTSYNC, { MANUAL(0), AUTO(1) },
	  nt_event_acts, { SET(0), IS_SET(1) } },
	{ "ntsync-mutex", SIM_NTSYNC, { MUTANT(0), AUTO(0) },
	  nt_mutex_acts, { FREE_IT(0), WHOSE(0) } },
	{ "ntsync-owned", SIM_NTSYNC, { MUTANT(2), AUTO(1) },
	  nt_mutex_acts, { FREE_IT(0), WHOSE(0) } },
	{ "ntsync-semaphore", SIM_NTSYNC, { SEMAPHORE(0, 2), AUTO(0) }, nt_semaphore_acts,
	  { POST(0, 1), COUNT(0) } },
};

#define FAMILIES (sizeof(families) / sizeof(families[0]))

static unsigned acts_of(const struct family *family)
{
	unsigned acts = 0;

	while (family->acts[acts].name)
		acts++;
	return acts;
}

/* The scenario that was asked for last. */
static struct plan plan;
static struct scenario scenario;
static char name[64];

static void make(const struct family *family, unsigned first, unsigned second)
{
	plan = (struct plan){ .flavour = family->flavour,
			      .thread = { { family->acts[first].act, family->after[0] },
					  { family->acts[second].act, family->after[1] } } };
	for (unsigned i = 0; i < PLAN_OBJECTS; i++)
		plan.object[i] = family->object[i];
	snprintf(name, sizeof(name), "%s/%s+%s", family->name, family->acts[first].name,
		 family->acts[second].name);
	scenario = (struct scenario){
		PLANNED(name, "one operation against another", &plan),
		.processes = 2,
		.threads = 2,
		.thread = { RUNS(0), RUNS(1) },
		.bounds = { .preemptions = SCENARIO_ANY,
			    .deaths = 1,
			    .halts = 1,
			    .spurious = 1,
			    .late = 1,
			    .interrupts = family->flavour == SIM_NTSYNC ? 1 : 0 },
		.exhaustive = { .preemptions = 2 },
	};
}

/* The number of pairs whose first member is not after the second. */
static unsigned pairs_of(const struct family *family)
{
	unsigned acts = acts_of(family);

	return acts * (acts + 1) / 2;
}

static void make_numbered(const struct family *family, unsigned number)
{
	unsigned first = 0, rest = acts_of(family);

	while (number >= rest) {
		number -= rest--;
		first++;
	}
	make(family, first, first + number);
}

unsigned pairs_count(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < FAMILIES; i++)
		count += pairs_of(&families[i]);
	return count;
}

const struct scenario *pairs_at(unsigned number)
{
	for (unsigned i = 0; i < FAMILIES; i++) {
		if (number < pairs_of(&families[i])) {
			make_numbered(&families[i], number);
			return &scenario;
		}
		number -= pairs_of(&families[i]);
	}
	return NULL;
}
