/* SPDX-License-Identifier: MIT */
/*
 * core/handle.c - see core/handle.h.
 *
 * A table is a list of chunks, each of which belongs to one process at a time; chunk_owner and the
 * process' chunk word change together.  Free handles are linked, the one freed last is used first.
 *
 * What happens if a process dies here: everything is one KCAS; a table of a dead process is emptied
 * by the sweep.
 */
#include "core/handle.h"

#include <carafe/handle.h>

#include "core/environment.h"
#include "core/hint.h"
#include "core/object.h"
#include "core/queue.h"
#include "core/region.h"

/* Attempts of a change that others keep disturbing, in a sound environment. */
#define MANY (CF_THREADS * 64u)

_Static_assert(CF_OBJECTS <= CF_HANDLE_OBJECT + 1, "an entry holds an object's index");
_Static_assert(CF_MOST_HANDLES < CF_HANDLE_PLAIN, "a free entry holds an index");

static carafe_handle to_handle(uint32_t index)
{
	return (index + 1) * 4;
}

/* The chunk for one range of a process' handles, or NULL. */
static inline struct cf_chunk *chunk_at(struct cf_region *region, struct cf_process *process,
					uint32_t place)
{
	uint64_t bits;

	if (place >= CF_PROCESS_CHUNKS || !cf_read(region, &process->chunk[place], &bits) ||
	    cf_value(bits) == 0)
		return NULL;
	return cf_chunk_at(region, cf_value(bits) - 1);
}

static inline struct cf_handle_entry *entry_at(struct cf_region *region, struct cf_process *process,
					       uint32_t index)
{
	struct cf_chunk *chunk = chunk_at(region, process, index / CF_CHUNK_HANDLES);

	return chunk != NULL ? &chunk->handle[index % CF_CHUNK_HANDLES] : NULL;
}

struct cf_handle_entry *cf_handle_entry_at(struct cf_region *region, struct cf_process *process,
					   uint32_t index)
{
	return entry_at(region, process, index);
}

static inline struct cf_process *own_process(struct carafe_environment *environment)
{
	return cf_process_at(environment->region, environment->process);
}

/* Every operation begins here. */
static inline struct cf_handle_entry *locate_handle(struct carafe_environment *environment,
						    carafe_handle handle, uint32_t *index)
{
	struct cf_process *process = own_process(environment);

	*index = handle / 4 - 1;
	if (handle < 4 || process == NULL)
		return NULL;
	return entry_at(environment->region, process, *index);
}

/* What is wrong with a handle that has no entry. */
static carafe_status no_entry(const struct carafe_environment *environment)
{
	/* A forked child for which there was no place has no table. */
	return environment->process < CF_PROCESSES ? CARAFE_STATUS_INVALID_HANDLE
						   : CARAFE_STATUS_INSUFFICIENT_RESOURCES;
}

carafe_status cf_handle_view(struct carafe_environment *environment, carafe_handle handle,
			     enum cf_type_number type, carafe_access access, struct cf_view *view)
{
	struct cf_handle_entry *entry;
	struct cf_region *region;
	uint64_t before, granted;
	uint32_t index, round;

	if (environment == NULL)
		return CARAFE_STATUS_INVALID_PARAMETER;
	region = environment->region;
	entry = locate_handle(environment, handle, &index);
	if (entry == NULL)
		return no_entry(environment);
	for (round = 0; round < MANY; round++) {
		if (!cf_read(region, &entry->entry, &before))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if ((cf_value(before) & CF_HANDLE_USED) == 0)
			return CARAFE_STATUS_INVALID_HANDLE;
		view->object = cf_object_at(region, cf_value(before) & CF_HANDLE_OBJECT);
		if (view->object == NULL || !cf_read(region, &entry->access, &granted) ||
		    !cf_view_take(region, view->object, view))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		/* All loads of the view order this one after them. */
		if (cf_load_relaxed(&entry->entry) != before)
			continue;
		if (cf_type_of(view->info) == NULL)
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (type != CF_FREE && (cf_value(view->info) & CF_TYPE_MASK) != type)
			return CARAFE_STATUS_OBJECT_TYPE_MISMATCH;
		return (cf_value(granted) & access) == access ? CARAFE_STATUS_SUCCESS :
								CARAFE_STATUS_ACCESS_DENIED;
	}
	return CARAFE_STATUS_FILE_CORRUPT_ERROR;
}

