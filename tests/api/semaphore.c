/* SPDX-License-Identifier: MIT */
/*
 * semaphore.c - tests of semaphores: counts, limits, and who is released.
 */
#include <config.h>

#include "tests/api/support.h"

#define WORKERS 4

static struct worker workers[WORKERS];

static void
test_creation(void)
{
	static const int32_t good[][2] = { { 0, 1 }, { 1, 1 }, { 2, 5 }, { 0, INT32_MAX },
		{ INT32_MAX, INT32_MAX } };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct carafe_semaphore_information information = { 99, 99 };
		carafe_handle semaphore = new_semaphore(good[i][0], good[i][1]);

		must(carafe_semaphore_query(env, semaphore, &information), "query");
		ok(information.count == good[i][0] && information.maximum == good[i][1],
			"made with %d of %d", (int)good[i][0], (int)good[i][1]);
		carafe_close(env, semaphore);
	}
	is_int(sizeof(struct carafe_semaphore_information), 8, "the information has NT's size");
}

static void
test_counting(void)
{
	carafe_handle semaphore = new_semaphore(2, 3);
	int32_t previous = 99;

	is_status(poll_one(semaphore), CARAFE_STATUS_WAIT_0, "2 let one through");
	is_int(semaphore_count(semaphore), 1, "and are 1 then");
	is_status(poll_one(semaphore), CARAFE_STATUS_WAIT_0, "1 lets one through");
	is_int(semaphore_count(semaphore), 0, "and is 0 then");
	is_status(poll_one(semaphore), CARAFE_STATUS_TIMEOUT, "0 lets nobody through");
	is_int(semaphore_count(semaphore), 0, "and stays 0");
	must(carafe_semaphore_release(env, semaphore, 2, &previous), "release");
	ok(previous == 0 && semaphore_count(semaphore) == 2, "releasing 2 adds 2 to 0");
	must(carafe_semaphore_release(env, semaphore, 1, &previous), "release");
	ok(previous == 2 && semaphore_count(semaphore) == 3, "releasing 1 adds 1 to 2");
	must(poll_one(semaphore), "poll");
	must(carafe_semaphore_release(env, semaphore, 1, NULL), "release");
	pass("previous may be NULL");
	carafe_close(env, semaphore);
}

/* Catches a release of which a part is done, and sums that overflow. */
static void
test_limits(void)
{
	static const struct {
		int32_t initial, maximum, release;
		carafe_status status;
	} cases[] = {
		{ 3, 3, 1, CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED },
		{ 2, 3, 2, CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED },
		{ 0, 3, 4, CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED },
		{ 1, INT32_MAX, INT32_MAX, CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED },
		{ INT32_MAX, INT32_MAX, INT32_MAX, CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED },
		{ INT32_MAX, INT32_MAX, 1, CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED },
		{ 1, 3, 0, CARAFE_STATUS_INVALID_PARAMETER },
		{ 1, 3, -1, CARAFE_STATUS_INVALID_PARAMETER },
		{ 1, 3, INT32_MIN, CARAFE_STATUS_INVALID_PARAMETER },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		carafe_handle semaphore = new_semaphore(cases[i].initial, cases[i].maximum);
		int32_t previous = 99;

		is_status(carafe_semaphore_release(env, semaphore, cases[i].release, &previous),
			cases[i].status, "%d of %d refuse %d more", (int)cases[i].initial,
			(int)cases[i].maximum, (int)cases[i].release);
		ok(previous == 99 && semaphore_count(semaphore) == cases[i].initial,
			"and previous and the count are untouched");
		carafe_close(env, semaphore);
	}
}

static void
all_wait_for(carafe_handle semaphore)
{
	for (int i = 0; i < WORKERS; i++) {
		if (!worker_wait(&workers[i], one(semaphore)))
			bail_out("a wait for a semaphore of 0 ended at once");
	}
}

