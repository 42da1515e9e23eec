/* SPDX-License-Identifier: MIT */
/*
 * core/table.h - a whole handle table: its end, and its copy at fork().
 *
 * What happens if a process dies here: closing is repeated by the next sweep; a copy belongs to a
 * slot that nobody holds any more, and is swept like any other.
 */
#ifndef CF_TABLE_H
#define CF_TABLE_H

#include <carafe/status.h>

#include "core/thread.h"

/*
 * Closes every handle of an incarnation of a process and gives its chunks back.  *state is the
 * process' state word, and is kept up to date.  PENDING: somebody else ended that incarnation.
 */
carafe_status cf_table_close(struct cf_self *self, struct cf_process *process, uint64_t *state);

/*
 * Copies our inheritable handles, values and all, into the empty table of a slot that only we use.
 */
carafe_status cf_table_inherit(struct cf_self *self, struct cf_process *child);

#endif
