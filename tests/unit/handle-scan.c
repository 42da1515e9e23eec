/* SPDX-License-Identifier: MIT */
/*
 * The looks at many handles in one pass agree with the look at each (core/handle.c).
 */
#include <config.h>

#include "core/event.h"
#include "core/mutant.h"
#include "core/semaphore.h"
#include "tests/unit/forge.h"

#define COUNT CF_WAIT_OBJECTS

static struct carafe_environment *environment;
static carafe_handle handle[COUNT];
static struct cf_view view[COUNT];

/* All that may be signalled, as a set; false when the scan is refused. */
static bool scan(uint32_t count, const carafe_handle *handles, uint64_t *candidates)
{
	uint32_t from = 0, found;

	*candidates = 0;
	while (cf_handle_scan(environment, count, handles, from, &found)) {
		if (found == count)
			return true;
		*candidates |= UINT64_C(1) << found;
		from = found + 1;
	}
	return false;
}

/* Replaces handle[COUNT / 2]; true when the scan then refuses. */
static bool refused_with(carafe_handle odd)
{
	carafe_handle handles[COUNT];
	uint64_t candidates;

	memcpy(handles, handle, sizeof(handles));
	handles[COUNT / 2] = odd;
	return !scan(COUNT, handles, &candidates);
}

static void test_signalled(void)
{
	uint64_t candidates;
	bool each = true;

	ok(scan(COUNT, handle, &candidates) && candidates == 0, "none of %u is signalled", COUNT);
	for (uint32_t i = 0; i < COUNT; i++) {
		put(environment, &view[i].object->state, 1);
		each &= scan(COUNT, handle, &candidates) && candidates == UINT64_C(1) << i;
		put(environment, &view[i].object->state, 0);
	}
	ok(each, "whichever is signalled is the one that is told");
	for (uint32_t i = 0; i < COUNT; i++)
		put(environment, &view[i].object->state, i % 3 == 0 ? 5 : 0);
	ok(scan(COUNT, handle, &candidates) && candidates == UINT64_C(0x9249249249249249),
	   "every third, and no other");
	ok(scan(1, &handle[1], &candidates) && candidates == 0, "one handle alone");
	for (uint32_t i = 0; i < COUNT; i++)
		put(environment, &view[i].object->state, 0);
}

/* What somebody is changing is neither signalled nor not: it is looked at properly. */
static void test_in_change(void)
{
	struct cf_self stalled = another(environment);
	struct cf_changes changes = { .count = 0 };
	uint64_t candidates, reference;

	cf_change(&changes, &view[7].object->state, bits_of(environment, &view[7].object->state),
		  0);
	reference = forge(&stalled, 0, UNDECIDED, &changes);
	install(&changes, 0, reference);
	ok(scan(COUNT, handle, &candidates) && candidates == UINT64_C(1) << 7,
	   "an object in the middle of a change may be signalled");
	ok(cf_kcas_finish(environment->region, stalled.thread), "the change is finished");
	ok(scan(COUNT, handle, &candidates) && candidates == 0, "and the object is not");
}

static void test_low_bits_and_repetition(void)
{
	carafe_handle handles[4] = { handle[3] + 1, handle[3] + 2, handle[3] + 3, handle[3] };
	uint64_t candidates;

	put(environment, &view[3].object->state, 1);
	ok(scan(4, handles, &candidates) && candidates == 15,
	   "the low bits are ignored, and a handle may come again");
	put(environment, &view[3].object->state, 0);
}

static void test_refused(void)
{
	struct cf_birth birth = cf_event_birth(true, true);
	carafe_handle odd;
	struct cf_view other;

	odd = new_object(environment, cf_mutant_birth(0, 0), &other);
	ok(refused_with(odd), "a mutant is not scanned: a 0 in it does not mean that one waits");
	must(cf_handle_close(environment, odd), "close");
	must(cf_handle_create(environment, &birth, CARAFE_EVENT_QUERY_STATE, 0, &odd), "create");
	ok(refused_with(odd), "nor is what may not be waited for");
	must(cf_handle_close(environment, odd), "close");
	ok(refused_with(odd), "nor a closed handle");
	ok(refused_with(0) && refused_with(3), "nor none");
	ok(refused_with(4 * 5000), "nor one without a chunk");
	ok(refused_with(4 * CF_CHUNK_HANDLES * (CF_PROCESS_CHUNKS + 1)) && refused_with(UINT32_MAX),
	   "nor one beyond the table");
}

