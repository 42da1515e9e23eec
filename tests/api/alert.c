/* SPDX-License-Identifier: MIT */
/*
 * alert.c - tests of thread numbers and alerts.
 *
 * Between processes: process.c.
 */
#include <config.h>

#include "tests/api/support.h"

static struct worker workers[3];
static carafe_handle never;

static uint32_t
own_id(void)
{
	uint32_t id;

	must(carafe_thread_id(env, &id), "carafe_thread_id");
	return id;
}

static void
test_ids(void)
{
	uint32_t id = own_id();

	ok(id != 0 && id % 4 == 0, "a thread's number is a multiple of 4 and not 0");
	is_int(own_id(), id, "it stays the same");
	ok(id != workers[0].id && workers[0].id != workers[1].id && workers[1].id != id,
		"each thread has its own");
}

static void
test_alert_ends_an_alertable_wait(void)
{
	struct wait waits[] = { one(never), any(2, never, never), all(1, never) };

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		ok(worker_wait(&workers[0], waits[i]), "wait %zu sleeps", i);
		is_status(carafe_thread_alert(env, workers[0].id), CARAFE_STATUS_SUCCESS,
			"its thread is alerted");
		is_status(worker_end(&workers[0]), CARAFE_STATUS_ALERTED, "which ends the wait");
		waits[i].timeout = &now_or_never;
		worker_wait(&workers[0], waits[i]);
		is_status(worker_end(&workers[0]), CARAFE_STATUS_TIMEOUT, "and uses up the alert");
	}
}

/* Catches an alert that is lost while the thread does not wait, and one that counts. */
static void
test_alert_is_kept(void)
{
	must(carafe_thread_alert(env, own_id()), "alert");
	must(carafe_thread_alert(env, own_id()), "alert");
	is_status(carafe_wait_one(env, never, 1, NULL), CARAFE_STATUS_ALERTED,
		"two alerts that came early end the next alertable wait");
	is_status(carafe_wait_one(env, never, 1, &now_or_never), CARAFE_STATUS_TIMEOUT,
		"and only that one");
	must(carafe_thread_alert(env, own_id()), "alert");
	is_status(carafe_wait_one(env, never, 1, &now_or_never), CARAFE_STATUS_ALERTED,
		"a poll is alerted, too");
	is_status(carafe_wait_one(env, never, 1, &now_or_never), CARAFE_STATUS_TIMEOUT, "once");
}

static void
test_not_alertable(void)
{
	carafe_handle event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	struct wait wait = one(event);

	wait.alertable = 0;
	worker_wait(&workers[0], wait);
	must(carafe_thread_alert(env, workers[0].id), "alert");
	ok(worker_asleep(&workers[0]), "a wait that is not alertable sleeps on");
	must(carafe_event_set(env, event, NULL), "set");
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0, "and is satisfied as usual");
	worker_wait(&workers[0], one(never));
	is_status(worker_end(&workers[0]), CARAFE_STATUS_ALERTED,
		"the alert is kept for one that is alertable");

	must(carafe_thread_alert(env, own_id()), "alert");
	is_status(poll_one(never), CARAFE_STATUS_TIMEOUT, "a poll that is not alertable times out");
	is_status(carafe_wait_one(env, never, 1, NULL), CARAFE_STATUS_ALERTED, "and keeps it too");
	carafe_close(env, event);
}

static void
test_object_comes_first(void)
{
	carafe_handle event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 1);

	must(carafe_thread_alert(env, own_id()), "alert");
	is_status(carafe_wait_one(env, event, 1, NULL), CARAFE_STATUS_WAIT_0,
		"what is signalled comes before the alert");
	is_status(carafe_wait_one(env, event, 1, NULL), CARAFE_STATUS_ALERTED,
		"which is kept for the next wait");

	worker_wait(&workers[0], one(event));
	must(carafe_event_set(env, event, NULL), "set");
	must(carafe_thread_alert(env, workers[0].id), "alert");
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0,
		"a wait that was satisfied cannot be alerted");
	is_int(event_state(event), 0, "and has what it was given");
	worker_wait(&workers[0], one(event));
	is_status(worker_end(&workers[0]), CARAFE_STATUS_ALERTED, "its alert was kept");

	worker_wait(&workers[0], one(event));
	must(carafe_thread_alert(env, workers[0].id), "alert");
	must(carafe_event_set(env, event, NULL), "set");
	is_status(worker_end(&workers[0]), CARAFE_STATUS_ALERTED,
		"a wait that was alerted cannot be satisfied");
	is_int(event_state(event), 1, "and has taken nothing");
	carafe_close(env, event);
}

