/* SPDX-License-Identifier: MIT */
/*
 * bench/peer.h - what Carafe is compared with that not every system has.
 */
#ifndef CARAFE_BENCH_PEER_H
#define CARAFE_BENCH_PEER_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

/* A robust mutex for several processes; false when the system has none. */
bool bench_make_robust(pthread_mutex_t *mutex);

/* A semaphore of 1 for several processes; false when the system has none. */
bool bench_make_semaphore(sem_t *semaphore);
void bench_end_semaphore(sem_t *semaphore);

/* Holds threads until all are there, once. */
struct bench_gate {
	pthread_mutex_t lock;
	pthread_cond_t open;
	uint32_t missing;
};

void bench_gate_make(struct bench_gate *gate, uint32_t threads);
void bench_gate_pass(struct bench_gate *gate);
void bench_gate_end(struct bench_gate *gate);

#endif