/* Walks over handles that mostly lie in one chunk. */
struct reader {
	struct cf_region *region;
	struct cf_process *process;
	struct cf_chunk *chunk;
	carafe_handle first; /* handle of the chunk */
	uint32_t objects;    /* that have memory */
};

static bool change_chunk(struct reader *reader, carafe_handle handle)
{
	uint32_t place = (handle / 4 - 1) / CF_CHUNK_HANDLES;

	reader->first = to_handle(place * CF_CHUNK_HANDLES);
	reader->chunk = chunk_at(reader->region, reader->process, place);
	return reader->chunk != NULL;
}

static bool begin(struct carafe_environment *environment, carafe_handle handle,
		  struct reader *reader)
{
	struct cf_region *region = environment->region;

	reader->region = region;
	reader->process = own_process(environment);
	reader->objects = cf_bound(&region->header.reserved_objects, CF_OBJECTS);
	return reader->process != NULL && change_chunk(reader, handle);
}

/*
 * The object that the entry of a plain handle names, and that entry; NULL: the handle is not plain
 * or not good.  One comparison tells both that the entry is plain and that the object's index is
 * good.
 */
static inline struct cf_object *read_plain(struct reader *reader, carafe_handle handle,
					   const cf_word **entry, uint64_t *seen)
{
	uint32_t number;

	if (CF_SELDOM(handle - reader->first >= CF_CHUNK_HANDLES * 4))
		if (!change_chunk(reader, handle))
			return NULL;
	*entry = &reader->chunk->handle[(handle - reader->first) / 4].entry;
	*seen = cf_load(*entry);
	number = cf_value(*seen) - (CF_HANDLE_USED | CF_HANDLE_PLAIN);
	return number < reader->objects ? &reader->region->object[number] : NULL;
}

/*
 * An object that is closed between the look at its entry and the look at its state may seem not to
 * be signalled; a wait for a handle that is closed meanwhile may find that in any case.
 */
bool cf_handle_scan(struct carafe_environment *environment, uint32_t count,
		    const carafe_handle *handles, uint32_t from, uint32_t *candidate)
{
	const uint64_t interesting = (uint64_t)UINT32_MAX << 32 | CF_DESCRIPTOR;
	struct reader reader;
	const cf_word *entry;
	uint32_t found = count, i;
	uint64_t seen;

	if (!begin(environment, handles[0], &reader))
		return false;
	for (i = count; i-- > from;) {
		const struct cf_object *object = read_plain(&reader, handles[i], &entry, &seen);

		if (object == NULL)
			return false;
		if ((cf_load_relaxed(&object->state) & interesting) != 0)
			found = i;
	}
	*candidate = found;
	return true;
}

bool cf_handle_gather(struct carafe_environment *environment, uint32_t count,
		      const carafe_handle *handles, struct cf_view *views, bool *ascending)
{
	const struct cf_object *previous = NULL;
	struct reader reader;
	const cf_word *entry;
	uint64_t seen;
	uint32_t i;

	if (!begin(environment, handles[0], &reader))
		return false;
	*ascending = true;
	for (i = 0; i < count; i++) {
		struct cf_object *object = read_plain(&reader, handles[i], &entry, &seen);
		uint64_t state, info;

		if (object == NULL)
			return false;
		state = cf_load(&object->state);
		info = cf_load(&object->info);
		if (cf_load_relaxed(entry) != seen || cf_described(state | info) ||
		    cf_type_of(info) == NULL)
			return false;
		views[i] = (struct cf_view){ .object = object, .info = info, .state = state };
		*ascending &= object > previous;
		previous = object;
	}
	return true;
}

