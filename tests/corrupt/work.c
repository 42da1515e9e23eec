/* SPDX-License-Identifier: MIT */
/*
 * work.c - see work.h.
 */
#include <config.h>

#include "tests/corrupt/work.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/round.h"

/* A call takes microseconds; what takes a thousand times as long as all of them does not end. */
#define WALL_SECONDS 90
#define PROCESSOR_SECONDS 20

static struct watch *watched;

static void give_up(int signal_number)
{
	_exit(signal_number == SIGALRM ? WORK_HANGS : WORK_SPINS);
}

void work_watch(struct watch *watch)
{
	const struct itimerval limit = { .it_value = { .tv_sec = PROCESSOR_SECONDS } };

	watched = watch;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGALRM, give_up);
	signal(SIGPROF, give_up);
	alarm(WALL_SECONDS);
	setitimer(ITIMER_PROF, &limit, NULL);
}

/* These are for the library's own use. */
static bool is_documented(carafe_status status)
{
	return status != CARAFE_STATUS_PENDING && status != CARAFE_STATUS_REPARSE &&
	       strcmp(carafe_status_name(status), "unknown status") != 0;
}

static carafe_status judge(carafe_status status)
{
	if (!is_documented(status)) {
		watched->status = status;
		_exit(WORK_WRONG_STATUS);
	}
	watched->calls++;
	watched->successes += status == CARAFE_STATUS_SUCCESS;
	return status;
}

static void begin_call(const char *name)
{
	watched->call = name;
}

#define DO(what) (begin_call(#what), judge(what))

static void do_events(uint32_t turn)
{
	struct carafe_event_information information;

	DO(carafe_event_query(env, event, &information));
	DO(carafe_event_set(env, event, NULL));
	if (turn % 2 != 0)
		DO(carafe_event_pulse(env, event, NULL));
	DO(carafe_event_reset(env, event, NULL));
}

static void do_others(void)
{
	struct carafe_mutant_information owner;
	struct carafe_semaphore_information count;
	const int64_t at_once = 0;

	DO(carafe_semaphore_release(env, semaphore, 1, NULL));
	DO(carafe_semaphore_query(env, semaphore, &count));
	DO(carafe_wait_one(env, semaphore, 0, &at_once));
	DO(carafe_wait_one(env, mutant, 0, &at_once));
	DO(carafe_mutant_query(env, mutant, &owner));
	DO(carafe_mutant_release(env, mutant, NULL));
	DO(carafe_event_query(env, closed, &(struct carafe_event_information){ 0 }));
}

static void do_waits(void)
{
	carafe_handle handles[] = { event, semaphore, mutant };
	const int64_t little = -5000, at_once = 0;

	DO(carafe_wait_one(env, event, 0, &little));
	DO(carafe_wait_many(env, 3, handles, CARAFE_WAIT_ANY, 1, &little));
	DO(carafe_wait_many(env, 3, handles, CARAFE_WAIT_ALL, 0, &little));
	DO(carafe_wait_many(env, 2, handles, CARAFE_WAIT_ANY, 0, &at_once));
	DO(carafe_signal_and_wait(env, semaphore, event, 1, &little));
}

static void do_threads(void)
{
	uint32_t id;

	DO(carafe_thread_id(env, &id));
	DO(carafe_thread_alert(env, first.id));
}

static void do_handles(void)
{
	carafe_handle fresh[3] = { 0 };

	DO(carafe_event_create(env, CARAFE_MAXIMUM_ALLOWED, CARAFE_INHERIT,
			       CARAFE_NOTIFICATION_EVENT, 1, &fresh[0]));
	DO(carafe_mutant_create(env, CARAFE_MAXIMUM_ALLOWED, 0, 1, &fresh[1]));
	DO(carafe_semaphore_create(env, CARAFE_MAXIMUM_ALLOWED, 0, 1, 2, &fresh[2]));
	for (unsigned i = 0; i < 3; i++)
		DO(carafe_close(env, fresh[i]));
}

static void do_processes(void)
{
	carafe_environment *again;
	pid_t child;
	int status;

	DO(cf_round(env));
	if (DO(carafe_environment_open(patient_folder(), CARAFE_NO_JANITOR, &again)) ==
	    CARAFE_STATUS_SUCCESS)
		DO(carafe_environment_close(again));
	watched->call = "fork()";
	child = fork();
	if (child == 0) {
		work_watch(watched);
		do_events(0);
		do_handles();
		_exit(0);
	}
	if (child > 0 && waitpid(child, &status, 0) == child && status != 0)
		_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static bool ignore(void *context, const struct cf_finding *finding)
{
	unsigned *count = context;

	return finding->sentence[0] != '\0' && ++*count < 1000;
}

static void do_checks(void)
{
	unsigned count = 0;

	DO(cf_check(region, CF_CHECK_LIVE, ignore, &count));
	DO(cf_check(region, CF_CHECK_EXACT, ignore, &count));
}

void work_once(struct watch *watch, uint32_t turn)
{
	watched = watch;
	do_events(turn);
	do_others();
	do_waits();
	do_threads();
	do_handles();
	do_checks();
	do_processes();
}

unsigned work_apart(struct watch *watch)
{
	const int64_t at_once = 0;
	carafe_handle fresh = 0;
	unsigned before = watch->successes, calls = watch->calls;

	watched = watch;
	DO(carafe_event_create(env, CARAFE_MAXIMUM_ALLOWED, 0, CARAFE_SYNCHRONIZATION_EVENT, 0,
			       &fresh));
	DO(carafe_event_set(env, fresh, NULL));
	DO(carafe_wait_one(env, fresh, 0, &at_once));
	DO(carafe_close(env, fresh));
	return watch->calls - calls - (watch->successes - before);
}

void work_leave(struct watch *watch)
{
	watched = watch;
	DO(carafe_environment_close(env));
}
