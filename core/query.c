/* SPDX-License-Identifier: MIT */
/*
 * core/query.c - counts what is in an environment, without touching it.  See core/query.h.
 *
 * What happens if a process dies here: nothing.
 */
#include "core/query.h"

#include <string.h>

#include "core/place.h"
#include "core/region.h"
#include "core/round.h"
#include "core/type.h"
#include "core/wake.h"
#include "os/os.h"

_Static_assert(CF_QUERY_PROCESSES == CF_PROCESSES, "a snapshot has room for every process");
_Static_assert(CF_QUERY_PATH == CF_PLACE_PATH, "a query's path is a place's path");

/* A change takes less than a microsecond unless its owner is stopped in it. */
#define LOOKS 100

/* False: in the middle of a change, which only those who may write can finish. */
static bool read_word(const cf_word *word, uint32_t *value)
{
	for (int look = 0; look < LOOKS; look++) {
		uint64_t bits = cf_load(word);

		if (!cf_described(bits)) {
			*value = cf_value(bits);
			return true;
		}
		cf_relax();
	}
	return false;
}

/* ---- Opening ---------------------------------------------------------------------------- */

static carafe_status check(const struct cf_header *header)
{
	if (header->magic != CF_MAGIC || header->format != CF_FORMAT ||
	    header->layout != cf_layout_hash() || header->endian != CF_ENDIAN ||
	    header->size != CF_REGION_SIZE)
		return CARAFE_STATUS_REVISION_MISMATCH;
	return CARAFE_STATUS_SUCCESS;
}

static carafe_status map_memory(int folder, bool as_is, struct cf_region **region)
{
	carafe_status status;
	uint64_t size;
	void *base;
	int file;

	status = os_file_open(folder, CF_PLACE_MEMORY, false, &file);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = os_file_size(file, &size);
	/* A page beyond the end of the file would be a fault; another size is another layout. */
	if (CARAFE_SUCCESS(status) && size != CF_REGION_SIZE)
		status = as_is ? CARAFE_STATUS_FILE_CORRUPT_ERROR :
				 CARAFE_STATUS_REVISION_MISMATCH;
	if (CARAFE_SUCCESS(status))
		status = os_map(folder, file, CF_REGION_SIZE, true, &base);
	os_close(file);
	if (!CARAFE_SUCCESS(status))
		return status;
	*region = base;
	status = as_is ? CARAFE_STATUS_SUCCESS : check(&(*region)->header);
	if (!CARAFE_SUCCESS(status))
		os_unmap(base, CF_REGION_SIZE);
	return status;
}

static carafe_status open_query(const char *name, bool as_is, struct cf_query *query)
{
	carafe_status status;
	int folder;

	status = cf_place_lookup(name, query->path, sizeof(query->path));
	if (!CARAFE_SUCCESS(status))
		return status;
	status = os_folder_open(-1, query->path, false, &folder);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = os_locks_open(folder, CF_PLACE_LOCK, false, &query->lock);
	if (CARAFE_SUCCESS(status)) {
		status = map_memory(folder, as_is, &query->region);
		if (!CARAFE_SUCCESS(status))
			os_locks_close(query->lock);
	}
	os_close(folder);
	return status;
}

carafe_status cf_query_open(const char *name, struct cf_query *query)
{
	return open_query(name, false, query);
}

carafe_status cf_query_open_as_is(const char *name, struct cf_query *query)
{
	return open_query(name, true, query);
}

void cf_query_close(struct cf_query *query)
{
	os_unmap(query->region, CF_REGION_SIZE);
	os_locks_close(query->lock);
}

/* ---- Counting --------------------------------------------------------------------------- */

static void set_slots(struct cf_query_slots *slots, uint32_t limit, const uint32_t *reserved)
{
	slots->limit = limit;
	slots->reserved = cf_bound(reserved, limit);
	slots->used = 0;
}

static uint32_t smaller(uint32_t one, uint32_t other)
{
	return one < other ? one : other;
}

static carafe_status add_process(const struct cf_query *query, uint32_t slot,
				 const struct cf_process *process,
				 struct cf_query_snapshot *snapshot)
{
	struct cf_query_process *entry = &snapshot->process[snapshot->count];
	carafe_status status;
	uint32_t state = 1;
	bool held, only;

	(void)read_word(&process->state, &state);
	if (state == 0)
		return CARAFE_STATUS_SUCCESS;
	status = os_lock_test(query->lock, slot, &held);
	if (CARAFE_SUCCESS(status))
		status = os_lock_test(query->lock, CF_ROUND_LOCK(slot), &only);
	if (!CARAFE_SUCCESS(status))
		return status;
	*entry = (struct cf_query_process){
		.slot = slot,
		.pid = cf_load32_relaxed(&process->pid),
		.space = cf_load32_relaxed(&process->space),
		.start = cf_load_relaxed(&process->start),
		.alive = held,
		.only = only,
		.janitor = cf_load32_relaxed(&query->region->header.janitor) == slot + 1
	};
	snapshot->count++;
	snapshot->processes.used++;
	snapshot->dead += !held;
	return CARAFE_STATUS_SUCCESS;
}

static carafe_status count_processes(const struct cf_query *query,
				     struct cf_query_snapshot *snapshot)
{
	const struct cf_header *header = &query->region->header;
	carafe_status status = CARAFE_STATUS_SUCCESS;
	uint32_t high;

