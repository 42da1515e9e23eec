/* SPDX-License-Identifier: MIT */
/*
 * Handle tables (core/handle.c): values, look-ups, chunks, and what is refused.
 */
#include <config.h>

#include <carafe/handle.h>

#include "core/event.h"
#include "core/mutant.h"
#include "core/semaphore.h"
#include "tests/unit/fixture.h"

#define EVERYTHING CARAFE_EVENT_ALL_ACCESS

static struct carafe_environment *environment;
static struct cf_process *process;

static carafe_status create(carafe_access access, carafe_handle *handle)
{
	struct cf_birth birth = cf_event_birth(true, false);

	return cf_handle_create(environment, &birth, access, 0, handle);
}

static carafe_handle event(void)
{
	carafe_handle handle;

	must(create(EVERYTHING, &handle), "create an event");
	return handle;
}

static void close_handle(carafe_handle handle)
{
	must(cf_handle_close(environment, handle), "close");
}

static carafe_status look(carafe_handle handle)
{
	struct cf_view view;

	return cf_handle_view(environment, handle, CF_FREE, 0, &view);
}

static void test_values(void)
{
	carafe_handle first = event(), second = event();
	struct cf_view view, same;

	is_int(first, 4, "the first handle is 4");
	is_int(second, 8, "the second 8");
	must(cf_handle_view(environment, first, CF_EVENT, EVERYTHING, &view), "look");
	for (carafe_handle mark = 1; mark < 4; mark++)
		ok(cf_handle_view(environment, first + mark, CF_EVENT, 0, &same) ==
				   CARAFE_STATUS_SUCCESS &&
			   same.object == view.object,
		   "%u is the same handle: the low bits are ignored", first + mark);
	for (carafe_handle none = 0; none < 4; none++)
		is_int(look(none), CARAFE_STATUS_INVALID_HANDLE, "%u is none", none);
	is_int(look(12), CARAFE_STATUS_INVALID_HANDLE, "nor is one that was never given out");
	is_int(look(UINT32_MAX), CARAFE_STATUS_INVALID_HANDLE, "nor all ones");
	is_int(look(4 * (CF_MOST_HANDLES + 1)), CARAFE_STATUS_INVALID_HANDLE, "nor one too many");
	close_handle(first + 3);
	is_int(look(first), CARAFE_STATUS_INVALID_HANDLE,
	       "closing ignores the low bits; then it is none");
	is_int(cf_handle_close(environment, first), CARAFE_STATUS_INVALID_HANDLE,
	       "and cannot be closed again");
	is_int(look(second), CARAFE_STATUS_SUCCESS, "the other one still is");
	is_int(event(), first, "the value is used again");
	close_handle(first);
	close_handle(second);
	is_int(event(), second, "the one closed last first");
	is_int(event(), first, "then the one before");
	close_handle(first);
	close_handle(second);
}

static void test_checks(void)
{
	carafe_handle handle, weak;
	struct cf_view view;

	must(create(CARAFE_EVENT_QUERY_STATE, &weak), "create");
	handle = event();
	is_int(cf_handle_view(environment, handle, CF_MUTANT, 0, &view),
	       CARAFE_STATUS_OBJECT_TYPE_MISMATCH, "an event is no mutant");
	is_int(cf_handle_view(environment, weak, CF_MUTANT, EVERYTHING, &view),
	       CARAFE_STATUS_OBJECT_TYPE_MISMATCH, "the type is looked at before the access");
	is_int(cf_handle_view(environment, weak, CF_EVENT, CARAFE_EVENT_QUERY_STATE, &view),
	       CARAFE_STATUS_SUCCESS, "a right that was granted");
	is_int(cf_handle_view(environment, weak, CF_EVENT, 3, &view), CARAFE_STATUS_ACCESS_DENIED,
	       "one of two is missing");
	is_int(cf_handle_view(environment, weak, CF_FREE, CARAFE_SYNCHRONIZE, &view),
	       CARAFE_STATUS_ACCESS_DENIED, "the only one is missing");
	is_int(cf_handle_view(NULL, handle, CF_EVENT, 0, &view), CARAFE_STATUS_INVALID_PARAMETER,
	       "there is no environment NULL");
	close_handle(weak);
	close_handle(handle);
}

/* CF_ACCESS_INHERIT shares a word with the rights. */
static void test_inherit_flag(void)
{
	struct cf_birth birth = cf_event_birth(true, false);
	carafe_handle handle;
	struct cf_handle_entry *entry;

	must(cf_handle_create(environment, &birth, 1, CARAFE_INHERIT, &handle), "create");
	entry = cf_handle_entry_at(environment->region, process, handle / 4 - 1);
	is_int(value_of(environment, &entry->access), CF_ACCESS_INHERIT | 1,
	       "an inheritable handle says so beside its rights");
	close_handle(handle);
	must(create(1, &handle), "create");
	is_int(value_of(environment, &entry->access), 1, "the next one at its place does not");
	close_handle(handle);
	is_int(cf_handle_create(environment, &birth, 1, CARAFE_INHERIT << 1, &handle),
	       CARAFE_STATUS_INVALID_PARAMETER, "other attributes are refused");
}

