/* SPDX-License-Identifier: MIT */
/*
 * bench/object.c - operations on one object on which nobody sleeps, through a handle; and the
 * robust mutex of POSIX threads beside them.
 */
#include <config.h>

#include <pthread.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "bench/peer.h"

enum object { EVENT, MUTANT, SEMAPHORE };

struct one {
	carafe_environment *environment;
	carafe_handle handle;
};

static const int64_t at_once = 0;

static void *open_object(const struct bench_case *this_case)
{
	struct one *one = calloc(1, sizeof(*one));
	carafe_status status = CARAFE_STATUS_SUCCESS;

	bench_must(one != NULL, "memory");
	one->environment = bench_environment();
	switch (this_case->number) {
	case EVENT:
		status = carafe_event_create(one->environment, CARAFE_EVENT_ALL_ACCESS, 0,
					     CARAFE_SYNCHRONIZATION_EVENT, 0, &one->handle);
		break;
	case MUTANT:
		status = carafe_mutant_create(one->environment, CARAFE_MUTANT_ALL_ACCESS, 0, 0,
					      &one->handle);
		break;
	case SEMAPHORE:
		status = carafe_semaphore_create(one->environment, CARAFE_SEMAPHORE_ALL_ACCESS, 0,
						 0, INT32_MAX, &one->handle);
		break;
	}
	bench_must(CARAFE_SUCCESS(status), "creating an object");
	return one;
}

static void close_object(void *state)
{
	struct one *one = state;

	carafe_close(one->environment, one->handle);
	free(one);
}

static double run_set(void *state, uint64_t count)
{
	const struct one *one = state;
	uint64_t start = bench_now();
	carafe_status status = CARAFE_STATUS_SUCCESS;

	for (uint64_t i = 0; i < count; i += 2) {
		status |= carafe_event_set(one->environment, one->handle, NULL);
		status |= carafe_event_reset(one->environment, one->handle, NULL);
	}
	bench_must(status == CARAFE_STATUS_SUCCESS, "setting an event");
	/* One operation too many when only one was asked for. */
	return (double)(bench_now() - start) * (count == 1 ? 0.5 : 1);
}

static double run_set_wait(void *state, uint64_t count)
{
	const struct one *one = state;
	uint64_t start = bench_now();
	carafe_status status = CARAFE_STATUS_SUCCESS;

	for (uint64_t i = 0; i < count; i++) {
		status |= carafe_event_set(one->environment, one->handle, NULL);
		status |= carafe_wait_one(one->environment, one->handle, 0, &at_once);
	}
	bench_must(status == CARAFE_STATUS_SUCCESS, "waiting for an event");
	return (double)(bench_now() - start);
}

static double run_mutant(void *state, uint64_t count)
{
	const struct one *one = state;
	uint64_t start = bench_now();
	carafe_status status = CARAFE_STATUS_SUCCESS;

	for (uint64_t i = 0; i < count; i++) {
		status |= carafe_wait_one(one->environment, one->handle, 0, NULL);
		status |= carafe_mutant_release(one->environment, one->handle, NULL);
	}
	bench_must(status == CARAFE_STATUS_SUCCESS, "acquiring a mutant");
	return (double)(bench_now() - start);
}

static double run_semaphore(void *state, uint64_t count)
{
	const struct one *one = state;
	uint64_t start = bench_now();
	carafe_status status = CARAFE_STATUS_SUCCESS;

	for (uint64_t i = 0; i < count; i++) {
		status |= carafe_semaphore_release(one->environment, one->handle, 1, NULL);
		status |= carafe_wait_one(one->environment, one->handle, 0, &at_once);
	}
	bench_must(status == CARAFE_STATUS_SUCCESS, "acquiring a semaphore");
	return (double)(bench_now() - start);
}

static double run_create(void *state, uint64_t count)
{
	const struct one *one = state;
	uint64_t start = bench_now();
	carafe_status status = CARAFE_STATUS_SUCCESS;
	carafe_handle handle;

	for (uint64_t i = 0; i < count; i++) {
		status |= carafe_event_create(one->environment, CARAFE_EVENT_ALL_ACCESS, 0,
					      CARAFE_SYNCHRONIZATION_EVENT, 0, &handle);
		status |= carafe_close(one->environment, handle);
	}
	bench_must(status == CARAFE_STATUS_SUCCESS, "creating an event");
	return (double)(bench_now() - start);
}

/* ---- A robust mutex --------------------------------------------------------------------- */

static void *open_robust(const struct bench_case *this_case)
{
	pthread_mutex_t *mutex = malloc(sizeof(*mutex));

	(void)this_case;
	bench_must(mutex != NULL, "memory");
	if (bench_make_robust(mutex))
		return mutex;
	free(mutex);
	return NULL;
}

static void close_robust(void *state)
{
	pthread_mutex_destroy(state);
	free(state);
}

static double run_robust(void *state, uint64_t count)
{
	uint64_t start = bench_now();

	for (uint64_t i = 0; i < count; i++) {
		pthread_mutex_lock(state);
		pthread_mutex_unlock(state);
	}
	return (double)(bench_now() - start);
}

#define OBJECT(id, object, function) \
	{ .row = id, .by = BENCH_CARAFE, .open = open_object, .run = function, \
	  .close = close_object, .number = object }

const struct bench_case bench_object_cases[] = {
	OBJECT("event-set", EVENT, run_set),
	OBJECT("event-set-wait", EVENT, run_set_wait),
	OBJECT("mutant", MUTANT, run_mutant),
	OBJECT("semaphore", SEMAPHORE, run_semaphore),
	OBJECT("create-close", EVENT, run_create),
	{ .row = "mutant", .by = "robust mutex", .open = open_robust, .run = run_robust,
	  .close = close_robust },
	{ .row = NULL }
};
