/* SPDX-License-Identifier: MIT */
/*
 * os/sim/access.h - the steps that read and write words of shared memory.
 *
 * In a virtual thread each function first lets the scheduler decide who goes on.  Elsewhere (in
 * checks) it is a plain access. where and line: the caller, for the trace.
 *
 * What happens if a process dies here: before the access, never in the middle.
 */
#ifndef OS_SIM_ACCESS_H
#define OS_SIM_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

/* Bits: what an order asks for is what a weaker one asks for, and more. */
enum sim_order { SIM_RELAXED = 0, SIM_ACQUIRE = 1, SIM_RELEASE = 2, SIM_ACQ_REL = 3, SIM_FULL = 7 };

uint64_t sim_load64(const uint64_t *word, enum sim_order order, const char *where, int line);
void sim_store64(uint64_t *word, uint64_t value, enum sim_order order, const char *where, int line);
bool sim_cas64(uint64_t *word, uint64_t expected, uint64_t desired, const char *where, int line);
uint32_t sim_load32(const uint32_t *word, enum sim_order order, const char *where, int line);
void sim_store32(uint32_t *word, uint32_t value, enum sim_order order, const char *where, int line);
bool sim_cas32(uint32_t *word, uint32_t expected, uint32_t desired, const char *where, int line);

/* No steps, but where a full one matters: it can come before or after others' steps. */
void sim_fence(enum sim_order order, const char *where, int line);

/* A turn of a loop that waits. */
void sim_relax(void);

#endif