carafe_status cf_handle_add_chunk(struct cf_self *self, struct cf_process *process, uint32_t place)
{
	struct cf_region *region = self->region;
	uint32_t owner = (uint32_t)(process - region->process) + 1;
	struct cf_changes changes;
	enum cf_outcome outcome;
	carafe_status status;
	uint64_t chunk, taken;
	uint32_t i;

	for (i = 0; i < CF_CHUNKS; i++) {
		if (!cf_read(region, &process->chunk[place], &chunk) ||
		    !cf_read(region, &region->chunk_owner[i], &taken))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (cf_value(chunk) != 0)
			return CARAFE_STATUS_SUCCESS;
		if (cf_value(taken) != 0)
			continue;
		status = cf_reserve_chunk(region, self->environment->place.memory, i);
		if (!CARAFE_SUCCESS(status))
			return status;
		changes.count = 0;
		cf_change(&changes, &process->chunk[place], chunk, i + 1);
		cf_change(&changes, &region->chunk_owner[i], taken, owner);
		outcome = cf_kcas(self, &changes);
		if (outcome != CF_MISSED)
			return cf_outcome_status(outcome);
		i--;
	}
	return CARAFE_STATUS_INSUFFICIENT_RESOURCES;
}

/* Adds what puts a value into an entry that is free as read; access: rights and flags. */
static carafe_status change_fill(struct cf_region *region, struct cf_handle_entry *entry,
				 uint64_t free, uint32_t value, uint32_t access,
				 struct cf_changes *changes)
{
	uint64_t old;

	if ((cf_value(free) & CF_HANDLE_USED) != 0 || !cf_read(region, &entry->access, &old))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	cf_change(changes, &entry->entry, free, value);
	/* The entry's own change vouches for the access mask, so an equal one need not change. */
	if (cf_value(old) != access)
		cf_change(changes, &entry->access, old, access);
	return CARAFE_STATUS_SUCCESS;
}

/* Adds what makes a free handle refer to an object.  PENDING: the table changed, look again. */
static carafe_status change_insert(struct cf_self *self, uint32_t value, uint32_t access,
				   struct cf_changes *changes, uint32_t *index)
{
	struct cf_process *process = own_process(self->environment);
	struct cf_region *region = self->region;
	struct cf_handle_entry *entry;
	uint64_t head, high, free;
	carafe_status status;

	if (process == NULL || !cf_read(region, &process->handle_free, &head))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	if (cf_value(head) != 0) {
		*index = cf_value(head) - 1;
		entry = cf_handle_entry_at(region, process, *index);
		if (entry == NULL || !cf_read(region, &entry->entry, &free))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (cf_load_relaxed(&process->handle_free) != head)
			return CARAFE_STATUS_PENDING;
		cf_change(changes, &process->handle_free, head, cf_value(free));
		return change_fill(region, entry, free, value, access, changes);
	}
	if (!cf_read(region, &process->handle_high, &high))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	*index = cf_value(high);
	if (*index >= CF_MOST_HANDLES)
		return CARAFE_STATUS_INSUFFICIENT_RESOURCES;
	status = cf_handle_add_chunk(self, process, *index / CF_CHUNK_HANDLES);
	if (!CARAFE_SUCCESS(status))
		return status;
	entry = cf_handle_entry_at(region, process, *index);
	if (entry == NULL || !cf_read(region, &entry->entry, &free))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	if (cf_load_relaxed(&process->handle_high) != high)
		return CARAFE_STATUS_PENDING;
	cf_change(changes, &process->handle_high, high, *index + 1);
	return change_fill(region, entry, free, value, access, changes);
}

