/* SPDX-License-Identifier: MIT */
/*
 * core/check.h - whether everything in an environment is as the other files of core/ say it must
 * be.
 *
 * It only reads, helps nobody, and needs no place in the environment: the memory may be mapped for
 * reading only. Whatever is in the memory, it ends after a bounded number of steps and touches
 * nothing that the counts in the header do not vouch for.  A word in the middle of a change counts
 * as what the change has made of it so far.
 *
 * Exact: nobody is inside a call, except asleep in a wait, and whoever died was swept.  Then
 * everything must hold. Live: others work on it.  Only what holds at every moment is told, and only
 * when the words that say so were the same before and after the look; what changes too often to be
 * judged is left out.
 *
 * What happens if a process dies here: nothing.
 */
#ifndef CF_CHECK_H
#define CF_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include <carafe/status.h>

struct cf_region;

enum cf_check_mode { CF_CHECK_EXACT, CF_CHECK_LIVE };

/* What a finding is about; its index is the number of such a slot, 0 for the header. */
enum cf_finding_kind {
	CF_FINDING_HEADER,
	CF_FINDING_PROCESS,
	CF_FINDING_CHUNK,  /* of handles */
	CF_FINDING_HANDLE, /* index: process slot */
	CF_FINDING_THREAD,
	CF_FINDING_WAIT,       /* index: thread slot */
	CF_FINDING_DESCRIPTOR, /* index: thread slot */
	CF_FINDING_WORD,       /* refers to a change that makes no sense; index: its offset */
	CF_FINDING_OBJECT,
	CF_FINDING_REFERENCES, /* index: object */
	CF_FINDING_QUEUE,      /* index: object */
	CF_FINDING_BLOCK,      /* index: thread slot */
	CF_FINDING_FREE_LIST,  /* index: which one */
	CF_FINDING_KINDS
};

#define CF_FINDING_TEXT 160

struct cf_finding {
	enum cf_finding_kind kind;
	uint32_t index;
	char sentence[CF_FINDING_TEXT]; /* without the kind and the index */
};

/* Told one finding; false: enough. */
typedef bool cf_finding_function(void *context, const struct cf_finding *finding);

/*
 * Tells report(context, ...) of everything that is wrong.  SUCCESS: all was looked at, or report()
 * had enough. REVISION_MISMATCH: the header is told to be wrong in such a way that the rest cannot
 * be read.  NO_MEMORY.
 */
carafe_status cf_check(const struct cf_region *region, enum cf_check_mode mode,
		       cf_finding_function *report, void *context);

/* A word for a kind, such as "object". */
const char *cf_finding_name(enum cf_finding_kind kind);

#endif
