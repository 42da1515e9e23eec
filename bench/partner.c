/* SPDX-License-Identifier: MIT */
/*
 * bench/partner.c - starts the partner of a hand-off and counts round trips.  See bench/partner.h.
 *
 * What happens if a process dies here: the partner ends with us.
 */
#include <config.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/partner.h"

struct partner {
	const struct lane *lane;
	void *road;
	uint32_t processor;
	enum partner_kind kind;
	pthread_t thread;
	pid_t process;
	atomic_bool stop;
};

void *partner_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	bench_must(memory != MAP_FAILED, "memory");
	return memory;
}

static void *be_partner(void *argument)
{
	struct partner *partner = argument;

	bench_pin(partner->processor);
	for (;;) {
		partner->lane->take(partner->road, 1);
		if (atomic_load(&partner->stop))
			return NULL;
		partner->lane->give(partner->road, 0);
	}
}

static void start(struct partner *partner)
{
	if (partner->kind == PARTNER_THREAD) {
		bench_must(pthread_create(&partner->thread, NULL, be_partner, partner) == 0,
			   "starting a thread");
		return;
	}
	partner->process = fork();
	bench_must(partner->process >= 0, "starting a process");
	if (partner->process == 0) {
		bench_die_with_parent();
		be_partner(partner);
		_exit(0);
	}
}

void *partner_open(const struct bench_case *this_case)
{
	struct partner *partner;

	if (this_case->another > bench_processors())
		return NULL;
	partner = calloc(1, sizeof(*partner));
	bench_must(partner != NULL, "memory");
	partner->lane = this_case->kind;
	partner->kind = this_case->number == PARTNER_THREAD ? PARTNER_THREAD : PARTNER_PROCESS;
	partner->processor = this_case->another - 1;
	partner->road = partner->lane->make();
	if (partner->road == NULL) {
		free(partner);
		return NULL;
	}
	start(partner);
	return partner;
}

double partner_run(void *state, uint64_t count)
{
	struct partner *partner = state;
	uint64_t start_time = bench_now();

	for (uint64_t i = 0; i < count; i++) {
		partner->lane->give(partner->road, 1);
		partner->lane->take(partner->road, 0);
	}
	return (double)(bench_now() - start_time);
}

void partner_close(void *state)
{
	struct partner *partner = state;

	if (partner->kind == PARTNER_THREAD) {
		atomic_store(&partner->stop, true);
		partner->lane->give(partner->road, 1);
		pthread_join(partner->thread, NULL);
	} else {
		kill(partner->process, SIGKILL);
		waitpid(partner->process, NULL, 0);
	}
	partner->lane->drop(partner->road);
	free(partner);
}
