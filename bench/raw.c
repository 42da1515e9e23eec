/* SPDX-License-Identifier: MIT */
/*
 * bench/raw.c - the floors: what the processor and the kernel take for nearly nothing.
 */
#include <config.h>

#include <stdatomic.h>
#include <unistd.h>

#include "bench/bench.h"

static _Atomic uint64_t word;

static void *open_word(const struct bench_case *this_case)
{
	(void)this_case;
	return &word;
}

static void close_word(void *state)
{
	(void)state;
}

static double run_atomic(void *state, uint64_t count)
{
	_Atomic uint64_t *target = state;
	uint64_t start = bench_now();

	for (uint64_t i = 0; i < count; i++)
		atomic_fetch_add(target, 1);
	return (double)(bench_now() - start);
}

static double run_cas(void *state, uint64_t count)
{
	_Atomic uint64_t *target = state;
	uint64_t start = bench_now(), seen;

	for (uint64_t i = 0; i < count; i++) {
		seen = atomic_load(target);
		atomic_compare_exchange_strong(target, &seen, seen + 1);
	}
	return (double)(bench_now() - start);
}

/* A libc may remember getpid(), but not getppid(), which can change. */
static double run_syscall(void *state, uint64_t count)
{
	uint64_t start = bench_now();

	(void)state;
	for (uint64_t i = 0; i < count; i++)
		(void)getppid();
	return (double)(bench_now() - start);
}

const struct bench_case bench_raw_cases[] = {
	{ .row = "atomic", .by = "raw", .open = open_word, .run = run_atomic, .close = close_word },
	{ .row = "cas", .by = "raw", .open = open_word, .run = run_cas, .close = close_word },
	{ .row = "syscall",
	  .by = "raw",
	  .open = open_word,
	  .run = run_syscall,
	  .close = close_word },
	{ .row = NULL }
};
