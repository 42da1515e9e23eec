/* SPDX-License-Identifier: MIT */
/*
 * mutant.c - tests of mutants: ownership, recursion, hand-over, abandonment by threads.
 *
 * Abandonment by processes is in process.c.
 */
#include <config.h>

#include "tests/api/support.h"

#define WORKERS 4

static struct worker workers[WORKERS];

static void
state_is(carafe_handle mutant, int count, int owned_by_caller, int abandoned, const char *what)
{
	struct carafe_mutant_information got = mutant_state(mutant);

	if (!ok(got.count == count && got.owned_by_caller == owned_by_caller &&
			    got.abandoned == abandoned,
		    "%s", what))
		diag("got count %d, owned %d, abandoned %d; want %d, %d, %d", (int)got.count,
			got.owned_by_caller, got.abandoned, count, owned_by_caller, abandoned);
}

static void
test_creation(void)
{
	struct carafe_mutant_information information;
	carafe_handle mutant = new_mutant(0);

	state_is(mutant, 1, 0, 0, "a new mutant is free");
	is_int(sizeof(information), 8, "the information has NT's size");
	memset(&information, 0xff, sizeof(information));
	must(carafe_mutant_query(env, mutant, &information), "query");
	ok(information.padding[0] == 0 && information.padding[1] == 0, "its padding is zero");
	carafe_close(env, mutant);
	mutant = new_mutant(1);
	state_is(mutant, 0, 1, 0, "a mutant made with an owner is the creator's, once");
	is_status(worker_poll(&workers[0], mutant), CARAFE_STATUS_TIMEOUT, "and nobody else's");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	state_is(mutant, 1, 0, 0, "one release frees it");
	carafe_close(env, mutant);
	mutant = new_mutant(2);
	state_is(mutant, 0, 1, 0, "any owner but 0 means the creator, once");
	carafe_close(env, mutant);
}

static void
test_recursion(void)
{
	carafe_handle mutant = new_mutant(0);
	int32_t previous = 99;

	is_status(poll_one(mutant), CARAFE_STATUS_WAIT_0, "a free mutant is acquired");
	state_is(mutant, 0, 1, 0, "owned once");
	is_status(poll_one(mutant), CARAFE_STATUS_WAIT_0, "its owner acquires it again");
	state_is(mutant, -1, 1, 0, "owned twice");
	is_status(poll_one(mutant), CARAFE_STATUS_WAIT_0, "and again");
	state_is(mutant, -2, 1, 0, "owned three times");
	must(carafe_mutant_release(env, mutant, &previous), "release");
	is_int(previous, -2, "the release of three tells -2");
	must(carafe_mutant_release(env, mutant, &previous), "release");
	is_int(previous, -1, "the release of two tells -1");
	is_status(worker_poll(&workers[0], mutant), CARAFE_STATUS_TIMEOUT,
		"it is nobody else's before the last release");
	must(carafe_mutant_release(env, mutant, &previous), "release");
	is_int(previous, 0, "the last release tells 0");
	previous = 99;
	is_status(carafe_mutant_release(env, mutant, &previous), CARAFE_STATUS_MUTANT_NOT_OWNED,
		"a free mutant cannot be released");
	is_int(previous, 99, "and previous is untouched");
	state_is(mutant, 1, 0, 0, "and it stays free");
	for (int i = 0; i < 100000; i++)
		poll_one(mutant);
	state_is(mutant, 1 - 100000, 1, 0, "owned 100,000 times");
	for (int i = 0; i < 100000; i++)
		must(carafe_mutant_release(env, mutant, &previous), "release");
	is_int(previous, 0, "and released as often");
	carafe_close(env, mutant);
}

static void
test_ownership_is_per_thread(void)
{
	carafe_handle mutant = new_mutant(1);

	is_status(worker_release(&workers[0], mutant), CARAFE_STATUS_MUTANT_NOT_OWNED,
		"another thread of the process cannot release it");
	state_is(mutant, 0, 1, 0, "and it stays owned");
	is_status(worker_poll(&workers[0], mutant), CARAFE_STATUS_TIMEOUT, "nor acquire it");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	is_status(worker_poll(&workers[0], mutant), CARAFE_STATUS_WAIT_0,
		"until it is released");
	state_is(mutant, 0, 0, 0, "a query by another thread says: owned, but not by you");
	is_status(carafe_mutant_release(env, mutant, NULL), CARAFE_STATUS_MUTANT_NOT_OWNED,
		"and its former owner cannot release it");
	must(worker_release(&workers[0], mutant), "release");
	carafe_close(env, mutant);
}

