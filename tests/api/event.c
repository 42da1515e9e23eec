/* SPDX-License-Identifier: MIT */
/*
 * event.c - tests of events: set, reset, pulse, query, and who is released.
 */
#include <config.h>

#include "tests/api/support.h"

#define NOTIFICATION CARAFE_NOTIFICATION_EVENT
#define SYNCHRONIZATION CARAFE_SYNCHRONIZATION_EVENT
#define WORKERS 4

static struct worker workers[WORKERS];

static void
test_creation(void)
{
	for (int type = 0; type <= 1; type++) {
		for (int signalled = 0; signalled <= 2; signalled++) {
			struct carafe_event_information information = { 99, 99 };
			carafe_handle event = new_event((enum carafe_event_type)type, signalled);

			must(carafe_event_query(env, event, &information), "query");
			ok(information.type == (uint32_t)type &&
				   information.state == (uint32_t)(signalled != 0),
				"an event made with type %d and signalled %d is queried so", type,
				signalled);
			carafe_close(env, event);
		}
	}
	is_int(sizeof(struct carafe_event_information), 8, "the information has NT's size");
}

/* Catches a previous state that is the new one, counts, or is not told. */
static void
test_previous_state(enum carafe_event_type type)
{
	carafe_handle event = new_event(type, 0);
	int32_t previous = 99;

	must(carafe_event_set(env, event, &previous), "set");
	ok(previous == 0 && event_state(event) == 1, "type %d: set of a reset event", (int)type);
	must(carafe_event_set(env, event, &previous), "set");
	ok(previous == 1 && event_state(event) == 1, "type %d: set of a set event", (int)type);
	must(carafe_event_reset(env, event, &previous), "reset");
	ok(previous == 1 && event_state(event) == 0, "type %d: reset of an event set twice",
		(int)type);
	must(carafe_event_reset(env, event, &previous), "reset");
	ok(previous == 0 && event_state(event) == 0, "type %d: reset of a reset event", (int)type);
	must(carafe_event_pulse(env, event, &previous), "pulse");
	ok(previous == 0 && event_state(event) == 0, "type %d: pulse of a reset event", (int)type);
	must(carafe_event_set(env, event, NULL), "set");
	must(carafe_event_pulse(env, event, &previous), "pulse");
	ok(previous == 1 && event_state(event) == 0, "type %d: pulse of a set event resets it",
		(int)type);
	must(carafe_event_pulse(env, event, NULL), "pulse");
	must(carafe_event_reset(env, event, NULL), "reset");
	pass("type %d: previous may be NULL", (int)type);
	carafe_close(env, event);
}

static void
test_satisfied_waits(void)
{
	carafe_handle manual = new_event(NOTIFICATION, 1);
	carafe_handle automatic = new_event(SYNCHRONIZATION, 1);

	is_status(poll_one(manual), CARAFE_STATUS_WAIT_0, "a set notification event lets through");
	is_status(poll_one(manual), CARAFE_STATUS_WAIT_0, "and again");
	is_int(event_state(manual), 1, "and stays set");
	is_status(poll_one(automatic), CARAFE_STATUS_WAIT_0,
		"a set synchronization event lets one through");
	is_int(event_state(automatic), 0, "which resets it");
	is_status(poll_one(automatic), CARAFE_STATUS_TIMEOUT, "the next one has to wait");
	carafe_close(env, manual);
	carafe_close(env, automatic);
}

/* All workers sleep on the event, in the order of their numbers. */
static void
all_wait_for(carafe_handle event)
{
	for (int i = 0; i < WORKERS; i++) {
		if (!worker_wait(&workers[i], one(event)))
			bail_out("a wait for a reset event ended at once");
	}
}

/* Catches one who is forgotten, or released although it is another's turn. */
static void
outcomes_are(uint32_t released, const char *what)
{
	uint32_t got = 0, odd = 0;

	for (uint32_t i = 0; i < WORKERS; i++) {
		carafe_status status = worker_outcome(&workers[i]);

		if (status == CARAFE_STATUS_WAIT_0)
			got |= 1u << i;
		else if (status != CARAFE_STATUS_ALERTED)
			odd |= 1u << i;
	}
	if (!ok(got == released && odd == 0, "%s", what))
		diag("released 0x%x, wanted 0x%x, odd statuses 0x%x", got, released, odd);
}