static void
outcomes_are(uint32_t released, const char *what)
{
	uint32_t got = 0;

	for (uint32_t i = 0; i < WORKERS; i++) {
		if (worker_outcome(&workers[i]) == CARAFE_STATUS_WAIT_0)
			got |= 1u << i;
	}
	is_int(got, released, "%s", what);
}

static void
test_waiters(void)
{
	carafe_handle semaphore = new_semaphore(0, 10);
	int32_t previous = 99;

	all_wait_for(semaphore);
	must(carafe_semaphore_release(env, semaphore, 2, &previous), "release");
	ok(previous == 0 && semaphore_count(semaphore) == 0,
		"2 released to 4 who wait: the count is what is left, previous what was before");
	is_status(poll_one(semaphore), CARAFE_STATUS_TIMEOUT, "who releases cannot take it back");
	outcomes_are(0x3, "they go to the first two");

	all_wait_for(semaphore);
	must(carafe_semaphore_release(env, semaphore, 7, &previous), "release");
	ok(previous == 0 && semaphore_count(semaphore) == 3,
		"of 7 released to 4 who wait 3 remain");
	outcomes_are(0xf, "and all four were released");
	carafe_close(env, semaphore);
}

static void
test_order(void)
{
	carafe_handle semaphore = new_semaphore(0, 10);

	all_wait_for(semaphore);
	for (int i = 0; i < WORKERS; i++) {
		must(carafe_semaphore_release(env, semaphore, 1, NULL), "release");
		is_status(worker_end(&workers[i]), CARAFE_STATUS_WAIT_0,
			"release %d goes to the one who came as number %d", i + 1, i + 1);
		for (int later = i + 1; later < WORKERS; later++)
			ok(worker_asleep(&workers[later]), "and not to number %d", later + 1);
	}
	carafe_close(env, semaphore);
}

/* Catches a limit that is checked against a count which waiters have taken already. */
static void
test_limit_with_waiters(void)
{
	carafe_handle semaphore = new_semaphore(0, 2);

	all_wait_for(semaphore);
	is_status(carafe_semaphore_release(env, semaphore, 3, NULL),
		CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED,
		"3 of at most 2 are refused, however many wait");
	must(carafe_semaphore_release(env, semaphore, 2, NULL), "release");
	must(carafe_semaphore_release(env, semaphore, 2, NULL), "release");
	outcomes_are(0xf, "2 and 2 released to 4 who wait are taken by them");
	carafe_close(env, semaphore);
}

/* Catches a count that is lost or made up when threads release and wait at the same time. */
enum { TOKENS = 3, ROUNDS = 20000 };

static carafe_status
task_pass_on(void *semaphore)
{
	for (int i = 0; i < ROUNDS; i++) {
		carafe_status status = carafe_wait_one(env, *(carafe_handle *)semaphore, 0, NULL);

		if (status == CARAFE_STATUS_WAIT_0)
			status = carafe_semaphore_release(env, *(carafe_handle *)semaphore, 1,
				NULL);
		if (status != CARAFE_STATUS_SUCCESS)
			return status;
	}
	return CARAFE_STATUS_SUCCESS;
}

static void
test_contention(void)
{
	carafe_handle semaphore = new_semaphore(TOKENS, TOKENS);

	for (int i = 0; i < WORKERS; i++)
		worker_begin(&workers[i], task_pass_on, &semaphore);
	for (int i = 0; i < WORKERS; i++)
		is_status(worker_end(&workers[i]), CARAFE_STATUS_SUCCESS,
			"thread %d never found more than %d", i + 1, TOKENS);
	is_int(semaphore_count(semaphore), TOKENS, "and all are there in the end");
	carafe_close(env, semaphore);
}

int
main(void)
{
	begin();
	for (int i = 0; i < WORKERS; i++)
		worker_start(&workers[i]);
	test_creation();
	test_counting();
	test_limits();
	test_waiters();
	test_order();
	test_limit_with_waiters();
	test_contention();
	for (int i = 0; i < WORKERS; i++)
		worker_stop(&workers[i]);
	return end();
}
