/* SPDX-License-Identifier: MIT */
/*
 * bench/peer.c - robust mutexes, semaphores and a gate for threads.  See bench/peer.h.
 *
 * The gate is no barrier of POSIX, because Darwin has none.
 *
 * What happens if a process dies here: nothing; all of this is its own.
 */
#include <config.h>

#include "bench/peer.h"

#ifdef HAVE_PTHREAD_MUTEXATTR_SETROBUST
bool bench_make_robust(pthread_mutex_t *mutex)
{
	pthread_mutexattr_t attributes;
	bool made;

	if (pthread_mutexattr_init(&attributes) != 0)
		return false;
	made = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0 &&
	       pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0 &&
	       pthread_mutex_init(mutex, &attributes) == 0;
	pthread_mutexattr_destroy(&attributes);
	return made;
}
#else
bool bench_make_robust(pthread_mutex_t *mutex)
{
	(void)mutex;
	return false;
}
#endif

#ifdef CARAFE_SEMAPHORES
bool bench_make_semaphore(sem_t *semaphore)
{
	return sem_init(semaphore, 1, 1) == 0;
}

void bench_end_semaphore(sem_t *semaphore)
{
	sem_destroy(semaphore);
}
#else
bool bench_make_semaphore(sem_t *semaphore)
{
	(void)semaphore;
	return false;
}

void bench_end_semaphore(sem_t *semaphore)
{
	(void)semaphore;
}
#endif

void bench_gate_make(struct bench_gate *gate, uint32_t threads)
{
	pthread_mutex_init(&gate->lock, NULL);
	pthread_cond_init(&gate->open, NULL);
	gate->missing = threads;
}

void bench_gate_pass(struct bench_gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	if (--gate->missing == 0)
		pthread_cond_broadcast(&gate->open);
	while (gate->missing > 0)
		pthread_cond_wait(&gate->open, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

void bench_gate_end(struct bench_gate *gate)
{
	pthread_cond_destroy(&gate->open);
	pthread_mutex_destroy(&gate->lock);
}