	set_slots(&snapshot->processes, CF_PROCESSES, &header->reserved_processes);
	high = smaller(cf_load32_relaxed(&header->high_processes), snapshot->processes.reserved);
	for (uint32_t slot = 0; slot < high && CARAFE_SUCCESS(status); slot++)
		status = add_process(query, slot, &query->region->process[slot], snapshot);
	return status;
}

static struct cf_query_process *process_of(struct cf_query_snapshot *snapshot, uint32_t slot)
{
	/* Sorted by slot, and seldom far from there. */
	for (uint32_t i = smaller(slot + 1, snapshot->count); i > 0; i--)
		if (snapshot->process[i - 1].slot == slot)
			return &snapshot->process[i - 1];
	return NULL;
}

static void count_thread(const struct cf_thread *thread, struct cf_query_snapshot *snapshot)
{
	struct cf_query_process *process;
	uint32_t owner = 0, wait = CF_IDLE;
	bool waiting;

	if (read_word(&thread->owner, &owner) && (owner & 0xffff) == 0)
		return;
	waiting = read_word(&thread->wait, &wait) && (wait & CF_STATE) == CF_WAITING;
	snapshot->threads.used++;
	snapshot->waiting += waiting;
	owner &= 0xffff;
	process = owner == 0 ? NULL : process_of(snapshot, owner - 1);
	if (process != NULL) {
		process->threads++;
		process->waiting += waiting;
	}
}

static void count_threads(const struct cf_region *region, struct cf_query_snapshot *snapshot)
{
	uint32_t high;

	set_slots(&snapshot->threads, CF_THREADS, &region->header.reserved_threads);
	high = smaller(cf_load32_relaxed(&region->header.high_threads), snapshot->threads.reserved);
	for (uint32_t slot = 0; slot < high; slot++)
		count_thread(&region->thread[slot], snapshot);
}

static void count_object(const struct cf_object *object, struct cf_query_snapshot *snapshot)
{
	uint32_t info;

	if (!read_word(&object->info, &info)) {
		snapshot->changing++;
		return;
	}
	switch (info & CF_TYPE_MASK) {
	case CF_FREE:
		return;
	case CF_EVENT:
		snapshot->events++;
		break;
	case CF_MUTANT:
		snapshot->mutants++;
		break;
	case CF_SEMAPHORE:
		snapshot->semaphores++;
		break;
	}
	snapshot->objects.used++;
}

static void count_objects(const struct cf_region *region, struct cf_query_snapshot *snapshot)
{
	uint32_t high = 0;

	set_slots(&snapshot->objects, CF_OBJECTS, &region->header.reserved_objects);
	if (!read_word(&region->header.high_objects, &high))
		high = snapshot->objects.reserved;
	high = smaller(high, snapshot->objects.reserved);
	for (uint32_t index = 0; index < high; index++)
		count_object(&region->object[index], snapshot);
}

static void count_chunks(const struct cf_region *region, struct cf_query_snapshot *snapshot)
{
	uint32_t owner;

	set_slots(&snapshot->chunks, CF_CHUNKS, &region->header.reserved_chunks);
	for (uint32_t chunk = 0; chunk < snapshot->chunks.reserved; chunk++)
		snapshot->chunks.used += read_word(&region->chunk_owner[chunk], &owner) &&
					 owner != 0;
}

carafe_status cf_query_take(const struct cf_query *query, struct cf_query_snapshot *snapshot)
{
	carafe_status status;

	memset(snapshot, 0, sizeof(*snapshot));
	status = count_processes(query, snapshot);
	if (!CARAFE_SUCCESS(status))
		return status;
	count_threads(query->region, snapshot);
	count_objects(query->region, snapshot);
	count_chunks(query->region, snapshot);
	return CARAFE_STATUS_SUCCESS;
}

/* ---- Folders ---------------------------------------------------------------------------- */

carafe_status cf_query_base(char *path, size_t size)
{
	return os_base_folder(path, size);
}

carafe_status cf_query_list(bool (*visit)(void *context, const char *name), void *context)
{
	char path[CF_QUERY_PATH];
	carafe_status status = os_base_folder(path, sizeof(path));
	int folder;

	if (!CARAFE_SUCCESS(status))
		return status;
	status = os_folder_open(-1, path, false, &folder);
	if (status == CARAFE_STATUS_OBJECT_PATH_NOT_FOUND) /* there was never one */
		return CARAFE_STATUS_SUCCESS;
	if (!CARAFE_SUCCESS(status))
		return status;
	status = os_folder_list(folder, visit, context);
	os_close(folder);
	return status;
}

void cf_query_remove(const char *path)
{
	char found[CF_QUERY_PATH], parent[CF_QUERY_PATH];
	carafe_status status = cf_place_lookup(path, found, sizeof(found));
	const char *name = strrchr(path, '/');
	size_t length;
	int folder;

	if (status != CARAFE_STATUS_OBJECT_NAME_NOT_FOUND || name == NULL || name == path)
		return;
	length = (size_t)(name - path);
	if (length >= sizeof(parent))
		return;
	memcpy(parent, path, length);
	parent[length] = '\0';
	if (!CARAFE_SUCCESS(os_folder_open(-1, parent, false, &folder)))
		return;
	os_folder_remove(folder, name + 1);
	os_close(folder);
}
