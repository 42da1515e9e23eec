/* SPDX-License-Identifier: MIT */
/*
 * Damage that a walk or a sweep runs into is told, and goes no further (core/satisfy.c,
 * core/object.c, core/table.c, core/round.c).
 *
 * Catches a walk over a queue that leads back into itself, which went on for ever; objects and
 * chunks that were given to two; and a dead process with a damaged table because of which no other
 * was ever swept.
 */
#include <config.h>

#include <carafe/carafe.h>

#include "core/event.h"
#include "core/object.h"
#include "core/round.h"
#include "tests/unit/waiter.h"

static struct carafe_environment *environment;

/* Two wait for both objects, only one of which is signalled; their blocks lead to each other. */
static void test_queue(void)
{
	struct cf_self waiter[2] = { another(environment), another(environment) };
	const struct cf_birth event = { .info = CF_EVENT | CF_MANUAL };
	struct cf_view one, other;
	cf_word *last;
	uint32_t i, was;

	(void)new_object(environment, event, &one);
	(void)new_object(environment, event, &other);
	for (i = 0; i < 2; i++)
		wait_for(&waiter[i], CF_WAIT_ALL, &one, &other);
	put(environment, &one.object->state, 1);
	last = &waiter[1].thread->block[0].next;
	was = value_of(environment, last);
	put(environment, last, cf_thread_index(environment->region, waiter[0].thread) * CF_BLOCKS +
				       CF_LINK_BASE);
	is_int(cf_distribute(environment, one.object), CARAFE_STATUS_FILE_CORRUPT_ERROR,
	       "a queue that leads back into itself is found out");
	ok(still_waits(&waiter[0]) && still_waits(&waiter[1]), "nobody is granted anything");
	put(environment, last, was);
	for (i = 0; i < 2; i++)
		leave(&waiter[i]);
}

/* An event that says that a pulse is being given, and nobody queues for it. */
static void test_pulse(void)
{
	const int64_t none = 0;
	struct cf_view view;
	carafe_handle handle = new_object(environment, (struct cf_birth){ .info = CF_EVENT }, &view);

	put(environment, &view.object->state, CF_PULSING);
	is_int(carafe_event_set(environment, handle, NULL), CARAFE_STATUS_SUCCESS,
	       "a pulse that nobody gives keeps nobody from setting");
	put(environment, &view.object->state, CF_PULSING);
	is_int(carafe_signal_and_wait(environment, handle, handle, 0, &none), CARAFE_STATUS_SUCCESS,
	       "nor from signalling and waiting");
	must(carafe_close(environment, handle), "close");
}

/* Whether an event can be made while a word says so; it is closed again. */
static carafe_status make_with(cf_word *word, uint32_t value)
{
	uint32_t was = value_of(environment, word);
	carafe_handle handle = 0;
	carafe_status status;

	put(environment, word, value);
	status = carafe_event_create(environment, CARAFE_EVENT_ALL_ACCESS, 0,
				     CARAFE_NOTIFICATION_EVENT, 0, &handle);
	if (CARAFE_SUCCESS(status))
		return status;
	put(environment, word, was);
	return status;
}

static void test_objects(void)
{
	struct cf_header *header = &environment->region->header;
	struct cf_view view;
	uint32_t index, i;

	(void)new_object(environment, (struct cf_birth){ .info = CF_EVENT }, &view);
	index = cf_object_index(environment->region, view.object);
	is_int(make_with(&header->free_objects[environment->process % CF_FREE_LISTS].first,
			 index + 1),
	       CARAFE_STATUS_FILE_CORRUPT_ERROR, "an object in use is not free by being in a list");
	for (i = 0; i < CF_FREE_LISTS; i++)
		if (value_of(environment, &header->free_objects[i].first) != 0)
			bail_out("there are free objects");
	is_int(make_with(&header->high_objects, index), CARAFE_STATUS_FILE_CORRUPT_ERROR,
	       "nor by lying beyond those that were ever used");
}

/* The first dead process claims a chunk of ours; the second one has a handle. */
static void test_round(void)
{
	struct carafe_environment *first = open_again(), *second = open_again();
	struct cf_region *region = environment->region;
	struct cf_process *mine = &region->process[environment->process];
	struct cf_process *damaged = &region->process[first->process];
	uint32_t chunk = value_of(environment, &mine->chunk[0]);
	struct cf_view view;

	if (first->process > second->process)
		bail_out("the damaged process is not the first");
	(void)new_object(second, (struct cf_birth){ .info = CF_EVENT }, &view);
	put(environment, &damaged->chunk[0], chunk);
	die(first);
	die(second);
	is_int(cf_round(environment), CARAFE_STATUS_FILE_CORRUPT_ERROR, "a round tells of damage");
	ok(is_free(environment, &view), "but sweeps the others that are dead");
	is_int(value_of(environment, &region->chunk_owner[chunk - 1]), environment->process + 1,
	       "and nobody loses a chunk to whoever claims it");
	put(environment, &damaged->chunk[0], 0);
	must(cf_round(environment), "go a round");
	is_int(value_of(environment, &damaged->state), 0, "what is sound again is swept");
}

int main(void)
{
	environment = open_first();
	(void)self_in(environment);
	test_queue();
	test_pulse();
	test_objects();
	test_round();
	return done_testing();
}
