/* SPDX-License-Identifier: MIT */
/*
 * stop.c - tests of processes that are stopped at any moment, under load.
 *
 * While one stands still the others must each do a fixed amount of work: catches a lock in shared
 * memory, whatever it is called, and a change that only its owner can finish.  When all have ended
 * every count must be back at its base: catches a change that was finished twice, or by halves.
 *
 * Which moments are hit depends on the machine; the seed is told, and the first argument sets it.
 */
#include <config.h>

#include <sys/wait.h>

#include <signal.h>
#include <unistd.h>

#include "core/query.h"
#include "core/round.h"
#include "tests/api/support.h"

enum {
	WORKERS = 6,
	STOPS = 200,
	WORK = 20,	/* what each of the others does during a stop, in turns */
	MUTANTS = 5,	/* more than a stopped one and all who hold one for a moment can have */
	TOKENS = WORKERS /* one each, so that a wait for one always ends */
};

/* What the workers show to their parent. */
static struct {
	atomic_int quit;
	struct {
		atomic_int done;
		atomic_uint id; /* carafe_thread_id() */
		atomic_int failed; /* line of this file, or 0 */
	} worker[WORKERS];
} *shown;

static carafe_handle mutants[MUTANTS], tokens, baton, gate, never;
static int self;
static uint32_t dice;

static uint32_t
thrown(uint32_t sides)
{
	dice = dice * 1664525u + 1013904223u;
	return (dice >> 8) % sides;
}

/* ---- what a worker does: false is a failure, whatever else stands still or goes on ---- */

#define demand(condition) \
	do { \
		if (!(condition)) { \
			atomic_store(&shown->worker[self].failed, __LINE__); \
			return false; \
		} \
	} while (0)

#define done(call) demand((call) == CARAFE_STATUS_SUCCESS)

static const int64_t a_moment = -5000; /* half a millisecond */

/* A satisfied wait, of a mutant that nobody abandons. */
static bool
is_found(carafe_status status, uint32_t count)
{
	return status < CARAFE_STATUS_WAIT_0 + count;
}

/* Whichever mutant is free, twice: always ends, for a stopped process has at most two. */
static bool
use_any_mutant(void)
{
	carafe_status status;
	uint32_t i;

	do {
		status = carafe_wait_many(env, MUTANTS, mutants, CARAFE_WAIT_ANY, (int)thrown(2),
			NULL);
	} while (status == CARAFE_STATUS_ALERTED);
	demand(is_found(status, MUTANTS));
	i = status - CARAFE_STATUS_WAIT_0;
	done(poll_one(mutants[i]));
	demand(mutant_state(mutants[i]).count == -1);
	done(carafe_mutant_release(env, mutants[i], NULL));
	done(carafe_mutant_release(env, mutants[i], NULL));
	return true;
}

/* All of two mutants and a token, if they can be had by then. */
static bool
use_two_mutants(const int64_t *timeout)
{
	uint32_t first = thrown(MUTANTS), second = (first + 1 + thrown(MUTANTS - 1)) % MUTANTS;
	carafe_handle three[] = { mutants[first], tokens, mutants[second] };
	carafe_status status;

	status = carafe_wait_many(env, 3, three, CARAFE_WAIT_ALL, (int)thrown(2), timeout);
	if (status == CARAFE_STATUS_TIMEOUT || status == CARAFE_STATUS_ALERTED)
		return true;
	demand(status == CARAFE_STATUS_WAIT_0);
	done(poll_one(mutants[first]));
	done(carafe_mutant_release(env, mutants[first], NULL));
	done(carafe_mutant_release(env, mutants[first], NULL));
	done(carafe_semaphore_release(env, tokens, 1, NULL));
	done(carafe_mutant_release(env, mutants[second], NULL));
	return true;
}

/* A token, given back by the signal of a signal-and-wait. */
static bool
use_token(void)
{
	uint32_t i = thrown(MUTANTS);
	carafe_status status;

	done(carafe_wait_one(env, tokens, 0, NULL));
	status = carafe_signal_and_wait(env, tokens, mutants[i], 0, &a_moment);
	if (status == CARAFE_STATUS_TIMEOUT)
		return true;
	demand(status == CARAFE_STATUS_WAIT_0);
	/* From one mutant to a token. */
	done(carafe_signal_and_wait(env, mutants[i], tokens, 0, NULL));
	done(carafe_semaphore_release(env, tokens, 1, NULL));
	return true;
}

