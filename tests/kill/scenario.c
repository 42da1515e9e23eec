/* SPDX-License-Identifier: MIT */
/*
 * scenario.c - see scenario.h.
 */
#include <config.h>

#include "tests/kill/scenario.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/environment.h"
#include "core/round.h"
#include "core/word.h"
#include "tests/api/support.h"
#include "tests/kill/step.h"

static carafe_handle automatic, manual, semaphore, mutant, other;
static struct worker workers[2];
bool victim_is_gone;
static const int64_t soon = -10000; /* 1 ms */

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
}

static bool is_good(carafe_status status)
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

static int is(carafe_status got, carafe_status want)
{
	return got == want ? 0 : 1;
}

static int done(carafe_status status)
{
	return is(status, CARAFE_STATUS_SUCCESS);
}

static void wait_for(carafe_handle handle, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!worker_wait(&workers[i], one(handle)))
			bail_out("a wait for an object that is not signalled ended");
}

/* The waits of workers end, as often as that takes: others may have come first. */
static void end_waits(unsigned count, void (*signal_once)(void))
{
	for (unsigned i = 0; i < count; i++) {
		while (worker_asleep(&workers[i]))
			signal_once();
		if (!is_good(worker_end(&workers[i])))
			bail_out("a worker's wait failed");
	}
}

static void signal_automatic(void)
{
	must(carafe_event_set(env, automatic, NULL), "carafe_event_set");
}

static void signal_manual(void)
{
	must(carafe_event_set(env, manual, NULL), "carafe_event_set");
}

static void signal_semaphore(void)
{
	must(carafe_semaphore_release(env, semaphore, 1, NULL), "carafe_semaphore_release");
}

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

