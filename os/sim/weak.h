/* SPDX-License-Identifier: MIT */
/*
 * os/sim/weak.h - a processor that orders no more than core/atomic.h states.
 *
 * Every value that was written to a word stays, with what its writer had seen (a view: how far in
 * each word's values).  A load may give an old value unless the reader has seen a newer one; what
 * it has seen grows by what the orders of its accesses say:
 *
 *	relaxed load		the word's value itself
 *	acquire load		and all that the value's writer published with it
 *	fence of loads		and all that was published with what was loaded before, however
 *	store			publishes itself, and what a fence of stores before it says
 *	release store		publishes all that its thread has seen
 *	fence of stores		lets later stores publish the thread's own earlier stores
 *	compare-and-swap	takes the newest value, and is acquire and release: what libatomic_ops'
 *				"full" operations are where compilers provide them.  One that fails is
 *				an acquire load.
 *	full fence		takes and leaves all that is seen at the one place of all full fences
 *	calls of the system	are full fences, but for sleeping, waking and reading a clock
 *
 * This is the machine of RC11 without load buffering and with the stores of each word in the order
 * in which they are executed.  Only words of mappings that are contended (os/sim/memory.c) are
 * weak; a process' own memory is not.
 *
 * Which loads give an old value is the scheduler's choice: SIM_ACT_STALE lets the load that a
 * thread is about to make give one value older than it would, as often as the budget says.
 *
 * What happens if a process dies here: what it wrote is seen by whoever sees its locks gone.
 */
#ifndef OS_SIM_WEAK_H
#define OS_SIM_WEAK_H

#include "os/sim/access.h"

/* Whether the present world is weak; sim_build() sets it. */
extern bool sim_weak;

/* Nothing was written yet. */
void sim_weak_reset(void);
/* Words are known by other numbers from now on. */
void sim_weak_forget(void);

/* What thread `child` has seen when it begins: what its maker has. */
void sim_weak_begin_thread(unsigned child);
/* Who sees the end of a thread or process sees what it wrote. */
void sim_weak_end_thread(unsigned thread);

/* The number of a word, from 1; one more of them. */
unsigned sim_weak_number(void);

/* What the present thread's load gives.  newest: what the word says. */
uint64_t sim_weak_load(unsigned number, uint64_t newest, enum sim_order order);
/*
 * What the present thread's compare-and-swap sees that misses: an old value, but not the one
 * expected.
 */
uint64_t sim_weak_miss(unsigned number, uint64_t newest, uint64_t expected, enum sim_order order);
/*
 * The present thread changes a word; a compare-and-swap continues what the last writer published.
 */
void sim_weak_store(unsigned number, uint64_t old, uint64_t new, enum sim_order order, bool swap);
void sim_weak_fence(unsigned thread, enum sim_order order);

/*
 * Whether the load that a thread is about to make may give an even older value; and that it shall.
 */
bool sim_weak_can_age(unsigned thread, unsigned number);

#endif
