/* SPDX-License-Identifier: MIT */
/*
 * process.c - tests of processes that die, by kill -9 too, and of processes that are stopped.
 *
 * What a dead process had must come back without anybody's help, what a stopped one has must stay
 * its own, and neither may hold up the others.
 */
#include <config.h>

#include <sys/wait.h>

#include <signal.h>
#include <unistd.h>

#include "tests/api/support.h"

/* What a child shows to its parent. */
static struct {
	atomic_int ready;
	atomic_int go;
} *shown;

static struct worker worker;

/* The wait that the next child shall do: handles are the same in the child. */
static struct wait child_wait;

static void
kill_child(pid_t child)
{
	kill(child, SIGKILL);
	if (reap(child) != 256 + SIGKILL)
		bail_out("a child did not die of SIGKILL");
}

/* Until it is killed. */
static int
stay(void)
{
	while (pause() != 0)
		;
	return 0;
}

/* Waits, without alert and time-out; the low bits of the status are the exit status. */
static int
child_waits(void *argument)
{
	(void)argument;
	child_wait.alertable = 0;
	atomic_store(&shown->ready, 1);
	return (int)(do_wait(&child_wait) & 0xff);
}

/* Starts a child that waits, and returns when it sleeps. */
static pid_t
sleeping_child(struct wait wait)
{
	pid_t child;

	child_wait = wait;
	atomic_store(&shown->ready, 0);
	child = spawn(child_waits, NULL);
	await_asleep(child, child, &shown->ready);
	return child;
}

/* Acquires the mutants of child_wait, each of them twice, and stays. */
static int
child_owns(void *argument)
{
	(void)argument;
	child_wait.timeout = &now_or_never;
	if (do_wait(&child_wait) != CARAFE_STATUS_WAIT_0 ||
	    do_wait(&child_wait) != CARAFE_STATUS_WAIT_0)
		return 1;
	atomic_store(&shown->ready, 1);
	return stay();
}

static pid_t
owning_child(struct wait mutants)
{
	pid_t child;

	child_wait = mutants;
	atomic_store(&shown->ready, 0);
	child = spawn(child_owns, NULL);
	await_value(&shown->ready, 1);
	return child;
}

static void
test_killed_owner(void)
{
	carafe_handle mutant = new_mutant(0), second = new_mutant(0);
	pid_t child = owning_child(one(mutant));

	is_status(poll_one(mutant), CARAFE_STATUS_TIMEOUT, "the child owns the mutant");
	ok(worker_wait(&worker, one(mutant)), "a thread here waits for it");
	kill_child(child);
	is_status(worker_end(&worker), CARAFE_STATUS_ABANDONED_WAIT_0,
		"kill -9 of the owner satisfies who waits, and says so");
	is_int(mutant_state(mutant).count, 0, "it is owned once");
	must(worker_release(&worker, mutant), "release");
	is_status(poll_one(mutant), CARAFE_STATUS_WAIT_0, "the next owner is told nothing");
	must(carafe_mutant_release(env, mutant, NULL), "release");

	kill_child(owning_child(one(mutant)));
	is_status(carafe_wait_one(env, mutant, 0, NULL), CARAFE_STATUS_ABANDONED_WAIT_0,
		"who comes after the death is told, too");
	must(carafe_mutant_release(env, mutant, NULL), "release");

	child = owning_child(all(2, mutant, second));
	ok(worker_wait(&worker, all(2, mutant, second)), "a thread waits for both of two mutants");
	kill_child(child);
	is_status(worker_end(&worker), CARAFE_STATUS_ABANDONED_WAIT_0, "and gets both");
	must(worker_release(&worker, mutant), "release");
	must(worker_release(&worker, second), "release");
	ok(!mutant_state(mutant).abandoned && !mutant_state(second).abandoned,
		"and neither is marked any more");
	carafe_close(env, mutant);
	carafe_close(env, second);
}

static int
child_owns_and_returns(void *argument)
{
	(void)argument;
	return poll_one(child_wait.handles[0]) == CARAFE_STATUS_WAIT_0 ? 0 : 1;
}

static int
child_owns_and_closes(void *argument)
{
	if (child_owns_and_returns(argument) != 0)
		return 1;
	return carafe_environment_close(env) == CARAFE_STATUS_SUCCESS ? 0 : 1;
}

static void
test_other_ends_of_the_owner(void)
{
	carafe_handle mutant = new_mutant(0);

	child_wait = one(mutant);
	is_int(reap(spawn(child_owns_and_returns, NULL)), 0, "a child acquires and exits");
	is_status(carafe_wait_one(env, mutant, 0, NULL), CARAFE_STATUS_ABANDONED_WAIT_0,
		"which abandons");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	is_int(reap(spawn(child_owns_and_closes, NULL)), 0, "a child acquires and closes");
	is_status(carafe_wait_one(env, mutant, 0, &now_or_never), CARAFE_STATUS_ABANDONED_WAIT_0,
		"which abandons at once");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	carafe_close(env, mutant);
}