static void
test_signal_and_wait(void)
{
	carafe_handle event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);

	must(carafe_thread_alert(env, own_id()), "alert");
	is_status(carafe_signal_and_wait(env, event, event, 1, NULL), CARAFE_STATUS_WAIT_0,
		"signal and wait: what is signalled comes first");
	is_status(carafe_signal_and_wait(env, event, never, 1, NULL), CARAFE_STATUS_ALERTED,
		"then the alert");
	is_int(event_state(event), 1, "and the signal is given");
	carafe_close(env, event);
}

/* The number of a thread that ended must not reach another one. */
static void
test_ended_threads(void)
{
	struct worker gone;
	uint32_t old;

	worker_start(&gone);
	old = gone.id;
	worker_stop(&gone);
	is_status(carafe_thread_alert(env, old), CARAFE_STATUS_INVALID_CID,
		"the number of a thread that ended names nobody");
	worker_start(&gone);
	if (gone.id != old)
		is_status(carafe_thread_alert(env, old), CARAFE_STATUS_INVALID_CID,
			"nor does it when another thread has come");
	else
		pass("the next thread got the same number");
	worker_wait(&gone, one(never));
	is_status(worker_outcome(&gone), CARAFE_STATUS_ALERTED, "who is reached by its own");
	worker_stop(&gone);
	is_status(carafe_thread_alert(env, 0), CARAFE_STATUS_INVALID_CID, "0 names nobody");
	is_status(carafe_thread_alert(env, UINT32_MAX), CARAFE_STATUS_INVALID_CID, "nor 2^32 - 1");
	is_status(carafe_thread_alert(env, own_id() + 1), CARAFE_STATUS_INVALID_CID,
		"nor what is no multiple of 4");
}

/*
 * Alerts and releases race.  Catches a count that is taken by a wait which says ALERTED, and a wait
 * that says neither (it would hang).
 */
enum { ROUNDS = 3000 };

static struct {
	carafe_handle semaphore;
	int satisfied, alerted, odd;
} race;

static carafe_status
task_count_ends(void *argument)
{
	(void)argument;
	for (int i = 0; i < ROUNDS; i++) {
		carafe_status status = carafe_wait_one(env, race.semaphore, 1, NULL);

		if (status == CARAFE_STATUS_WAIT_0)
			race.satisfied++;
		else if (status == CARAFE_STATUS_ALERTED)
			race.alerted++;
		else
			race.odd++;
	}
	return CARAFE_STATUS_SUCCESS;
}

static atomic_bool stop;
static atomic_int releases;

static carafe_status
task_release_many(void *argument)
{
	(void)argument;
	while (!atomic_load(&stop)) {
		must(carafe_semaphore_release(env, race.semaphore, 1, NULL), "release");
		atomic_fetch_add(&releases, 1);
		while (!atomic_load(&stop) && semaphore_count(race.semaphore) > 10)
			poll_one(never);
	}
	return CARAFE_STATUS_SUCCESS;
}

static carafe_status
task_alert(void *argument)
{
	(void)argument;
	while (!atomic_load(&stop))
		must(carafe_thread_alert(env, workers[0].id), "alert");
	return CARAFE_STATUS_SUCCESS;
}

static void
test_race(void)
{
	race.semaphore = new_semaphore(0, INT32_MAX);
	worker_begin(&workers[0], task_count_ends, NULL);
	worker_begin(&workers[1], task_release_many, NULL);
	worker_begin(&workers[2], task_alert, NULL);
	must(worker_end(&workers[0]), "waiting thread");
	atomic_store(&stop, true);
	must(worker_end(&workers[1]), "releasing thread");
	must(worker_end(&workers[2]), "alerting thread");
	is_int(race.odd, 0, "every wait was satisfied or alerted (%d, %d)", race.satisfied,
		race.alerted);
	is_int(semaphore_count(race.semaphore), atomic_load(&releases) - race.satisfied,
		"those that were satisfied took one each, those that were alerted none");
	carafe_close(env, race.semaphore);
}

int
main(void)
{
	begin();
	never = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	for (int i = 0; i < 3; i++)
		worker_start(&workers[i]);
	test_ids();
	test_alert_ends_an_alertable_wait();
	test_alert_is_kept();
	test_not_alertable();
	test_object_comes_first();
	test_signal_and_wait();
	test_ended_threads();
	test_race();
	for (int i = 0; i < 3; i++)
		worker_stop(&workers[i]);
	return end();
}