/* Objects that come and go; what each wait finds is certain, for nobody else has them. */
static bool
use_own_objects(void)
{
	carafe_handle own[3];
	int32_t previous;

	own[0] = new_semaphore(1, 2);
	own[1] = new_mutant(1);
	own[2] = new_event(CARAFE_SYNCHRONIZATION_EVENT, 1);
	done(carafe_wait_many(env, 3, own, CARAFE_WAIT_ALL, 0, &now_or_never));
	demand(carafe_wait_many(env, 3, own, CARAFE_WAIT_ALL, 0, &a_moment) ==
		CARAFE_STATUS_TIMEOUT);
	done(carafe_semaphore_release(env, own[0], 2, &previous));
	demand(previous == 0);
	demand(carafe_signal_and_wait(env, own[2], own[0], 0, NULL) == CARAFE_STATUS_WAIT_0);
	demand(event_state(own[2]) == 1 && mutant_state(own[1]).count == -1);
	for (int i = 0; i < 3; i++)
		done(carafe_close(env, own[i]));
	return true;
}

/* Events that anybody signals and takes at any time. */
static bool
use_events(void)
{
	carafe_handle both[] = { baton, gate };
	carafe_status status;

	switch (thrown(5)) {
	case 0:
		done(carafe_event_set(env, baton, NULL));
		break;
	case 1:
		done(carafe_event_pulse(env, gate, NULL));
		break;
	case 2:
		done(carafe_event_set(env, gate, NULL));
		break;
	case 3:
		done(carafe_event_reset(env, gate, NULL));
		break;
	default:
		status = carafe_wait_many(env, 2, both, (enum carafe_wait_type)thrown(2), 0,
			&a_moment);
		demand(status == CARAFE_STATUS_TIMEOUT || is_found(status, 2));
	}
	return true;
}

static bool
use_alerts(void)
{
	uint32_t id = atomic_load(&shown->worker[thrown(WORKERS)].id);
	carafe_status status;

	if (id != 0) {
		status = carafe_thread_alert(env, id);
		/* At the end some have gone. */
		demand(status == CARAFE_STATUS_SUCCESS || (status == CARAFE_STATUS_INVALID_CID &&
				atomic_load(&shown->quit) != 0));
	}
	status = carafe_wait_one(env, never, 1, &a_moment);
	demand(status == CARAFE_STATUS_TIMEOUT || status == CARAFE_STATUS_ALERTED);
	return true;
}

/* Most of the time goes into changes of several words that all workers share, not into sleep. */
static bool
work_turn(void)
{
	for (uint32_t i = thrown(200); i > 0; i--) {
		if (!use_two_mutants(&now_or_never))
			return false;
	}
	switch (thrown(8)) {
	case 0:
	case 1:
		return use_any_mutant();
	case 2:
		return use_two_mutants(&a_moment);
	case 3:
		return use_token();
	case 4:
	case 5:
		return use_own_objects();
	case 6:
		return use_events();
	default:
		return use_alerts();
	}
}

static int
works(void *number)
{
	uint32_t id;

	self = *(int *)number;
	dice += (uint32_t)self * 7919u;
	must(carafe_thread_id(env, &id), "carafe_thread_id");
	atomic_store(&shown->worker[self].id, id);
	while (atomic_load(&shown->quit) == 0) {
		if (!work_turn())
			return 1;
		atomic_fetch_add(&shown->worker[self].done, 1);
	}
	return carafe_environment_close(env) == CARAFE_STATUS_SUCCESS ? 0 : 2;
}

/* ---- what is there ---- */

static struct cf_query_snapshot snapshot;

static void
look(void)
{
	struct cf_query query;

	must(cf_query_open(NULL, &query), "cf_query_open");
	must(cf_query_take(&query, &snapshot), "cf_query_take");
	cf_query_close(&query);
}

/* The worker that looks after the dead; -1: none of them. */
static int
janitor_among(const pid_t *workers)
{
	look();
	for (uint32_t i = 0; i < snapshot.count; i++) {
		for (int worker = 0; worker < WORKERS; worker++) {
			if (snapshot.process[i].janitor &&
			    snapshot.process[i].pid == (uint32_t)workers[worker])
				return worker;
		}
	}
	return -1;
}