/*
 * The dead one is first in the queue.  Whether the object is signalled before or after anybody has
 * seen the death, the next one must get it.
 */
static void
test_killed_waiter(void)
{
	carafe_handle event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	carafe_handle semaphore = new_semaphore(0, 5), mutant = new_mutant(1);
	pid_t child = sleeping_child(one(event));

	ok(worker_wait(&worker, one(event)), "a thread waits behind a child");
	kill_child(child);
	must(carafe_event_set(env, event, NULL), "set");
	is_status(worker_end(&worker), CARAFE_STATUS_WAIT_0, "a dead waiter takes no event away");

	child = sleeping_child(one(semaphore));
	kill_child(child);
	must(carafe_semaphore_release(env, semaphore, 1, NULL), "release");
	is_status(carafe_wait_one(env, semaphore, 0, NULL), CARAFE_STATUS_WAIT_0,
		"nor a semaphore's count");
	is_int(semaphore_count(semaphore), 0, "and adds none");

	child = sleeping_child(one(mutant));
	ok(worker_wait(&worker, one(mutant)), "a thread waits behind a child");
	kill_child(child);
	must(carafe_mutant_release(env, mutant, NULL), "release");
	is_status(worker_end(&worker), CARAFE_STATUS_WAIT_0,
		"nor a mutant, and does not abandon what it never owned");
	must(worker_release(&worker, mutant), "release");
	carafe_close(env, event);
	carafe_close(env, semaphore);
	carafe_close(env, mutant);
}

/*
 * The child is stopped, granted the object, and killed before it could know: it never happened.
 * Catches what only a death between the grant and the return of the wait can show.
 */
static void
test_killed_between_grant_and_return(void)
{
	carafe_handle event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	carafe_handle semaphore = new_semaphore(0, 5), mutant = new_mutant(1);
	pid_t child = sleeping_child(one(event));

	kill(child, SIGSTOP);
	waitpid(child, NULL, WUNTRACED);
	must(carafe_event_set(env, event, NULL), "set");
	is_int(event_state(event), 0, "a stopped waiter is granted an event");
	kill_child(child);
	is_status(carafe_wait_one(env, event, 0, NULL), CARAFE_STATUS_WAIT_0,
		"which comes back when it is killed before it ran again");

	child = sleeping_child(one(mutant));
	kill(child, SIGSTOP);
	waitpid(child, NULL, WUNTRACED);
	must(carafe_mutant_release(env, mutant, NULL), "release");
	is_int(mutant_state(mutant).count, 0, "a stopped waiter is granted a mutant");
	kill_child(child);
	ok((carafe_wait_one(env, mutant, 0, NULL) & ~CARAFE_STATUS_ABANDONED) == 0,
		"which comes back");
	must(carafe_mutant_release(env, mutant, NULL), "release");

	child = sleeping_child(all(2, semaphore, event));
	kill(child, SIGSTOP);
	waitpid(child, NULL, WUNTRACED);
	must(carafe_semaphore_release(env, semaphore, 2, NULL), "release");
	must(carafe_event_set(env, event, NULL), "set");
	ok(semaphore_count(semaphore) == 1 && event_state(event) == 0,
		"a stopped waiter is granted all");
	kill_child(child);
	is_status(carafe_wait_one(env, event, 0, NULL), CARAFE_STATUS_WAIT_0, "all comes back");
	is_int(semaphore_count(semaphore), 2, "in one step");
	carafe_close(env, event);
	carafe_close(env, semaphore);
	carafe_close(env, mutant);
}

static void
test_stopped_waiter(void)
{
	carafe_handle event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	pid_t child = sleeping_child(one(event));

	kill(child, SIGSTOP);
	waitpid(child, NULL, WUNTRACED);
	ok(worker_wait(&worker, one(event)), "a thread waits behind a stopped child");
	must(carafe_event_set(env, event, NULL), "set");
	ok(worker_asleep(&worker), "the stopped one is alive: the event is its own");
	must(carafe_event_set(env, event, NULL), "set");
	is_status(worker_end(&worker), CARAFE_STATUS_WAIT_0, "and it is in nobody's way");
	kill(child, SIGCONT);
	is_int(reap(child), 0, "when it goes on, its wait is satisfied");
	is_int(event_state(event), 0, "and nothing is left over");
	carafe_close(env, event);
}

static int
child_owns_until_told(void *mutant)
{
	if (poll_one(*(carafe_handle *)mutant) != CARAFE_STATUS_WAIT_0)
		return 1;
	atomic_store(&shown->ready, 1);
	await_value(&shown->go, 1);
	return carafe_mutant_release(env, *(carafe_handle *)mutant, NULL) == CARAFE_STATUS_SUCCESS
		? 0 : 2;
}