static void
test_set_releases(void)
{
	carafe_handle manual = new_event(NOTIFICATION, 0);
	carafe_handle automatic = new_event(SYNCHRONIZATION, 0);

	all_wait_for(manual);
	must(carafe_event_set(env, manual, NULL), "set");
	is_int(event_state(manual), 1, "a notification event stays set when it releases");
	outcomes_are(0xf, "setting a notification event releases all who wait");

	all_wait_for(automatic);
	must(carafe_event_set(env, automatic, NULL), "set");
	is_int(event_state(automatic), 0, "a synchronization event is handed over when it is set");
	is_status(poll_one(automatic), CARAFE_STATUS_TIMEOUT, "so its setter cannot grab it");
	outcomes_are(0x1, "setting a synchronization event releases the first who waits");
	is_int(event_state(automatic), 0, "those who gave up have not changed it");

	all_wait_for(automatic);
	for (uint32_t i = 1; i <= 3; i++) {
		int32_t previous = 99;

		must(carafe_event_set(env, automatic, &previous), "set");
		is_int(previous, 0, "set %u of 3 found it reset", (unsigned)i);
	}
	outcomes_are(0x7, "three sets release the first three, in their order");
	carafe_close(env, manual);
	carafe_close(env, automatic);
}

/* Catches a queue that is no queue: each set must release exactly the oldest. */
static void
test_order(void)
{
	carafe_handle event = new_event(SYNCHRONIZATION, 0);

	all_wait_for(event);
	for (int i = 0; i < WORKERS; i++) {
		must(carafe_event_set(env, event, NULL), "set");
		is_status(worker_end(&workers[i]), CARAFE_STATUS_WAIT_0,
			"set %d releases the one who came as number %d", i + 1, i + 1);
		for (int later = i + 1; later < WORKERS; later++)
			ok(worker_asleep(&workers[later]), "and not number %d", later + 1);
	}
	carafe_close(env, event);
}

static void
test_reset_takes_nothing_back(void)
{
	carafe_handle manual = new_event(NOTIFICATION, 0);

	all_wait_for(manual);
	must(carafe_event_set(env, manual, NULL), "set");
	must(carafe_event_reset(env, manual, NULL), "reset");
	is_int(event_state(manual), 0, "the event is reset at once after it was set");
	outcomes_are(0xf, "and all who waited when it was set are released nevertheless");
	carafe_close(env, manual);
}

static void
test_pulse_releases(void)
{
	carafe_handle manual = new_event(NOTIFICATION, 0);
	carafe_handle automatic = new_event(SYNCHRONIZATION, 0);
	int32_t previous = 99;

	all_wait_for(manual);
	must(carafe_event_pulse(env, manual, &previous), "pulse");
	ok(previous == 0 && event_state(manual) == 0, "a pulsed notification event is reset");
	is_status(poll_one(manual), CARAFE_STATUS_TIMEOUT, "one who comes later is not released");
	outcomes_are(0xf, "pulsing a notification event releases all who wait");

	all_wait_for(automatic);
	must(carafe_event_pulse(env, automatic, &previous), "pulse");
	ok(previous == 0 && event_state(automatic) == 0, "a pulsed synchronization event is reset");
	outcomes_are(0x1, "pulsing a synchronization event releases exactly the first");

	must(carafe_event_pulse(env, manual, NULL), "pulse");
	must(carafe_event_pulse(env, automatic, NULL), "pulse");
	all_wait_for(manual);
	outcomes_are(0, "a pulse of a notification event that nobody waited for is lost");
	all_wait_for(automatic);
	outcomes_are(0, "a pulse of a synchronization event that nobody waited for is lost");
	carafe_close(env, manual);
	carafe_close(env, automatic);
}

/* Catches a pulse that is spent on one who cannot be satisfied. */
static void
test_pulse_skips_the_unsatisfiable(void)
{
	carafe_handle automatic = new_event(SYNCHRONIZATION, 0);
	carafe_handle manual = new_event(NOTIFICATION, 0);
	carafe_handle lacking = new_event(NOTIFICATION, 0);
	carafe_handle given = new_semaphore(1, 1);

	worker_wait(&workers[0], all(2, automatic, lacking));
	worker_wait(&workers[1], all(2, given, automatic));
	worker_wait(&workers[2], one(automatic));
	worker_wait(&workers[3], one(automatic));
	must(carafe_event_pulse(env, automatic, NULL), "pulse");
	is_int(semaphore_count(given), 0, "a pulse satisfies a wait for all and takes its others");
	outcomes_are(0x2, "a pulse goes to the first who can be satisfied, and to no other");

	must(carafe_semaphore_release(env, given, 1, NULL), "release");
	worker_wait(&workers[0], all(2, manual, lacking));
	worker_wait(&workers[1], all(2, given, manual));
	worker_wait(&workers[2], one(manual));
	worker_wait(&workers[3], all(2, manual, given));
	must(carafe_event_pulse(env, manual, NULL), "pulse");
	outcomes_are(0x6, "a notification event's pulse releases all who can be satisfied");
	is_int(semaphore_count(given), 0, "one of two got what there was for one");

	worker_wait(&workers[0], all(2, manual, lacking));
	must(carafe_event_pulse(env, manual, NULL), "pulse");
	must(carafe_event_set(env, lacking, NULL), "set");
	is_status(worker_outcome(&workers[0]), CARAFE_STATUS_ALERTED,
		"a wait for all does not remember a pulse");
	carafe_close(env, automatic);
	carafe_close(env, manual);
	carafe_close(env, lacking);
	carafe_close(env, given);
}

