/* SPDX-License-Identifier: MIT */
/*
 * core/table.c - see core/table.h.
 *
 * Several sweepers may close the same table at once.  Each of their changes compares the process'
 * state word, so a slow one cannot touch what the slot's next user has; the comparison counts as a
 * change, so they have to look at the word again after each other's steps: its value stays the same
 * until the incarnation ends.
 *
 * What happens if a process dies here: the table is half closed; the next sweep begins again.
 */
#include "core/table.h"

#include "core/environment.h"
#include "core/handle.h"
#include "core/kcas.h"
#include "core/object.h"
#include "core/process.h"
#include "core/queue.h"
#include "core/region.h"

/* Does a change guarded by the process' state; MISSED: look again. */
static enum cf_outcome change_guarded(struct cf_self *self, struct cf_process *process,
				      uint64_t *state, struct cf_changes *changes)
{
	enum cf_outcome outcome;

	cf_compare(changes, &process->state, *state);
	outcome = cf_kcas(self, changes);
	if (outcome == CF_DONE)
		*state = cf_next(*state, cf_value(*state));
	return outcome;
}

static carafe_status close_entry(struct cf_self *self, struct cf_process *process,
				 struct cf_handle_entry *entry, uint64_t *state)
{
	struct cf_region *region = self->region;
	struct cf_changes changes;
	struct cf_object *object;
	enum cf_outcome outcome;
	carafe_status status;
	uint32_t round;
	uint64_t used;

	for (round = 0; round < CF_THREADS; round++) {
		if (!cf_read(region, &entry->entry, &used))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if ((cf_value(used) & CF_HANDLE_USED) == 0)
			return CARAFE_STATUS_SUCCESS;
		object = cf_object_at(region, cf_value(used) & CF_HANDLE_OBJECT);
		if (object == NULL)
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (cf_queue_used(object)) {
			status = cf_queue_prune(self, object);
			if (!CARAFE_SUCCESS(status))
				return status;
		}
		changes.count = 0;
		cf_change(&changes, &entry->entry, used, 0);
		if (cf_object_change_drop(self, object, &changes)) {
			outcome = change_guarded(self, process, state, &changes);
			if (outcome != CF_MISSED)
				return cf_outcome_status(outcome);
		} else if (cf_load_relaxed(&entry->entry) == used) {
			/* While the handle is the same, its object lives. */
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		}
		if (!cf_process_still(region, process, state))
			return CARAFE_STATUS_PENDING;
	}
	return CARAFE_STATUS_FILE_CORRUPT_ERROR;
}

static carafe_status set_word(struct cf_self *self, struct cf_process *process, cf_word *word,
			      uint32_t value, uint64_t *state)
{
	struct cf_changes changes;
	enum cf_outcome outcome;
	uint64_t bits;

	for (;;) {
		if (!cf_read(self->region, word, &bits))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (cf_value(bits) == value)
			return CARAFE_STATUS_SUCCESS;
		changes.count = 0;
		cf_change(&changes, word, bits, value);
		outcome = change_guarded(self, process, state, &changes);
		if (outcome != CF_MISSED)
			return cf_outcome_status(outcome);
		if (!cf_process_still(self->region, process, state))
			return CARAFE_STATUS_PENDING;
	}
}

static carafe_status free_chunk(struct cf_self *self, struct cf_process *process, uint32_t place,
				uint64_t *state)
{
	struct cf_region *region = self->region;
	uint32_t owner = (uint32_t)(process - region->process) + 1;
	struct cf_changes changes;
	enum cf_outcome outcome;
	uint64_t chunk, taken;

	for (;;) {
		if (!cf_read(region, &process->chunk[place], &chunk))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (cf_value(chunk) == 0)
			return CARAFE_STATUS_SUCCESS;
		if (cf_value(chunk) > CF_CHUNKS ||
		    !cf_read(region, &region->chunk_owner[cf_value(chunk) - 1], &taken))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (cf_value(taken) != owner) {
			/* Another sweeper was faster, or it is somebody else's who may need it. */
			if (cf_load_relaxed(&process->chunk[place]) == chunk)
				return CARAFE_STATUS_FILE_CORRUPT_ERROR;
			continue;
		}
		changes.count = 0;
		cf_change(&changes, &process->chunk[place], chunk, 0);
		cf_change(&changes, &region->chunk_owner[cf_value(chunk) - 1], taken, 0);
		outcome = change_guarded(self, process, state, &changes);
		if (outcome != CF_MISSED)
			return cf_outcome_status(outcome);
		if (!cf_process_still(region, process, state))
			return CARAFE_STATUS_PENDING;
	}
}

static uint32_t chunks_of(uint32_t handles)
{
	return (handles + CF_CHUNK_HANDLES - 1) / CF_CHUNK_HANDLES;
}

