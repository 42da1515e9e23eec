/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/orders.c - see tests/sim/orders.h.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#include "tests/sim/orders.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/sim/orders.h"

#define SCENARIOS 2048u
#define FAMILY 2u     /* members of a family that are tried for one place */
#define LOOK 10u      /* schedules that tell which places a scenario reaches */
#define SHORT 40u     /* schedules of the first round */
#define NAME_SIZE 128

static const char *order_name(enum sim_order order)
{
	switch (order) {
	case SIM_RELAXED:
		return "relaxed";
	case SIM_ACQUIRE:
		return "acquire";
	case SIM_RELEASE:
		return "release";
	case SIM_ACQ_REL:
		return "acq_rel";
	default:
		return "full";
	}
}

/* What went wrong, after a title: scenario, shortened schedule, the first line of what was said. */
static void print_fault(const char *title, struct search *found)
{
	static char text[65536];

	(void)schedule_shrink(found->scenario, &found->schedule);
	(void)schedule_replay(found->scenario, &found->schedule);
	schedule_write(&found->schedule, text, sizeof(text));
	printf("%s\t%s\t%s\t%.*s\n", title, found->scenario->name, text,
	       (int)strcspn(sim_failure(), "\n"), sim_failure());
	fflush(stdout);
}

/* ---- Which scenarios reach which places -------------------------------------------------- */

/* What a scenario costs, and whether it reaches each place. */
static struct reach {
	unsigned number;
	uint64_t steps;
	bool place[SIM_PLACES];
} reaches[SCENARIOS];
static unsigned reach_count;

static bool search(const struct orders_wish *wish, const struct scenario *scenario,
		   enum strategy strategy, uint64_t schedules, struct search *search)
{
	*search = (struct search){
		.scenario = scenario,
		.bounds = scenario->bounds,
		.strategy = strategy,
		.seed = wish->seed,
		.schedules = schedules,
	};
	search->bounds.stale = wish->stale;
	return search_run(search);
}

/* At random and by priorities; false: one went wrong, and *found is that one. */
static bool search_both(const struct orders_wish *wish, const struct scenario *scenario,
			uint64_t schedules, struct search *found)
{
	return search(wish, scenario, STRATEGY_RANDOM, schedules, found) &&
	       search(wish, scenario, STRATEGY_PCT, schedules, found);
}

static bool look(const struct orders_wish *wish, const struct scenario *scenario, unsigned number,
		 struct search *found)
{
	struct reach *reach = &reaches[reach_count];
	const struct sim_place *places;
	size_t count, i;

	sim_places_count();
	if (!search_both(wish, scenario, LOOK, found)) {
		print_fault("as it is", found);
		return false;
	}
	places = sim_places(&count);
	reach->number = number;
	reach->steps = found->steps / found->done;
	for (i = 0; i < count; i++)
		reach->place[i] = places[i].times != 0;
	reach_count++;
	return true;
}

static int compare_steps(const void *a, const void *b)
{
	const struct reach *x = a, *y = b;

	return x->steps < y->steps ? -1 : x->steps > y->steps;
}

static bool look_at_all(const struct orders_wish *wish, struct search *found)
{
	const struct scenario *scenario;
	bool right = true;
	unsigned i;

	for (i = 0; (scenario = scenario_at(i)) != NULL; i++) {
		if (scenario->wrong || !wish->is_meant(wish->context, scenario))
			continue;
		if (reach_count == SCENARIOS)
			abort(); /* the catalogue has grown */
		right &= look(wish, scenario, i, found);
	}
	qsort(reaches, reach_count, sizeof(reaches[0]), compare_steps);
	return right;
}

/* ---- Trying a place --------------------------------------------------------------------- */

/* How many of a scenario's family were taken already, with this one; a single one is the first. */
static unsigned place_in_family(char (*families)[NAME_SIZE], unsigned *used, unsigned *count,
				const char *name)
{
	const char *end = strchr(name, '/');
	unsigned i;

	if (end == NULL)
		return 1;
	for (i = 0; i < *count; i++)
		if (strncmp(families[i], name, (size_t)(end - name)) == 0 &&
		    families[i][end - name] == '\0')
			return ++used[i];
	snprintf(families[*count], NAME_SIZE, "%.*s", (int)(end - name), name);
	used[(*count)++] = 1;
	return 1;
}

