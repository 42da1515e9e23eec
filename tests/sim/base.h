/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/base.h - what scenarios share: an environment that every process has open, and
 * everybody's leaving.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#ifndef CF_TESTS_SIM_BASE_H
#define CF_TESTS_SIM_BASE_H

#include <carafe/carafe.h>

#include "os/sim/sim.h"

/* At the beginning of sim_scratch; what a scenario has of its own stands behind it. */
struct base {
	carafe_environment *environment[SIM_MOST_PROCESSES];
	struct cf_region *region;
	bool swept; /* somebody went round after the last death */
};

#define BASE ((struct base *)(void *)sim_scratch)
#define SCRATCH_OF(type) ((type *)(void *)(sim_scratch + sizeof(struct base)))

/* Fails the execution unless the status is success. */
void base_must(carafe_status status, const char *what);

/* The environment of the running process. */
carafe_environment *base_environment(void);

/* The environment's memory, where the calling thread or check sees it. */
struct cf_region *base_region(void);

/* For prepare(): opens the environment, once in each process, and gives the thread its slot. */
void base_open(uint32_t flags);
void base_prepare(void); /* with CARAFE_NO_JANITOR */

/*
 * For prepare(): lets a handle of this process, to an object of its own, refer to another object of
 * the same type.  What duplicating a handle from another process would do.
 */
void base_share(carafe_handle handle, uint32_t object);

/* The index of the object of a handle of this process. */
uint32_t base_object(carafe_handle handle);

/* For join(): the same, and goes round once. */
void base_join(void);

/*
 * For finish(): goes round once, looks whether everything is as it must be then, and closes the
 * environment.
 */
void base_finish(void);

/* For end(): after that nothing is left of anybody. */
void base_end(void);

#endif
