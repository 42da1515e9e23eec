/* SPDX-License-Identifier: MIT */
/*
 * Tests of locks that die with their holder (os_lock() and its like).
 */
#include <config.h>

#include "tests/unit/child.h"

static int open_lock(int folder)
{
	int locks;

	if (!CARAFE_SUCCESS(os_locks_open(folder, "lock", true, &locks)))
		bail_out("no lock file");
	return locks;
}

static bool held(int locks, uint32_t number)
{
	bool answer = false;

	if (!CARAFE_SUCCESS(os_lock_test(locks, number, &answer)))
		bail_out("cannot test a lock");
	return answer;
}

static bool any_held(int locks)
{
	bool answer = false;

	if (!CARAFE_SUCCESS(os_lock_test_any(locks, &answer)))
		bail_out("cannot test the locks");
	return answer;
}

static void test_one_process(int folder)
{
	int a = open_lock(folder), b = open_lock(folder), other;

	ok(!any_held(a), "at first nobody has any");
	is_int(os_lock(a, 3), CARAFE_STATUS_SUCCESS, "a free lock can be taken");
	is_int(os_lock(b, 3), CARAFE_STATUS_SHARING_VIOLATION, "by one opening only");
	is_int(os_lock(a, 3), CARAFE_STATUS_SUCCESS, "which may ask for it again");
	ok(!any_held(a), "who has all that are taken sees none");
	is_int(os_lock(b, 4), CARAFE_STATUS_SUCCESS, "its neighbour is free");
	ok(held(b, 3), "another opening in this process sees it");
	ok(held(b, 3), "and looking takes nothing away");
	ok(!held(a, 3), "its own does not");
	ok(any_held(a), "and sees the other's, looking at all");
	other = open_lock(folder);
	ok(held(other, 3) && held(other, 4), "a third sees both");
	os_locks_close(other);
	ok(held(b, 3), "closing another opening keeps it (POSIX locks would go)");
	os_unlock(a, 3);
	ok(!held(b, 3), "given back, it is free");
	is_int(os_lock(b, 3), CARAFE_STATUS_SUCCESS, "and another opening can have it");
	is_int(os_lock(a, UINT32_MAX), CARAFE_STATUS_SUCCESS, "the last number is one, too");
	ok(held(b, UINT32_MAX), "and is seen");
	os_unlock_all(b);
	ok(!held(a, 3) && !held(a, 4), "all can be given back at once");
	ok(held(b, UINT32_MAX), "which are those of one opening");
	os_locks_close(a);
	ok(!any_held(b), "closing gives back what is left");
	os_locks_close(b);
}

static void test_absent(int folder)
{
	int locks = 7;

	is_int(os_locks_open(folder, "nothing", false, &locks),
	       CARAFE_STATUS_OBJECT_NAME_NOT_FOUND, "what was never made is not there");
	is_int(locks, 7, "and leaves the number alone");
	is_int(os_folder_open(folder, "sub", true, &locks), CARAFE_STATUS_SUCCESS, "a folder");
	is_int(os_lock(open_lock(locks), 9), CARAFE_STATUS_SUCCESS, "with a lock that was taken");
	os_folder_remove(folder, "sub");
	os_close(locks);
	is_int(os_folder_open(folder, "sub", false, &locks), CARAFE_STATUS_OBJECT_PATH_NOT_FOUND,
	       "can be removed nevertheless");
}

/* Takes lock 0 for a child, forks it, and closes its own copy; the child says so, and waits. */
static int parent_of_heir(const struct child *parent, void *argument)
{
	int locks = open_lock(*(int *)argument);
	pid_t pid;

	if (!CARAFE_SUCCESS(os_lock(locks, 0)))
		return 1;
	pid = fork();
	if (pid == 0) {
		alarm(CHILD_SECONDS);
		hear_byte(parent);
		_exit(CARAFE_SUCCESS(os_lock(locks, 0)) ? 0 : 1);
	}
	os_locks_close(locks);
	say_byte(parent);
	if (waitpid(pid, &(int){ 0 }, 0) != pid)
		return 1;
	say_byte(parent);
	hear_byte(parent);
	return 0;
}

