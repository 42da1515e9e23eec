/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/orders.h - whether anything shows that a memory order of core/ is needed.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#ifndef CF_TESTS_SIM_ORDERS_H
#define CF_TESTS_SIM_ORDERS_H

#include "tests/sim/search.h"

/*
 * Explores the scenarios that are meant on the weak processor as they are; then again with each order that
 * they ask for weakened, until that goes wrong.  Prints a line for each place.  False: something went
 * wrong as it is.
 */
bool orders_try(const void *context,
		bool (*is_meant)(const void *context, const struct scenario *scenario),
		unsigned stale, uint64_t seed, uint64_t schedules);

#endif
