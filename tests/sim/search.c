/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/search.c - one execution of a scenario with its checks, and what all searches share.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#include "tests/sim/search.h"

#include <stdio.h>
#include <string.h>

#include "tests/sim/invariants.h"

#define MOST_STEPS 100000
#define MOST_ALONE 20000

static uint64_t or_default(unsigned given, unsigned otherwise)
{
	return given != 0 ? given : otherwise;
}

const struct scenario *scenario_present;
bool search_unwatched;

bool scenario_build(const struct scenario *scenario, const struct scenario_bounds *bounds)
{
	struct sim_program program = {
		.processes = scenario->processes,
		.threads = scenario->threads,
		.prepare = scenario->prepare,
		.step = scenario->step,
		.change = scenario->wrong || search_unwatched ? NULL : invariants_change,
		.steps = or_default(bounds->steps, MOST_STEPS),
		.alone = or_default(bounds->alone, MOST_ALONE),
		.weak = bounds->stale != 0,
	};
	unsigned i;

	scenario_present = scenario;
	for (i = 0; i < scenario->threads; i++) {
		program.thread[i].process = scenario->thread[i].process;
		program.thread[i].run = scenario->thread[i].run;
		program.thread[i].handler = scenario->thread[i].handler;
	}
	return sim_build(&program);
}

static struct sim_budget budget_of(const struct scenario_bounds *bounds)
{
	struct sim_budget budget = {
		.preemptions = bounds->preemptions,
		.rounds = bounds->rounds,
		.verb = {
			[SIM_ACT_KILL] = bounds->deaths,
			[SIM_ACT_HALT] = bounds->halts,
			[SIM_ACT_SPURIOUS] = bounds->spurious,
			[SIM_ACT_LATE] = bounds->late,
			[SIM_ACT_INTERRUPT] = bounds->interrupts,
			[SIM_ACT_SIGNAL] = bounds->signals,
			[SIM_ACT_FULL] = bounds->failures,
			[SIM_ACT_STALE] = bounds->stale,
		},
	};

	return budget;
}

/*
 * One of its threads stands still or sleeps for ever: nobody there can leave the environment, and
 * what it has locked in its process nobody there can have.
 */
static bool cannot_leave(unsigned process)
{
	unsigned i;

	for (i = 0; i < sim_threads(); i++)
		if (sim_process_of(i) == process &&
		    (sim_standing(i) == SIM_HALTED ||
		     (!sim_hosted(i) && sim_standing(i) == SIM_ASLEEP)))
			return true;
	return false;
}

static bool anybody_lives(void)
{
	unsigned i;

	for (i = 0; i < sim_processes(); i++)
		if (sim_is_alive(i))
			return true;
	return false;
}

/*
 * Nobody can go on.  One more process joins, which does for the dead what has to be done, and what
 * that sets free runs to its end, without further accidents.
 */
static enum sim_end go_on(const struct scenario *scenario, const struct sim_decider *decider,
			  struct sim_budget budget)
{
	static const struct sim_budget none;
	enum sim_end end;

	if (scenario->still != NULL)
		scenario->still();
	if (sim_failure()[0] != '\0')
		return SIM_END_FAILED;
	if (scenario->join == NULL || !anybody_lives())
		return SIM_END_QUIET;
	end = sim_execute_in(sim_new_process(), scenario->join);
	if (end != SIM_END_QUIET)
		return end;
	memcpy(budget.verb, none.verb, sizeof(budget.verb));
	return sim_execute(decider, &budget);
}

/* Everybody who lives leaves, one after the other; whoever cannot, dies first. */
static enum sim_end finish(const struct scenario *scenario)
{
	enum sim_end end = SIM_END_QUIET;
	unsigned i;

	for (i = 0; i < sim_processes(); i++)
		if (sim_is_alive(i) && cannot_leave(i))
			sim_execute_death(i);
	for (i = 0; scenario->finish != NULL && end == SIM_END_QUIET && i < sim_processes(); i++)
		if (sim_is_alive(i))
			end = sim_execute_in(i, scenario->finish);
	return end;
}

static uint64_t last_steps;

uint64_t scenario_steps(void)
{
	return last_steps;
}

enum sim_end scenario_execute(const struct scenario *scenario, const struct sim_decider *decider,
			      const struct scenario_bounds *bounds)
{
	struct sim_budget budget = budget_of(bounds);
	enum sim_end end;

	sim_reset();
	sim_contended_count(true, bounds->deaths + bounds->halts > 0);
	end = sim_execute(decider, &budget);
	last_steps = sim_now();
	if (end == SIM_END_QUIET)
		end = go_on(scenario, decider, budget);
	if (end != SIM_END_QUIET)
		return end;
	if (scenario->quiet != NULL)
		scenario->quiet();
	sim_contended_count(false, false);
	if (sim_failure()[0] == '\0')
		(void)finish(scenario);
	if (sim_failure()[0] == '\0' && scenario->end != NULL)
		scenario->end();
	return sim_failure()[0] == '\0' ? SIM_END_QUIET : SIM_END_FAILED;
}

bool search_count(struct search *search, enum sim_end end, uint64_t seed)
{
	search->done++;
	search->ended += end == SIM_END_QUIET;
	search->steps += sim_now();
	if (end == SIM_END_FAILED) {
		search->failed = true;
		search->failed_seed = seed;
		snprintf(search->failure, sizeof(search->failure), "%s", sim_failure());
		schedule_taken(&search->schedule);
		return false;
	}
	if (search->done % 1024 == 0 && search->progress != NULL)
		search->progress(search);
	return search->schedules == 0 || search->done < search->schedules;
}

bool search_run(struct search *search)
{
	if (!scenario_build(search->scenario, &search->bounds)) {
		search->failed = true;
		snprintf(search->failure, sizeof(search->failure), "before the first step: %s",
			 sim_failure());
		return false;
	}
	if (search->strategy == STRATEGY_EXHAUSTIVE)
		search_exhaustive(search);
	else
		search_random(search);
	return !search->failed;
}