static carafe_status create_once(struct cf_self *self, const struct cf_birth *birth,
				 uint32_t access, uint32_t *index)
{
	struct cf_changes changes;
	struct cf_object *object;
	enum cf_outcome outcome;
	carafe_status status;
	uint32_t number, value;

	changes.count = 0;
	status = cf_object_change_make(self, birth, &changes, &object);
	if (status != CARAFE_STATUS_SUCCESS)
		return status;
	number = cf_object_index(self->region, object);
	value = CF_HANDLE_USED | number;
	if (cf_types[birth->info & CF_TYPE_MASK]->zero_waits && (access & CARAFE_SYNCHRONIZE) != 0)
		value |= CF_HANDLE_PLAIN;
	status = change_insert(self, value, access, &changes, index);
	if (status != CARAFE_STATUS_SUCCESS)
		return status;
	if (birth->owner == NULL) {
		outcome = cf_kcas(self, &changes);
	} else {
		cf_noting_begin(birth->owner);
		cf_owned_note(birth->owner, number, true);
		outcome = cf_kcas(self, &changes);
		if (outcome != CF_DONE)
			cf_owned_drop(birth->owner, number);
		cf_noting_end(birth->owner);
	}
	return outcome == CF_MISSED ? CARAFE_STATUS_PENDING : cf_outcome_status(outcome);
}

carafe_status cf_handle_create(struct carafe_environment *environment, const struct cf_birth *birth,
			       carafe_access access, uint32_t attributes, carafe_handle *handle)
{
	uint32_t flags = (attributes & CARAFE_INHERIT) != 0 ? CF_ACCESS_INHERIT : 0;
	carafe_status status;
	struct cf_self *self;
	uint32_t index, round;

	if (environment == NULL || (attributes & ~CARAFE_INHERIT) != 0)
		return CARAFE_STATUS_INVALID_PARAMETER;
	status = cf_self(environment, &self);
	if (!CARAFE_SUCCESS(status))
		return status;
	for (round = 0; round < MANY; round++) {
		status = create_once(self, birth, access | flags, &index);
		if (status == CARAFE_STATUS_PENDING)
			continue;
		if (CARAFE_SUCCESS(status))
			*handle = to_handle(index);
		return status;
	}
	return CARAFE_STATUS_FILE_CORRUPT_ERROR;
}

/* Adds what frees an entry that is in use as read. */
static bool change_remove(struct cf_region *region, struct cf_process *process, uint32_t index,
			  struct cf_handle_entry *entry, uint64_t used, struct cf_changes *changes)
{
	uint64_t head;

	if (!cf_read(region, &process->handle_free, &head))
		return false;
	cf_change(changes, &process->handle_free, head, index + 1);
	cf_change(changes, &entry->entry, used, cf_value(head));
	return true;
}

carafe_status cf_handle_close(struct carafe_environment *environment, carafe_handle handle)
{
	struct cf_handle_entry *entry;
	struct cf_changes changes;
	struct cf_object *object;
	enum cf_outcome outcome;
	struct cf_self *self;
	carafe_status status;
	uint32_t index, round;
	uint64_t used;

	entry = locate_handle(environment, handle, &index);
	if (entry == NULL)
		return no_entry(environment);
	status = cf_self(environment, &self);
	for (round = 0; CARAFE_SUCCESS(status) && round < MANY; round++) {
		if (!cf_read(self->region, &entry->entry, &used))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if ((cf_value(used) & CF_HANDLE_USED) == 0)
			return CARAFE_STATUS_INVALID_HANDLE;
		object = cf_object_at(self->region, cf_value(used) & CF_HANDLE_OBJECT);
		if (object == NULL)
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		if (cf_queue_used(object))
			status = cf_queue_prune(self, object);
		changes.count = 0;
		if (!CARAFE_SUCCESS(status))
			continue;
		if (!cf_object_change_drop(self, object, &changes) ||
		    !change_remove(self->region, own_process(environment), index, entry, used,
				   &changes)) {
			/* While the handle is the same, its object lives. */
			if (cf_load_relaxed(&entry->entry) == used)
				return CARAFE_STATUS_FILE_CORRUPT_ERROR;
			continue;
		}
		outcome = cf_kcas(self, &changes);
		if (outcome != CF_MISSED)
			return cf_outcome_status(outcome);
	}
	return CARAFE_SUCCESS(status) ? CARAFE_STATUS_FILE_CORRUPT_ERROR : status;
}

