/* SPDX-License-Identifier: MIT */
/*
 * core/type.c - the table of object types.  See core/type.h.
 *
 * What happens if a process dies here: nothing was changed.
 */
#include "core/type.h"

const struct cf_type *const cf_types[CF_TYPES] = {
	[CF_EVENT] = &cf_event_type,
	[CF_MUTANT] = &cf_mutant_type,
	[CF_SEMAPHORE] = &cf_semaphore_type,
};
