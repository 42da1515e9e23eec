/* SPDX-License-Identifier: MIT */
/*
 * Tests of locks that die with their holder (os/linux/lock.c).
 */
#include <config.h>

#include "tests/unit/child.h"

static int open_lock(int folder)
{
	int file;

	if (!CARAFE_SUCCESS(os_file_open(folder, "lock", true, &file)))
		bail_out("no lock file");
	return file;
}

static bool held(int file, uint64_t first, uint64_t count)
{
	bool answer = false;

	if (!CARAFE_SUCCESS(os_lock_test(file, first, count, &answer)))
		bail_out("cannot test a lock");
	return answer;
}

static void test_one_process(int folder)
{
	int a = open_lock(folder), b = open_lock(folder), other;

	is_int(os_lock(a, 3, 1), CARAFE_STATUS_SUCCESS, "a free byte can be locked");
	is_int(os_lock(b, 3, 1), CARAFE_STATUS_SHARING_VIOLATION, "by one opening only");
	is_int(os_lock(b, 0, 10), CARAFE_STATUS_SHARING_VIOLATION, "nor as part of a range");
	is_int(os_lock(b, 0, 0), CARAFE_STATUS_SHARING_VIOLATION, "nor with all bytes");
	is_int(os_lock(b, 4, 1), CARAFE_STATUS_SUCCESS, "its neighbour is free");
	ok(held(b, 3, 1), "another opening in this process sees it");
	ok(!held(a, 3, 1), "its own does not");
	ok(held(a, 0, 0), "and sees the other's, looking at all bytes");
	other = open_lock(folder);
	os_close(other);
	ok(held(b, 3, 1), "closing another descriptor of the file keeps it (POSIX locks would go)");
	is_int(os_unlock(a, 3, 1), CARAFE_STATUS_SUCCESS, "it can be given back");
	ok(!held(b, 3, 1), "and is free then");
	is_int(os_lock(a, UINT64_MAX, 1), CARAFE_STATUS_INVALID_PARAMETER,
	       "a byte past the end of all is refused");
	os_close(a);
	os_close(b);
}

/* Locks byte 0 through an opening of its own, says so, and waits. */
static int holder(const struct child *parent, void *argument)
{
	int file = open_lock(*(int *)argument);

	if (!CARAFE_SUCCESS(os_lock(file, 0, 1)))
		return 1;
	say_byte(parent);
	hear_byte(parent);
	return 0;
}

/* The same, but a process forked from it lives on with the descriptor. */
static int forking_holder(const struct child *parent, void *argument)
{
	int file = open_lock(*(int *)argument);
	pid_t pid;

	if (!CARAFE_SUCCESS(os_lock(file, 0, 1)))
		return 1;
	pid = fork();
	if (pid == 0) {
		alarm(CHILD_SECONDS);
		pause();
		_exit(0);
	}
	say(parent, &pid, sizeof(pid));
	hear_byte(parent);
	return 0;
}

/* The same, but the forked process closes its copy and ends. */
static int holder_with_tidy_child(const struct child *parent, void *argument)
{
	int file = open_lock(*(int *)argument);
	pid_t pid;

	if (!CARAFE_SUCCESS(os_lock(file, 0, 1)))
		return 1;
	pid = fork();
	if (pid == 0) {
		os_close(file);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	say_byte(parent);
	hear_byte(parent);
	return 0;
}

/* The same, then becomes another program, which echoes a byte. */
static int executing_holder(const struct child *parent, void *argument)
{
	int file = open_lock(*(int *)argument);

	if (!CARAFE_SUCCESS(os_lock(file, 0, 1)))
		return 1;
	say_byte(parent);
	hear_byte(parent);
	if (dup2(parent->in, 0) < 0 || dup2(parent->out, 1) < 0)
		return 1;
	execlp("cat", "cat", (char *)NULL);
	return 1;
}

static void test_death(int folder)
{
	struct child child = child_start(holder, &folder);
	int file = open_lock(folder);

	hear_byte(&child);
	ok(held(file, 0, 1), "another process' lock is seen");
	kill(child.pid, SIGSTOP);
	waitpid(child.pid, NULL, WUNTRACED);
	ok(held(file, 0, 1), "a stopped process keeps its lock");
	child_kill(&child);
	ok(!held(file, 0, 1), "kill -9 frees it");

	child = child_start(holder, &folder);
	hear_byte(&child);
	say_byte(&child);
	is_int(child_end(&child), 0, "a holder ends");
	ok(!held(file, 0, 1), "and exit frees it");
	os_close(file);
}

static void test_exec(int folder)
{
	struct child child = child_start(executing_holder, &folder);
	int file = open_lock(folder);

	hear_byte(&child);
	ok(held(file, 0, 1), "held before exec");
	say_byte(&child);
	say_byte(&child); /* for cat */
	ok(hear_byte(&child), "the new program runs");
	ok(!held(file, 0, 1), "exec frees it");
	child_kill(&child);
	os_close(file);
}

static void test_fork(int folder)
{
	struct child child = child_start(holder_with_tidy_child, &folder);
	int file = open_lock(folder);
	struct os_watch *watch;
	pid_t grandchild = 0;

	hear_byte(&child);
	ok(held(file, 0, 1), "a forked child that closes its copy and ends takes nothing along");
	child_kill(&child);

	child = child_start(forking_holder, &folder);
	hear(&child, &grandchild, sizeof(grandchild));
	child_kill(&child);
	ok(held(file, 0, 1), "a forked child that keeps its copy keeps the lock (hence the hook)");
	kill(grandchild, SIGKILL);
	/* Not our child, so wait by what we have: it is gone when its lock is. */
	if (!CARAFE_SUCCESS(os_watch_open(-1, &watch)))
		bail_out("no watch");
	while (held(file, 0, 1))
		os_watch_wait(watch, 1000000);
	os_watch_close(watch);
	pass("and its death frees it");
	os_close(file);
}

int main(void)
{
	int folder;

	alarm(CHILD_SECONDS);
	folder = scratch_open();
	test_one_process(folder);
	test_death(folder);
	test_exec(folder);
	test_fork(folder);
	return done_testing();
}
