/* SPDX-License-Identifier: MIT */
/*
 * wait.c - tests of waits: one, any, all, time-outs, order, handles closed meanwhile.
 */
#include <config.h>

#include <time.h>

#include "tests/api/support.h"

#define WORKERS 4
#define MOST CARAFE_MAXIMUM_WAIT_OBJECTS

static struct worker workers[WORKERS];

static carafe_status
poll_many(const struct wait *wait)
{
	struct wait copy = *wait;

	copy.timeout = &now_or_never;
	copy.alertable = 0;
	return do_wait(&copy);
}

static void
close_all(const struct wait *wait)
{
	for (uint32_t i = 0; i < wait->count; i++)
		must(carafe_close(env, wait->handles[i]), "close");
}

/* ---- any ---- */

/* The scenario of Windows' own rules: a manual event first, automatic ones behind it. */
static void
test_any_takes_the_lowest(void)
{
	struct wait wait = { .kind = ANY, .count = MOST };

	for (uint32_t i = 0; i < MOST; i++)
		wait.handles[i] = new_event(
			i == 0 ? CARAFE_NOTIFICATION_EVENT : CARAFE_SYNCHRONIZATION_EVENT, 1);
	is_status(poll_many(&wait), CARAFE_STATUS_WAIT_0, "of 64 set events the first wins");
	is_status(poll_many(&wait), CARAFE_STATUS_WAIT_0, "and again, for it is not reset");
	is_int(event_state(wait.handles[1]), 1, "and the second is untouched");
	must(carafe_event_reset(env, wait.handles[0], NULL), "reset");
	for (uint32_t i = 1; i < MOST; i++) {
		bool higher = true;
		carafe_status status = poll_many(&wait);

		for (uint32_t j = i + 1; j < MOST; j++)
			higher = higher && event_state(wait.handles[j]) == 1;
		if (status != CARAFE_STATUS_WAIT_0 + i || event_state(wait.handles[i]) != 0 ||
		    !higher) {
			fail("event %u is consumed in its turn", (unsigned)i);
			break;
		}
	}
	is_status(poll_many(&wait), CARAFE_STATUS_TIMEOUT, "the others were consumed in order");
	close_all(&wait);
}

static void
test_any_with_duplicates(void)
{
	carafe_handle empty = new_semaphore(0, 2), full = new_semaphore(2, 2);
	struct wait wait = any(4, empty, full, full, empty);

	is_status(poll_many(&wait), CARAFE_STATUS_WAIT_0 + 1,
		"of an object that is there twice the lower place is told");
	is_int(semaphore_count(full), 1, "and it is consumed once");
	must(poll_one(full), "poll");
	is_status(poll_many(&wait), CARAFE_STATUS_TIMEOUT, "nothing is left");
	ok(worker_wait(&workers[0], wait), "a wait with duplicates sleeps");
	must(carafe_semaphore_release(env, full, 1, NULL), "release");
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0 + 1, "and is satisfied once");
	is_int(semaphore_count(full), 0, "taking one");
	worker_wait(&workers[0], wait);
	is_status(worker_outcome(&workers[0]), CARAFE_STATUS_ALERTED, "or gives up");
	must(carafe_semaphore_release(env, full, 2, NULL), "release");
	is_int(semaphore_count(full), 2, "and leaves no place in the queue behind");
	carafe_close(env, empty);
	carafe_close(env, full);
}

/* Two handles of one process for one object are only to be had later; the low bits are today. */
static void
test_low_bits(void)
{
	carafe_handle event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 1);
	struct wait wait = all(2, event, event | 3);

	is_int(event & 3, 0, "a handle is a multiple of 4");
	is_status(poll_one(event | 1), CARAFE_STATUS_WAIT_0, "bit 0 of a handle is ignored");
	must(carafe_event_set(env, event | 2, NULL), "set");
	is_int(event_state(event | 3), 1, "so is bit 1, and both");
	is_status(poll_many(&wait), CARAFE_STATUS_INVALID_PARAMETER_MIX,
		"with and without them it is the same object");
	must(carafe_close(env, event | 3), "close");
	is_status(carafe_close(env, event), CARAFE_STATUS_INVALID_HANDLE, "closing too");
	for (carafe_handle bits = 0; bits < 4; bits++)
		is_status(poll_one(bits), CARAFE_STATUS_INVALID_HANDLE, "%u is no handle",
			(unsigned)bits);
}