/* The number of a worker that ended though nobody told it to; -1: none. */
static int
ended(const pid_t *workers)
{
	siginfo_t info;

	for (int i = 0; i < WORKERS; i++) {
		info.si_pid = 0;
		if (waitid(P_PID, (id_t)workers[i], &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		    info.si_pid != 0)
			return i;
	}
	return -1;
}

/* True when each but the victim has done its work; false when one ended. */
static bool
others_work(const pid_t *workers, int victim)
{
	int before[WORKERS];

	for (int i = 0; i < WORKERS; i++)
		before[i] = atomic_load(&shown->worker[i].done);
	for (int i = 0; i < WORKERS; i++) {
		while (i != victim && atomic_load(&shown->worker[i].done) < before[i] + WORK) {
			if (ended(workers) >= 0)
				return false;
			usleep(50);
		}
	}
	return true;
}

static void
stop(pid_t victim)
{
	kill(victim, SIGSTOP);
	if (waitpid(victim, NULL, WUNTRACED) != victim)
		bail_out("waitpid failed");
}

static int
stop_at_random(const pid_t *workers, int *janitors)
{
	int stops = 0, victim;

	while (stops < STOPS && ended(workers) < 0) {
		/* Any instant: a turn takes some 10 us when it need not wait. */
		for (uint32_t spin = thrown(40000); spin > 0; spin--)
			(void)atomic_load(&shown->quit);
		victim = (int)thrown(WORKERS);
		if (stops % 5 == 0 && janitor_among(workers) >= 0) {
			victim = janitor_among(workers);
			++*janitors;
		}
		stop(workers[victim]);
		if (!others_work(workers, victim))
			return stops;
		kill(workers[victim], SIGCONT);
		stops++;
	}
	return stops;
}

static void
back_at_base(uint32_t objects)
{
	carafe_environment *second;

	for (int i = 0; i < MUTANTS; i++) {
		struct carafe_mutant_information state = mutant_state(mutants[i]);

		ok(state.count == 1 && !state.abandoned, "mutant %d is free, and not abandoned", i);
	}
	is_int(semaphore_count(tokens), TOKENS, "every token is back");
	/* Who opens goes a round first. */
	must(carafe_environment_open(NULL, CARAFE_NO_JANITOR, &second), "open");
	must(carafe_environment_close(second), "close");
	look();
	is_int(snapshot.processes.used, 1, "one process is left");
	is_int(snapshot.threads.used, 1, "with one thread");
	is_int(snapshot.objects.used, objects, "and the objects that it had");
	is_int(snapshot.waiting, 0, "nobody waits");
	is_int(snapshot.changing, 0, "nothing is in the middle of a change");
}

static void
test_random_stops(void)
{
	int number[WORKERS], stops, bad = 0, janitors = 0;
	pid_t workers[WORKERS];

	for (int i = 0; i < MUTANTS; i++)
		mutants[i] = new_mutant(0);
	tokens = new_semaphore(TOKENS, TOKENS);
	baton = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	gate = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	never = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	for (int i = 0; i < WORKERS; i++) {
		number[i] = i;
		workers[i] = spawn(works, &number[i]);
	}
	stops = stop_at_random(workers, &janitors);
	is_int(stops, STOPS, "while one of %d stands still each of the others does its work",
		WORKERS);
	ok(janitors > 0, "the janitor was among them (%d times)", janitors);
	atomic_store(&shown->quit, 1);
	for (int i = 0; i < WORKERS; i++) {
		kill(workers[i], SIGCONT);
		if (reap(workers[i]) != 0) {
			diag("worker %d failed at line %d", i,
				atomic_load(&shown->worker[i].failed));
			bad++;
		}
	}
	is_int(bad, 0, "when all go on, all come to their end");
	back_at_base(MUTANTS + 4);
}

/* ---- a death while the janitor stands still ---- */

static atomic_int *ready;

static int
reigns(void *argument)
{
	(void)argument;
	cf_round_offer(env);
	while (pause() != 0)
		;
	return 0;
}

static int
owns(void *argument)
{
	(void)argument;
	if (poll_one(mutants[0]) != CARAFE_STATUS_WAIT_0)
		return 1;
	atomic_store(ready, 1);
	while (pause() != 0)
		;
	return 0;
}

static int
inherits(void *argument)
{
	(void)argument;
	if (carafe_wait_one(env, mutants[0], 0, NULL) != CARAFE_STATUS_ABANDONED_WAIT_0)
		return 1;
	must(carafe_mutant_release(env, mutants[0], NULL), "release");
	return carafe_environment_close(env) == CARAFE_STATUS_SUCCESS ? 0 : 2;
}

static bool
somebody_reigns(pid_t pid)
{
	look();
	for (uint32_t i = 0; i < snapshot.count; i++) {
		if (snapshot.process[i].pid == (uint32_t)pid)
			return snapshot.process[i].janitor;
	}
	return false;
}

static void
test_stopped_janitor(void)
{
	pid_t janitor, owner;

	janitor = spawn(reigns, NULL);
	while (!somebody_reigns(janitor))
		usleep(1000);
	owner = spawn(owns, NULL);
	await_value(ready, 1);
	stop(janitor);
	kill(owner, SIGKILL);
	is_int(reap(owner), 256 + SIGKILL, "the janitor stands still, and an owner is killed");
	is_int(reap(spawn(inherits, NULL)), 0, "who waits for its mutant gets it nevertheless");
	kill(janitor, SIGCONT);
	kill(janitor, SIGKILL);
	is_int(reap(janitor), 256 + SIGKILL, "the janitor is killed");
	back_at_base(MUTANTS + 4);
}

int
main(int argc, char **argv)
{
	shown = shared_memory(sizeof(*shown));
	ready = shared_memory(sizeof(*ready));
	dice = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : (uint32_t)getpid();
	begin();
	diag("seed %u", (unsigned)dice);
	test_random_stops();
	test_stopped_janitor();
	return end();
}
