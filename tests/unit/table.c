/* SPDX-License-Identifier: MIT */
/*
 * The end of a whole handle table, and its copy for a child (core/table.c).
 *
 * A second opening is the other process: it dies half-way, or is the child to be.
 */
#include <config.h>

#include <carafe/handle.h>

#include "core/event.h"
#include "core/mutant.h"
#include "core/process.h"
#include "core/table.h"
#include "tests/unit/forge.h"
#include "tests/unit/queue.h"

static struct carafe_environment *environment;
static struct cf_region *region;
static struct cf_self *self;

static carafe_handle event(struct carafe_environment *whose, uint32_t attributes)
{
	struct cf_birth birth = cf_event_birth(true, false);
	carafe_handle handle;

	must(cf_handle_create(whose, &birth, CARAFE_EVENT_ALL_ACCESS, attributes, &handle),
	     "create an event");
	return handle;
}

/* The slot of another opening's process, as this one sees it. */
static struct cf_process *process_of(struct carafe_environment *whose)
{
	return &region->process[whose->process];
}

static carafe_status close_table(struct cf_process *process, uint64_t *state)
{
	return cf_table_close(self, process, state);
}

static uint32_t chunks_of(const struct cf_process *process)
{
	uint32_t owned = 0;

	for (uint32_t i = 0; i < CF_CHUNKS; i++)
		owned += value_of(environment, &region->chunk_owner[i]) ==
			 (uint32_t)(process - region->process) + 1;
	return owned;
}

static uint32_t objects_in_use(void)
{
	uint32_t high = value_of(environment, &region->header.high_objects), used = 0;

	for (uint32_t i = 0; i < high; i++)
		used += (value_of(environment, &region->object[i].info) & CF_TYPE_MASK) != CF_FREE;
	return used;
}

static void test_close(struct carafe_environment *other)
{
	struct cf_process *process = process_of(other);
	uint32_t before = objects_in_use();
	uint64_t state;

	for (uint32_t i = 0; i < CF_CHUNK_HANDLES + 3; i++)
		event(other, 0);
	must(cf_handle_close(other, 8), "close one");
	is_int(objects_in_use(), before + CF_CHUNK_HANDLES + 2, "a process has objects");
	is_int(chunks_of(process), 2, "in a table of two chunks");
	state = bits_of(environment, &process->state);
	is_int(close_table(process, &state), CARAFE_STATUS_SUCCESS, "its table is closed");
	ok(cf_load(&process->state) == state, "the caller's state word is the present one");
	is_int(objects_in_use(), before, "the objects are gone");
	is_int(chunks_of(process), 0, "the chunks are given back");
	ok(value_of(environment, &process->handle_high) == 0 &&
		   value_of(environment, &process->handle_free) == 0,
	   "and there are no handles, used or free");
	is_int(close_table(process, &state), CARAFE_STATUS_SUCCESS,
	       "to close it again does nothing");
	is_int(event(other, 0), 4, "the table can be used again");
	state = bits_of(environment, &process->state);
	must(close_table(process, &state), "close");
}

/* A sweeper that was slow must not close what the slot's next process has. */
static void test_close_of_the_next(struct carafe_environment *other)
{
	struct cf_process *process = process_of(other);
	carafe_handle handle = event(other, 0);
	uint64_t state = bits_of(environment, &process->state), now;
	struct cf_view view;

	put(environment, &process->state, cf_value(state) + 1);
	is_int(close_table(process, &state), CARAFE_STATUS_PENDING,
	       "a table of an incarnation that has ended is left alone");
	is_int(cf_handle_view(other, handle, CF_EVENT, 0, &view), CARAFE_STATUS_SUCCESS,
	       "the next one keeps its handle");
	now = bits_of(environment, &process->state);
	is_int(close_table(process, &now), CARAFE_STATUS_SUCCESS, "until it ends, too");
}

