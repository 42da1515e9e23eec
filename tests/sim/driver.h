/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/driver.h - calls by the ntsync ABI: the unchanged requests of compat/ntsync
 * (request.c, wait.c) on descriptors of the simulated system.
 *
 * A descriptor is an opening of a shard's file, with the lock of its object and the offset that
 * says which object it is, as on Linux.  Nobody remembers what a descriptor stands for: each request
 * looks at it.
 *
 * What happens if a process dies here: its descriptors are closed; whoever collects then
 * (core/external.c) drops the objects that no other process has a descriptor of.
 */
#ifndef CF_TESTS_SIM_DRIVER_H
#define CF_TESTS_SIM_DRIVER_H

#include "tests/sim/history.h"

/* Opens the device; a descriptor. */
int driver_open(void);

/* Makes a call, with handles as driver_handle() gives them, and fills in what came back. */
uint32_t driver_call(int device, struct sim_call *call);

/* What histories call a descriptor. */
static inline uint32_t driver_handle(int descriptor)
{
	return 4 * ((uint32_t)descriptor + 1);
}

static inline int driver_descriptor(uint32_t handle)
{
	return (int)(handle / 4) - 1;
}

/* Drops the objects that no descriptor is left of. */
void driver_collect(void);

/* Closes what the process has of objects and of the device, as its end does. */
void driver_leave(void);

#endif
