/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/child.h - real processes for tests, which talk with their parent through two pipes.
 *
 * A test that hangs is killed by an alarm, and so fails; a child dies with its parent's pipes or by
 * its own alarm.
 */
#ifndef CARAFE_TESTS_CHILD_H
#define CARAFE_TESTS_CHILD_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/os.h"
#include "tests/tap.h"

#define CHILD_SECONDS 60

struct child {
	pid_t pid;
	int in;		/* what the other side says */
	int out;	/* what this side says */
};

/* Who is gone does not hear it: that is seen when it does not answer. */
static inline void say(const struct child *child, const void *data, size_t size)
{
	if (write(child->out, data, size) != (ssize_t)size && errno != EPIPE)
		bail_out("cannot write to a pipe");
}

/* False at the end: the other side is gone. */
static inline bool hear(const struct child *child, void *data, size_t size)
{
	size_t got = 0;

	while (got < size) {
		ssize_t part = read(child->in, (char *)data + got, size - got);

		if (part <= 0)
			return false;
		got += (size_t)part;
	}
	return true;
}

static inline void say_byte(const struct child *child)
{
	say(child, "!", 1);
}

static inline bool hear_byte(const struct child *child)
{
	char byte;

	return hear(child, &byte, 1);
}

/* Runs run() in a child, which exits with what it returns. */
static inline struct child child_start(int (*run)(const struct child *parent, void *argument),
				       void *argument)
{
	struct child child;
	int down[2], up[2];

	fflush(stdout);
	signal(SIGPIPE, SIG_IGN);
	if (pipe(down) < 0 || pipe(up) < 0)
		bail_out("no pipes");
	child.pid = fork();
	if (child.pid < 0)
		bail_out("no processes");
	if (child.pid == 0) {
		struct child parent = { .pid = getpid(), .in = down[0], .out = up[1] };

		close(down[1]);
		close(up[0]);
		alarm(CHILD_SECONDS);
		_exit(run(&parent, argument));
	}
	close(down[0]);
	close(up[1]);
	child.in = up[0];
	child.out = down[1];
	return child;
}

/* The exit status, or 1000 and the signal's number; the child is gone after it. */
static inline int child_end(struct child *child)
{
	int status = 0;

	close(child->out);
	close(child->in);
	if (waitpid(child->pid, &status, 0) != child->pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static inline int child_kill(struct child *child)
{
	kill(child->pid, SIGKILL);
	return child_end(child);
}

/* ---- A folder for the test ---- */

static char scratch_path[128];
static pid_t scratch_owner;

static inline void scratch_remove(void)
{
	char command[160];

	if (getpid() != scratch_owner)
		return;
	snprintf(command, sizeof(command), "rm -rf '%s'", scratch_path);
	if (system(command) != 0)
		diag("%s is left over", scratch_path);
}

/* Makes a folder, opens it, and removes it at exit. */
static inline int scratch_open(void)
{
	int folder;

	snprintf(scratch_path, sizeof(scratch_path), "%s/carafe-test-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(scratch_path) == NULL)
		bail_out("cannot make %s", scratch_path);
	scratch_owner = getpid();
	atexit(scratch_remove);
	if (!CARAFE_SUCCESS(os_folder_open(-1, scratch_path, false, &folder)))
		bail_out("cannot open %s", scratch_path);
	return folder;
}

/* A path in the scratch folder; good until the fourth call after it. */
static inline const char *scratch(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", scratch_path, name);
	return path;
}

#endif