/* Handles of two chunks by turns; the chunk is looked up once for a run of them. */
static void test_chunks(void)
{
	static carafe_handle more[CF_CHUNK_HANDLES];
	carafe_handle handles[6];
	struct cf_view last;
	uint64_t candidates;

	for (uint32_t i = 0; i < CF_CHUNK_HANDLES; i++)
		more[i] = new_object(environment, cf_semaphore_birth(0, 1), &last);
	for (uint32_t i = 0; i < 6; i++)
		handles[i] = i % 2 == 0 ? handle[i] : more[CF_CHUNK_HANDLES - 6 + i];
	ok(handles[5] > 4 * CF_CHUNK_HANDLES && handles[4] < 4 * CF_CHUNK_HANDLES,
	   "handles of two chunks");
	put(environment, &last.object->state, 1);
	put(environment, &view[2].object->state, 1);
	ok(scan(6, handles, &candidates) && candidates == (1u << 2 | 1u << 5),
	   "are told apart when they come by turns");
	put(environment, &view[2].object->state, 0);
	handles[0] = 4 * CF_CHUNK_HANDLES;
	handles[1] = 4 * (CF_CHUNK_HANDLES + 1);
	ok(scan(2, handles, &candidates) && candidates == 0,
	   "the last handle of one chunk and the first of the next");
	for (uint32_t i = 0; i < CF_CHUNK_HANDLES; i++)
		must(cf_handle_close(environment, more[i]), "close");
}

static bool gather(uint32_t count, const carafe_handle *handles, bool *ascending)
{
	struct cf_view views[COUNT], single;

	if (!cf_handle_gather(environment, count, handles, views, ascending))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		must(cf_handle_view(environment, handles[i], CF_FREE, 0, &single), "look");
		if (views[i].object != single.object || views[i].info != single.info ||
		    views[i].state != single.state)
			return false;
	}
	return true;
}

static void test_gather(void)
{
	carafe_handle handles[4] = { handle[0], handle[1], handle[2], handle[3] };
	struct cf_self stalled = another(environment);
	struct cf_changes changes = { .count = 0 };
	struct cf_view mutant;
	bool ascending;

	ok(gather(COUNT, handle, &ascending), "the views of many are those of each");
	ok(ascending, "objects that were made in turn ascend, so none comes twice");
	handles[3] = handle[2];
	ok(gather(4, handles, &ascending) && !ascending, "with one that comes twice they do not");
	handles[3] = handle[0];
	ok(gather(4, handles, &ascending) && !ascending, "nor when the other one is not beside it");
	handles[3] = 0;
	ok(!gather(4, handles, &ascending), "no views are had with a handle that is none");
	handles[3] = new_object(environment, cf_mutant_birth(0, 0), &mutant);
	ok(!gather(4, handles, &ascending), "nor with a mutant");
	must(cf_handle_close(environment, handles[3]), "close");
	ok(!gather(4, handles, &ascending), "nor with a closed handle");
	cf_change(&changes, &view[1].object->state, bits_of(environment, &view[1].object->state),
		  0);
	install(&changes, 0, forge(&stalled, 0, UNDECIDED, &changes));
	ok(!gather(3, handles, &ascending), "nor with an object in the middle of a change");
	ok(cf_kcas_finish(environment->region, stalled.thread) && gather(3, handles, &ascending),
	   "until that is finished");
}

int main(void)
{
	environment = open_first();
	for (uint32_t i = 0; i < COUNT; i++)
		handle[i] =
			i % 2 == 0 ? new_object(environment, cf_event_birth(false, false), &view[i])
				   : new_object(environment, cf_semaphore_birth(0, 9), &view[i]);
	test_signalled();
	test_in_change();
	test_low_bits_and_repetition();
	test_refused();
	test_chunks();
	test_gather();
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
