/* SPDX-License-Identifier: MIT */
/*
 * core/handle.h - handle tables: one per process, in the environment.
 *
 * A handle value is (index + 1) * 4; its low two bits are ignored.  Entry word, value: in use:
 * CF_HANDLE_USED, perhaps CF_HANDLE_PLAIN, and the object's index; free: next free index + 1.
 * Access word, value: the granted rights and CF_ACCESS_INHERIT.  While an entry is unchanged its
 * object is alive, so what was read of the object between two equal readings of the entry belongs
 * to it.
 *
 * What happens if a process dies here: making and closing are one KCAS each; the sweep closes what
 * is left.
 */
#ifndef CF_HANDLE_H
#define CF_HANDLE_H

#include <carafe/status.h>
#include <carafe/types.h>

#include "core/thread.h"
#include "core/type.h"

#define CF_HANDLE_USED 0x80000000u
#define CF_HANDLE_PLAIN 0x40000000u /* whoever waits through it is not satisfied by state 0 */
#define CF_HANDLE_OBJECT 0x3fffffffu
#define CF_ACCESS_INHERIT 0x80000000u /* no right: a generic one is never granted as such */
#define CF_MOST_HANDLES (CF_PROCESS_CHUNKS * CF_CHUNK_HANDLES)

/*
 * The object of a handle of this process.  type 0: any.  INVALID_HANDLE, OBJECT_TYPE_MISMATCH,
 * ACCESS_DENIED (one of the rights in access is missing).  [signal-safe]
 */
carafe_status cf_handle_view(struct carafe_environment *environment, carafe_handle handle,
			     enum cf_type_number type, carafe_access access, struct cf_view *view);

/*
 * Looks at the objects of handles that all are plain, the last one first.  *candidate is the lowest
 * number, `from` or higher, of one that may be signalled, or count; the others were not.  False:
 * one is not plain, or not good; what cf_handle_view() tells more about.  [signal-safe]
 */
bool cf_handle_scan(struct carafe_environment *environment, uint32_t count,
		    const carafe_handle *handles, uint32_t from, uint32_t *candidate);

/*
 * Takes the views of the objects of handles that all are plain.  *ascending: their places in memory
 * ascend, as those of objects made one after the other do, so that all differ.  False: as for
 * cf_handle_scan(), or one is just being changed.  [signal-safe]
 */
bool cf_handle_gather(struct carafe_environment *environment, uint32_t count,
		      const carafe_handle *handles, struct cf_view *views, bool *ascending);

/* Makes an object and its first handle. */
carafe_status cf_handle_create(struct carafe_environment *environment, const struct cf_birth *birth,
			       carafe_access access, uint32_t attributes, carafe_handle *handle);

/* Closes a handle of this process. */
carafe_status cf_handle_close(struct carafe_environment *environment, carafe_handle handle);

/*
 * Turns the only handle of an object into a reference that belongs to descriptors: the handle is
 * gone, the object is marked CF_EXTERNAL and belongs to an opening of the ntsync device.  In the
 * same step it gets the state of birth: what names an owner there is no id of a thread, so a mutant
 * must not have one before.  *view is the object afterwards.
 */
carafe_status cf_handle_adopt(struct carafe_environment *environment, carafe_handle handle,
			      uint32_t instance, const struct cf_birth *birth, struct cf_view *view);

/*
 * Drops the reference of an external object; INVALID_HANDLE when it is not what view->info says any
 * more.
 */
carafe_status cf_external_drop(struct carafe_environment *environment, const struct cf_view *view);

/* The entry at an index of a process' table, or NULL when the table has none there. */
struct cf_handle_entry *cf_handle_entry_at(struct cf_region *region, struct cf_process *process,
					   uint32_t index);

/* Gives a process the chunk for a range of handles. */
carafe_status cf_handle_add_chunk(struct cf_self *self, struct cf_process *process, uint32_t place);

#endif