/* A thread that queries until it is told to stop, and counts how often it saw the event set. */
static struct {
	carafe_handle event;
	atomic_bool stop;
	atomic_int looks;
} watch;

static carafe_status
task_watch(void *seen_set)
{
	while (!atomic_load(&watch.stop)) {
		if (event_state(watch.event) != 0)
			++*(int *)seen_set;
		atomic_fetch_add(&watch.looks, 1);
	}
	return CARAFE_STATUS_SUCCESS;
}

/* Catches a pulse made of a set and a reset: a query between them would see the event set. */
static void
test_pulse_is_never_seen_set(enum carafe_event_type type)
{
	int seen = 0;

	watch.event = new_event(type, 0);
	atomic_store(&watch.stop, false);
	atomic_store(&watch.looks, 0);
	worker_begin(&workers[0], task_watch, &seen);
	await_value(&watch.looks, 1);
	for (int round = 0; round < 200; round++) {
		for (int i = 1; i < WORKERS; i++)
			worker_wait(&workers[i], one(watch.event));
		must(carafe_event_pulse(env, watch.event, NULL), "pulse");
		for (int i = 1; i < WORKERS; i++)
			worker_outcome(&workers[i]);
	}
	atomic_store(&watch.stop, true);
	worker_end(&workers[0]);
	is_int(seen, 0, "type %d: in %d queries during 200 pulses none saw the event set",
		(int)type, atomic_load(&watch.looks));
	carafe_close(env, watch.event);
}

/* Catches a set that is lost, or taken twice, between threads that race for it. */
#define RACES 20000

static struct {
	carafe_handle event;
	carafe_handle taken;
	atomic_int wins;
} race;

static carafe_status
task_race(void *argument)
{
	(void)argument;
	for (;;) {
		carafe_status status = carafe_wait_one(env, race.event, 1, NULL);

		if (status != CARAFE_STATUS_WAIT_0)
			return status;
		atomic_fetch_add(&race.wins, 1);
		must(carafe_event_set(env, race.taken, NULL), "set");
	}
}

static void
test_every_set_is_taken_once(void)
{
	race.event = new_event(SYNCHRONIZATION, 0);
	race.taken = new_event(SYNCHRONIZATION, 0);
	for (int i = 0; i < WORKERS; i++)
		worker_begin(&workers[i], task_race, NULL);
	for (int i = 0; i < RACES; i++) {
		must(carafe_event_set(env, race.event, NULL), "set");
		must(carafe_wait_one(env, race.taken, 0, NULL), "wait");
	}
	for (int i = 0; i < WORKERS; i++)
		worker_outcome(&workers[i]);
	is_int(atomic_load(&race.wins), RACES, "%d sets satisfied as many waits of %d threads",
		RACES, WORKERS);
	ok(event_state(race.event) == 0 && event_state(race.taken) == 0,
		"and nothing is left over");
	carafe_close(env, race.event);
	carafe_close(env, race.taken);
}

int
main(void)
{
	begin();
	for (int i = 0; i < WORKERS; i++)
		worker_start(&workers[i]);
	test_creation();
	test_previous_state(NOTIFICATION);
	test_previous_state(SYNCHRONIZATION);
	test_satisfied_waits();
	test_set_releases();
	test_order();
	test_reset_takes_nothing_back();
	test_pulse_releases();
	test_pulse_skips_the_unsatisfiable();
	test_pulse_is_never_seen_set(NOTIFICATION);
	test_pulse_is_never_seen_set(SYNCHRONIZATION);
	test_every_set_is_taken_once();
	for (int i = 0; i < WORKERS; i++)
		worker_stop(&workers[i]);
	return end();
}
