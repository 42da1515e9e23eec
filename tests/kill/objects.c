/* SPDX-License-Identifier: MIT */
/*
 * objects.c - scenarios of calls on objects: making, closing, signalling, waiting.
 *
 * What happens if the test dies here: its folder stays behind.
 */
#include <config.h>

#include <signal.h>
#include <sys/wait.h>

#include "core/environment.h"
#include "core/round.h"
#include "core/word.h"
#include "tests/kill/peer.h"
#include "tests/kill/step.h"

static const int64_t soon = -10000; /* 1 ms */

/* ---- Making and closing ----------------------------------------------------------------- */

static carafe_handle made;

static int create_event(void)
{
	return done(carafe_event_create(env, CARAFE_MAXIMUM_ALLOWED, CARAFE_INHERIT,
					CARAFE_NOTIFICATION_EVENT, 0, &made));
}

static int create_mutant(void)
{
	return done(carafe_mutant_create(env, CARAFE_MAXIMUM_ALLOWED, CARAFE_INHERIT, 1, &made));
}

static int create_semaphore(void)
{
	return done(carafe_semaphore_create(env, CARAFE_MAXIMUM_ALLOWED, 0, 1, 2, &made));
}

static void make_event(void)
{
	made = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
}

static void make_mutant(void)
{
	made = new_mutant(1);
}

static int close_made(void)
{
	return done(carafe_close(env, made));
}

static int close_shared(void)
{
	return done(carafe_close(env, automatic));
}

/* Only the victim has a handle of it, and a worker waits for it. */
static void one_for_made(void)
{
	make_event();
	wait_for(made, 1);
}

/* Its next wait takes the worker out of the queue of the object, which ends it. */
static void leave_made(void)
{
	end_alerted();
	wait_for(automatic, 1);
	end_waits(1, signal_automatic);
}

static void close_own(void)
{
	must(carafe_close(env, made), "carafe_close");
}

/* ---- Signals ---------------------------------------------------------------------------- */

static void one_for_automatic(void)
{
	wait_for(automatic, 1);
}

static void two_for_automatic(void)
{
	wait_for(automatic, 2);
}

static void two_for_manual(void)
{
	wait_for(manual, 2);
}

static void one_for_semaphore(void)
{
	wait_for(semaphore, 1);
}

static void end_one_automatic(void)
{
	end_waits(1, signal_automatic);
}

static void end_two_automatic(void)
{
	end_waits(2, signal_automatic);
}

static void end_two_manual(void)
{
	end_waits(2, signal_manual);
}

static void end_one_semaphore(void)
{
	end_waits(1, signal_semaphore);
}

static int set_automatic(void)
{
	return done(carafe_event_set(env, automatic, NULL));
}

static int set_manual(void)
{
	return done(carafe_event_set(env, manual, NULL));
}

static int reset_manual(void)
{
	return done(carafe_event_reset(env, manual, NULL));
}

static int pulse_automatic(void)
{
	return done(carafe_event_pulse(env, automatic, NULL));
}

static int pulse_manual(void)
{
	return done(carafe_event_pulse(env, manual, NULL));
}

static int query_mutant(void)
{
	struct carafe_mutant_information information;

	return done(carafe_mutant_query(env, mutant, &information));
}

static int query_semaphore(void)
{
	struct carafe_semaphore_information information;

	return done(carafe_semaphore_query(env, semaphore, &information));
}

static int query_event(void)
{
	struct carafe_event_information information;

	return done(carafe_event_query(env, automatic, &information));
}

static int release_semaphore(void)
{
	return done(carafe_semaphore_release(env, semaphore, 2, NULL));
}

/* ---- Mutants ---------------------------------------------------------------------------- */

static void worker_takes_mutant(void)
{
	if (worker_poll(&workers[1], mutant) != CARAFE_STATUS_SUCCESS)
		bail_out("a free mutant cannot be taken");
}

static void worker_releases_mutant(void)
{
	(void)worker_release(&workers[1], mutant);
}

static int acquire_mutant(void)
{
	return done(poll_one(mutant));
}

static int release_mutant(void)
{
	return done(carafe_mutant_release(env, mutant, NULL));
}

static int wait_for_mutant(void)
{
	return done(carafe_wait_one(env, mutant, 0, NULL));
}

static void take_mutant_twice(void)
{
	take_mutant();
	take_mutant();
}

static int die_with_mutant(void *argument)
{
	(void)argument;
	take_mutant();
	return 0;
}

static void abandon_mutant(void)
{
	(void)reap(spawn(die_with_mutant, NULL));
	must(cf_round(env), "a round after the mutant's owner");
}

static int acquire_abandoned(void)
{
	return is_good(poll_one(mutant)) ? 0 : 1;
}

/* ---- Waits ------------------------------------------------------------------------------ */

