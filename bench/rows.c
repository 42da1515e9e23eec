/* SPDX-License-Identifier: MIT */
/*
 * bench/rows.c - the operations and their goals (ARCHITECTURE.md, "Figures").
 */
#include "bench/bench.h"

#define BARE "without the preload"

const struct bench_row bench_rows[] = {
	{ "atomic", "atomic read-modify-write", "ns", GOAL_NONE, 0, NULL },
	{ "cas", "load and compare-and-swap", "ns", GOAL_NONE, 0, NULL },
	{ "syscall", "system call that does nothing", "ns", GOAL_NONE, 0, NULL },
	{ "event-set", "set or reset an event, nobody waits", "ns", GOAL_ATOMICS, 5, NULL },
	{ "event-set-wait", "set an event + satisfied wait", "ns", GOAL_ATOMICS, 9, NULL },
	{ "mutant", "mutant acquire + release", "ns", GOAL_ATOMICS, 9, NULL },
	{ "semaphore", "semaphore release + acquire", "ns", GOAL_ATOMICS, 9, NULL },
	{ "any-64", "wait-any of 64, the last signalled", "ns", GOAL_TIMES, 3, "bare scan" },
	{ "all-64", "wait-all of 64 semaphores", "ns", GOAL_TIMES, 3, "bare loop" },
	{ "create-close", "create + close an event", "ns", GOAL_ATOMICS, 35, NULL },
	{ "handoff-thread-1", "round trip, 2 threads, 1 CPU", "ns", GOAL_TIMES, 1.10, "futex" },
	{ "handoff-thread-2", "round trip, 2 threads, 2 CPUs", "ns", GOAL_TIMES, 1.10, "futex" },
	{ "handoff-process-1", "round trip, 2 processes, 1 CPU", "ns", GOAL_TIMES, 1.10, "futex" },
	{ "handoff-process-2", "round trip, 2 processes, 2 CPUs", "ns", GOAL_TIMES, 1.10, "futex" },
	{ "handoff-any-64", "round trip, blocking wait-any of 64", "ns", GOAL_TIMES, 2, "futex" },
	{ "contended-mutant-2", "mutant, 2 threads contend", "ns", GOAL_NONE, 0, NULL },
	{ "contended-mutant-4", "mutant, 4 threads contend", "ns", GOAL_NONE, 0, NULL },
	{ "contended-mutant-8", "mutant, 8 threads contend", "ns", GOAL_NONE, 0, NULL },
	{ "contended-semaphore-2", "semaphore, 2 threads contend", "ns", GOAL_NONE, 0, NULL },
	{ "contended-semaphore-4", "semaphore, 4 threads contend", "ns", GOAL_NONE, 0, NULL },
	{ "contended-semaphore-8", "semaphore, 8 threads contend", "ns", GOAL_NONE, 0, NULL },
	{ "memory", "memory for an object and its handle", "bytes", GOAL_VALUE, 128, NULL },
	{ "scale-objects", "create, set, close beside 10^6 objects", "ns", GOAL_TIMES, 1.2,
	  "10^3 objects" },
	{ "scale-waiters", "wake one of 10^4 waiters", "ns", GOAL_TIMES, 1.2, "10^3 waiters" },
	{ "other-ioctl", "another file: ioctl", "ns", GOAL_TIMES, 1.02, BARE },
	{ "other-fcntl", "another file: fcntl", "ns", GOAL_TIMES, 1.02, BARE },
	{ "other-close", "another file: dup + close", "ns", GOAL_TIMES, 1.02, BARE },
	{ "other-open", "another file: open + close", "ns", GOAL_TIMES, 1.02, BARE },
	{ "other-syscall", "another system call by syscall()", "ns", GOAL_TIMES, 1.02, BARE }
};

const size_t bench_row_count = sizeof(bench_rows) / sizeof(bench_rows[0]);

const struct bench_case *const bench_all_cases[] = {
	bench_raw_cases,    bench_object_cases,	 bench_scan_cases,
	bench_server_cases, bench_handoff_cases, bench_contend_cases,
	bench_scale_cases,  NULL
};