static void
test_handover(void)
{
	carafe_handle mutant = new_mutant(1);

	must(poll_one(mutant), "poll");
	for (int i = 0; i < WORKERS; i++)
		worker_wait(&workers[i], one(mutant));
	must(carafe_mutant_release(env, mutant, NULL), "release");
	state_is(mutant, 0, 1, 0, "a release that is not the last hands nothing over");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	state_is(mutant, 0, 0, 0, "the last release hands the mutant over before it returns");
	is_status(poll_one(mutant), CARAFE_STATUS_TIMEOUT, "so who released cannot grab it");
	for (int i = 0; i < WORKERS; i++) {
		is_status(worker_end(&workers[i]), CARAFE_STATUS_WAIT_0,
			"it goes to the one who came as number %d", i + 1);
		for (int later = i + 1; later < WORKERS; later++)
			ok(worker_asleep(&workers[later]), "and not to number %d", later + 1);
		must(worker_release(&workers[i], mutant), "release");
	}
	state_is(mutant, 1, 0, 0, "free again after all had it");
	carafe_close(env, mutant);
}

/* Catches a wait that gives up but is granted the mutant: nobody could have it any more. */
static void
test_giving_up_the_wait(void)
{
	carafe_handle mutant = new_mutant(1);

	worker_wait(&workers[0], one(mutant));
	worker_wait(&workers[1], one(mutant));
	is_status(worker_outcome(&workers[0]), CARAFE_STATUS_ALERTED, "the first one gives up");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	is_status(worker_end(&workers[1]), CARAFE_STATUS_WAIT_0, "then the second one gets it");
	must(worker_release(&workers[1], mutant), "release");
	state_is(mutant, 1, 0, 0, "and gives it back");
	carafe_close(env, mutant);
}

static carafe_status
task_acquire_all(void *mutants)
{
	const carafe_handle *handle = mutants;
	carafe_status status = CARAFE_STATUS_SUCCESS;

	for (; *handle != 0 && status == CARAFE_STATUS_SUCCESS; handle++)
		status = carafe_wait_one(env, *handle, 0, NULL);
	return status;
}

/* A worker of its own acquires the mutants, which end in 0, and then its thread ends. */
static void
abandon(carafe_handle *mutants)
{
	struct worker owner;

	worker_start(&owner);
	must(worker_call(&owner, task_acquire_all, mutants), "wait");
	worker_stop(&owner);
}

static void
test_abandonment(void)
{
	carafe_handle mutants[] = { new_mutant(0), 0 }, mutant = mutants[0];
	carafe_handle other = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	struct wait wait;

	abandon(mutants);
	state_is(mutant, 1, 0, 1, "a thread's end abandons its mutant");
	state_is(mutant, 1, 0, 1, "and a query does not change that");
	is_status(carafe_mutant_release(env, mutant, NULL), CARAFE_STATUS_MUTANT_NOT_OWNED,
		"an abandoned mutant cannot be released");
	state_is(mutant, 1, 0, 1, "and stays abandoned");
	is_status(poll_one(mutant), CARAFE_STATUS_ABANDONED_WAIT_0,
		"the next one to acquire it is told");
	state_is(mutant, 0, 1, 0, "and owns it once, and the mark is gone");
	is_status(poll_one(mutant), CARAFE_STATUS_WAIT_0, "acquiring it again tells nothing");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	is_status(worker_poll(&workers[0], mutant), CARAFE_STATUS_WAIT_0,
		"nor does the next owner");
	must(worker_release(&workers[0], mutant), "release");

	abandon(mutants);
	wait = any(2, other, mutant);
	is_status(do_wait(&wait), CARAFE_STATUS_ABANDONED_WAIT_0 + 1,
		"a wait for any tells the place of the abandoned one");
	must(carafe_mutant_release(env, mutant, NULL), "release");

	abandon(mutants);
	must(carafe_event_set(env, other, NULL), "set");
	wait = all(2, other, mutant);
	is_status(do_wait(&wait), CARAFE_STATUS_ABANDONED_WAIT_0, "a wait for all tells no place");
	state_is(mutant, 0, 1, 0, "and owns it");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	state_is(mutant, 1, 0, 0, "and releases it");
	carafe_close(env, mutant);
	carafe_close(env, other);
}

/* Catches one that a thread left behind: recursion, more than fit in a short list, waiters. */
static void
test_abandonment_of_many(void)
{
	enum { MANY = 100 };
	carafe_handle mutants[MANY + 1] = { 0 };
	int abandoned = 0;

	for (int i = 0; i < MANY; i++)
		mutants[i] = new_mutant(0);
	abandon(mutants);
	for (int i = 0; i < MANY; i++)
		abandoned += mutant_state(mutants[i]).abandoned;
	is_int(abandoned, MANY, "the end of a thread abandons all of its %d mutants", MANY);
	for (int i = 0; i < MANY; i++)
		carafe_close(env, mutants[i]);
}

