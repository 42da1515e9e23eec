/* SPDX-License-Identifier: MIT */
/*
 * os/sim/orders.c - see os/sim/orders.h.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#include "os/sim/orders.h"

#include <stdlib.h>
#include <string.h>

static struct sim_place places[SIM_PLACES];
static size_t place_count;
static const char *weakened;
static int weakened_line;
static enum sim_order weakened_order;

const struct sim_place *sim_places(size_t *count)
{
	*count = place_count;
	return places;
}

void sim_places_count(void)
{
	size_t i;

	for (i = 0; i < place_count; i++)
		places[i].times = 0;
}

void sim_weaken(const char *where, int line, enum sim_order order)
{
	weakened = where;
	weakened_line = line;
	weakened_order = order;
}

static size_t find(const char *where, int line)
{
	size_t i;

	/* An inline function has a name in each file that uses it. */
	for (i = 0; i < place_count; i++)
		if (places[i].line == line && strcmp(places[i].where, where) == 0)
			return i;
	if (i == SIM_PLACES)
		abort(); /* core/ has grown */
	places[place_count++] = (struct sim_place){ .where = where, .line = line };
	return i;
}

static void note(enum sim_order order, const char *where, int line)
{
	/* By address, since this is asked at every step. */
	static struct {
		const char *where;
		int line;
		uint16_t place;
	} known[4096];
	size_t slot = ((uintptr_t)where + (size_t)line * 31) % (sizeof(known) / sizeof(known[0]));
	struct sim_place *place;

	if (known[slot].where != where || known[slot].line != line) {
		known[slot].where = where;
		known[slot].line = line;
		known[slot].place = (uint16_t)find(where, line);
	}
	place = &places[known[slot].place];
	place->order |= order;
	place->times++;
}

enum sim_order sim_order_at(enum sim_order wanted, const char *where, int line)
{
	if (wanted == SIM_RELAXED)
		return wanted;
	note(wanted, where, line);
	return weakened != NULL && weakened_line == line && strcmp(weakened, where) == 0
		       ? wanted & weakened_order
		       : wanted;
}
