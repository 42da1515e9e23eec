/* SPDX-License-Identifier: MIT */
/*
 * What fork() and the end of a thread must not see half-done happens under the local lock, which
 * they take (core/environment.c, os/posix/thread.c).
 *
 * Catches an opening that has the lock of its slot before it is known: a child forked then kept
 * that lock, and its parent alive.  Catches a closing that frees the slots of threads that fork or
 * end at that moment, which then used what others had.  Catches a thread that is cancelled inside
 * fork(): nobody could fork or end any more.
 */
#include <config.h>

#include <carafe/carafe.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>

#include "tests/unit/fixture.h"

static struct carafe_environment *environment, *second;
static atomic_int runner;

/* Until the thread sleeps, which it does at the lock if not before. */
static void await_sleep(void)
{
	char path[64], line[512], *end;
	bool sleeps = false;
	int thread;

	while ((thread = atomic_load(&runner)) == 0)
		os_yield();
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", thread);
	while (!sleeps) {
		FILE *stat = fopen(path, "r");

		if (stat == NULL || fgets(line, sizeof(line), stat) == NULL)
			bail_out("cannot look at a thread");
		fclose(stat);
		end = strrchr(line, ')');
		sleeps = end != NULL && end[1] == ' ' && end[2] == 'S';
		os_yield();
	}
}

static pthread_t start(void *(*run)(void *))
{
	pthread_t thread;

	atomic_store(&runner, 0);
	if (pthread_create(&thread, NULL, run, NULL) != 0)
		bail_out("no thread");
	return thread;
}

static void *open_second(void *unused)
{
	atomic_store(&runner, (int)syscall(SYS_gettid));
	second = open_again();
	return unused;
}

static void *close_second(void *unused)
{
	atomic_store(&runner, (int)syscall(SYS_gettid));
	(void)carafe_environment_close(second);
	return unused;
}

static bool somebody_else_has_a_lock(void)
{
	bool held = true;

	must(os_lock_test_any(environment->place.lock, &held), "look at the locks");
	return held;
}

static void test_opening(void)
{
	pthread_t thread;

	os_local_lock();
	thread = start(open_second);
	await_sleep();
	ok(!somebody_else_has_a_lock(), "an opening that a fork would not know has no lock");
	os_local_unlock();
	(void)pthread_join(thread, NULL);
	ok(somebody_else_has_a_lock(), "until it has a number, too");
}

static void test_closing(void)
{
	struct cf_process *process = &environment->region->process[second->process];
	pthread_t thread;

	os_local_lock();
	thread = start(close_second);
	await_sleep();
	ok(value_of(environment, &process->state) != 0, "what others may be using is not freed");
	os_local_unlock();
	(void)pthread_join(thread, NULL);
	is_int(value_of(environment, &process->state), 0, "until they have done");
	ok(!somebody_else_has_a_lock(), "and then the slot is free");
}

static bool forked;

static void *fork_cancelled(void *unused)
{
	pid_t child;

	(void)pthread_cancel(pthread_self());
	child = fork();
	if (child == 0)
		_exit(0);
	forked = child > 0;
	pthread_testcancel();
	return unused;
}

static void test_cancelling(void)
{
	pthread_t thread = start(fork_cancelled);
	void *result = NULL;

	(void)pthread_join(thread, &result);
	(void)wait(NULL);
	ok(forked, "a thread that is to be cancelled forks first");
	ok(result == PTHREAD_CANCELED, "and is cancelled then");
}

int main(void)
{
	environment = open_first();
	test_opening();
	test_closing();
	test_cancelling();
	return done_testing();
}
