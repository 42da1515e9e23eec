/* SPDX-License-Identifier: MIT */
/*
 * os/sim/orders.h - where core/ asks for which memory order, and asking for less at one place.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#ifndef OS_SIM_ORDERS_H
#define OS_SIM_ORDERS_H

#include <stddef.h>

#include "os/sim/access.h"

/* A place in core/ that asked for more than a relaxed order. */
struct sim_place {
	const char *where; /* function */
	int line;
	enum sim_order order; /* all that was asked for there */
	uint64_t times;
};

#define SIM_PLACES 1024u

/* The places that a weak world passed so far, in the order of the first time. */
const struct sim_place *sim_places(size_t *count);

/* Counts anew how often each is passed. */
void sim_places_count(void);

/* From now on that place gets no more than an order; where NULL: every place gets its own. */
void sim_weaken(const char *where, int line, enum sim_order order);

/* The order that a place which asks for one gets. */
enum sim_order sim_order_at(enum sim_order wanted, const char *where, int line);

#endif
