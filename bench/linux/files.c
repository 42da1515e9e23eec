/* SPDX-License-Identifier: MIT */
/*
 * bench/linux/files.c - what the preload costs calls that are none of its business: descriptors of other files.
 *
 * The same calls here, without the preload, and in the worker, which has it and uses the device.
 *
 * What happens if a process dies here: see bench/linux/worker.h.
 */
#include <config.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/linux/cases.h"
#include "bench/linux/worker.h"
#include "tools/preload.h"

#define BARE "without the preload"
#define OTHER "/dev/null"

struct file {
	int device; /* so that the process is a user of it; -1 where there is none */
	int other;
};

static void *open_file(const struct bench_case *this_case)
{
	struct file *file = malloc(sizeof(*file));

	(void)this_case;
	bench_must(file != NULL, "memory");
	file->device = preload_is_set() ? open("/dev/ntsync", O_RDWR | O_CLOEXEC) : -1;
	file->other = open(OTHER, O_RDWR | O_CLOEXEC);
	bench_must(file->other >= 0, "opening " OTHER);
	return file;
}

static void close_file(void *state)
{
	struct file *file = state;

	close(file->other);
	if (file->device >= 0)
		close(file->device);
	free(file);
}

/* What is done count times; all of one form, so that the loop around them is the same. */
#define RUN(name, call)							\
	static double name(void *state, uint64_t count)			\
	{								\
		const struct file *file = state;			\
		uint64_t start = bench_now();				\
									\
		for (uint64_t i = 0; i < count; i++)			\
			bench_must((call) >= 0, "a call");		\
		(void)file;						\
		return (double)(bench_now() - start);			\
	}

RUN(run_ioctl, ioctl(file->other, FIOCLEX))
RUN(run_fcntl, fcntl(file->other, F_GETFD))
RUN(run_close, close(dup(file->other)))
RUN(run_open, close(open(OTHER, O_RDONLY)))
RUN(run_syscall, syscall(SYS_getppid))

#define LOCAL(id, runner) \
	{ .row = id, .by = BARE, .open = open_file, .run = runner, .close = close_file }

const struct bench_case bench_files_local[] = {
	LOCAL("other-ioctl", run_ioctl), LOCAL("other-fcntl", run_fcntl),
	LOCAL("other-close", run_close), LOCAL("other-open", run_open),
	LOCAL("other-syscall", run_syscall), { .row = NULL }
};

/* Nothing to compare with where this process itself has the preload. */
static void *open_bare(const struct bench_case *this_case)
{
	return preload_is_set() ? NULL : open_file(this_case);
}

#define TWICE(id, runner) \
	WORKER_CASE(id, BENCH_CARAFE), \
	{ .row = id, .by = BARE, .open = open_bare, .run = runner, .close = close_file }

const struct bench_case bench_files_cases[] = {
	TWICE("other-ioctl", run_ioctl),
	TWICE("other-fcntl", run_fcntl),
	TWICE("other-close", run_close),
	TWICE("other-open", run_open),
	TWICE("other-syscall", run_syscall),
	{ .row = NULL }
};