carafe_status carafe_close(carafe_environment *environment, carafe_handle handle)
{
	if (environment == NULL)
		return CARAFE_STATUS_INVALID_PARAMETER;
	return cf_handle_close(environment, handle);
}

/* Adds what gives an object that only we know the state of birth; *view is the object then. */
static bool change_state(struct cf_region *region, const struct cf_birth *birth,
			 struct cf_view *view, struct cf_changes *changes)
{
	struct cf_object *object = view->object;
	uint64_t second;

	if (!cf_read(region, &object->second, &second))
		return false;
	if (cf_value(second) != birth->second)
		cf_change(changes, &object->second, second, birth->second);
	if (cf_value(view->state) == birth->state)
		return true;
	cf_change(changes, &object->state, view->state, birth->state);
	view->state = cf_next(view->state, birth->state);
	return true;
}

carafe_status cf_handle_adopt(struct carafe_environment *environment, carafe_handle handle,
			      uint32_t instance, const struct cf_birth *birth, struct cf_view *view)
{
	struct cf_handle_entry *entry;
	struct cf_changes changes;
	enum cf_outcome outcome;
	struct cf_self *self;
	carafe_status status;
	uint64_t used, old;
	uint32_t index, round;

	entry = locate_handle(environment, handle, &index);
	if (entry == NULL)
		return no_entry(environment);
	status = cf_self(environment, &self);
	for (round = 0; CARAFE_SUCCESS(status) && round < MANY; round++) {
		status = cf_handle_view(environment, handle, CF_FREE, 0, view);
		if (!CARAFE_SUCCESS(status))
			return status;
		if (!cf_read(self->region, &entry->entry, &used) ||
		    !cf_read(self->region, &view->object->instance, &old))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		changes.count = 0;
		if (!change_remove(self->region, own_process(environment), index, entry, used,
				   &changes) ||
		    !change_state(self->region, birth, view, &changes))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		cf_change(&changes, &view->object->info, view->info,
			  cf_value(view->info) | CF_EXTERNAL);
		cf_change(&changes, &view->object->instance, old, instance);
		outcome = cf_kcas(self, &changes);
		if (outcome == CF_MISSED)
			continue;
		view->info = cf_next(view->info, cf_value(view->info) | CF_EXTERNAL);
		return cf_outcome_status(outcome);
	}
	return CARAFE_SUCCESS(status) ? CARAFE_STATUS_FILE_CORRUPT_ERROR : status;
}

carafe_status cf_external_drop(struct carafe_environment *environment, const struct cf_view *view)
{
	struct cf_changes changes;
	enum cf_outcome outcome;
	struct cf_self *self;
	struct cf_view now;
	carafe_status status;
	uint32_t round;

	status = cf_self(environment, &self);
	for (round = 0; CARAFE_SUCCESS(status) && round < MANY; round++) {
		now = *view;
		if (!cf_view_again(self->region, &now))
			return CARAFE_STATUS_INVALID_HANDLE;
		if (cf_value(cf_load_relaxed(&now.object->refs)) == CF_UNREFERENCED)
			return CARAFE_STATUS_INVALID_HANDLE;
		if (cf_waiters(now.state))
			status = cf_queue_prune(self, now.object);
		changes.count = 0;
		if (!CARAFE_SUCCESS(status))
			continue;
		if (!cf_object_change_drop(self, now.object, &changes)) {
			if (cf_load_relaxed(&now.object->state) == now.state)
				return CARAFE_STATUS_FILE_CORRUPT_ERROR;
			continue;
		}
		/*
		 * What keeps it from being another object by now: its info changes when it is
		 * freed.
		 */
		if (cf_load_relaxed(&now.object->info) != view->info)
			return CARAFE_STATUS_INVALID_HANDLE;
		outcome = cf_kcas(self, &changes);
		if (outcome != CF_MISSED)
			return cf_outcome_status(outcome);
	}
	return CARAFE_SUCCESS(status) ? CARAFE_STATUS_FILE_CORRUPT_ERROR : status;
}