static void
test_any_sleeping_on_64(void)
{
	struct wait wait = { .kind = ANY, .count = MOST, .alertable = 1 };

	for (uint32_t i = 0; i < MOST; i++)
		wait.handles[i] = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	for (uint32_t i = 0; i < MOST; i += 21) {
		worker_wait(&workers[0], wait);
		must(carafe_event_set(env, wait.handles[i], NULL), "set");
		is_int(event_state(wait.handles[i]), 0, "event %u is handed over", (unsigned)i);
		must(carafe_event_set(env, wait.handles[(i + 1) % MOST], NULL), "set");
		is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0 + i,
			"who sleeps on 64 gets the one that was set first");
		is_int(event_state(wait.handles[(i + 1) % MOST]), 1,
			"and not the one that was set next");
		must(carafe_event_reset(env, wait.handles[(i + 1) % MOST], NULL), "reset");
	}
	close_all(&wait);
}

static void
test_any_mutant_of_the_caller(void)
{
	carafe_handle mutant = new_mutant(1);
	carafe_handle event = new_event(CARAFE_NOTIFICATION_EVENT, 1);
	struct wait wait = any(2, mutant, event);

	is_status(poll_many(&wait), CARAFE_STATUS_WAIT_0, "the caller's own mutant is signalled");
	is_int(mutant_state(mutant).count, -1, "and is owned once more");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	worker_poll(&workers[0], mutant);
	is_status(poll_many(&wait), CARAFE_STATUS_WAIT_0 + 1, "another thread's is not");
	must(worker_release(&workers[0], mutant), "release");
	carafe_close(env, mutant);
	carafe_close(env, event);
}

/* ---- all ---- */

static void
test_all_takes_all_or_nothing(void)
{
	carafe_handle mutant = new_mutant(0), semaphore = new_semaphore(2, 2);
	carafe_handle automatic = new_event(CARAFE_SYNCHRONIZATION_EVENT, 1);
	carafe_handle manual = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	struct wait wait = all(4, mutant, semaphore, automatic, manual);
	const int64_t little = milliseconds(5);

	is_status(poll_many(&wait), CARAFE_STATUS_TIMEOUT, "three of four are not all");
	wait.timeout = &little;
	is_status(do_wait(&wait), CARAFE_STATUS_TIMEOUT, "nor after a while");
	ok(mutant_state(mutant).count == 1 && semaphore_count(semaphore) == 2 &&
			event_state(automatic) == 1,
		"and nothing is consumed");
	must(carafe_event_set(env, manual, NULL), "set");
	is_status(do_wait(&wait), CARAFE_STATUS_WAIT_0, "four of four are");
	ok(mutant_state(mutant).owned_by_caller && semaphore_count(semaphore) == 1 &&
			event_state(automatic) == 0 && event_state(manual) == 1,
		"and each is consumed as its type wants it");
	must(carafe_event_set(env, automatic, NULL), "set");
	is_status(do_wait(&wait), CARAFE_STATUS_WAIT_0, "again, with the mutant owned");
	is_int(mutant_state(mutant).count, -1, "which is owned once more");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	close_all(&wait);
}

static void
test_all_64(void)
{
	struct wait wait = { .kind = ALL, .count = MOST, .alertable = 1 };
	int left = 0;

	for (uint32_t i = 0; i < MOST; i++)
		wait.handles[i] = i % 3 == 0 ? new_event(CARAFE_SYNCHRONIZATION_EVENT, i != 63)
				: i % 3 == 1 ? new_semaphore(1, 1)
					     : new_mutant(0);
	is_status(poll_many(&wait), CARAFE_STATUS_TIMEOUT, "63 of 64 are not all");
	ok(worker_wait(&workers[0], wait), "a wait for all of 64 sleeps");
	must(carafe_event_set(env, wait.handles[63], NULL), "set");
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0, "and the 64th satisfies it");
	for (uint32_t i = 0; i < MOST; i++)
		left += poll_one(wait.handles[i]) != CARAFE_STATUS_TIMEOUT;
	is_int(left, 0, "all 64 were taken");
	for (uint32_t i = 2; i < MOST; i += 3)
		must(worker_release(&workers[0], wait.handles[i]), "release");
	close_all(&wait);
}

