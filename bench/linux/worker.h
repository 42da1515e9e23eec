/* SPDX-License-Identifier: MIT */
/*
 * bench/linux/worker.h - cases that are measured in a process that has the preload, which this one has not.
 *
 * The worker is this program again.  It does what it is told line by line ("ROW COUNT") and answers each with
 * what it cost.
 *
 * What happens if a process dies here: the worker reads the end of its input and ends.
 */
#ifndef CARAFE_BENCH_WORKER_H
#define CARAFE_BENCH_WORKER_H

#include "bench/bench.h"

/* What a worker can do, by row; each list is ended by a case without one. */
extern const struct bench_case bench_ntsync_local[], bench_files_local[];

/* open(), run() and close() of a case that the worker does. */
void *worker_open(const struct bench_case *this_case);
double worker_run(void *state, uint64_t count);
void worker_close(void *state);

#define WORKER_CASE(id, name) \
	{ .row = id, .by = name, .open = worker_open, .run = worker_run, .close = worker_close }

#endif