/* Another sweeper's comparisons count as changes of the state word; that is no reason to stop. */
static void test_close_by_two(struct carafe_environment *other)
{
	struct cf_process *process = process_of(other);
	uint64_t state;

	event(other, 0);
	event(other, 0);
	state = bits_of(environment, &process->state);
	put(environment, &process->state, cf_value(state));
	is_int(close_table(process, &state), CARAFE_STATUS_SUCCESS,
	       "a sweeper goes on after another one's step");
	is_int(value_of(environment, &process->handle_high), 0, "to the end");
}

/* A process that died between getting a chunk and its first handle in it. */
static void test_close_of_an_unused_chunk(struct carafe_environment *other)
{
	struct cf_process *process = process_of(other);
	uint64_t state;

	must(cf_handle_add_chunk(self, process, 0), "add a chunk");
	is_int(chunks_of(process), 1, "a chunk without a handle");
	must(cf_handle_add_chunk(self, process, 0), "add it again");
	is_int(chunks_of(process), 1, "is added once");
	state = bits_of(environment, &process->state);
	must(close_table(process, &state), "close");
	is_int(chunks_of(process), 0, "and given back with the table");
}

static void test_close_with_waiters(struct carafe_environment *other)
{
	struct cf_self waiter = another(environment), stale = another(environment);
	struct cf_process *process = process_of(other);
	carafe_handle handle[2];
	struct cf_view view[2];
	uint64_t state;

	for (int i = 0; i < 2; i++) {
		handle[i] = event(other, 0);
		must(cf_handle_view(other, handle[i], CF_EVENT, 0, &view[i]), "look");
		view[i].object = &region->object[cf_object_index(other->region, view[i].object)];
	}
	if (cf_queue_link(&waiter, 0, &view[0]) != CF_DONE ||
	    cf_queue_link(&stale, 0, &view[1]) != CF_DONE)
		bail_out("cannot link");
	cf_store32(&waiter.thread->count, 1);
	put(environment, &waiter.thread->wait, 1);
	state = bits_of(environment, &process->state);
	is_int(close_table(process, &state), CARAFE_STATUS_SUCCESS,
	       "a table with objects that others wait for is closed");
	is_int(value_of(environment, &view[0].object->refs), CF_UNREFERENCED,
	       "the one with a waiter stays as long as he waits");
	ok(is_free(environment, &view[1]), "the one with a stale block goes");
	put(environment, &waiter.thread->wait, 0);
	cf_queue_unlink(self, waiter.thread, 0, NULL, 0);
	ok(is_free(environment, &view[0]), "the other one with its waiter");
}

static void test_close_of_a_damaged_table(struct carafe_environment *other)
{
	struct cf_process *process = process_of(other);
	carafe_handle handle = event(other, 0);
	struct cf_handle_entry *entry = cf_handle_entry_at(region, process, handle / 4 - 1);
	uint32_t used = value_of(environment, &entry->entry);
	uint64_t state = bits_of(environment, &process->state);

	put(environment, &entry->entry, CF_HANDLE_USED | CF_HANDLE_OBJECT);
	is_int(close_table(process, &state), CARAFE_STATUS_FILE_CORRUPT_ERROR,
	       "a handle of no object is corrupt");
	put(environment, &entry->entry, used);
	put(environment, &process->handle_high, UINT32_MAX);
	is_int(close_table(process, &state), CARAFE_STATUS_SUCCESS,
	       "a count of ones is not believed beyond the table");
	is_int(value_of(environment, &process->handle_high), 0, "and the table is closed");
}

