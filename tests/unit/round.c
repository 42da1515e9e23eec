/* SPDX-License-Identifier: MIT */
/*
 * What a round puts right (core/round.c), and what a waker leaves to it (core/wake.h).
 */
#include <config.h>

#include "core/event.h"
#include "core/external.h"
#include "core/round.h"
#include "tests/unit/forge.h"
#include "tests/unit/waiter.h"

static struct carafe_environment *environment;
static struct cf_self one, two;
static struct cf_view event, manual;

static void go(void)
{
	must(cf_round(environment), "go a round");
}

static void set_park(uint32_t park)
{
	cf_store32(&one.thread->park, park);
}

static void test_wake(void)
{
	set_park(CF_RUNNING);
	cf_wake(one.thread);
	is_int(cf_load32(&one.thread->park), CF_KICKED, "who does not sleep yet will not");
	set_park(CF_PARKED);
	cf_wake(one.thread);
	is_int(cf_load32(&one.thread->park), CF_KICKED, "who sleeps is woken");
	put(environment, &one.thread->wait, CF_WAITING);
	set_park(CF_PARKED);
	cf_wake_owed(one.thread);
	is_int(cf_load32(&one.thread->park), CF_PARKED,
	       "nobody owes it to who was granted nothing");
	put(environment, &one.thread->wait, grant(3));
	cf_wake_owed(one.thread);
	is_int(cf_load32(&one.thread->park), CF_KICKED, "but to who was");
	put(environment, &one.thread->wait, CF_IDLE);
	set_park(CF_RUNNING);
}

/* The waker died between the grant and the wake-up. */
static void test_granted_and_asleep(void)
{
	put(environment, &one.thread->wait, grant(0));
	set_park(CF_PARKED);
	go();
	ok(woken(&one), "a round wakes who was granted his wait");
	put(environment, &one.thread->wait, CF_WAITING);
	set_park(CF_PARKED);
	go();
	ok(!woken(&one), "and nobody else");
	put(environment, &one.thread->wait, CF_IDLE);
	set_park(CF_RUNNING);
}

/* The signaller died before he looked at the queue. */
static void test_half_done_signals(void)
{
	wait_for(&one, 0, &event);
	wait_for(&two, 0, &manual);
	put(environment, &event.object->state, 1);
	put(environment, &manual.object->state, CF_PULSING);
	go();
	ok(is_granted(&one, grant(0)) && value_of(environment, &event.object->state) == 0,
	   "a round finishes a set");
	ok(is_granted(&two, grant(0) | CF_GRANT_PULSE) &&
		   value_of(environment, &manual.object->state) == 0,
	   "and a pulse");
	leave(&one);
	leave(&two);
}

/* He died in the middle of the change that grants. */
static void test_half_done_grant(void)
{
	struct cf_changes changes = { .count = 0 };

	wait_for(&one, 0, &event);
	put(environment, &event.object->state, 1);
	cf_change(&changes, &event.object->state, bits_of(environment, &event.object->state), 0);
	cf_change(&changes, &one.thread->wait, bits_of(environment, &one.thread->wait), grant(0));
	if (changes.at[0].word > changes.at[1].word)
		bail_out("the words of a forged change do not ascend");
	install(&changes, 0, forge(&two, 0, UNDECIDED, &changes));
	go();
	ok(is_granted(&one, grant(0)) && value_of(environment, &event.object->state) == 0,
	   "a round finishes a grant, and wakes");
	leave(&one);
}

static void test_dead(void)
{
	struct carafe_environment *other = open_again();
	uint32_t slot = other->process;
	struct cf_view view;

	new_object(other, cf_event_birth(true, false), &view);
	go();
	ok(value_of(environment, &environment->region->process[slot].state) != 0,
	   "a round leaves the living alone");
	die(other);
	go();
	is_int(value_of(environment, &environment->region->process[slot].state), 0,
	       "and sweeps the dead");
	must(carafe_environment_close(other), "close");
}

/* The descriptors of a driver's object go with their process; its objects are looked for then. */
static void test_dead_with_descriptors(void)
{
	struct carafe_environment *other = open_again();
	struct cf_view view;
	char name[CF_SHARD_NAME];
	int shard;

	new_external(environment, cf_event_birth(true, false), 1, &view);
	cf_shard_name(cf_shard(cf_object_index(environment->region, view.object)), name);
	must(os_locks_open(environment->place.folder, name, true, &shard), "make a shard");
	die(other);
	go();
	ok(is_free(environment, &view), "with the dead go the objects that no descriptor holds");
	os_close(shard);
	must(carafe_environment_close(other), "close");
}

int main(void)
{
	environment = open_first();
	one = another(environment);
	two = another(environment);
	new_object(environment, cf_event_birth(false, false), &event);
	new_object(environment, cf_event_birth(true, false), &manual);
	test_wake();
	test_granted_and_asleep();
	test_half_done_signals();
	test_half_done_grant();
	test_dead();
	test_dead_with_descriptors();
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