static void
test_stopped_owner(void)
{
	carafe_handle mutant = new_mutant(0);
	const int64_t while_stopped = milliseconds(300);
	pid_t child;

	atomic_store(&shown->ready, 0);
	atomic_store(&shown->go, 0);
	child = spawn(child_owns_until_told, &mutant);
	await_value(&shown->ready, 1);
	kill(child, SIGSTOP);
	waitpid(child, NULL, WUNTRACED);
	is_status(carafe_wait_one(env, mutant, 0, &while_stopped), CARAFE_STATUS_TIMEOUT,
		"the mutant of a stopped process is not taken from it");
	ok(mutant_state(mutant).count == 0 && !mutant_state(mutant).abandoned, "nor abandoned");
	atomic_store(&shown->go, 1);
	kill(child, SIGCONT);
	is_status(carafe_wait_one(env, mutant, 0, NULL), CARAFE_STATUS_WAIT_0,
		"when it goes on and releases it, it is ours");
	is_int(reap(child), 0, "and the child found it its own");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	carafe_close(env, mutant);
}

/* ---- alerts between processes ---- */

static int
child_alerts(void *id)
{
	return carafe_thread_alert(env, *(uint32_t *)id) == CARAFE_STATUS_SUCCESS ? 0 : 1;
}

static int
child_is_alerted(void *never)
{
	uint32_t id;

	if (carafe_thread_id(env, &id) != CARAFE_STATUS_SUCCESS)
		return 1;
	atomic_store(&shown->go, (int)id);
	atomic_store(&shown->ready, 1);
	return carafe_wait_one(env, *(carafe_handle *)never, 1, NULL) == CARAFE_STATUS_ALERTED
		? 0 : 2;
}

static void
test_alerts(void)
{
	carafe_handle never = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	uint32_t id;
	pid_t child;

	ok(worker_wait(&worker, one(never)), "a thread sleeps");
	is_int(reap(spawn(child_alerts, &worker.id)), 0, "another process alerts it");
	is_status(worker_end(&worker), CARAFE_STATUS_ALERTED, "which ends its wait");
	atomic_store(&shown->ready, 0);
	child = spawn(child_is_alerted, &never);
	await_asleep(child, child, &shown->ready);
	id = (uint32_t)atomic_load(&shown->go);
	is_status(carafe_thread_alert(env, id), CARAFE_STATUS_SUCCESS, "a child is alerted");
	is_int(reap(child), 0, "which ends its wait");
	carafe_close(env, never);
}

/* ---- many deaths ---- */

/*
 * More processes than the environment has places for, one after the other; none closes it.
 * Catches a place that is never given back.
 */
static int
child_comes_and_goes(void *event)
{
	carafe_status status;
	carafe_handle own;
	uint32_t id;
	int step = 1;

	status = carafe_thread_id(env, &id);
	if (status == CARAFE_STATUS_SUCCESS && ++step)
		status = carafe_event_set(env, *(carafe_handle *)event, NULL);
	if (status == CARAFE_STATUS_SUCCESS && ++step)
		status = carafe_event_create(env, CARAFE_GENERIC_ALL, 0,
			CARAFE_NOTIFICATION_EVENT, 0, &own);
	atomic_store(&shown->go, (int)status);
	return status == CARAFE_STATUS_SUCCESS ? 0 : step;
}

static void
test_places_come_back(void)
{
	enum { PROCESSES = 1500 };
	carafe_handle event = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	int i, result = 0;

	for (i = 0; i < PROCESSES && result == 0; i++)
		result = reap(spawn(child_comes_and_goes, &event));
	if (!ok(result == 0, "%d processes in turn find a place each", PROCESSES))
		diag("number %d ended with %d, status 0x%08x", i, result,
			(unsigned)atomic_load(&shown->go));
	carafe_close(env, event);
}

/*
 * Children take and give under load and are killed at any moment.  In the end the mutants can be
 * acquired, and of the semaphore's count nothing is lost but what one of the dead had taken.
 */
enum { VICTIMS = 4, KILLS = 1000, MUTANTS = 3, TOKENS = 1000 };

static carafe_handle mutants[MUTANTS], tokens;

