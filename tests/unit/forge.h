/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/forge.h - operations that stand still at some step, written into a descriptor by the
 * test.
 *
 * To whoever meets one, it is the operation of a thread that was stopped or killed there.
 */
#ifndef CARAFE_TESTS_FORGE_H
#define CARAFE_TESTS_FORGE_H

#include "tests/unit/fixture.h"

/* As core/kcas.c numbers them. */
enum forged_state { UNDECIDED, SUCCESSFUL, FAILED, WRITING };

static inline uint64_t forged_reference(uint32_t thread, uint32_t depth, uint64_t sequence)
{
	return sequence << 17 | (uint64_t)thread << 3 | (uint64_t)depth << 1 | CF_DESCRIPTOR;
}

/*
 * Writes an operation with the changes, in the order given, into a descriptor of the slot. Installs
 * nothing; the result is the reference to install.
 */
static inline uint64_t forge(const struct cf_self *self, uint32_t depth, enum forged_state state,
			     const struct cf_changes *changes)
{
	struct cf_descriptor *descriptor = &self->thread->descriptor[depth];
	uint64_t sequence = (cf_load(&descriptor->status) >> 2) + 1;

	cf_store32(&descriptor->count, changes->count);
	for (uint32_t i = 0; i < changes->count; i++) {
		const struct cf_change *change = &changes->at[i];

		cf_store(&descriptor->entry[i].old, change->old);
		cf_store32(&descriptor->entry[i].where,
			   cf_word_offset(self->region, change->word) | cf_waiters(change->new));
		cf_store32(&descriptor->entry[i].value, cf_value(change->new));
	}
	cf_store(&descriptor->status, sequence << 2 | state);
	return forged_reference(self->index, depth, sequence);
}

/* Puts the reference into the word, as the operation's next step would. */
static inline void install(const struct cf_changes *changes, uint32_t number, uint64_t reference)
{
	if (!cf_cas(changes->at[number].word, changes->at[number].old, reference))
		bail_out("a word is not as expected");
}

/* Takes it out again, as the operation's last step does. */
static inline void uninstall(const struct cf_changes *changes, uint32_t number, uint64_t reference,
			     enum forged_state state)
{
	const struct cf_change *change = &changes->at[number];

	if (!cf_cas(change->word, reference,
		    state == SUCCESSFUL ? change->new
					: cf_next(change->old, cf_value(change->old))))
		bail_out("a word has no reference");
}

#endif