/* A slot like that which fork() makes for its child. */
static void test_inherit(struct carafe_environment *child)
{
	carafe_handle handle[6], odd;
	struct cf_view mine, theirs;
	bool same = true, left_out = true;

	for (uint32_t i = 0; i < 6; i++)
		handle[i] = event(environment, i == 1 || i == 4 ? CARAFE_INHERIT : 0);
	must(cf_handle_close(environment, handle[2]), "close");
	is_int(cf_table_inherit(self, process_of(child)), CARAFE_STATUS_SUCCESS,
	       "a child inherits a table");
	for (uint32_t i = 0; i < 6; i++) {
		carafe_status status = cf_handle_view(child, handle[i], CF_EVENT,
						      CARAFE_EVENT_ALL_ACCESS, &theirs);

		if (i != 1 && i != 4) {
			left_out &= status == CARAFE_STATUS_INVALID_HANDLE;
			continue;
		}
		must(cf_handle_view(environment, handle[i], CF_EVENT, 0, &mine), "look");
		same &= status == CARAFE_STATUS_SUCCESS &&
			cf_object_index(child->region, theirs.object) ==
				cf_object_index(region, mine.object) &&
			value_of(environment, &mine.object->refs) == 1;
	}
	ok(same, "inheritable handles with their values and rights, each with a reference");
	ok(left_out, "and no other");
	is_int(value_of(environment, &process_of(child)->handle_high), handle[4] / 4,
	       "its table ends behind the last of them");
	for (uint32_t i = 0; i < 5; i++)
		if (i != 1 && i != 4) {
			odd = event(child, 0);
			left_out &= odd == handle[0] || odd == handle[2] || odd == handle[3];
		}
	ok(left_out, "the values between them are free for the child");
	is_int(event(child, 0), handle[4] + 4, "and then come those behind");
	must(cf_handle_close(environment, handle[1]), "close");
	is_int(cf_handle_view(child, handle[1], CF_EVENT, 0, &theirs), CARAFE_STATUS_SUCCESS,
	       "the child's handle outlives the parent's");
	for (uint32_t i = 0; i < 6; i++)
		if (i != 1 && i != 2)
			must(cf_handle_close(environment, handle[i]), "close");
}

static void test_inherit_nothing(struct carafe_environment *child)
{
	uint64_t state = bits_of(environment, &process_of(child)->state);

	must(close_table(process_of(child), &state), "close");
	event(environment, 0);
	is_int(cf_table_inherit(self, process_of(child)), CARAFE_STATUS_SUCCESS,
	       "a child inherits nothing where nothing is inheritable");
	is_int(chunks_of(process_of(child)), 0, "and gets no chunk for it");
	is_int(event(child, 0), 4, "its first handle is the first");
}

/*
 * A thread makes an inheritable handle; its change is done, and it is stopped when its reference is
 * out of the entry and not yet out of the access mask.  Another thread forks.
 *
 * Catches a reference that is taken for rights.
 */
static void test_inherit_half_made(struct carafe_environment *child)
{
	uint64_t state = bits_of(environment, &process_of(child)->state), reference;
	struct cf_self maker = another(environment);
	struct cf_changes changes = { .count = 0 };
	carafe_handle handle = event(environment, CARAFE_INHERIT);
	struct cf_handle_entry *entry =
		cf_handle_entry_at(region, process_of(environment), handle / 4 - 1);
	struct cf_view view;

	must(close_table(process_of(child), &state), "close");
	cf_compare(&changes, &entry->entry, bits_of(environment, &entry->entry));
	cf_compare(&changes, &entry->access, bits_of(environment, &entry->access));
	/* So many changes later the upper half of a reference is not 0. */
	cf_store(&maker.thread->descriptor[0].status, UINT64_C(1) << 22 | FAILED);
	reference = forge(&maker, 0, SUCCESSFUL, &changes);
	install(&changes, 0, reference);
	install(&changes, 1, reference);
	uninstall(&changes, 0, reference, SUCCESSFUL);
	is_int(cf_table_inherit(self, process_of(child)), CARAFE_STATUS_SUCCESS,
	       "a child inherits a handle that is just made");
	is_int(cf_handle_view(child, handle, CF_EVENT, CARAFE_EVENT_ALL_ACCESS, &view),
	       CARAFE_STATUS_SUCCESS, "with its rights");
	cf_self_return(&maker);
}

int main(void)
{
	struct carafe_environment *other;

	environment = open_first();
	region = environment->region;
	self = self_in(environment);
	other = open_again();
	test_close(other);
	test_close_of_the_next(other);
	test_close_by_two(other);
	test_close_of_an_unused_chunk(other);
	test_close_with_waiters(other);
	test_close_of_a_damaged_table(other);
	test_inherit(other);
	test_inherit_nothing(other);
	test_inherit_half_made(other);
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
