/* SPDX-License-Identifier: MIT */
/*
 * os/sim/core/atomic.h - takes the place of core/atomic.h in the simulator: every access is a step.
 *
 * The same functions with the same meaning; that each is one indivisible step is what core/atomic.h
 * promises.  A step is told the memory order that core/atomic.h states for it.  The virtual
 * processor is sequentially consistent, or as weak as these orders let it be (os/sim/weak.h).
 *
 * What happens if a process dies here: a virtual one may, before each step.
 */
#ifndef CF_ATOMIC_H
#define CF_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

#include "os/sim/access.h"

typedef struct cf_word {
	_Alignas(8) uint64_t bits;
} cf_word;

#define cf_load(word) sim_load64(&(word)->bits, SIM_ACQUIRE, __func__, __LINE__)
#define cf_load_relaxed(word) sim_load64(&(word)->bits, SIM_RELAXED, __func__, __LINE__)
#define cf_store(word, value) sim_store64(&(word)->bits, value, SIM_RELEASE, __func__, __LINE__)
#define cf_store_relaxed(word, value) \
	sim_store64(&(word)->bits, value, SIM_RELAXED, __func__, __LINE__)
#define cf_cas(word, expected, desired) \
	sim_cas64(&(word)->bits, expected, desired, __func__, __LINE__)

#define cf_load32(word) sim_load32(word, SIM_ACQUIRE, __func__, __LINE__)
#define cf_load32_relaxed(word) sim_load32(word, SIM_RELAXED, __func__, __LINE__)
#define cf_store32(word, value) sim_store32(word, value, SIM_RELEASE, __func__, __LINE__)
#define cf_store32_relaxed(word, value) sim_store32(word, value, SIM_RELAXED, __func__, __LINE__)
#define cf_cas32(word, expected, desired) sim_cas32(word, expected, desired, __func__, __LINE__)

static inline uint32_t cf_swap32(uint32_t *word, uint32_t desired)
{
	uint32_t seen = cf_load32_relaxed(word);

	while (!cf_cas32(word, seen, desired))
		seen = cf_load32_relaxed(word);
	return seen;
}

#define cf_fence_loads() sim_fence(SIM_ACQUIRE, __func__, __LINE__)
#define cf_fence_stores() sim_fence(SIM_RELEASE, __func__, __LINE__)
#define cf_fence_after_cas() sim_fence(SIM_FULL, __func__, __LINE__)

static inline void cf_relax(void)
{
	sim_relax();
}

#endif