static void
test_abandonment_with_waiters(void)
{
	carafe_handle mutants[] = { new_mutant(0), 0, 0 }, mutant = mutants[0];
	struct worker owner;

	mutants[1] = mutant;
	worker_start(&owner);
	must(worker_call(&owner, task_acquire_all, mutants), "wait");
	worker_wait(&workers[0], one(mutant));
	worker_wait(&workers[1], one(mutant));
	worker_stop(&owner);
	is_status(worker_end(&workers[0]), CARAFE_STATUS_ABANDONED_WAIT_0,
		"the first waiter gets the mutant of a thread that ended owning it twice");
	ok(worker_asleep(&workers[1]), "the second one does not");
	state_is(mutant, 0, 0, 0, "it is owned once and no more abandoned");
	must(worker_release(&workers[0], mutant), "release");
	is_status(worker_end(&workers[1]), CARAFE_STATUS_WAIT_0, "the second one is told nothing");
	must(worker_release(&workers[1], mutant), "release");
	carafe_close(env, mutant);
}

/* A wait holds on to the object: the test of Windows' rules, with all handles closed. */
static void
test_abandonment_after_close(void)
{
	carafe_handle mutants[] = { new_mutant(0), 0 };
	struct worker owner;

	worker_start(&owner);
	must(worker_call(&owner, task_acquire_all, mutants), "wait");
	worker_wait(&workers[0], one(mutants[0]));
	must(carafe_close(env, mutants[0]), "close");
	worker_stop(&owner);
	is_status(worker_end(&workers[0]), CARAFE_STATUS_ABANDONED_WAIT_0,
		"a mutant whose handles were all closed goes to its waiter when its owner ends");
}

static void
test_close_does_not_release(void)
{
	carafe_handle mutant = new_mutant(1);

	worker_wait(&workers[0], one(mutant));
	must(carafe_close(env, mutant), "close");
	ok(worker_asleep(&workers[0]), "closing the last handle satisfies no waiter");
	is_status(worker_outcome(&workers[0]), CARAFE_STATUS_ALERTED, "it waits on");
}

/* The end of a thread that has released all must leave no mark. */
static void
test_clean_end(void)
{
	carafe_handle mutant = new_mutant(0);
	struct worker owner;

	worker_start(&owner);
	must(worker_poll(&owner, mutant), "poll");
	must(worker_release(&owner, mutant), "release");
	worker_stop(&owner);
	state_is(mutant, 1, 0, 0, "a thread that ends without owning it abandons nothing");
	carafe_close(env, mutant);
}

static void *
leave_by_pthread_exit(void *mutant)
{
	must(poll_one(*(carafe_handle *)mutant), "poll");
	pthread_exit(NULL);
}

static void *
leave_by_cancel(void *mutant)
{
	must(poll_one(*(carafe_handle *)mutant), "poll");
	pthread_cancel(pthread_self());
	pthread_testcancel();
	return NULL;
}

static void
test_other_ends_of_threads(void)
{
	carafe_handle mutant = new_mutant(0);
	pthread_t thread;

	pthread_create(&thread, NULL, leave_by_pthread_exit, &mutant);
	pthread_join(thread, NULL);
	is_status(poll_one(mutant), CARAFE_STATUS_ABANDONED_WAIT_0, "pthread_exit() abandons");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	pthread_create(&thread, NULL, leave_by_cancel, &mutant);
	pthread_join(thread, NULL);
	is_status(poll_one(mutant), CARAFE_STATUS_ABANDONED_WAIT_0, "pthread_cancel() abandons");
	carafe_close(env, mutant);
}

/* Catches a mutant that two threads own, and one that nobody gets any more. */
enum { ROUNDS = 20000 };

static struct {
	carafe_handle mutant;
	int counter; /* no atomic: the mutant is what protects it */
} shared;

static carafe_status
task_contend(void *argument)
{
	(void)argument;
	for (int i = 0; i < ROUNDS; i++) {
		carafe_status status = carafe_wait_one(env, shared.mutant, 0, NULL);

		if (status != CARAFE_STATUS_WAIT_0)
			return status;
		shared.counter++;
		status = carafe_mutant_release(env, shared.mutant, NULL);
		if (status != CARAFE_STATUS_SUCCESS)
			return status;
	}
	return CARAFE_STATUS_SUCCESS;
}

static void
test_contention(void)
{
	shared.mutant = new_mutant(0);
	for (int i = 0; i < WORKERS; i++)
		worker_begin(&workers[i], task_contend, NULL);
	for (int i = 0; i < WORKERS; i++)
		must(worker_end(&workers[i]), "contending thread");
	is_int(shared.counter, WORKERS * ROUNDS, "%d threads have added %d each, one at a time",
		WORKERS, ROUNDS);
	state_is(shared.mutant, 1, 0, 0, "and left the mutant free");
	carafe_close(env, shared.mutant);
}

int
main(void)
{
	begin();
	for (int i = 0; i < WORKERS; i++)
		worker_start(&workers[i]);
	test_creation();
	test_recursion();
	test_ownership_is_per_thread();
	test_handover();
	test_giving_up_the_wait();
	test_abandonment();
	test_abandonment_of_many();
	test_abandonment_with_waiters();
	test_abandonment_after_close();
	test_close_does_not_release();
	test_clean_end();
	test_other_ends_of_threads();
	test_contention();
	for (int i = 0; i < WORKERS; i++)
		worker_stop(&workers[i]);
	return end();
}
