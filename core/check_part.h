/* SPDX-License-Identifier: MIT */
/*
 * core/check_part.h - what the parts of core/check.h share.  For them alone.
 *
 * A finding in live mode needs a reason why the words that were read belong together.  Words that
 * belong to one change are read through peek(), which sees either all of the change or nothing of
 * it; a word with the same bits before and after the others were read did not change meanwhile, for
 * its sequence never recurs.
 *
 * What happens if a process dies here: nothing.
 */
#ifndef CF_CHECK_PART_H
#define CF_CHECK_PART_H

#include "core/check.h"
#include "core/layout.h"
#include "core/word.h"

/* How often a walk that others disturb begins anew. */
#define CF_CHECK_ROUNDS 64u

/* Not to tell of the same word again and again. */
#define CF_CHECK_TOLD 16u

/* What an object was like before the handles were counted, and how many there are. */
struct cf_tally {
	uint64_t refs;
	uint64_t info;
	uint32_t handles;
	bool listed; /* in a list of free objects */
};

struct cf_check {
	const struct cf_region *region;
	bool exact;
	bool enough;
	cf_finding_function *report;
	void *context;

	/* Bounds as of the beginning, each within its array and its memory. */
	uint32_t processes; /* with memory */
	uint32_t threads;   /* with memory */
	uint32_t objects;   /* with memory, and ever used */
	uint32_t chunks;    /* with memory */

	struct cf_tally *tally;	      /* of each object */
	uint32_t *chunk_process;      /* process slot + 1 that says it has a chunk, of each chunk */
	uint32_t told[CF_CHECK_TOLD]; /* words that were told last, by offset */
	uint32_t told_next;
	uint8_t *block_seen; /* bit of each block: it is in a queue (exact mode) */
};

/* Tells; each # in the text is replaced by the next number. */
void cf_check_tell(struct cf_check *check, enum cf_finding_kind kind, uint32_t index,
		   const char *text, uint32_t first, uint32_t second);

/*
 * The word as if the change that it is in the middle of were over, or not begun.  False: it cannot
 * be read now, or refers to no sensible change, which is told.
 */
bool cf_check_peek(struct cf_check *check, const cf_word *word, uint64_t *bits);

/* Whether the word still says the same as when it was read. */
bool cf_check_same(struct cf_check *check, const cf_word *word, uint64_t bits);

/* The parts, in the order in which they are gone through. */
void cf_check_processes(struct cf_check *check);
void cf_check_handles(struct cf_check *check);
void cf_check_threads(struct cf_check *check);
void cf_check_objects(struct cf_check *check);
void cf_check_queues(struct cf_check *check);

/* Remembers what the references of all objects are, before the handles are counted. */
void cf_check_tally(struct cf_check *check);

/* Whether what a descriptor says makes sense; the reason, or NULL. */
const char *cf_check_entries(const struct cf_region *region,
			     const struct cf_descriptor *descriptor);

#endif
