/* SPDX-License-Identifier: MIT */
/*
 * peer.c - see peer.h.
 */
#include <config.h>

#include "tests/kill/peer.h"

carafe_handle automatic, manual, semaphore, mutant, other;
struct worker workers[2];
uint32_t *victim_id;
bool victim_is_gone;

const struct scenario *const scenario_lists[] = { object_scenarios, process_scenarios, NULL };

const char *scenario_enable(char **argv)
{
	(void)argv;
	return NULL;
}

/* ---- The peer --------------------------------------------------------------------------- */

void scenario_begin(void)
{
	automatic = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	manual = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	semaphore = new_semaphore(0, 1000);
	mutant = new_mutant(0);
	other = new_mutant(0);
	worker_start(&workers[0]);
	worker_start(&workers[1]);
	victim_id = shared_memory(sizeof(*victim_id));
}

bool is_good(carafe_status status)
{
	return status == CARAFE_STATUS_SUCCESS || status == CARAFE_STATUS_ABANDONED_WAIT_0 ||
	       status == CARAFE_STATUS_TIMEOUT || status == CARAFE_STATUS_ABANDONED;
}

static carafe_status take_and_release(carafe_handle handle)
{
	carafe_status status = poll_one(handle);

	if (status == CARAFE_STATUS_TIMEOUT)
		return status;
	return is_good(status) ? carafe_mutant_release(env, handle, NULL) : status;
}

static carafe_status make_and_close(void)
{
	carafe_handle handle;
	carafe_status status;

	status = carafe_event_create(env, CARAFE_MAXIMUM_ALLOWED, 0, CARAFE_SYNCHRONIZATION_EVENT,
				     1, &handle);
	if (status == CARAFE_STATUS_SUCCESS)
		status = poll_one(handle);
	return status == CARAFE_STATUS_SUCCESS ? carafe_close(env, handle) : status;
}

static carafe_status query_all(void)
{
	struct carafe_event_information event;
	struct carafe_mutant_information owned;
	struct carafe_semaphore_information count;
	carafe_status status;

	status = carafe_event_query(env, automatic, &event);
	if (status == CARAFE_STATUS_SUCCESS)
		status = carafe_event_query(env, manual, &event);
	if (status == CARAFE_STATUS_SUCCESS)
		status = carafe_semaphore_query(env, semaphore, &count);
	if (status == CARAFE_STATUS_SUCCESS)
		status = carafe_mutant_query(env, mutant, &owned);
	return status;
}

const char *scenario_work(void)
{
	if (!is_good(query_all()))
		return "a query";
	if (!is_good(carafe_event_set(env, automatic, NULL)) || !is_good(poll_one(automatic)))
		return "setting and taking an event";
	if (!is_good(carafe_event_pulse(env, manual, NULL)) ||
	    !is_good(carafe_event_reset(env, manual, NULL)))
		return "pulsing an event";
	if (!is_good(carafe_semaphore_release(env, semaphore, 1, NULL)) ||
	    !is_good(poll_one(semaphore)))
		return "releasing and taking a semaphore";
	if (!is_good(take_and_release(mutant)) || !is_good(take_and_release(other)))
		return "taking and releasing a mutant";
	if (!is_good(make_and_close()))
		return "making and closing an event";
	return NULL;
}

const char *scenario_reset(void)
{
	carafe_status status;

	(void)carafe_event_reset(env, automatic, NULL);
	(void)carafe_event_reset(env, manual, NULL);
	do
		status = poll_one(semaphore);
	while (status == CARAFE_STATUS_SUCCESS);
	if (status != CARAFE_STATUS_TIMEOUT || event_state(automatic) != 0 ||
	    event_state(manual) != 0)
		return "an event or the semaphore";
	if (take_and_release(mutant) != CARAFE_STATUS_SUCCESS ||
	    take_and_release(other) != CARAFE_STATUS_SUCCESS || mutant_state(mutant).count != 1)
		return "a mutant that nobody may own any more";
	return NULL;
}

/* ---- Parts of scenarios ----------------------------------------------------------------- */

int is(carafe_status got, carafe_status want)
{
	return got == want ? 0 : 1;
}

int done(carafe_status status)
{
	return is(status, CARAFE_STATUS_SUCCESS);
}

void wait_for(carafe_handle handle, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!worker_wait(&workers[i], one(handle)))
			bail_out("a wait for an object that is not signalled ended");
}

void end_waits(unsigned count, void (*signal_once)(void))
{
	for (unsigned i = 0; i < count; i++) {
		while (worker_asleep(&workers[i]))
			signal_once();
		if (!is_good(worker_end(&workers[i])))
			bail_out("a worker's wait failed");
	}
}

void signal_automatic(void)
{
	must(carafe_event_set(env, automatic, NULL), "carafe_event_set");
}

void signal_manual(void)
{
	must(carafe_event_set(env, manual, NULL), "carafe_event_set");
}

void signal_semaphore(void)
{
	must(carafe_semaphore_release(env, semaphore, 1, NULL), "carafe_semaphore_release");
}

void end_alerted(void)
{
	carafe_status status;

	while (worker_asleep(&workers[0]))
		must(carafe_thread_alert(env, workers[0].id), "carafe_thread_alert");
	status = worker_end(&workers[0]);
	if (status != CARAFE_STATUS_ALERTED && !is_good(status))
		bail_out("a worker's wait failed");
	/* Neither may an alert stay for the next case. */
	must(carafe_thread_alert(env, workers[0].id), "carafe_thread_alert");
	if (worker_wait(&workers[0], one(automatic)) ||
	    worker_end(&workers[0]) != CARAFE_STATUS_ALERTED)
		bail_out("an alerted thread waits");
}

void take_mutant(void)
{
	must(poll_one(mutant), "taking a mutant");
}

void one_for_mutant(void)
{
	wait_for(mutant, 1);
}

static carafe_status end_wait_for_mutant(void)
{
	carafe_status status = worker_end(&workers[0]);

	if (!is_good(status))
		bail_out("a worker's wait failed");
	must(worker_release(&workers[0], mutant), "carafe_mutant_release");
	return status;
}

void end_one_mutant(void)
{
	if (victim_is_gone)
		(void)end_wait_for_mutant();
}

void end_one_abandoned(void)
{
	if (victim_is_gone && end_wait_for_mutant() != CARAFE_STATUS_ABANDONED_WAIT_0)
		bail_out("a mutant is not abandoned by its owner's end");
}

void take_slot(void)
{
	must(carafe_thread_id(env, victim_id), "carafe_thread_id");
}