/* The scenarios in which a place is tried, short ones first; gives how many. */
static unsigned choose(size_t place, unsigned *chosen)
{
	static char families[64][NAME_SIZE];
	unsigned used[64], family_count = 0, count = 0, i;

	for (i = 0; i < reach_count; i++)
		if (reaches[i].place[place] &&
		    place_in_family(families, used, &family_count,
				    scenario_at(reaches[i].number)->name) <= FAMILY)
			chosen[count++] = reaches[i].number;
	return count;
}

/* True: a scenario goes wrong that does not with the same schedule as it is. */
static bool breaks_one(const struct orders_wish *wish, const struct sim_place *place,
		       enum sim_order weaker, const struct scenario *scenario, uint64_t schedules,
		       struct search *found)
{
	bool right;

	if (search_both(wish, scenario, schedules, found))
		return false;
	sim_weaken(NULL, 0, SIM_FULL);
	right = schedule_replay(scenario, &found->schedule) != SIM_END_FAILED;
	if (!right)
		print_fault("as it is", found);
	sim_weaken(place->where, place->line, weaker);
	return right;
}

/* True: a scenario went wrong, and *found is what. */
static bool breaks(const struct orders_wish *wish, const struct sim_place *place, size_t number,
		   enum sim_order weaker, unsigned *tried, struct search *found)
{
	static unsigned chosen[SCENARIOS];
	unsigned count = choose(number, chosen), i;
	uint64_t schedules = SHORT;

	*tried = count;
	for (;;) {
		if (schedules > wish->schedules)
			schedules = wish->schedules;
		for (i = 0; i < count; i++)
			if (breaks_one(wish, place, weaker, scenario_at(chosen[i]), schedules,
				       found))
				return true;
		if (schedules == wish->schedules)
			return false;
		schedules *= 10;
	}
}

static bool try_place(const struct orders_wish *wish, const struct sim_place *place, size_t number,
		      enum sim_order weaker)
{
	static struct search found;
	unsigned tried;
	bool needed;

	sim_weaken(place->where, place->line, weaker);
	needed = breaks(wish, place, number, weaker, &tried, &found);
	printf("%s:%d\t%s\t%s\t", place->where, place->line, order_name(place->order),
	       order_name(weaker));
	if (needed)
		print_fault("needed", &found);
	else
		printf("nothing\t%u scenarios\n", tried);
	sim_weaken(NULL, 0, SIM_FULL);
	fflush(stdout);
	return needed;
}

static bool is_wished(const struct orders_wish *wish, const struct sim_place *place)
{
	char name[NAME_SIZE];

	if (wish->place == NULL)
		return true;
	snprintf(name, sizeof(name), "%s:%d", place->where, place->line);
	return fnmatch(wish->place, name, 0) == 0;
}

bool orders_try(const struct orders_wish *wish)
{
	static struct sim_place place[SIM_PLACES];
	static struct search found;
	size_t count, i, needed = 0, tried = 0;
	const struct sim_place *places;
	bool right;

	right = look_at_all(wish, &found);
	/* Weakening leads to places that are never passed otherwise. */
	places = sim_places(&count);
	memcpy(place, places, count * sizeof(*places));
	for (i = 0; i < count; i++) {
		enum sim_order order = place[i].order;

		/* core/atomic.h has only one compare-and-swap. */
		if (order == SIM_ACQ_REL || !is_wished(wish, &place[i]))
			continue;
		needed += try_place(wish, &place[i], i,
				    order == SIM_FULL ? SIM_ACQ_REL : SIM_RELAXED);
		tried++;
	}
	printf("# %zu of %zu orders are needed\n", needed, tried);
	return right;
}

bool orders_weaken(const char *text)
{
	static char where[NAME_SIZE];
	const char *line = strchr(text, ':'), *name = line != NULL ? strchr(line + 1, ':') : NULL;
	static const enum sim_order orders[] = { SIM_RELAXED, SIM_ACQUIRE, SIM_RELEASE, SIM_ACQ_REL };
	unsigned i;

	if (name == NULL || (size_t)(line - text) >= sizeof(where))
		return false;
	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (strcmp(order_name(orders[i]), name + 1) == 0) {
			snprintf(where, sizeof(where), "%.*s", (int)(line - text), text);
			sim_weaken(where, atoi(line + 1), orders[i]);
			return true;
		}
	return false;
}
