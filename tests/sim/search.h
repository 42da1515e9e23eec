/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/search.h - ways through the executions of a scenario, and what they found.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#ifndef CF_TESTS_SIM_SEARCH_H
#define CF_TESTS_SIM_SEARCH_H

#include "os/sim/run.h"
#include "tests/sim/scenario.h"

/* A part of a schedule: an action, and for SIM_ACT_RUN how many steps the thread makes. */
struct item {
	struct sim_action action;
	uint64_t steps;
};

#define SCHEDULE_ITEMS 4096

struct schedule {
	unsigned count;
	struct item item[SCHEDULE_ITEMS];
};

enum strategy { STRATEGY_EXHAUSTIVE, STRATEGY_RANDOM, STRATEGY_PCT };

struct search {
	/* What to do. */
	const struct scenario *scenario;
	struct scenario_bounds bounds;
	enum strategy strategy;
	uint64_t seed; /* of the first schedule; each one has its own, one higher than the last */
	uint64_t schedules; /* at the most; 0: no limit */
	bool plain;	    /* exhaustive: without any reduction */
	void (*outcome)(void *context,
			uint64_t state); /* of every execution that came to its end */
	void *context;
	void (*progress)(const struct search *search); /* now and then */

	/* What came out. */
	uint64_t done;	   /* executions */
	uint64_t ended;	   /* of them, those that came to their end, with all checks */
	uint64_t steps;	   /* in all of them */
	uint64_t states;   /* exhaustive: different ones at which there was something to decide */
	uint64_t met;	   /* exhaustive: executions cut because their state was known */
	unsigned restarts; /* exhaustive: a word turned out to be contended */
	bool complete;	   /* exhaustive: nothing within the bounds is left */
	bool failed;
	char failure[8192];
	uint64_t failed_seed;
	struct schedule schedule; /* of the failure */
};

/* Builds the world of a scenario; every search in it begins there. False: see sim_failure(). */
bool scenario_build(const struct scenario *scenario, const struct scenario_bounds *bounds);

/* One execution from the beginning, with all checks. */
enum sim_end scenario_execute(const struct scenario *scenario, const struct sim_decider *decider,
			      const struct scenario_bounds *bounds);

/* How many steps the last execution had when nobody could go on; without everybody's leaving. */
uint64_t scenario_steps(void);

/* Nothing is looked at between the steps, to see what the checks in the end find by themselves. */
extern bool search_unwatched;

/* Searches; true when nothing failed. */
bool search_run(struct search *search);
void search_exhaustive(struct search *search);
void search_random(struct search *search);

/* For the searches: an execution is over.  False: stop. */
bool search_count(struct search *search, enum sim_end end, uint64_t seed);

/* The schedule of the last execution. */
void schedule_taken(struct schedule *schedule);

/* Text: "0*57,1*12,K1,0*3". */
void schedule_write(const struct schedule *schedule, char *text, size_t size);
bool schedule_read(struct schedule *schedule, const char *text);

/*
 * Follows a schedule; what is not possible in it is left out, and at its end threads go on one
 * after the other.
 */
enum sim_end schedule_replay(const struct scenario *scenario, const struct schedule *schedule);

/* Makes a failing schedule shorter; gives how many executions that took. */
uint64_t schedule_shrink(const struct scenario *scenario, struct schedule *schedule);

/* Writes the steps of a schedule to stdout. */
void trace_print(const struct scenario *scenario, const struct schedule *schedule);

#endif