carafe_status cf_table_close(struct cf_self *self, struct cf_process *process, uint64_t *state)
{
	carafe_status status = CARAFE_STATUS_SUCCESS;
	struct cf_region *region = self->region;
	uint32_t high, i;
	uint64_t bits;

	if (!cf_read(region, &process->handle_high, &bits))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	high = cf_value(bits) < CF_MOST_HANDLES ? cf_value(bits) : CF_MOST_HANDLES;
	for (i = 0; status == CARAFE_STATUS_SUCCESS && i < high; i++) {
		struct cf_handle_entry *entry = cf_handle_entry_at(region, process, i);

		if (entry == NULL)
			i |= CF_CHUNK_HANDLES - 1;
		else
			status = close_entry(self, process, entry, state);
	}
	/* A chunk may have been added for the next handle and not been used yet. */
	for (i = 0;
	     status == CARAFE_STATUS_SUCCESS && i <= chunks_of(high) && i < CF_PROCESS_CHUNKS; i++)
		status = free_chunk(self, process, i, state);
	if (status == CARAFE_STATUS_SUCCESS)
		status = set_word(self, process, &process->handle_free, 0, state);
	if (status == CARAFE_STATUS_SUCCESS)
		status = set_word(self, process, &process->handle_high, 0, state);
	return status;
}

/* Gives the child a handle at index like ours in used, together with a reference. */
static carafe_status inherit_one(struct cf_self *self, struct cf_process *child, uint32_t index,
				 struct cf_handle_entry *mine, uint64_t used)
{
	struct cf_handle_entry *entry = cf_handle_entry_at(self->region, child, index);
	struct cf_object *object = cf_object_at(self->region, cf_value(used) & CF_HANDLE_OBJECT);
	uint64_t bits, access, state, refs, granted;
	struct cf_changes changes;
	enum cf_outcome outcome;

	changes.count = 0;
	if (entry == NULL || object == NULL || !cf_read(self->region, &mine->access, &granted) ||
	    !cf_read(self->region, &entry->entry, &bits) ||
	    !cf_read(self->region, &entry->access, &access) ||
	    !cf_read(self->region, &object->state, &state) ||
	    !cf_read(self->region, &object->refs, &refs))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	/* Our handle kept the object until here, and freeing it later would change its state. */
	if (cf_load_relaxed(&mine->entry) != used)
		return CARAFE_STATUS_PENDING;
	cf_change(&changes, &entry->entry, bits, cf_value(used));
	cf_change(&changes, &entry->access, access, cf_value(granted));
	cf_change(&changes, &object->refs, refs, cf_value(refs) + 1);
	cf_compare(&changes, &object->state, state);
	outcome = cf_kcas(self, &changes);
	return outcome == CF_MISSED ? CARAFE_STATUS_PENDING : cf_outcome_status(outcome);
}

/* Puts a handle that the child does not inherit into its list of free ones. */
static carafe_status leave_out(struct cf_self *self, struct cf_process *child, uint32_t index)
{
	struct cf_handle_entry *entry = cf_handle_entry_at(self->region, child, index);
	struct cf_changes changes;
	uint64_t bits, head;
	enum cf_outcome outcome;

	changes.count = 0;
	if (entry == NULL || !cf_read(self->region, &entry->entry, &bits) ||
	    !cf_read(self->region, &child->handle_free, &head))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	cf_change(&changes, &entry->entry, bits, cf_value(head));
	cf_change(&changes, &child->handle_free, head, index + 1);
	outcome = cf_kcas(self, &changes);
	return outcome == CF_MISSED ? CARAFE_STATUS_PENDING : cf_outcome_status(outcome);
}

static bool is_inheritable(struct cf_region *region, struct cf_handle_entry *entry, uint64_t used)
{
	uint64_t access;

	return (cf_value(used) & CF_HANDLE_USED) != 0 && cf_read(region, &entry->access, &access) &&
	       (cf_value(access) & CF_ACCESS_INHERIT) != 0;
}

static carafe_status inherit_index(struct cf_self *self, struct cf_process *process,
				   struct cf_process *child, uint32_t index)
{
	struct cf_handle_entry *mine = cf_handle_entry_at(self->region, process, index);
	carafe_status status;
	uint64_t used;

	do {
		if (mine == NULL || !cf_read(self->region, &mine->entry, &used))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (is_inheritable(self->region, mine, used))
			status = inherit_one(self, child, index, mine, used);
		else
			status = leave_out(self, child, index);
	} while (status == CARAFE_STATUS_PENDING);
	return status;
}

/* The first handle beyond the last inheritable one. */
static uint32_t inheritable_end(struct cf_region *region, struct cf_process *process, uint32_t high)
{
	uint32_t end = 0, i;
	uint64_t used;

	for (i = 0; i < high; i++) {
		struct cf_handle_entry *mine = cf_handle_entry_at(region, process, i);

		if (mine == NULL || !cf_read(region, &mine->entry, &used))
			break;
		if (is_inheritable(region, mine, used))
			end = i + 1;
	}
	return end;
}

carafe_status cf_table_inherit(struct cf_self *self, struct cf_process *child)
{
	struct cf_process *process = cf_process_at(self->region, self->environment->process);
	carafe_status status = CARAFE_STATUS_SUCCESS;
	uint64_t bits, high;
	uint32_t end, i;

	if (process == NULL || !cf_read(self->region, &process->handle_high, &bits) ||
	    !cf_read(self->region, &child->handle_high, &high))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	end = inheritable_end(self->region, process,
			      cf_value(bits) < CF_MOST_HANDLES ? cf_value(bits) : CF_MOST_HANDLES);
	if (!cf_cas(&child->handle_high, high, cf_next(high, end)))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	for (i = 0; CARAFE_SUCCESS(status) && i < chunks_of(end); i++)
		status = cf_handle_add_chunk(self, child, i);
	for (i = end; CARAFE_SUCCESS(status) && i > 0; i--)
		status = inherit_index(self, process, child, i - 1);
	return status;
}