/* The last handle of one chunk and the first of the next. */
static void test_chunk_border(void)
{
	static carafe_handle handle[CF_CHUNK_HANDLES + 2];
	struct cf_region *region = environment->region;
	bool good = true, apart = true;

	for (uint32_t i = 0; i < CF_CHUNK_HANDLES + 2; i++)
		handle[i] = event();
	for (uint32_t i = 0; i < CF_CHUNK_HANDLES + 2; i++)
		good &= look(handle[i]) == CARAFE_STATUS_SUCCESS;
	ok(good, "more handles than a chunk has all are good");
	ok(cf_value(cf_load(&process->chunk[0])) != 0 &&
		   cf_value(cf_load(&process->chunk[1])) != 0 &&
		   cf_value(cf_load(&process->chunk[2])) == 0,
	   "two chunks are used");
	for (uint32_t i = 0; i < 2; i++) {
		uint32_t chunk = value_of(environment, &process->chunk[i]);

		apart &= value_of(environment, &region->chunk_owner[chunk - 1]) ==
			 environment->process + 1;
	}
	ok(apart, "and known to be this process'");
	ok(cf_handle_entry_at(region, process, CF_CHUNK_HANDLES - 1) + 1 !=
			   cf_handle_entry_at(region, process, CF_CHUNK_HANDLES) ||
		   cf_value(cf_load(&process->chunk[1])) ==
			   cf_value(cf_load(&process->chunk[0])) + 1,
	   "entries are found through their chunks");
	ok(cf_handle_entry_at(region, process, 2 * CF_CHUNK_HANDLES) == NULL,
	   "behind them there is none");
	ok(cf_handle_entry_at(region, process, UINT32_MAX) == NULL, "nor at an index of ones");
	for (uint32_t i = 0; i < CF_CHUNK_HANDLES + 2; i++)
		close_handle(handle[i]);
	good = true;
	for (uint32_t i = 0; i < CF_CHUNK_HANDLES + 2; i++)
		good &= look(handle[i]) == CARAFE_STATUS_INVALID_HANDLE;
	ok(good, "and all are closed");
}

static void test_exhaustion(void)
{
	cf_word *high = &process->handle_high, *free = &process->handle_free;
	uint32_t before = value_of(environment, high), list = value_of(environment, free);
	struct cf_region *region = environment->region;
	carafe_handle handle = 77;

	put(environment, free, 0);
	put(environment, high, CF_MOST_HANDLES);
	is_int(create(EVERYTHING, &handle), CARAFE_STATUS_INSUFFICIENT_RESOURCES,
	       "with all handles in use there is no more");
	is_int(handle, 77, "and none is given out");

	/* The next handle needs a chunk, and others have them all. */
	put(environment, high, 2 * CF_CHUNK_HANDLES);
	for (uint32_t i = 0; i < CF_CHUNKS; i++)
		if (value_of(environment, &region->chunk_owner[i]) == 0)
			put(environment, &region->chunk_owner[i], CF_PROCESSES);
	is_int(create(EVERYTHING, &handle), CARAFE_STATUS_INSUFFICIENT_RESOURCES,
	       "with all chunks in use there is no more");
	for (uint32_t i = 0; i < CF_CHUNKS; i++)
		if (value_of(environment, &region->chunk_owner[i]) == CF_PROCESSES)
			put(environment, &region->chunk_owner[i], 0);
	put(environment, high, before);
	put(environment, free, list);
	is_int(create(EVERYTHING, &handle), CARAFE_STATUS_SUCCESS, "afterwards there is one again");
	close_handle(handle);
}

/* An object that was made and not given a handle would never be freed. */
static void test_nothing_is_left_behind(void)
{
	cf_word *objects = &environment->region->header.free_objects[environment->process].first;
	cf_word *free = &process->handle_free;
	uint32_t list = value_of(environment, free), object = value_of(environment, objects);
	carafe_handle handle;

	put(environment, free, UINT32_MAX);
	is_int(create(EVERYTHING, &handle), CARAFE_STATUS_FILE_CORRUPT_ERROR,
	       "a list of free handles that leads nowhere is corrupt");
	put(environment, free, 0x7fffffff);
	is_int(create(EVERYTHING, &handle), CARAFE_STATUS_FILE_CORRUPT_ERROR,
	       "however far it leads");
	put(environment, free, list);
	is_int(value_of(environment, objects), object, "and no object was made");
}

static void test_damage(void)
{
	carafe_handle handle = event();
	struct cf_handle_entry *entry =
		cf_handle_entry_at(environment->region, process, handle / 4 - 1);
	cf_word *chunk = &process->chunk[(handle / 4 - 1) / CF_CHUNK_HANDLES];
	uint32_t used = value_of(environment, &entry->entry), number;
	uint32_t candidate;

	put(environment, &entry->entry, CF_HANDLE_USED | CF_HANDLE_PLAIN | (CF_OBJECTS - 1));
	is_int(look(handle), CARAFE_STATUS_FILE_CORRUPT_ERROR, "an entry that names no object");
	is_int(cf_handle_close(environment, handle), CARAFE_STATUS_FILE_CORRUPT_ERROR,
	       "cannot be closed");
	ok(!cf_handle_scan(environment, 1, &handle, 0, &candidate), "and is not scanned");
	put(environment, &entry->entry, CF_HANDLE_USED | CF_HANDLE_PLAIN | SPARE_OBJECTS);
	is_int(look(handle), CARAFE_STATUS_FILE_CORRUPT_ERROR, "nor may one name a free object");
	put(environment, &entry->entry, used);
	number = value_of(environment, chunk);
	put(environment, chunk, UINT32_MAX);
	is_int(look(handle), CARAFE_STATUS_INVALID_HANDLE,
	       "a chunk that is not there has no handles");
	ok(!cf_handle_scan(environment, 1, &handle, 0, &candidate), "and is not scanned");
	put(environment, chunk, number);
	close_handle(handle);
}

int main(void)
{
	environment = open_first();
	process = &environment->region->process[environment->process];
	test_values();
	test_checks();
	test_inherit_flag();
	test_chunk_border();
	test_exhaustion();
	test_nothing_is_left_behind();
	test_damage();
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
