/* SPDX-License-Identifier: MIT */
/*
 * bench/linux/worker.c - see bench/linux/worker.h.
 *
 * What happens if a process dies here: the worker reads the end of its input and ends.
 */
#include <config.h>

#include "bench/linux/worker.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/preload.h"
#include "tools/system.h"

/* ---- In the worker ---------------------------------------------------------------------- */

#define DONE 32 /* more than both lists hold */
#define ROW_NAME 32
#define ROW_FORMAT "%31s"

static const struct bench_case *find_case(const char *row)
{
	static const struct bench_case *const lists[] = { bench_ntsync_local, bench_files_local };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct bench_case *one = lists[i]; one->row != NULL; one++)
			if (strcmp(one->row, row) == 0)
				return one;
	return NULL;
}

/* A case that was opened, and stays so to the end. */
struct opened {
	const struct bench_case *what;
	void *state;
};

static struct opened *open_once(struct opened list[DONE], const struct bench_case *what)
{
	for (size_t i = 0; i < DONE; i++) {
		if (list[i].what == what)
			return &list[i];
		if (list[i].what == NULL) {
			list[i].what = what;
			list[i].state = what->open(what);
			return &list[i];
		}
	}
	return NULL;
}

int bench_worker(void)
{
	struct opened list[DONE] = { { NULL, NULL } };
	char row[ROW_NAME];
	uint64_t count;

	bench_die_with_parent();
	bench_pin(0);
	while (scanf(ROW_FORMAT " %" SCNu64, row, &count) == 2) {
		const struct bench_case *what = find_case(row);
		struct opened *one = what != NULL ? open_once(list, what) : NULL;

		printf("%.3f\n",
		       one != NULL && one->state != NULL ? what->run(one->state, count) : -1.0);
		fflush(stdout);
	}
	for (size_t i = 0; i < DONE && list[i].what != NULL; i++)
		if (list[i].state != NULL)
			list[i].what->close(list[i].state);
	return 0;
}

/* ---- The worker's other end ------------------------------------------------------------- */

static struct {
	bool tried;
	pid_t process;
	uint32_t users;
	FILE *to, *from;
} worker;

static void become_worker(int in, int out)
{
	char program[4096], library[4096];
	const char *why;

	bench_pin(BENCH_ALL_PROCESSORS);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	setenv("CARAFE_ENV", carafe_environment_path(bench_environment()), 1);
	setenv("CARAFE_JANITOR", "0", 1);
	if (preload_find(library, sizeof(library), &why) && preload_set(library) &&
	    system_program(program, sizeof(program)))
		execl(program, program, "bench", "--worker", (char *)NULL);
	_exit(1);
}

static void start_worker(void)
{
	char library[4096];
	const char *why;
	int in[2], out[2];

	worker.tried = true;
	if (!preload_find(library, sizeof(library), &why))
		return;
	(void)bench_environment(); /* before there is a child that would make its own */
	bench_must(pipe(in) == 0 && pipe(out) == 0, "a pipe");
	fcntl(in[1], F_SETFD, FD_CLOEXEC);
	fcntl(out[0], F_SETFD, FD_CLOEXEC);
	worker.process = fork();
	bench_must(worker.process >= 0, "starting a process");
	if (worker.process == 0)
		become_worker(in[0], out[1]);
	close(in[0]);
	close(out[1]);
	worker.to = fdopen(in[1], "w");
	worker.from = fdopen(out[0], "r");
	bench_must(worker.to != NULL && worker.from != NULL, "memory");
}

static double ask(const char *row, uint64_t count)
{
	double cost;

	if (fprintf(worker.to, "%s %" PRIu64 "\n", row, count) < 0 || fflush(worker.to) != 0 ||
	    fscanf(worker.from, "%lf", &cost) != 1)
		return -1;
	return cost;
}

void *worker_open(const struct bench_case *this_case)
{
	if (!worker.tried)
		start_worker();
	if (worker.to == NULL || ask(this_case->row, 1) < 0)
		return NULL;
	worker.users++;
	return (void *)(uintptr_t)this_case; /* only read */
}

double worker_run(void *state, uint64_t count)
{
	const struct bench_case *this_case = state;
	double cost = ask(this_case->row, count);

	bench_must(cost >= 0, "the worker behind the preload");
	return cost;
}

void worker_close(void *state)
{
	(void)state;
	if (--worker.users > 0)
		return;
	fclose(worker.to);
	fclose(worker.from);
	waitpid(worker.process, NULL, 0);
}