/* 64 mutants are the largest change of all: two words each. */
static void
test_all_64_mutants(void)
{
	struct wait wait = { .kind = ALL, .count = MOST };
	bool owned = true;

	for (uint32_t i = 0; i < MOST; i++)
		wait.handles[i] = new_mutant(0);
	is_status(poll_many(&wait), CARAFE_STATUS_WAIT_0, "64 mutants are acquired at once");
	is_status(poll_many(&wait), CARAFE_STATUS_WAIT_0, "and once more");
	for (uint32_t i = 0; i < MOST; i++) {
		struct carafe_mutant_information state = mutant_state(wait.handles[i]);

		owned = owned && state.count == -1 && state.owned_by_caller;
		must(carafe_mutant_release(env, wait.handles[i], NULL), "release");
		must(carafe_mutant_release(env, wait.handles[i], NULL), "release");
	}
	ok(owned, "each is owned twice");
	close_all(&wait);
}

/* The scenario of the ntsync selftest: an object goes and comes while another is awaited. */
static void
test_all_waits_for_one_moment(void)
{
	carafe_handle semaphore = new_semaphore(0, 2);
	carafe_handle automatic = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	carafe_handle mutant = new_mutant(1);

	worker_wait(&workers[0], all(3, semaphore, automatic, mutant));
	must(carafe_semaphore_release(env, semaphore, 1, NULL), "release");
	is_int(semaphore_count(semaphore), 1, "a wait for all does not hold what is signalled");
	is_status(poll_one(semaphore), CARAFE_STATUS_WAIT_0, "so another can take it");
	must(carafe_event_set(env, automatic, NULL), "set");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	ok(event_state(automatic) == 1 && mutant_state(mutant).count == 1,
		"and then the others do not suffice");
	ok(worker_asleep(&workers[0]), "the wait goes on");
	must(carafe_semaphore_release(env, semaphore, 2, NULL), "release");
	is_int(semaphore_count(semaphore), 1, "until all are there at one moment");
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0, "which satisfies it");
	ok(event_state(automatic) == 0 && mutant_state(mutant).count == 0, "and all were taken");
	must(worker_release(&workers[0], mutant), "release");
	carafe_close(env, semaphore);
	carafe_close(env, automatic);
	carafe_close(env, mutant);
}

static void
test_all_stands_in_nobodys_way(void)
{
	carafe_handle event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	carafe_handle never = new_event(CARAFE_NOTIFICATION_EVENT, 0);

	worker_wait(&workers[0], all(2, event, never));
	worker_wait(&workers[1], one(event));
	must(carafe_event_set(env, event, NULL), "set");
	is_status(worker_end(&workers[1]), CARAFE_STATUS_WAIT_0,
		"one who waits for all and cannot be satisfied is passed over");
	must(carafe_event_set(env, event, NULL), "set");
	is_status(poll_one(event), CARAFE_STATUS_WAIT_0, "a poll passes over it too");
	is_status(worker_outcome(&workers[0]), CARAFE_STATUS_ALERTED, "it waits on");
	carafe_close(env, event);
	carafe_close(env, never);
}

/* Catches a grant that satisfies one waiter and does not look on for others. */
static void
test_a_grant_can_unlock_another(void)
{
	carafe_handle mutant = new_mutant(1);
	carafe_handle event = new_event(CARAFE_NOTIFICATION_EVENT, 0);

	worker_wait(&workers[0], all(2, event, mutant));
	worker_wait(&workers[1], any(2, event, mutant));
	worker_wait(&workers[2], one(event));
	must(carafe_event_set(env, event, NULL), "set");
	is_status(worker_end(&workers[1]), CARAFE_STATUS_WAIT_0, "any: satisfied by the event");
	is_status(worker_end(&workers[2]), CARAFE_STATUS_WAIT_0,
		"one: satisfied by the event");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0, "all: satisfied by the mutant");
	must(worker_release(&workers[0], mutant), "release");
	carafe_close(env, mutant);
	carafe_close(env, event);
}

static carafe_status
task_acquire(void *mutant)
{
	return poll_one(*(carafe_handle *)mutant);
}

