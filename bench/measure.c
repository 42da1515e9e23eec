/* SPDX-License-Identifier: MIT */
/*
 * bench/measure.c - opens the cases, finds how often each must be done to be measured well, and
 * measures them in turn.
 *
 * What happens if a process dies here: see bench/bench.h.
 */
#include <config.h>

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "tools/scratch.h"

#define CASES 160
#define LONG_ENOUGH 5000000u /* ns for a sample */
#define LONG_ENOUGH_QUICK 300000u

uint64_t bench_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void bench_must(bool worked, const char *what)
{
	if (worked)
		return;
	fprintf(stderr, "carafe bench: %s failed: see `carafe doctor'\n", what);
	_exit(1);
}

/* ---- Environments ----------------------------------------------------------------------- */

carafe_environment *bench_environment_open(void)
{
	carafe_environment *environment;
	char name[SCRATCH_NAME];

	scratch_name("bench", name);
	bench_must(CARAFE_SUCCESS(carafe_environment_open(name, CARAFE_NO_JANITOR, &environment)),
		   "opening an environment");
	return environment;
}

void bench_environment_close(carafe_environment *environment)
{
	char *path = strdup(carafe_environment_path(environment));

	carafe_environment_close(environment);
	if (path != NULL)
		scratch_remove(path);
	free(path);
}

static carafe_environment *shared_environment;

carafe_environment *bench_environment(void)
{
	if (shared_environment == NULL)
		shared_environment = bench_environment_open();
	return shared_environment;
}

/* ---- Measuring -------------------------------------------------------------------------- */

static bool is_long(struct bench_result *result, uint64_t count, uint64_t long_enough)
{
	uint64_t start = bench_now();
	double cost = result->what->run(result->state, count);

	return cost >= (double)long_enough || bench_now() - start >= 10 * long_enough;
}

/*
 * Warms up, too.  What surrounds the operations (starting threads) must not count as theirs.  Once
 * is not enough: somebody else may have had the processor, and then everything is measured by too
 * few operations.
 */
static uint64_t find_count(struct bench_result *result, uint64_t long_enough)
{
	uint64_t count = 1;

	while (count < UINT64_C(1) << 30 &&
	       !(is_long(result, count, long_enough) && is_long(result, count, long_enough)))
		count *= 2;
	return count;
}

static void show_progress(const char *what, size_t done, size_t all)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K%s %zu/%zu", what, done, all);
}

static void end_progress(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static bool open_case(struct bench_run *run, const struct bench_case *this_case,
		      const regex_t *filter)
{
	struct bench_result *result;
	void *state;

	/* The floor is what goals are expressed in, so it is always measured. */
	if (filter != NULL && strcmp(this_case->row, BENCH_FLOOR_ROW) != 0 &&
	    regexec(filter, this_case->row, 0, NULL, 0) != 0)
		return true;
	if (run->results == CASES)
		return false;
	state = this_case->open(this_case);
	if (state == NULL)
		return true;
	result = &run->result[run->results++];
	memset(result, 0, sizeof(*result));
	result->what = this_case;
	result->state = state;
	return true;
}

static bool open_cases(struct bench_run *run, const struct bench_case *const *lists,
		       const regex_t *filter)
{
	for (; *lists != NULL; lists++)
		for (const struct bench_case *one = *lists; one->row != NULL; one++)
			if (!open_case(run, one, filter))
				return false;
	return true;
}

static int compare(const void *one, const void *other)
{
	const double *a = one, *b = other;

	return (*a > *b) - (*a < *b);
}

static void take_samples(struct bench_run *run)
{
	uint64_t long_enough = run->options.quick ? LONG_ENOUGH_QUICK : LONG_ENOUGH;

	for (size_t i = 0; i < run->results; i++) {
		show_progress("calibrate", i + 1, run->results);
		run->result[i].count = find_count(&run->result[i], long_enough);
	}
	for (uint32_t round = 0; round < run->options.repeat; round++) {
		show_progress("measure", round + 1, run->options.repeat);
		for (size_t i = 0; i < run->results; i++) {
			struct bench_result *result = &run->result[i];
			double cost = result->what->run(result->state, result->count);

			result->sample[result->samples++] = cost / (double)result->count;
		}
	}
	end_progress();
	for (size_t i = 0; i < run->results; i++)
		qsort(run->result[i].sample, run->result[i].samples, sizeof(double), compare);
}

static void close_cases(struct bench_run *run)
{
	for (size_t i = run->results; i > 0; i--)
		run->result[i - 1].what->close(run->result[i - 1].state);
	if (shared_environment != NULL)
		bench_environment_close(shared_environment);
	shared_environment = NULL;
}

bool bench_measure(struct bench_run *run)
{
	regex_t filter;
	bool opened;

	run->result = calloc(CASES, sizeof(*run->result));
	if (run->result == NULL)
		return false;
	if (run->options.filter != NULL &&
	    regcomp(&filter, run->options.filter, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	scratch_sweep();
	bench_pin(0);
	opened = open_cases(run, bench_all_cases, run->options.filter ? &filter : NULL) &&
		 open_cases(run, bench_system_cases, run->options.filter ? &filter : NULL);
	if (run->options.filter != NULL)
		regfree(&filter);
	if (opened)
		take_samples(run);
	close_cases(run);
	return opened;
}

/* ---- Reading ---------------------------------------------------------------------------- */

double bench_median(const struct bench_result *result)
{
	return result->sample[result->samples / 2];
}

const struct bench_result *bench_find(const struct bench_run *run, const char *row, const char *by)
{
	for (size_t i = 0; i < run->results; i++)
		if (strcmp(run->result[i].what->row, row) == 0 &&
		    strcmp(run->result[i].what->by, by) == 0)
			return &run->result[i];
	return NULL;
}

double bench_goal(const struct bench_run *run, const struct bench_row *row)
{
	const struct bench_result *reference = NULL;

	if (row->goal == GOAL_VALUE)
		return row->factor;
	if (row->goal == GOAL_ATOMICS)
		reference = bench_find(run, BENCH_FLOOR_ROW, "raw");
	else if (row->goal == GOAL_TIMES)
		reference = bench_find(run, row->id, row->reference);
	return reference == NULL ? 0 : row->factor * bench_median(reference);
}
