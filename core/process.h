/* SPDX-License-Identifier: MIT */
/*
 * core/process.h - a process' slot in an environment, and whether its process is alive.
 *
 * A slot is held by whoever has locked its byte of the lock file, and nobody else writes to it but
 * sweepers once that lock is gone.  State word: 0 free, else the number of the incarnation that
 * lives in it.  A slot that is not free and whose byte nobody holds belonged to a process that
 * died.  No time-out ever decides that somebody is dead.
 *
 * What happens if a process dies here: its slot is swept by the next round.
 */
#ifndef CF_PROCESS_H
#define CF_PROCESS_H

#include <carafe/status.h>

#include "core/layout.h"

struct carafe_environment;

/*
 * Makes the slot, whose byte the caller has locked, a live process.  SHARING_VIOLATION: it holds
 * what a dead process left; let the byte go so that a round can sweep it.
 */
carafe_status cf_process_enter(struct cf_region *region, int memory, uint32_t slot);

/*
 * Makes the slot, whose byte the caller has locked, a live process that has what the dead one left
 * there: for a caller who sweeps that as its own.
 */
carafe_status cf_process_succeed(struct cf_region *region, uint32_t slot);

/* Writes who the calling process is into its slot. */
void cf_process_describe(struct cf_process *process);

/*
 * Whether a slot's process died: the slot is not free, and nobody holds its byte.  *state is that
 * word.
 */
bool cf_process_dead(struct carafe_environment *environment, uint32_t slot, uint64_t *state);

/*
 * Whether the incarnation that *state was read of goes on, although sweepers changed the word's
 * sequence since; then *state is what the word says now.
 */
bool cf_process_still(struct cf_region *region, struct cf_process *process, uint64_t *state);

#endif