static int take_slot(void)
{
	uint32_t id;

	return done(carafe_thread_id(env, &id));
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

static void take_mutant(void)
{
	must(poll_one(mutant), "taking a mutant");
}

/* A worker is queued for the mutant, which the victim has. */
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

/* ---- Alerts ----------------------------------------------------------------------------- */

static int alert_worker(void)
{
	return done(carafe_thread_alert(env, workers[0].id));
}

static void end_alerted(void)
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

static void stop_in_a_change(int (*call)(void))
{
	unsigned done;

	bystander = step_start(NULL, call);
	while (!is_changing())
		if (step_to(bystander, 1, NULL, &done) != STEPPED)
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

/* ---- Processes and environments --------------------------------------------------------- */

static int fork_child(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(done(carafe_event_set(env, manual, NULL)));
	return child < 0;
}

static carafe_environment *second;

static int attach(void)
{
	return done(carafe_environment_open(NULL, CARAFE_NO_JANITOR, &second));
}

static void attach_before(void)
{
	must(carafe_environment_open(NULL, CARAFE_NO_JANITOR, &second), "carafe_environment_open");
}

static int detach(void)
{
	return done(carafe_environment_close(second));
}

static int attach_fresh(void)
{
	return done(carafe_environment_open(in_folder("fresh"), CARAFE_NO_JANITOR, &second));
}

static void attach_fresh_before(void)
{
	if (attach_fresh() != 0)
		bail_out("an environment of its own cannot be opened");
}

/* Nothing but what every environment has is left of the lives that the fresh one had. */
static void expect_empty(void)
{
	DIR *entries = opendir(in_folder("fresh"));
	const struct dirent *entry;

	while (entries != NULL && (entry = readdir(entries)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    strcmp(entry->d_name, "gate") != 0)
			bail_out("%s is left in the folder of an environment that nobody uses",
				 entry->d_name);
	if (entries != NULL)
		closedir(entries);
}

/* Whatever is left of the fresh environment, somebody else can have it. */
static void use_fresh(void)
{
	carafe_environment *mine;

	must(carafe_environment_open(in_folder("fresh"), CARAFE_NO_JANITOR, &mine),
	     "opening it after the victim");
	must(carafe_environment_close(mine), "closing it after the victim");
	if (victim_is_gone)
		expect_empty();
}

/* Somebody who dies in a wait, with a mutant and a handle. */
static int die(void *argument)
{
	(void)argument;
	take_mutant();
	make_event();
	(void)wait_for_mutant();
	return carafe_wait_one(env, automatic, 0, NULL) == CARAFE_STATUS_SUCCESS;
}

static void leave_a_dead_one(void)
{
	pid_t child = spawn(die, NULL);

	while (!system_thread_sleeps(child, child))
		;
	kill(child, SIGKILL);
	(void)reap(child);
}

static int go_a_round(void)
{
	return done(cf_round(env));
}

#define SCENARIO(name, arrange, prepare, call, release, finish) \
	{ \
		name, arrange, prepare, call, NULL, release, finish \
	}

#define BESIDE(name, arrange, beside, call, release) \
	{ \
		name, arrange, NULL, call, beside, release, kill_bystander \
	}

const struct scenario scenarios[] = {
	SCENARIO("the first use by a thread", NULL, NULL, take_slot, NULL, NULL),
	SCENARIO("creating an event", NULL, NULL, create_event, NULL, NULL),
	SCENARIO("creating an event by a thread with a slot", NULL, make_event, create_event, NULL,
		 NULL),
	SCENARIO("creating an owned mutant", NULL, make_event, create_mutant, NULL, NULL),
	SCENARIO("creating a semaphore", NULL, make_event, create_semaphore, NULL, NULL),
	SCENARIO("closing the last handle", NULL, make_event, close_made, NULL, NULL),
	SCENARIO("closing an owned mutant", NULL, make_mutant, close_made, NULL, NULL),
	SCENARIO("closing one of two handles while somebody waits", one_for_automatic, NULL,
		 close_shared, NULL, end_one_automatic),
	SCENARIO("setting an event", NULL, NULL, set_automatic, NULL, NULL),
	SCENARIO("setting an event that one waits for", one_for_automatic, NULL, set_automatic,
		 NULL, end_one_automatic),
	SCENARIO("setting an event that two wait for", two_for_automatic, NULL, set_automatic, NULL,
		 end_two_automatic),
	SCENARIO("setting a notification event that two wait for", two_for_manual, NULL, set_manual,
		 NULL, end_two_manual),
	SCENARIO("resetting an event", signal_manual, NULL, reset_manual, NULL, NULL),
	SCENARIO("pulsing an event that two wait for", two_for_automatic, NULL, pulse_automatic,
		 NULL, end_two_automatic),
	SCENARIO("pulsing a notification event that two wait for", two_for_manual, NULL,
		 pulse_manual, NULL, end_two_manual),
	SCENARIO("querying an event", NULL, NULL, query_event, NULL, NULL),
	SCENARIO("releasing a semaphore", NULL, NULL, release_semaphore, NULL, NULL),
	SCENARIO("releasing a semaphore that one waits for", one_for_semaphore, NULL,
		 release_semaphore, NULL, end_one_semaphore),
	SCENARIO("acquiring a mutant", NULL, NULL, acquire_mutant, NULL, NULL),
	SCENARIO("acquiring a mutant again", NULL, take_mutant, acquire_mutant, NULL, NULL),
	SCENARIO("releasing a mutant", NULL, take_mutant, release_mutant, NULL, NULL),
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
	SCENARIO("waiting for all of three", NULL, NULL, wait_all, set_both, NULL),
	SCENARIO("signalling one and waiting for another", one_for_semaphore, NULL, signal_and_wait,
		 signal_automatic, end_one_semaphore),
	SCENARIO("alerting a thread that waits", one_for_automatic, NULL, alert_worker, NULL,
		 end_alerted),
	BESIDE("setting an event that somebody stopped in taking", set_both, stop_in_taking_all,
	       set_automatic, NULL),
	BESIDE("taking an event that somebody stopped in taking", set_both, stop_in_taking_all,
	       poll_automatic, NULL),
	BESIDE("closing a handle of an object beside somebody stopped in that", NULL,
	       stop_in_closing, close_shared, NULL),
	SCENARIO("forking", NULL, NULL, fork_child, NULL, NULL),
	SCENARIO("attaching to an environment in use", NULL, NULL, attach, NULL, NULL),
	SCENARIO("leaving an environment in use", NULL, attach_before, detach, NULL, NULL),
	SCENARIO("attaching to a new environment", NULL, NULL, attach_fresh, NULL, use_fresh),
	SCENARIO("leaving an environment as the last", NULL, attach_fresh_before, detach, NULL,
		 use_fresh),
	SCENARIO("the janitor's round with a dead process", leave_a_dead_one, NULL, go_a_round,
		 NULL, NULL),
};

const size_t scenario_count = sizeof(scenarios) / sizeof(scenarios[0]);
