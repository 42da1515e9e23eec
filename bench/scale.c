/* SPDX-License-Identifier: MIT */
/*
 * bench/scale.c - what many objects and many waiters cost: the memory of each, and whether the
 * others slow an operation down.
 */
#include <config.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bench/bench.h"
#include "core/query.h"

/* ---- Memory ----------------------------------------------------------------------------- */

#define MEASURED 100000u

static void close_memory(void *state)
{
	(void)state;
}

/* What the file system has given to the environment so far. */
static double allocated(carafe_environment *environment)
{
	struct cf_query query;
	char path[CF_QUERY_PATH + 16];
	struct stat info;

	bench_must(CARAFE_SUCCESS(cf_query_open(carafe_environment_path(environment), &query)),
		   "looking at an environment");
	snprintf(path, sizeof(path), "%s/memory", query.path);
	cf_query_close(&query);
	bench_must(stat(path, &info) == 0, "looking at a file");
	return (double)info.st_blocks * 512;
}

/* Where memory does not lie in the file there is nothing to be seen of it. */
static void *open_memory(const struct bench_case *this_case)
{
	static char nothing;
	carafe_environment *environment = bench_environment_open();
	double bytes = allocated(environment);

	(void)this_case;
	bench_environment_close(environment);
	return bytes > 0 ? &nothing : NULL;
}

static double run_memory(void *state, uint64_t count)
{
	carafe_environment *environment = bench_environment_open();
	double before = allocated(environment), after;
	carafe_status status = CARAFE_STATUS_SUCCESS;
	carafe_handle handle;

	(void)state;
	for (uint32_t i = 0; i < MEASURED; i++)
		status |= carafe_event_create(environment, CARAFE_EVENT_ALL_ACCESS, 0,
					      CARAFE_NOTIFICATION_EVENT, 0, &handle);
	bench_must(status == CARAFE_STATUS_SUCCESS, "creating many objects");
	after = allocated(environment);
	bench_environment_close(environment);
	return (after - before) / MEASURED * (double)count;
}

/* ---- Many objects ----------------------------------------------------------------------- */

static void *open_objects(const struct bench_case *this_case)
{
	carafe_environment *environment = bench_environment_open();
	carafe_status status = CARAFE_STATUS_SUCCESS;
	carafe_handle handle;

	for (uint32_t i = 0; i < this_case->number; i++)
		status |= carafe_event_create(environment, CARAFE_EVENT_ALL_ACCESS, 0,
					      CARAFE_NOTIFICATION_EVENT, 0, &handle);
	bench_must(status == CARAFE_STATUS_SUCCESS, "creating many objects");
	return environment;
}

static void close_objects(void *state)
{
	bench_environment_close(state);
}

static double run_objects(void *state, uint64_t count)
{
	uint64_t start = bench_now();
	carafe_status status = CARAFE_STATUS_SUCCESS;
	carafe_handle handle;

	for (uint64_t i = 0; i < count; i++) {
		status |= carafe_event_create(state, CARAFE_EVENT_ALL_ACCESS, 0,
					      CARAFE_SYNCHRONIZATION_EVENT, 0, &handle);
		status |= carafe_event_set(state, handle, NULL);
		status |= carafe_close(state, handle);
	}
	bench_must(status == CARAFE_STATUS_SUCCESS, "creating an event");
	return (double)(bench_now() - start);
}

/* ---- Many waiters ----------------------------------------------------------------------- */

#define STACK (64 * 1024)

struct queue {
	carafe_environment *environment;
	carafe_handle turn; /* a semaphore for which all wait */
	carafe_handle done; /* an event that the one who got it sets */
	uint32_t threads;
	pthread_t *thread;
	atomic_bool stop;
};

static void *wait_in_queue(void *argument)
{
	struct queue *queue = argument;

	for (;;) {
		bench_must(carafe_wait_one(queue->environment, queue->turn, 0, NULL) ==
				   CARAFE_STATUS_SUCCESS,
			   "waiting for a semaphore");
		if (atomic_load(&queue->stop))
			return NULL;
		bench_must(carafe_event_set(queue->environment, queue->done, NULL) ==
				   CARAFE_STATUS_SUCCESS,
			   "setting an event");
	}
}

static void start_waiters(struct queue *queue)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	/* Refused where it is too small; then the threads have the usual one. */
	(void)pthread_attr_setstacksize(&attributes, STACK);
	for (uint32_t i = 0; i < queue->threads; i++)
		bench_must(pthread_create(&queue->thread[i], &attributes, wait_in_queue, queue) ==
				   0,
			   "starting many threads");
	pthread_attr_destroy(&attributes);
}

static void *open_queue(const struct bench_case *this_case)
{
	struct queue *queue = calloc(1, sizeof(*queue));
	carafe_status status;

	bench_must(queue != NULL, "memory");
	queue->threads = this_case->number;
	queue->thread = calloc(queue->threads, sizeof(*queue->thread));
	bench_must(queue->thread != NULL, "memory");
	queue->environment = bench_environment_open();
	status = carafe_semaphore_create(queue->environment, CARAFE_SEMAPHORE_ALL_ACCESS, 0, 0,
					 INT32_MAX, &queue->turn);
	status |= carafe_event_create(queue->environment, CARAFE_EVENT_ALL_ACCESS, 0,
				      CARAFE_SYNCHRONIZATION_EVENT, 0, &queue->done);
	bench_must(status == CARAFE_STATUS_SUCCESS, "creating an object");
	start_waiters(queue);
	return queue;
}

static void close_queue(void *state)
{
	struct queue *queue = state;

	atomic_store(&queue->stop, true);
	carafe_semaphore_release(queue->environment, queue->turn, (int32_t)queue->threads, NULL);
	for (uint32_t i = 0; i < queue->threads; i++)
		pthread_join(queue->thread[i], NULL);
	bench_environment_close(queue->environment);
	free(queue->thread);
	free(queue);
}

static double run_queue(void *state, uint64_t count)
{
	struct queue *queue = state;
	uint64_t start = bench_now();
	carafe_status status = CARAFE_STATUS_SUCCESS;

	for (uint64_t i = 0; i < count; i++) {
		status |= carafe_semaphore_release(queue->environment, queue->turn, 1, NULL);
		status |= carafe_wait_one(queue->environment, queue->done, 0, NULL);
	}
	bench_must(status == CARAFE_STATUS_SUCCESS, "waking one of many");
	return (double)(bench_now() - start);
}

const struct bench_case bench_scale_cases[] = {
	{ .row = "memory", .by = BENCH_CARAFE, .open = open_memory, .run = run_memory,
	  .close = close_memory },
	{ .row = "scale-objects", .by = BENCH_CARAFE, .open = open_objects, .run = run_objects,
	  .close = close_objects, .number = 1000000 },
	{ .row = "scale-objects", .by = "10^3 objects", .open = open_objects, .run = run_objects,
	  .close = close_objects, .number = 1000 },
	{ .row = "scale-waiters", .by = BENCH_CARAFE, .open = open_queue, .run = run_queue,
	  .close = close_queue, .number = 10000 },
	{ .row = "scale-waiters", .by = "10^3 waiters", .open = open_queue, .run = run_queue,
	  .close = close_queue, .number = 1000 },
	{ .row = NULL }
};
