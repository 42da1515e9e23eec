/* SPDX-License-Identifier: MIT */
/*
 * bench/contend.c - threads that all want the same: mutants beside robust mutexes, semaphores
 * beside those of POSIX; on all processors, one operation being an acquisition and its release.
 */
#include <config.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "bench/peer.h"

#define THREADS 8

enum what { MUTANT, SEMAPHORE, ROBUST, POSIX };

struct crowd {
	enum what what;
	uint32_t threads;
	carafe_environment *environment;
	carafe_handle handle;
	pthread_mutex_t robust;
	sem_t posix;
	uint64_t each; /* operations of a thread */
	struct bench_gate gate;
};

/*
 * Each thread tells itself when it began and ended: whoever starts them may run too late for that.
 */
struct member {
	struct crowd *crowd;
	pthread_t thread;
	uint64_t began;
	uint64_t ended;
};

static bool once(struct crowd *crowd)
{
	switch (crowd->what) {
	case MUTANT:
		return carafe_wait_one(crowd->environment, crowd->handle, 0, NULL) ==
			       CARAFE_STATUS_SUCCESS &&
		       carafe_mutant_release(crowd->environment, crowd->handle, NULL) ==
			       CARAFE_STATUS_SUCCESS;
	case SEMAPHORE:
		return carafe_wait_one(crowd->environment, crowd->handle, 0, NULL) ==
			       CARAFE_STATUS_SUCCESS &&
		       carafe_semaphore_release(crowd->environment, crowd->handle, 1, NULL) ==
			       CARAFE_STATUS_SUCCESS;
	case ROBUST:
		return pthread_mutex_lock(&crowd->robust) == 0 &&
		       pthread_mutex_unlock(&crowd->robust) == 0;
	case POSIX:
		return sem_wait(&crowd->posix) == 0 && sem_post(&crowd->posix) == 0;
	}
	return false;
}

static void *contend(void *argument)
{
	struct member *member = argument;
	struct crowd *crowd = member->crowd;
	bool worked;

	bench_pin(BENCH_ALL_PROCESSORS);
	worked = once(crowd); /* takes its place in the environment */
	bench_gate_pass(&crowd->gate);
	member->began = bench_now();
	for (uint64_t i = 0; i < crowd->each; i++)
		worked &= once(crowd);
	member->ended = bench_now();
	bench_must(worked, "contending");
	return NULL;
}

static void *open_crowd(const struct bench_case *this_case)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	carafe_status status = CARAFE_STATUS_SUCCESS;

	bench_must(crowd != NULL, "memory");
	crowd->what = (enum what)this_case->number;
	crowd->threads = this_case->another;
	crowd->environment = bench_environment();
	if (crowd->what == MUTANT)
		status = carafe_mutant_create(crowd->environment, CARAFE_MUTANT_ALL_ACCESS, 0, 0,
					      &crowd->handle);
	else if (crowd->what == SEMAPHORE)
		status = carafe_semaphore_create(crowd->environment, CARAFE_SEMAPHORE_ALL_ACCESS, 0,
						 1, THREADS, &crowd->handle);
	bench_must(CARAFE_SUCCESS(status), "creating an object");
	if ((crowd->what == ROBUST && !bench_make_robust(&crowd->robust)) ||
	    (crowd->what == POSIX && !bench_make_semaphore(&crowd->posix))) {
		free(crowd);
		return NULL;
	}
	return crowd;
}

static void close_crowd(void *state)
{
	struct crowd *crowd = state;

	if (crowd->handle != 0)
		carafe_close(crowd->environment, crowd->handle);
	if (crowd->what == ROBUST)
		pthread_mutex_destroy(&crowd->robust);
	if (crowd->what == POSIX)
		bench_end_semaphore(&crowd->posix);
	free(crowd);
}

/* From the first to begin to the last to end. */
static double run_crowd(void *state, uint64_t count)
{
	struct crowd *crowd = state;
	struct member member[THREADS];
	uint64_t began = UINT64_MAX, ended = 0;

	crowd->each = (count + crowd->threads - 1) / crowd->threads;
	bench_gate_make(&crowd->gate, crowd->threads);
	for (uint32_t i = 0; i < crowd->threads; i++) {
		member[i].crowd = crowd;
		bench_must(pthread_create(&member[i].thread, NULL, contend, &member[i]) == 0,
			   "starting a thread");
	}
	for (uint32_t i = 0; i < crowd->threads; i++) {
		pthread_join(member[i].thread, NULL);
		began = member[i].began < began ? member[i].began : began;
		ended = member[i].ended > ended ? member[i].ended : ended;
	}
	bench_gate_end(&crowd->gate);
	return (double)(ended - began) * (double)count / (double)(crowd->each * crowd->threads);
}

#define CROWD(id, name, object, count) \
	{ .row = id, .by = name, .open = open_crowd, .run = run_crowd, .close = close_crowd, \
	  .number = object, .another = count }

const struct bench_case bench_contend_cases[] = {
	CROWD("contended-mutant-2", BENCH_CARAFE, MUTANT, 2),
	CROWD("contended-mutant-2", "robust mutex", ROBUST, 2),
	CROWD("contended-mutant-4", BENCH_CARAFE, MUTANT, 4),
	CROWD("contended-mutant-4", "robust mutex", ROBUST, 4),
	CROWD("contended-mutant-8", BENCH_CARAFE, MUTANT, 8),
	CROWD("contended-mutant-8", "robust mutex", ROBUST, 8),
	CROWD("contended-semaphore-2", BENCH_CARAFE, SEMAPHORE, 2),
	CROWD("contended-semaphore-2", "POSIX semaphore", POSIX, 2),
	CROWD("contended-semaphore-4", BENCH_CARAFE, SEMAPHORE, 4),
	CROWD("contended-semaphore-4", "POSIX semaphore", POSIX, 4),
	CROWD("contended-semaphore-8", BENCH_CARAFE, SEMAPHORE, 8),
	CROWD("contended-semaphore-8", "POSIX semaphore", POSIX, 8),
	{ .row = NULL }
};
