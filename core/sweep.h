/* SPDX-License-Identifier: MIT */
/*
 * core/sweep.h - putting right what a thread or a process left, be it dead or leaving.
 *
 * Every step can be repeated, be done by several sweepers at once, and be cut off at any
 * instruction.
 *
 * What happens if a process dies here: the next sweep begins again.
 */
#ifndef CF_SWEEP_H
#define CF_SWEEP_H

#include <carafe/status.h>

#include "core/thread.h"

/*
 * Ends what the calling thread has in the environment, and frees its slot: unlinks its blocks,
 * abandons its mutants. *self is of no use afterwards.
 */
carafe_status cf_sweep_own(struct cf_self *self);

/*
 * Sweeps the incarnation of a process that died or is leaving.  For each thread: ends its wait,
 * gives back what it was granted and did not acknowledge, unlinks its blocks and abandons its
 * mutants; then closes the handles; then frees the slots.  state is the process' state word.
 */
carafe_status cf_sweep_process(struct cf_self *self, uint32_t slot, uint64_t state);

#endif
