/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/engine.c - wrong programs, to see that every search finds what is wrong with them.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#include "core/environment.h"
#include "core/region.h"
#include "tests/sim/base.h"
#include "tests/sim/scenario.h"

/* A word of the memory: one of the scratch would not be restored word by word. */
static cf_word *value(void)
{
	return &base_region()->object[0].second;
}

static void prepare(void)
{
	base_prepare();
	base_must(cf_reserve_object(base_region(), base_environment()->place.memory, 0),
		  "cf_reserve_object");
}

static void add_one(void)
{
	uint64_t seen = cf_load(value());

	cf_store(value(), seen + 1);
	sim_rest();
}

static void look_at_sum(void)
{
	if (sim_standing(0) == SIM_FINISHED && sim_standing(1) == SIM_FINISHED &&
	    cf_load(value()) != 2)
		sim_fail("two additions of one gave %u", (unsigned)cf_load(value()));
}

/* Takes what nobody gives back when he dies. */
static void lock(void)
{
	while (!cf_cas(value(), 0, 1))
		sim_relax();
	cf_store(value(), 0);
	sim_rest();
}

/* Leaves an address where another process finds it. */
static void leave_address(void)
{
	*SCRATCH_OF(cf_word *) = value();
	sim_note(0);
	sim_rest();
}

static void use_address(void)
{
	sim_point();
	if (*SCRATCH_OF(cf_word *) != NULL)
		(void)cf_load(*SCRATCH_OF(cf_word *));
	sim_rest();
}

const struct scenario scenario_engine_wrong_address = {
	.name = "engine-wrong-address",
	.about = "must be found: another process' address is nobody else's",
	.wrong = true,
	.processes = 2,
	.threads = 2,
	.thread = { { 0, leave_address, NULL }, { 1, use_address, NULL } },
	.prepare = prepare,
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 1 },
};

const struct scenario scenario_engine_lost_update = {
	.name = "engine-lost-update",
	.about = "must be found: a load and a store are no addition",
	.wrong = true,
	.processes = 2,
	.threads = 2,
	.thread = { { 0, add_one, NULL }, { 1, add_one, NULL } },
	.prepare = prepare,
	.quiet = look_at_sum,
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 1 },
};

const struct scenario scenario_engine_dead_holder = {
	.name = "engine-dead-holder",
	.about = "must be found: a lock in memory is not given back by the dead",
	.wrong = true,
	.processes = 2,
	.threads = 2,
	.thread = { { 0, lock, NULL }, { 1, lock, NULL } },
	.prepare = prepare,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1 },
	.exhaustive = { .preemptions = 0, .deaths = 1 },
};