static void test_heir(int folder)
{
	struct child child = child_start(parent_of_heir, &folder);
	int locks = open_lock(folder);

	hear_byte(&child);
	ok(held(locks, 0), "a lock taken for a child outlives the parent's closing");
	say_byte(&child);
	hear_byte(&child);
	ok(!held(locks, 0), "and goes with the child");
	say_byte(&child);
	is_int(child_end(&child), 0, "whose parent lives on");
	os_locks_close(locks);
}

/* Takes lock 0 through an opening of its own, says so, and waits. */
static int holder(const struct child *parent, void *argument)
{
	int locks = open_lock(*(int *)argument);

	if (!CARAFE_SUCCESS(os_lock(locks, 0)))
		return 1;
	say_byte(parent);
	hear_byte(parent);
	return 0;
}

/* The same, but a process forked from it lives on with the descriptor. */
static int forking_holder(const struct child *parent, void *argument)
{
	int locks = open_lock(*(int *)argument);
	pid_t pid;

	if (!CARAFE_SUCCESS(os_lock(locks, 0)))
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
	int locks = open_lock(*(int *)argument);
	pid_t pid;

	if (!CARAFE_SUCCESS(os_lock(locks, 0)))
		return 1;
	pid = fork();
	if (pid == 0) {
		os_locks_close(locks);
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
	int locks = open_lock(*(int *)argument);

	if (!CARAFE_SUCCESS(os_lock(locks, 0)))
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
	int locks = open_lock(folder);

	hear_byte(&child);
	ok(held(locks, 0), "another process' lock is seen");
	kill(child.pid, SIGSTOP);
	waitpid(child.pid, NULL, WUNTRACED);
	ok(held(locks, 0), "a stopped process keeps its lock");
	child_kill(&child);
	ok(!held(locks, 0), "kill -9 frees it");

	child = child_start(holder, &folder);
	hear_byte(&child);
	say_byte(&child);
	is_int(child_end(&child), 0, "a holder ends");
	ok(!held(locks, 0), "and exit frees it");
	os_locks_close(locks);
}

static void test_exec(int folder)
{
	struct child child = child_start(executing_holder, &folder);
	int locks = open_lock(folder);

	hear_byte(&child);
	ok(held(locks, 0), "held before exec");
	say_byte(&child);
	say_byte(&child); /* for cat */
	ok(hear_byte(&child), "the new program runs");
	ok(!held(locks, 0), "exec frees it");
	child_kill(&child);
	os_locks_close(locks);
}

static void test_fork(int folder)
{
	struct child child = child_start(holder_with_tidy_child, &folder);
	int locks = open_lock(folder);
	struct os_watch *watch;
	pid_t grandchild = 0;

	hear_byte(&child);
	ok(held(locks, 0), "a forked child that closes its copy and ends takes nothing along");
	child_kill(&child);

	child = child_start(forking_holder, &folder);
	hear(&child, &grandchild, sizeof(grandchild));
	child_kill(&child);
	ok(held(locks, 0), "a forked child that keeps its copy keeps the lock (hence the hook)");
	kill(grandchild, SIGKILL);
	/* Not our child, so wait by what we have: it is gone when its lock is. */
	if (!CARAFE_SUCCESS(os_watch_open(-1, &watch)))
		bail_out("no watch");
	while (held(locks, 0))
		os_watch_wait(watch, 1000000);
	os_watch_close(watch);
	pass("and its death frees it");
	os_locks_close(locks);
}

int main(void)
{
	int folder;

	alarm(CHILD_SECONDS);
	folder = scratch_open();
	test_one_process(folder);
	test_absent(folder);
	test_death(folder);
	test_exec(folder);
	test_fork(folder);
	test_heir(folder);
	return done_testing();
}
