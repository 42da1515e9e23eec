/* SPDX-License-Identifier: MIT */
/*
 * bench/scan.c - waits for 64 objects that do not sleep, and the least that any such wait must do:
 * find 64 objects by their handles and look at each, or change each.
 */
#include <config.h>

#include <stdatomic.h>
#include <stdlib.h>

#include "bench/bench.h"

#define MANY 64u

static const int64_t at_once = 0;

struct many {
	carafe_environment *environment;
	carafe_handle handle[MANY];
};

static void *open_many(const struct bench_case *this_case)
{
	struct many *many = calloc(1, sizeof(*many));
	carafe_status status = CARAFE_STATUS_SUCCESS;

	bench_must(many != NULL, "memory");
	many->environment = bench_environment();
	for (uint32_t i = 0; i < MANY; i++)
		status |= this_case->number == CARAFE_WAIT_ALL ?
				  carafe_semaphore_create(many->environment,
							  CARAFE_SEMAPHORE_ALL_ACCESS, 0, INT32_MAX,
							  INT32_MAX, &many->handle[i]) :
				  carafe_event_create(many->environment, CARAFE_EVENT_ALL_ACCESS, 0,
						      CARAFE_NOTIFICATION_EVENT, i == MANY - 1,
						      &many->handle[i]);
	bench_must(status == CARAFE_STATUS_SUCCESS, "creating 64 objects");
	return many;
}

static void close_many(void *state)
{
	struct many *many = state;

	for (uint32_t i = 0; i < MANY; i++)
		carafe_close(many->environment, many->handle[i]);
	free(many);
}

static double wait_many(const struct many *many, uint64_t count, enum carafe_wait_type type,
			carafe_status wanted)
{
	uint64_t start = bench_now();
	bool right = true;

	for (uint64_t i = 0; i < count; i++)
		right &= carafe_wait_many(many->environment, MANY, many->handle, type, 0,
					  &at_once) == wanted;
	bench_must(right, "waiting for 64 objects");
	return (double)(bench_now() - start);
}

static double run_any(void *state, uint64_t count)
{
	return wait_many(state, count, CARAFE_WAIT_ANY, CARAFE_STATUS_WAIT_0 + MANY - 1);
}

static double run_all(void *state, uint64_t count)
{
	return wait_many(state, count, CARAFE_WAIT_ALL, CARAFE_STATUS_WAIT_0);
}

/* ---- The least -------------------------------------------------------------------------- */

static struct {
	_Atomic uint64_t entry[MANY][2];
	struct {
		_Atomic uint64_t state;
		uint64_t rest[7];
	} object[MANY];
} bare;

static void *open_bare(const struct bench_case *this_case)
{
	(void)this_case;
	for (uint32_t i = 0; i < MANY; i++)
		atomic_store(&bare.entry[i][0], i);
	atomic_store(&bare.object[MANY - 1].state, 1);
	return &bare;
}

static void close_bare(void *state)
{
	(void)state;
}

static double run_bare_scan(void *state, uint64_t count)
{
	uint64_t start = bench_now(), found = 0;

	(void)state;
	for (uint64_t i = 0; i < count; i++) {
		for (uint32_t n = 0; n < MANY; n++) {
			uint64_t index = atomic_load_explicit(&bare.entry[n][0],
							      memory_order_acquire) % MANY;

			if (atomic_load_explicit(&bare.object[index].state,
						 memory_order_acquire) & 1) {
				found++;
				break;
			}
		}
	}
	bench_must(found == count, "the bare scan");
	return (double)(bench_now() - start);
}

static double run_bare_loop(void *state, uint64_t count)
{
	uint64_t start = bench_now();

	(void)state;
	for (uint64_t i = 0; i < count; i++) {
		for (uint32_t n = 0; n < MANY; n++) {
			uint64_t index = atomic_load_explicit(&bare.entry[n][0],
							      memory_order_acquire) % MANY;
			uint64_t seen = atomic_load(&bare.object[index].state);

			/* Keeps the lowest bit, which the scan looks at. */
			atomic_compare_exchange_strong(&bare.object[index].state, &seen, seen + 2);
		}
	}
	return (double)(bench_now() - start);
}

const struct bench_case bench_scan_cases[] = {
	{ .row = "any-64", .by = BENCH_CARAFE, .open = open_many, .run = run_any,
	  .close = close_many, .number = CARAFE_WAIT_ANY },
	{ .row = "any-64", .by = "bare scan", .open = open_bare, .run = run_bare_scan,
	  .close = close_bare },
	{ .row = "all-64", .by = BENCH_CARAFE, .open = open_many, .run = run_all,
	  .close = close_many, .number = CARAFE_WAIT_ALL },
	{ .row = "all-64", .by = "bare loop", .open = open_bare, .run = run_bare_loop,
	  .close = close_bare },
	{ .row = NULL }
};
