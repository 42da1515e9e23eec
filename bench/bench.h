/* SPDX-License-Identifier: MIT */
/*
 * bench/bench.h - what is measured, and how a measurement is written.
 *
 * A row is an operation, with the goal of the design for it; a case is one way to do it: Carafe's
 * or a peer's.  Cases are measured in turn, again and again, so that all meet the same machine.
 *
 * What happens if a process dies here: nothing is left but an environment, which the next
 * scratch_sweep() removes.
 */
#ifndef CARAFE_BENCH_BENCH_H
#define CARAFE_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <carafe/carafe.h>

#define BENCH_CARAFE "carafe"
#define BENCH_REPEAT_MAXIMUM 99

struct bench_case {
	const char *row;
	const char *by;

	/* Prepares; NULL: there is no such thing here. */
	void *(*open)(const struct bench_case *this_case);

	/* Does count operations; what they cost together, in the row's unit. */
	double (*run)(void *state, uint64_t count);

	void (*close)(void *state);
	uint32_t number;  /* each open()'s own */
	uint32_t another;
	const void *kind;
};

enum bench_goal {
	GOAL_NONE,
	GOAL_ATOMICS, /* factor times the atomic floor */
	GOAL_TIMES,   /* factor times what the case `reference` of the same row costs */
	GOAL_VALUE    /* factor itself */
};

struct bench_row {
	const char *id;
	const char *title;
	const char *unit; /* "ns" or "bytes" */
	enum bench_goal goal;
	double factor;
	const char *reference;
};

struct bench_result {
	const struct bench_case *what;
	void *state;
	uint64_t count;
	uint32_t samples;
	double sample[BENCH_REPEAT_MAXIMUM]; /* for one operation; sorted at the end */
};

struct bench_options {
	const char *filter; /* regular expression on row ids; NULL all */
	uint32_t repeat;
	bool quick;
	bool json;
};

struct bench_run {
	struct bench_options options;
	struct bench_result *result;
	size_t results;
};

extern const struct bench_row bench_rows[];
extern const size_t bench_row_count;
#define BENCH_FLOOR_ROW "atomic"

/* Lists of cases, each ended by one without a row. */
extern const struct bench_case bench_raw_cases[], bench_object_cases[], bench_scan_cases[],
	bench_handoff_cases[], bench_contend_cases[], bench_scale_cases[], bench_server_cases[];
extern const struct bench_case *const bench_all_cases[];	/* ended by NULL */
extern const struct bench_case *const bench_system_cases[];	/* the system's own; the same */

/* Measures all that options ask for.  False when there is no memory. */
bool bench_measure(struct bench_run *run);

double bench_median(const struct bench_result *result);
const struct bench_result *bench_find(const struct bench_run *run, const char *row,
				      const char *by);
/* The goal in the row's unit; 0 when there is none or its reference was not measured. */
double bench_goal(const struct bench_run *run, const struct bench_row *row);

void bench_print(const struct bench_run *run);
bool bench_write_json(const struct bench_run *run);

/* Monotonic nanoseconds. */
uint64_t bench_now(void);

/* The environment that the cases share; NULL when it cannot be opened. */
carafe_environment *bench_environment(void);
/* Another one of their own; bench_environment_close() removes it. */
carafe_environment *bench_environment_open(void);
void bench_environment_close(carafe_environment *environment);

/* Ends the program: what is measured did not work, so a figure would be a lie. */
void bench_must(bool worked, const char *what);

/* ---- the system's part ---- */

/* Processors on which this process may run; at least 1. */
uint32_t bench_processors(void);

/* Binds the calling thread to the n-th of them; to all of them when n is UINT32_MAX. */
void bench_pin(uint32_t n);
#define BENCH_ALL_PROCESSORS UINT32_MAX

/* In a child: end when the parent does. */
void bench_die_with_parent(void);

/* A name for the machine's processor, for people. */
void bench_machine(char *text, size_t size);

/* `carafe bench --worker`: measures on behalf of another process, by standard input and output. */
int bench_worker(void);

#endif