static void
test_all_with_an_abandoned_mutant(void)
{
	carafe_handle first = new_mutant(0), second = new_mutant(0), third = new_mutant(0);
	struct worker owner;

	worker_start(&owner);
	must(worker_call(&owner, task_acquire, &second), "poll");
	worker_wait(&workers[0], all(3, first, second, third));
	worker_stop(&owner);
	is_status(worker_end(&workers[0]), CARAFE_STATUS_ABANDONED_WAIT_0,
		"one abandoned mutant among three: told without its place");
	ok(mutant_state(first).count == 0 && mutant_state(second).count == 0 &&
			mutant_state(third).count == 0,
		"and all three are owned");
	must(worker_release(&workers[0], first), "release");
	must(worker_release(&workers[0], second), "release");
	must(worker_release(&workers[0], third), "release");
	carafe_close(env, first);
	carafe_close(env, second);
	carafe_close(env, third);
}

/*
 * Philosophers who take two forks at once, with a wait for all; the forks are of three types.
 * Catches a wait for all that takes in steps (somebody would hold a fork twice, or all would
 * starve) and one that is forgotten when its objects come free (the test would hang).
 */
enum { MEALS = 5000 };

static struct {
	carafe_handle fork[WORKERS];
	int holders[WORKERS]; /* no atomics: the forks are what protects them */
	int meals[WORKERS];
} table;

static void
put_down(int fork)
{
	carafe_status status;

	table.holders[fork]--;
	if (fork % 3 == 0)
		status = carafe_mutant_release(env, table.fork[fork], NULL);
	else if (fork % 3 == 1)
		status = carafe_semaphore_release(env, table.fork[fork], 1, NULL);
	else
		status = carafe_event_set(env, table.fork[fork], NULL);
	must(status, "putting a fork down");
}

static carafe_status
task_dine(void *seat)
{
	int left = *(int *)seat, right = (left + 1) % WORKERS;
	struct wait wait = all(2, table.fork[left], table.fork[right]);

	for (int i = 0; i < MEALS; i++) {
		carafe_status status = do_wait(&wait);

		if (status != CARAFE_STATUS_WAIT_0)
			return status;
		if (++table.holders[left] != 1 || ++table.holders[right] != 1)
			return CARAFE_STATUS_UNSUCCESSFUL;
		table.meals[left]++;
		put_down(left);
		put_down(right);
	}
	return CARAFE_STATUS_SUCCESS;
}

static void
test_all_in_contention(void)
{
	int seats[WORKERS];

	for (int i = 0; i < WORKERS; i++)
		table.fork[i] = i % 3 == 0 ? new_mutant(0)
			: i % 3 == 1 ? new_semaphore(1, 1)
				     : new_event(CARAFE_SYNCHRONIZATION_EVENT, 1);
	for (int i = 0; i < WORKERS; i++) {
		seats[i] = i;
		worker_begin(&workers[i], task_dine, &seats[i]);
	}
	for (int i = 0; i < WORKERS; i++) {
		is_status(worker_end(&workers[i]), CARAFE_STATUS_SUCCESS,
			"philosopher %d never shared a fork", i);
		is_int(table.meals[i], MEALS, "and had all meals");
	}
	for (int i = 0; i < WORKERS; i++) {
		is_status(poll_one(table.fork[i]), CARAFE_STATUS_WAIT_0, "fork %d lies there", i);
		is_int(table.holders[i], 0, "and nobody holds it");
		if (i % 3 == 0)
			must(carafe_mutant_release(env, table.fork[i], NULL), "release");
		carafe_close(env, table.fork[i]);
	}
}

/*
 * Tokens wander between semaphores: each thread takes one from each of two at once, or from any,
 * and puts as many into others.  Catches any that is lost or made.
 */
enum { PURSES = 5, EACH = 2, MOVES = 5000 };

static carafe_handle purse[PURSES];

static uint32_t
draw(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 16) % PURSES;
}

static carafe_status
task_wander(void *seed)
{
	uint32_t state = *(uint32_t *)seed;

	for (int i = 0; i < MOVES; i++) {
		uint32_t from = draw(&state);
		struct wait wait = i % 2 ? all(2, purse[from], purse[(from + 1) % PURSES])
					 : any(2, purse[from], purse[(from + 2) % PURSES]);
		carafe_status status = do_wait(&wait);
		int taken = i % 2 ? 2 : 1;

		if (status > CARAFE_STATUS_WAIT_0 + 1)
			return status;
		while (taken-- > 0)
			must(carafe_semaphore_release(env, purse[draw(&state)], 1, NULL),
				"release");
	}
	return CARAFE_STATUS_SUCCESS;
}

