/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/orders.h - whether anything shows that a memory order of core/ is needed.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#ifndef CF_TESTS_SIM_ORDERS_H
#define CF_TESTS_SIM_ORDERS_H

#include "tests/sim/search.h"

struct orders_wish {
	const void *context;
	bool (*is_meant)(const void *context, const struct scenario *scenario);
	const char *place; /* pattern of "FUNCTION:LINE", or NULL: every place */
	unsigned stale;
	uint64_t seed;
	uint64_t schedules; /* at the most, of each scenario and strategy */
};

/*
 * Explores each scenario that is meant on the weak processor for a moment and notes the places that
 * it reaches; then weakens each load, store and fence by one step and explores the scenarios that reach it, short
 * ones first, until one goes wrong.  Prints a line for each place, fields with tabs between:
 *
 *	FUNCTION:LINE  ORDER  WEAKER  needed  SCENARIO  SCHEDULE  what went wrong
 *	FUNCTION:LINE  ORDER  WEAKER  nothing  so many scenarios
 *
 * False: something went wrong as it is.
 */
bool orders_try(const struct orders_wish *wish);

/* "FUNCTION:LINE:ORDER": that place gets no more than the order from now on. False: no such order. */
bool orders_weaken(const char *text);

#endif