static void set_both(void)
{
	signal_automatic();
	signal_semaphore();
}

static int poll_automatic(void)
{
	return is_good(poll_one(automatic)) ? 0 : 1;
}

static int wait_automatic(void)
{
	return done(carafe_wait_one(env, automatic, 0, NULL));
}

static int wait_little(void)
{
	return is_good(carafe_wait_one(env, automatic, 0, &soon)) ? 0 : 1;
}

static int wait_any(void)
{
	carafe_handle handles[] = { automatic, semaphore, manual };
	carafe_status status = carafe_wait_many(env, 3, handles, CARAFE_WAIT_ANY, 0, NULL);

	return status < 3 ? 0 : 1;
}

static int wait_all(void)
{
	carafe_handle handles[] = { automatic, semaphore, mutant };
	carafe_status status = carafe_wait_many(env, 3, handles, CARAFE_WAIT_ALL, 0, NULL);

	return is_good(status) ? 0 : 1;
}

static int signal_and_wait(void)
{
	return is_good(carafe_signal_and_wait(env, semaphore, automatic, 0, NULL)) ? 0 : 1;
}

static int release_and_wait(void)
{
	return is_good(carafe_signal_and_wait(env, mutant, automatic, 0, NULL)) ? 0 : 1;
}

/* ---- Many ------------------------------------------------------------------------------- */

#define CROWD 16u

static carafe_handle crowd[CROWD];

/* Made once: other objects, in another order, would send the victim another way. */
static void set_crowd(void)
{
	for (unsigned i = 0; i < CROWD; i++) {
		if (crowd[i] == 0)
			crowd[i] = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
		must(carafe_event_set(env, crowd[i], NULL), "carafe_event_set");
	}
}

static int take_crowd(void)
{
	return done(carafe_wait_many(env, CROWD, crowd, CARAFE_WAIT_ALL, 0, NULL));
}

/* ---- Alerts ----------------------------------------------------------------------------- */

static int alert_worker(void)
{
	return done(carafe_thread_alert(env, workers[0].id));
}

static void alert_victim(void)
{
	must(carafe_thread_alert(env, *victim_id), "carafe_thread_alert");
}

static void take_slot_and_alert(void)
{
	take_slot();
	alert_victim();
}

static int wait_alerted(void)
{
	carafe_status status = carafe_wait_one(env, automatic, 1, NULL);

	return status == CARAFE_STATUS_ALERTED || is_good(status) ? 0 : 1;
}

/* ---- Beside somebody who is stopped in the middle of a change ---------------------------- */

/* Who is stopped there, until the victim is gone. */
static pid_t bystander;

static bool is_changing(void)
{
	const struct cf_object *objects = env->region->object;
	bool found = false;

	for (unsigned i = 0; i < 8; i++)
		found |= cf_described(cf_load(&objects[i].state)) ||
			 cf_described(cf_load(&objects[i].refs));
	return found;
}

/* The way of the first one to where it is stopped, which the next ones run. */
static struct trail way;

static void stop_in_a_change(int (*call)(void))
{
	unsigned ran;

	bystander = step_start(NULL, call);
	if (way.length > 0)
		(void)step_run_to(bystander, &way, way.length - 1, NULL, &ran);
	while (!is_changing())
		if (step_noting(bystander, 1, NULL, &way) != STEPPED)
			bail_out("a call makes no change of several words");
	step_stop(bystander);
}

static void stop_in_taking_all(void)
{
	stop_in_a_change(wait_all);
}

static void stop_in_closing(void)
{
	stop_in_a_change(close_shared);
}

static void kill_bystander(void)
{
	if (!victim_is_gone || bystander == 0)
		return;
	kill(bystander, SIGKILL);
	(void)reap(bystander);
	bystander = 0;
	must(cf_round(env), "a round after the bystander");
}

