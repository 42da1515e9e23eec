/* SPDX-License-Identifier: MIT */
/*
 * processes.c - scenarios of threads, processes, environments, and the janitor.
 *
 * What happens if the test dies here: its folder stays behind.
 */
#include <config.h>

#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/environment.h"
#include "core/round.h"
#include "os/os.h"
#include "tests/kill/peer.h"
#include "tests/kill/step.h"

/* ---- Threads ---------------------------------------------------------------------------- */

static int first_use(void)
{
	uint32_t id;

	return done(carafe_thread_id(env, &id));
}

/*
 * A victim's only thread ends, and destructors of its data do what is left.  They come in rounds,
 * those of a round in the order in which their keys were made, and ours was made after the
 * library's: the steps begin with the end of the first round, and end in the last.
 */
static pthread_key_t end_key;
static const char rounds[PTHREAD_DESTRUCTOR_ITERATIONS + 1];

static void in_each_round(void *value)
{
	const char *round = (const char *)value + 1;

	if (round == rounds + 1)
		step_begin();
	if (round == rounds + PTHREAD_DESTRUCTOR_ITERATIONS)
		step_over(0);
	if (pthread_setspecific(end_key, round) != 0)
		step_over(1);
}

static void end_thread(void)
{
	take_slot();
	if (pthread_key_create(&end_key, in_each_round) != 0 ||
	    pthread_setspecific(end_key, rounds) != 0)
		bail_out("no key for the end of a thread");
	pthread_exit(NULL);
}

static void end_thread_of_owner(void)
{
	take_mutant();
	end_thread();
}

/* ---- Processes and environments --------------------------------------------------------- */

static int fork_child(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(done(carafe_event_set(env, manual, NULL)));
	return child < 0;
}

/* The child, whose steps begin within fork(). */
static int use_what_is_inherited(void)
{
	return done(carafe_event_set(env, manual, NULL));
}

static int execute(void)
{
	execl("/bin/sh", "sh", "-c", ":", (char *)NULL);
	return 1;
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

/* With what leaving gives back. */
static void settle_before(void)
{
	carafe_handle handle;

	attach_before();
	must(carafe_mutant_create(second, CARAFE_MAXIMUM_ALLOWED, 0, 1, &handle),
	     "carafe_mutant_create");
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
	(void)new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	take_mutant();
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

/* ---- The janitor's thread --------------------------------------------------------------- */

/*
 * The janitor's thread is the victim's only one, so that its steps can be seen: it is not started but
 * called, and its second sleep is the end.
 */
static bool is_janitor;
static unsigned sleeps;

carafe_status __real_os_thread_start(void (*run)(void *), void *argument,
				     struct os_thread **thread);
carafe_status __wrap_os_thread_start(void (*run)(void *), void *argument,
				     struct os_thread **thread);
void __real_os_watch_wait(struct os_watch *watch, uint64_t nanoseconds);
void __wrap_os_watch_wait(struct os_watch *watch, uint64_t nanoseconds);

carafe_status __wrap_os_thread_start(void (*run)(void *), void *argument, struct os_thread **thread)
{
	if (!is_janitor)
		return __real_os_thread_start(run, argument, thread);
	run(argument);
	return CARAFE_STATUS_INSUFFICIENT_RESOURCES;
}

void __wrap_os_watch_wait(struct os_watch *watch, uint64_t nanoseconds)
{
	if (is_janitor && sleeps++ == 1)
		step_over(0);
	__real_os_watch_wait(watch, nanoseconds);
}

static pid_t watched;

static void start_watched(void)
{
	watched = spawn(die, NULL);
	while (!system_thread_sleeps(watched, watched))
		;
}

static void kill_watched(void)
{
	if (watched == 0)
		return;
	kill(watched, SIGKILL);
	(void)reap(watched);
	watched = 0;
}

/* The janitor is rung for, too: who died may have been cleared away before it looked. */
static void wake_janitor(void)
{
	kill_watched();
	os_bell_ring(env->place.folder, CF_PLACE_BELL);
}

static void forget_watched(void)
{
	if (victim_is_gone)
		kill_watched();
}

static void become_janitor(void)
{
	is_janitor = true;
	env->flags &= ~CARAFE_NO_JANITOR;
}

static int be_janitor(void)
{
	cf_round_offer(env);
	return 1;
}

const struct scenario process_scenarios[] = {
	SCENARIO("the first use by a thread", NULL, NULL, first_use, NULL, NULL),
	SCENARIO("the end of a thread", NULL, end_thread, NULL, NULL, NULL),
	BESIDE("the end of a thread with a mutant that one waits for", NULL, end_thread_of_owner,
	       one_for_mutant, NULL, NULL, end_one_abandoned),
	SCENARIO("forking", NULL, NULL, fork_child, NULL, NULL),
	BORN("being forked by somebody who ends", use_what_is_inherited),
	SCENARIO("executing another program", NULL, NULL, execute, NULL, NULL),
	SCENARIO("attaching to an environment in use", NULL, NULL, attach, NULL, NULL),
	SCENARIO("leaving an environment in use", NULL, attach_before, detach, NULL, NULL),
	SCENARIO("leaving an environment in use with a slot and a mutant", NULL, settle_before,
		 detach, NULL, NULL),
	SCENARIO("attaching to a new environment", NULL, NULL, attach_fresh, NULL, use_fresh),
	SCENARIO("leaving an environment as the last", NULL, attach_fresh_before, detach, NULL,
		 use_fresh),
	SCENARIO("the janitor's round with a dead process", leave_a_dead_one, NULL, go_a_round,
		 NULL, NULL),
	SCENARIO("the janitor's thread, which sees a process die", start_watched, become_janitor,
		 be_janitor, wake_janitor, forget_watched),
	{ .name = NULL },
};