static carafe_status
task_shuffle(void *stop)
{
	uint32_t state = 99;

	while (!atomic_load((atomic_bool *)stop)) {
		if (poll_one(purse[draw(&state)]) == CARAFE_STATUS_WAIT_0)
			must(carafe_semaphore_release(env, purse[draw(&state)], 1, NULL),
				"release");
	}
	return CARAFE_STATUS_SUCCESS;
}

static void
test_tokens_are_conserved(void)
{
	uint32_t seeds[WORKERS];
	atomic_bool stop = false;
	int total = 0;

	for (int i = 0; i < PURSES; i++)
		purse[i] = new_semaphore(EACH, 1000);
	for (uint32_t i = 0; i < WORKERS - 1; i++) {
		seeds[i] = 7 + i;
		worker_begin(&workers[i], task_wander, &seeds[i]);
	}
	/* One moves tokens at random, so that no wait for all has to wait for ever. */
	worker_begin(&workers[WORKERS - 1], task_shuffle, &stop);
	for (int i = 0; i < WORKERS - 1; i++)
		must(worker_end(&workers[i]), "wandering thread");
	atomic_store(&stop, true);
	must(worker_end(&workers[WORKERS - 1]), "shuffling thread");
	for (int i = 0; i < PURSES; i++) {
		total += semaphore_count(purse[i]);
		carafe_close(env, purse[i]);
	}
	is_int(total, PURSES * EACH, "%d moves by any and by all keep the number of tokens",
		MOVES * (WORKERS - 1));
}

/* ---- time-outs ---- */

static int64_t
uptime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 10000000 + now.tv_nsec / 100;
}

static void
test_relative_timeouts(void)
{
	static const int64_t lengths[] = { 1, 10, 1000, 10000, 123456, 500000 };
	carafe_handle event = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	struct wait wait = all(2, event, new_event(CARAFE_NOTIFICATION_EVENT, 1));

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const int64_t timeout = -lengths[i];
		int64_t start = uptime();

		is_status(carafe_wait_one(env, event, 0, &timeout), CARAFE_STATUS_TIMEOUT,
			"a wait of %jd units times out", (intmax_t)lengths[i]);
		ok(uptime() - start >= lengths[i] - 1, "and not early");
		start = uptime();
		wait.timeout = &timeout;
		is_status(do_wait(&wait), CARAFE_STATUS_TIMEOUT, "a wait for all does too");
		ok(uptime() - start >= lengths[i] - 1, "and not early");
	}
	close_all(&wait);
}

static void
test_absolute_timeouts(void)
{
	carafe_handle event = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	carafe_handle set = new_event(CARAFE_SYNCHRONIZATION_EVENT, 1);
	int64_t moment = absolute(300000);

	is_status(carafe_wait_one(env, event, 0, &moment), CARAFE_STATUS_TIMEOUT,
		"a wait until a moment times out");
	ok(absolute(0) >= moment - 1, "and not before that moment");
	is_status(carafe_wait_one(env, event, 0, &moment), CARAFE_STATUS_TIMEOUT,
		"a moment that is past times out");
	is_status(carafe_wait_one(env, set, 0, &moment), CARAFE_STATUS_WAIT_0,
		"but what is signalled satisfies first");
	moment = 1;
	is_status(carafe_wait_one(env, event, 0, &moment), CARAFE_STATUS_TIMEOUT,
		"so does the year 1601");
	must(carafe_event_set(env, set, NULL), "set");
	moment = absolute(INT64_C(36000000000));
	is_status(carafe_wait_one(env, set, 0, &moment), CARAFE_STATUS_WAIT_0,
		"before a moment of the future it is satisfied as usual");
	carafe_close(env, event);
	carafe_close(env, set);
}