const struct scenario object_scenarios[] = {
	SCENARIO("creating an event", NULL, NULL, create_event, NULL, NULL),
	SCENARIO("creating an event by a thread with a slot", NULL, make_event, create_event, NULL,
		 NULL),
	SCENARIO("creating an owned mutant", NULL, make_event, create_mutant, NULL, NULL),
	SCENARIO("creating a semaphore", NULL, make_event, create_semaphore, NULL, NULL),
	SCENARIO("closing the last handle", NULL, make_event, close_made, NULL, NULL),
	SCENARIO("closing an owned mutant", NULL, make_mutant, close_made, NULL, NULL),
	SCENARIO("closing one of two handles", NULL, NULL, close_shared, NULL, NULL),
	SCENARIO("closing one of two handles while somebody waits", one_for_automatic, NULL,
		 close_shared, NULL, end_one_automatic),
	BESIDE("closing the last handle of an event that one waits for", one_for_made, NULL,
	       close_own, close_made, NULL, leave_made),
	SCENARIO("setting an event", NULL, NULL, set_automatic, NULL, NULL),
	SCENARIO("setting an event that one waits for", one_for_automatic, NULL, set_automatic,
		 NULL, end_one_automatic),
	SCENARIO("setting an event that two wait for", two_for_automatic, NULL, set_automatic, NULL,
		 end_two_automatic),
	SCENARIO("setting a notification event that two wait for", two_for_manual, NULL, set_manual,
		 NULL, end_two_manual),
	SCENARIO("resetting an event", signal_manual, NULL, reset_manual, NULL, NULL),
	SCENARIO("pulsing an event", NULL, NULL, pulse_automatic, NULL, NULL),
	SCENARIO("pulsing an event that two wait for", two_for_automatic, NULL, pulse_automatic,
		 NULL, end_two_automatic),
	SCENARIO("pulsing a notification event that two wait for", two_for_manual, NULL,
		 pulse_manual, NULL, end_two_manual),
	SCENARIO("querying an event", NULL, NULL, query_event, NULL, NULL),
	SCENARIO("querying a mutant", NULL, NULL, query_mutant, NULL, NULL),
	SCENARIO("querying a semaphore", NULL, NULL, query_semaphore, NULL, NULL),
	SCENARIO("releasing a semaphore", NULL, NULL, release_semaphore, NULL, NULL),
	SCENARIO("releasing a semaphore that one waits for", one_for_semaphore, NULL,
		 release_semaphore, NULL, end_one_semaphore),
	SCENARIO("acquiring a mutant", NULL, NULL, acquire_mutant, NULL, NULL),
	SCENARIO("acquiring a mutant again", NULL, take_mutant, acquire_mutant, NULL, NULL),
	SCENARIO("acquiring an abandoned mutant", abandon_mutant, NULL, acquire_abandoned, NULL,
		 NULL),
	SCENARIO("releasing a mutant", NULL, take_mutant, release_mutant, NULL, NULL),
	SCENARIO("releasing a mutant that was acquired twice", NULL, take_mutant_twice,
		 release_mutant, NULL, NULL),
	BESIDE("releasing a mutant that one waits for", NULL, take_mutant, one_for_mutant,
	       release_mutant, NULL, end_one_mutant),
	SCENARIO("waiting for a mutant that somebody has", worker_takes_mutant, NULL,
		 wait_for_mutant, worker_releases_mutant, worker_releases_mutant),
	SCENARIO("taking an event", signal_automatic, NULL, poll_automatic, NULL, NULL),
	SCENARIO("waiting for an event", NULL, NULL, wait_automatic, signal_automatic, NULL),
	SCENARIO("waiting for an event behind another", one_for_automatic, NULL, wait_automatic,
		 signal_automatic, end_one_automatic),
	SCENARIO("waiting until it is too late", NULL, NULL, wait_little, NULL, NULL),
	SCENARIO("taking any of three", signal_semaphore, NULL, wait_any, NULL, NULL),
	SCENARIO("waiting for any of three", NULL, NULL, wait_any, signal_semaphore, NULL),
	SCENARIO("taking all of three", set_both, NULL, wait_all, set_both, NULL),
	SCENARIO("taking all of 16", set_crowd, NULL, take_crowd, NULL, NULL),
	SCENARIO("waiting for all of three", NULL, NULL, wait_all, set_both, NULL),
	SCENARIO("signalling one and waiting for another", one_for_semaphore, NULL, signal_and_wait,
		 signal_automatic, end_one_semaphore),
	SCENARIO("signalling one and taking another", signal_automatic, NULL, signal_and_wait,
		 signal_automatic, NULL),
	BESIDE("releasing a mutant that one waits for, and waiting for an event", NULL, take_mutant,
	       one_for_mutant, release_and_wait, signal_automatic, end_one_mutant),
	SCENARIO("alerting a thread that waits", one_for_automatic, NULL, alert_worker, NULL,
		 end_alerted),
	SCENARIO("alerting a thread that does not wait", NULL, NULL, alert_worker, NULL,
		 end_alerted),
	SCENARIO("taking an alert", NULL, take_slot_and_alert, wait_alerted, NULL, NULL),
	SCENARIO("waiting until alerted", NULL, take_slot, wait_alerted, alert_victim, NULL),
	BESIDE("setting an event that somebody stopped in taking", set_both, NULL,
	       stop_in_taking_all, set_automatic, NULL, kill_bystander),
	BESIDE("taking an event that somebody stopped in taking", set_both, NULL,
	       stop_in_taking_all, poll_automatic, NULL, kill_bystander),
	BESIDE("closing a handle of an object beside somebody stopped in that", NULL, NULL,
	       stop_in_closing, close_shared, NULL, kill_bystander),
	{ .name = NULL },
};
