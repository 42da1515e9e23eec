/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/scenarios.c - the list of scenarios.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#include "tests/sim/scenario.h"

#include <stddef.h>

#define SCENARIOS(one) \
	one(kcas_two) \
	one(kcas_three) \
	one(queue_two) \
	one(queue_three) \
	one(queue_prune) \
	one(set_wait) \
	one(set_wait_late) \
	one(set_death) \
	one(grant_death) \
	one(janitor_wakes) \
	one(janitors_die)

#define DECLARE(name) extern const struct scenario scenario_##name;
#define ADDRESS(name) &scenario_##name,

SCENARIOS(DECLARE)

static const struct scenario *const scenarios[] = { SCENARIOS(ADDRESS) };

const struct scenario *scenario_at(unsigned number)
{
	return number < sizeof(scenarios) / sizeof(scenarios[0]) ? scenarios[number] : NULL;
}
