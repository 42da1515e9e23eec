/* SPDX-License-Identifier: MIT */
/*
 * core/mutant.h - operations on a mutant that was looked up, by handle or by descriptor.
 *
 * State: the owner's identity, 0 free.  Second word: while owned, how often it was acquired beyond
 * the first time; while free, CF_ABANDONED if the last owner died, else 0.  So the common
 * acquisition and release change one word only.  The second word changes only together with the
 * state, so reading state, second, and then succeeding with a CAS on the state means that both were
 * as read.
 *
 * Identities are NT thread ids for handles (abandoned when the thread dies) and opaque for the
 * ntsync ABI.
 *
 * Functions as in core/event.h. [signal-safe]
 *
 * What happens if a process dies here: its threads' mutants are abandoned by the sweep.
 */
#ifndef CF_MUTANT_H
#define CF_MUTANT_H

#include "core/type.h"

#define CF_ABANDONED 0xffffffffu

struct cf_mutant_state {
	uint32_t owner;
	uint32_t count; /* how often it is acquired; 0 free */
	bool abandoned;
};

/* MUTANT_NOT_OWNED; *count: how often it was acquired before; not NULL. */
carafe_status cf_mutant_release(struct carafe_environment *environment, struct cf_view *view,
				uint32_t identity, uint32_t *count);

/*
 * The owner is gone: frees it, marks it abandoned, and offers it.  MUTANT_NOT_OWNED: and it will not
 * own it later by what it had begun.
 */
carafe_status cf_mutant_abandon(struct carafe_environment *environment, struct cf_view *view,
				uint32_t identity);

carafe_status cf_mutant_read(struct carafe_environment *environment, struct cf_view *view,
			     struct cf_mutant_state *state);

/* count 0: free, and then owner is 0 too. */
struct cf_birth cf_mutant_birth(uint32_t owner, uint32_t count);

#endif
