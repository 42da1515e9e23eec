/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/orders.c - see tests/sim/orders.h.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#include "tests/sim/orders.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "os/sim/orders.h"

static const char *const order_names[] = { "relaxed", "acquire", "release", "full" };

struct trial {
	const void *context;
	bool (*is_meant)(const void *context, const struct scenario *scenario);
	unsigned stale;
	uint64_t seed, schedules;
};

static bool is_bounded(const struct scenario *scenario)
{
	static const struct scenario_bounds none;

	return memcmp(&scenario->exhaustive, &none, sizeof(none)) != 0;
}

/* One scenario by one strategy; false: it went wrong. */
static bool search(const struct trial *trial, const struct scenario *scenario,
		   enum strategy strategy, struct search *search)
{
	*search = (struct search){
		.scenario = scenario,
		.bounds = strategy == STRATEGY_EXHAUSTIVE ? scenario->exhaustive : scenario->bounds,
		.strategy = strategy,
		.seed = trial->seed,
		.schedules = trial->schedules,
	};
	search->bounds.stale = trial->stale;
	return search_run(search);
}

/* All of them; false: one went wrong, and *found is that one. */
static bool search_all(const struct trial *trial, struct search *found)
{
	const struct scenario *scenario;
	unsigned i;
	int strategy;

	for (i = 0; (scenario = scenario_at(i)) != NULL; i++) {
		if (!trial->is_meant(trial->context, scenario))
			continue;
		for (strategy = STRATEGY_EXHAUSTIVE; strategy <= STRATEGY_PCT; strategy++)
			if ((strategy != STRATEGY_EXHAUSTIVE || is_bounded(scenario)) &&
			    !search(trial, scenario, (enum strategy)strategy, found))
				return false;
	}
	return true;
}

static void print_fault(const struct search *search)
{
	static char text[65536];

	schedule_write(&search->schedule, text, sizeof(text));
	printf("%s, schedule %" PRIu64 ": %s\n  schedule  %s\n", search->scenario->name,
	       search->done, search->failure, text);
}

static bool try_place(const struct trial *trial, const struct sim_place *place)
{
	static struct search found;
	bool needed;

	sim_weaken(place->where, place->line);
	needed = !search_all(trial, &found);
	sim_weaken(NULL, 0);
	printf("%-8s %s:%d", order_names[place->order], place->where, place->line);
	if (needed)
		printf("  needed: %s, schedule %" PRIu64 ": %s\n", found.scenario->name, found.done,
		       found.failure);
	else
		printf("  nothing shows it\n");
	fflush(stdout);
	return needed;
}

bool orders_try(const void *context,
		bool (*is_meant)(const void *context, const struct scenario *scenario),
		unsigned stale, uint64_t seed, uint64_t schedules)
{
	const struct trial trial = { context, is_meant, stale, seed, schedules };
	static struct sim_place place[1024];
	static struct search found;
	size_t count, i, needed = 0;
	const struct sim_place *places;

	if (!search_all(&trial, &found)) {
		printf("as it is: ");
		print_fault(&found);
		return false;
	}
	/* Weakening leads to places that are never passed otherwise. */
	places = sim_places(&count);
	memcpy(place, places, count * sizeof(*places));
	for (i = 0; i < count; i++)
		needed += try_place(&trial, &place[i]);
	printf("%zu of %zu orders are needed\n", needed, count);
	return true;
}