/* Catches an overflow that turns for ever into now. */
static void
test_extreme_timeouts(void)
{
	static const int64_t extremes[] = { INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_MAX - 1,
		-INT64_MAX / 2 };
	carafe_handle event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);

	for (size_t i = 0; i < sizeof(extremes) / sizeof(extremes[0]); i++) {
		struct wait wait = one(event);

		wait.timeout = &extremes[i];
		ok(worker_wait(&workers[0], wait), "time-out %jd sleeps", (intmax_t)extremes[i]);
		must(carafe_event_set(env, event, NULL), "set");
		is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0, "and can be satisfied");
	}
	carafe_close(env, event);
}

/* Catches a poll that leaves a waiter behind, or one that overtakes a waiter. */
static void
test_polls(void)
{
	carafe_handle event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	int i;

	for (i = 0; i < 1000; i++)
		poll_one(event);
	must(carafe_event_set(env, event, NULL), "set");
	is_int(event_state(event), 1, "after 1000 polls nobody waits");
	must(poll_one(event), "poll");
	for (i = 0; i < 200; i++) {
		worker_wait(&workers[0], one(event));
		must(carafe_event_set(env, event, NULL), "set");
		if (poll_one(event) != CARAFE_STATUS_TIMEOUT ||
		    worker_end(&workers[0]) != CARAFE_STATUS_WAIT_0)
			break;
	}
	if (!ok(i == 200, "in 200 rounds no poll overtakes one who waits"))
		worker_outcome(&workers[0]);
	carafe_close(env, event);
}

/* ---- handles closed meanwhile ---- */

static void
test_closing_while_waiting(void)
{
	carafe_handle event = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	carafe_handle other = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	carafe_handle reused;

	worker_wait(&workers[0], any(2, event, other));
	must(carafe_close(env, event), "close");
	is_status(poll_one(event), CARAFE_STATUS_INVALID_HANDLE, "the handle is gone");
	reused = new_event(CARAFE_NOTIFICATION_EVENT, 1);
	ok(worker_asleep(&workers[0]), "closing ends no wait, and the next object is another");
	must(carafe_event_set(env, other, NULL), "set");
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0 + 1,
		"the wait's other object satisfies it");
	carafe_close(env, other);
	carafe_close(env, reused);
}

static void
test_timeout_after_close(void)
{
	carafe_handle event = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	const int64_t little = milliseconds(20);
	struct wait wait = one(event);

	wait.timeout = &little;
	worker_wait(&workers[0], wait);
	carafe_close(env, event);
	is_status(worker_end(&workers[0]), CARAFE_STATUS_TIMEOUT,
		"a wait for an object without handles runs to its time-out");
}

static void
test_old_handles(void)
{
	carafe_handle event = new_event(CARAFE_NOTIFICATION_EVENT, 1), again;

	must(carafe_close(env, event), "close");
	is_status(carafe_close(env, event), CARAFE_STATUS_INVALID_HANDLE, "closed is closed");
	is_status(poll_one(event), CARAFE_STATUS_INVALID_HANDLE, "a closed handle is no handle");
	again = new_semaphore(0, 1);
	if (again == event)
		is_status(poll_one(event), CARAFE_STATUS_TIMEOUT,
			"a value that came back names the new object");
	else
		is_status(poll_one(event), CARAFE_STATUS_INVALID_HANDLE, "and stays none");
	carafe_close(env, again);
}

/* ---- signal and wait ---- */