static int
child_works(void *argument)
{
	unsigned turn = (unsigned)getpid();

	(void)argument;
	for (;; turn++) {
		carafe_handle first = mutants[turn % MUTANTS];
		carafe_handle second = mutants[(turn + 1) % MUTANTS];
		struct wait both = all(3, first, second, tokens);
		carafe_status status;

		both.alertable = 0;
		status = do_wait(&both);
		if ((status & ~CARAFE_STATUS_ABANDONED) != CARAFE_STATUS_WAIT_0)
			return 1;
		if (carafe_semaphore_release(env, tokens, 1, NULL) != CARAFE_STATUS_SUCCESS)
			return 2;
		if (carafe_mutant_release(env, first, NULL) != CARAFE_STATUS_SUCCESS)
			return 3;
		if (carafe_mutant_release(env, second, NULL) != CARAFE_STATUS_SUCCESS)
			return 4;
		atomic_fetch_add(&shown->go, 1);
	}
}

static void
test_random_kills(void)
{
	pid_t victims[VICTIMS];
	uint32_t seed = (uint32_t)getpid();
	int others = 0, lost;

	diag("seed %u", (unsigned)seed);
	for (int i = 0; i < MUTANTS; i++)
		mutants[i] = new_mutant(0);
	tokens = new_semaphore(TOKENS, TOKENS);
	atomic_store(&shown->go, 0);
	for (int i = 0; i < VICTIMS; i++)
		victims[i] = spawn(child_works, NULL);
	for (int i = 0; i < KILLS; i++) {
		int victim, done = atomic_load(&shown->go);

		seed = seed * 1664525u + 1013904223u;
		victim = (int)(seed >> 16) % VICTIMS;
		/* The others must get on between two deaths: if they cannot, this hangs. */
		await_value(&shown->go, done + (int)(seed >> 8) % 50 + 1);
		kill(victims[victim], SIGKILL);
		others += reap(victims[victim]) != 256 + SIGKILL;
		victims[victim] = spawn(child_works, NULL);
	}
	for (int i = 0; i < VICTIMS; i++) {
		kill(victims[i], SIGKILL);
		others += reap(victims[i]) != 256 + SIGKILL;
	}
	is_int(others, 0, "of %d children none ended but by kill -9", KILLS + VICTIMS);
	for (int i = 0; i < MUTANTS; i++) {
		ok((carafe_wait_one(env, mutants[i], 0, NULL) & ~CARAFE_STATUS_ABANDONED) == 0,
			"mutant %d can be acquired", i);
		must(carafe_mutant_release(env, mutants[i], NULL), "release");
		is_int(mutant_state(mutants[i]).count, 1, "and is free");
		carafe_close(env, mutants[i]);
	}
	lost = TOKENS - semaphore_count(tokens);
	ok(lost >= 0 && lost <= KILLS + VICTIMS,
		"each of the dead took one of the semaphore at most (%d of %d)", lost,
		KILLS + VICTIMS);
	carafe_close(env, tokens);
}

/* ---- the one who looks after the dead dies ---- */

static int report[2];

static int
last_waiter(void *mutant)
{
	carafe_status status;

	atomic_store(&shown->ready, 1);
	status = carafe_wait_one(env, *(carafe_handle *)mutant, 0, NULL);
	return write(report[1], &status, sizeof(status)) == sizeof(status) ? 0 : 1;
}

static int
family(void *pids)
{
	carafe_handle mutant;

	must(carafe_environment_close(env), "close");
	must(carafe_environment_open(in_folder("family"), 0, &env), "open");
	mutant = new_mutant(0);
	atomic_store(&shown->ready, 0);
	((pid_t *)pids)[0] = owning_child(one(mutant));
	atomic_store(&shown->ready, 0);
	((pid_t *)pids)[1] = spawn(last_waiter, &mutant);
	await_asleep(((pid_t *)pids)[1], ((pid_t *)pids)[1], &shown->ready);
	atomic_store(&shown->go, 1);
	return stay();
}

static void
test_nobody_is_indispensable(void)
{
	pid_t *pids = shared_memory(2 * sizeof(*pids));
	carafe_status status = CARAFE_STATUS_UNSUCCESSFUL;
	pid_t first;

	if (pipe(report) != 0)
		bail_out("pipe failed");
	atomic_store(&shown->go, 0);
	first = spawn(family, pids);
	await_value(&shown->go, 1);
	kill_child(first);
	kill(pids[0], SIGKILL);
	ok(read(report[0], &status, sizeof(status)) == sizeof(status),
		"the last process of an environment is served");
	is_status(status, CARAFE_STATUS_ABANDONED_WAIT_0,
		"though the one that made it, and the owner, were killed");
	close(report[0]);
	close(report[1]);
}

int
main(void)
{
	shown = shared_memory(sizeof(*shown));
	begin();
	worker_start(&worker);
	test_killed_owner();
	test_other_ends_of_the_owner();
	test_killed_waiter();
	test_killed_between_grant_and_return();
	test_stopped_waiter();
	test_stopped_owner();
	test_alerts();
	test_places_come_back();
	test_random_kills();
	test_nobody_is_indispensable();
	worker_stop(&worker);
	return end();
}
