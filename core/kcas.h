/* SPDX-License-Identifier: MIT */
/*
 * core/kcas.h - change several shared words at once, or none.
 *
 * The multi-word compare-and-swap of Harris, Fraser and Pratt (2002) over versioned words, with the
 * reusable descriptors of Arbel-Raviv and Brown (2017); ARCHITECTURE.md tells the algorithm and why
 * it is right.
 *
 * What happens if a process dies here: whoever meets one of its words finishes the change from the
 * descriptor in the dead thread's slot, or the sweep does.
 */
#ifndef CF_KCAS_H
#define CF_KCAS_H

#include <carafe/status.h>

#include "core/layout.h"
#include "core/word.h"

struct cf_self;

enum cf_outcome {
	CF_DONE,    /* every word was as expected and has changed */
	CF_MISSED,  /* some word was not as expected; nothing has changed */
	CF_NESTED,  /* more signal handlers on top of each other than a thread has descriptors */
	CF_DAMAGED  /* the environment makes no sense */
};

/* In the low bits of a descriptor's status. */
enum { CF_CHANGE_UNDECIDED, CF_CHANGE_SUCCESSFUL, CF_CHANGE_FAILED, CF_CHANGE_WRITING };

/* What a word in the middle of a change holds: sequence 47 | thread 14 | depth 2 | 1 */
static inline uint32_t cf_reference_thread(uint64_t reference)
{
	return (uint32_t)(reference >> 3) & (CF_THREADS - 1);
}

static inline uint32_t cf_reference_depth(uint64_t reference)
{
	return (uint32_t)(reference >> 1) & 3;
}

static inline uint64_t cf_reference_sequence(uint64_t reference)
{
	return reference >> 17;
}

struct cf_change {
	cf_word *word;
	uint64_t old; /* as cf_read() gave it */
	uint64_t new; /* a cf_next() of old */
};

struct cf_changes {
	uint32_t count;
	struct cf_change at[CF_CHANGES];
};

/* Adds one word; a word that shall only be compared is given its own value again. */
static inline void cf_change_with(struct cf_changes *changes, cf_word *word, uint64_t old,
				  uint32_t value, bool waiters)
{
	struct cf_change *change = &changes->at[changes->count++];

	change->word = word;
	change->old = old;
	change->new = cf_next_with(old, value, waiters);
}

static inline void cf_change(struct cf_changes *changes, cf_word *word, uint64_t old,
			     uint32_t value)
{
	cf_change_with(changes, word, old, value, cf_waiters(old));
}

static inline void cf_compare(struct cf_changes *changes, cf_word *word, uint64_t old)
{
	cf_change(changes, word, old, cf_value(old));
}

/* Does several changes or none. */
enum cf_outcome cf_kcas_many(struct cf_self *self, struct cf_changes *changes);

/*
 * Does all changes or none; CF_MISSED also when a word is named twice.  For a single one self may be
 * NULL. [signal-safe]
 */
static inline enum cf_outcome cf_kcas(struct cf_self *self, struct cf_changes *changes)
{
	const struct cf_change *only = &changes->at[0];

	if (changes->count != 1)
		return cf_kcas_many(self, changes);
	return cf_cas(only->word, only->old, only->new) ? CF_DONE : CF_MISSED;
}

/* Finishes the operation that a word refers to. False: the environment is damaged. [signal-safe] */
bool cf_help(struct cf_region *region, uint64_t reference);

/*
 * Reads a word with no operation in progress on it. False: the environment is damaged.
 * [signal-safe]
 */
bool cf_read_slow(struct cf_region *region, cf_word *word, uint64_t *bits);

static inline bool cf_read(struct cf_region *region, cf_word *word, uint64_t *bits)
{
	*bits = cf_load(word);
	return !cf_described(*bits) || cf_read_slow(region, word, bits);
}

/* Finishes whatever operation a thread's descriptors still hold; for the sweep. */
bool cf_kcas_finish(struct cf_region *region, struct cf_thread *thread);

/*
 * Of all threads: afterwards nobody carries out what a thread had begun that is dead.  What is damaged
 * is left for whoever needs it.
 */
void cf_kcas_finish_all(struct cf_region *region);

carafe_status cf_outcome_status(enum cf_outcome outcome);

#endif