static void
test_signal_and_wait(void)
{
	carafe_handle event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	carafe_handle semaphore = new_semaphore(0, 1), mutant = new_mutant(1);
	carafe_handle set = new_event(CARAFE_NOTIFICATION_EVENT, 1);
	carafe_handle never = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	carafe_handle counter = new_semaphore(1, 2);
	int i;

	is_status(carafe_signal_and_wait(env, event, set, 0, NULL), CARAFE_STATUS_WAIT_0,
		"sets an event and waits");
	is_int(event_state(event), 1, "the event is set");
	is_status(carafe_signal_and_wait(env, semaphore, set, 0, NULL), CARAFE_STATUS_WAIT_0,
		"releases a semaphore and waits");
	is_int(semaphore_count(semaphore), 1, "the semaphore counts one");
	is_status(carafe_signal_and_wait(env, mutant, set, 0, NULL), CARAFE_STATUS_WAIT_0,
		"releases a mutant and waits");
	is_int(mutant_state(mutant).count, 1, "the mutant is free");

	is_status(carafe_signal_and_wait(env, semaphore, event, 0, NULL),
		CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED, "a full semaphore: told, no wait");
	ok(semaphore_count(semaphore) == 1 && event_state(event) == 1, "and nothing is changed");
	is_status(carafe_signal_and_wait(env, mutant, event, 0, NULL),
		CARAFE_STATUS_MUTANT_NOT_OWNED, "a free mutant: told, no wait");
	ok(mutant_state(mutant).count == 1 && event_state(event) == 1, "and nothing is changed");

	must(poll_one(event), "poll");
	is_status(carafe_signal_and_wait(env, event, never, 0, &now_or_never),
		CARAFE_STATUS_TIMEOUT, "a wait that times out");
	is_int(event_state(event), 1, "leaves the signal given");
	must(poll_one(event), "poll");
	for (i = 0; i < 10000; i++) {
		if (carafe_signal_and_wait(env, event, event, 0, NULL) != CARAFE_STATUS_WAIT_0 ||
		    event_state(event) != 0)
			break;
	}
	is_int(i, 10000, "an event that is set and awaited 10,000 times is consumed each time");
	/* Catches a caller who waits for ever for his own place in the queue to be served. */
	must(carafe_event_set(env, event, NULL), "set");
	is_status(carafe_signal_and_wait(env, event, event, 0, NULL), CARAFE_STATUS_WAIT_0,
		"the same of an event that was set already");
	is_int(event_state(event), 0, "consumes it");
	is_status(carafe_signal_and_wait(env, set, set, 0, NULL), CARAFE_STATUS_WAIT_0,
		"the same of a notification event that was set already");
	is_int(event_state(set), 1, "leaves it set");
	is_status(carafe_signal_and_wait(env, counter, counter, 0, NULL), CARAFE_STATUS_WAIT_0,
		"the same of a semaphore that counts one of two");
	is_int(semaphore_count(counter), 1, "leaves it as it was");
	is_status(carafe_signal_and_wait(env, semaphore, semaphore, 0, NULL),
		CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED, "of a full one: told, no wait");
	is_int(semaphore_count(semaphore), 1, "leaves it as it was");
	must(poll_one(mutant), "poll");
	is_status(carafe_signal_and_wait(env, mutant, mutant, 0, NULL), CARAFE_STATUS_WAIT_0,
		"a mutant that is released and awaited is the caller's again");
	is_int(mutant_state(mutant).count, 0, "once");
	must(carafe_mutant_release(env, mutant, NULL), "release");
	carafe_close(env, event);
	carafe_close(env, semaphore);
	carafe_close(env, mutant);
	carafe_close(env, set);
	carafe_close(env, never);
	carafe_close(env, counter);
}

/* Catches a caller who takes with the signal what that gives to somebody who waits for all of both. */
static void
test_signal_comes_first(void)
{
	carafe_handle set = new_event(CARAFE_SYNCHRONIZATION_EVENT, 1);
	carafe_handle event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	int64_t const moment = -10000;

	worker_wait(&workers[0], all(2, set, event));
	is_status(carafe_signal_and_wait(env, event, set, 0, &moment), CARAFE_STATUS_TIMEOUT,
		"the signal comes first");
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0,
		"and gives both to who waits for all of both");
	must(carafe_event_set(env, set, NULL), "set");
	worker_wait(&workers[0], all(2, set, event));
	is_status(carafe_signal_and_wait(env, event, set, 0, &now_or_never), CARAFE_STATUS_TIMEOUT,
		"so it does before a poll");
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0, "with the same end");
	carafe_close(env, set);
	carafe_close(env, event);
}

/*
 * The other side pulses the moment it is signalled.  Catches a signal that is given before the
 * caller is in the queue: the pulse would be lost, and both would sleep for ever.
 */
enum { PULSES = 5000 };

static struct {
	carafe_handle go, done;
} ping;

static carafe_status
task_pulse_back(void *argument)
{
	(void)argument;
	for (int i = 0; i < PULSES; i++) {
		carafe_status status = carafe_wait_one(env, ping.go, 0, NULL);

		if (status == CARAFE_STATUS_WAIT_0)
			status = carafe_event_pulse(env, ping.done, NULL);
		if (status != CARAFE_STATUS_SUCCESS)
			return status;
	}
	return CARAFE_STATUS_SUCCESS;
}

/* Catches a signaller that takes back its own place in the queue again and again. */
static void
test_signal_and_wait_for_the_same(void)
{
	carafe_handle semaphore = new_semaphore(1, 3), mutant = new_mutant(1);
	carafe_handle event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 1);

	is_status(carafe_signal_and_wait(env, semaphore, semaphore, 0, NULL), CARAFE_STATUS_WAIT_0,
		"releases a semaphore that has units, and waits for it");
	is_int(semaphore_count(semaphore), 1, "the semaphore counts as many as before");
	is_status(carafe_signal_and_wait(env, event, event, 0, NULL), CARAFE_STATUS_WAIT_0,
		"sets an event that is set, and waits for it");
	is_int(event_state(event), 0, "the event is reset");
	is_status(carafe_signal_and_wait(env, mutant, mutant, 0, NULL), CARAFE_STATUS_WAIT_0,
		"releases a mutant and waits for it");
	is_int(mutant_state(mutant).count, 0, "the mutant is owned once");
	carafe_close(env, semaphore);
	carafe_close(env, mutant);
	carafe_close(env, event);
}

static void
test_signal_and_wait_misses_no_pulse(void)
{
	int i;

	ping.go = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	ping.done = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	worker_begin(&workers[0], task_pulse_back, NULL);
	for (i = 0; i < PULSES; i++) {
		if (carafe_signal_and_wait(env, ping.go, ping.done, 0, NULL) !=
		    CARAFE_STATUS_WAIT_0)
			break;
	}
	is_int(i, PULSES, "%d pulses by those who were signalled found the signaller waiting",
		PULSES);
	must(worker_end(&workers[0]), "pulsing thread");
	carafe_close(env, ping.go);
	carafe_close(env, ping.done);
}

static carafe_status
task_signal_and_wait(void *pair)
{
	const carafe_handle *handles = pair;

	return carafe_signal_and_wait(env, handles[0], handles[1], 1, NULL);
}

static void
test_signal_and_wait_sleeps_and_is_woken(void)
{
	carafe_handle pair[] = { new_event(CARAFE_SYNCHRONIZATION_EVENT, 0),
		new_event(CARAFE_SYNCHRONIZATION_EVENT, 0) };

	worker_wait(&workers[1], one(pair[0]));
	worker_begin(&workers[0], task_signal_and_wait, pair);
	is_status(worker_end(&workers[1]), CARAFE_STATUS_WAIT_0, "the signal wakes who waits");
	ok(worker_asleep(&workers[0]), "the signaller sleeps");
	must(carafe_event_set(env, pair[1], NULL), "set");
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0, "and is woken");
	worker_begin(&workers[0], task_signal_and_wait, pair);
	worker_asleep(&workers[0]);
	is_status(worker_outcome(&workers[0]), CARAFE_STATUS_ALERTED, "or alerted");
	is_int(event_state(pair[0]), 1, "and the signal is given");
	carafe_close(env, pair[0]);
	carafe_close(env, pair[1]);
}

int
main(void)
{
	begin();
	for (int i = 0; i < WORKERS; i++)
		worker_start(&workers[i]);
	test_any_takes_the_lowest();
	test_any_with_duplicates();
	test_low_bits();
	test_any_sleeping_on_64();
	test_any_mutant_of_the_caller();
	test_all_takes_all_or_nothing();
	test_all_64();
	test_all_64_mutants();
	test_all_waits_for_one_moment();
	test_all_stands_in_nobodys_way();
	test_a_grant_can_unlock_another();
	test_all_with_an_abandoned_mutant();
	test_all_in_contention();
	test_tokens_are_conserved();
	test_relative_timeouts();
	test_absolute_timeouts();
	test_extreme_timeouts();
	test_polls();
	test_closing_while_waiting();
	test_timeout_after_close();
	test_old_handles();
	test_signal_and_wait();
	test_signal_comes_first();
	test_signal_and_wait_for_the_same();
	test_signal_and_wait_misses_no_pulse();
	test_signal_and_wait_sleeps_and_is_woken();
	for (int i = 0; i < WORKERS; i++)
		worker_stop(&workers[i]);
	return end();
}
