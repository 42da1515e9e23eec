/* SPDX-License-Identifier: MIT */
/*
 * Tests of what is local to a process (os/posix/thread.c).
 */
#include <config.h>

#include <pthread.h>

#include "tests/unit/child.h"

/* Darwin has none. */
#ifndef SIGRTMAX
#define SIGRTMAX SIGUSR2
#endif

static pthread_key_t other_key;
static int hooks, hooks_in_place, hooks_blocked, late_users;
static _Thread_local bool armed;

static bool is_blocked(int signal_number)
{
	sigset_t blocked;

	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	return sigismember(&blocked, signal_number) == 1;
}

static void hook(void)
{
	hooks++;
	hooks_in_place += armed;
	hooks_blocked += is_blocked(SIGUSR1);
}

/* Another library's destructor, which uses us while the thread ends. */
static void other_destructor(void *value)
{
	(void)value;
	late_users += hooks == 0;
	os_thread_arm();
}

static void *armed_thread(void *argument)
{
	(void)argument;
	pthread_setspecific(other_key, &other_key);
	armed = true;
	os_thread_arm();
	os_thread_arm();
	return NULL;
}

static void *unarmed_thread(void *argument)
{
	return argument;
}

static void join(void *(*run)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, NULL) != 0)
		bail_out("no threads");
	pthread_join(thread, NULL);
}

static void test_exit(void)
{
	is_int(os_thread_at_exit(hook), CARAFE_STATUS_SUCCESS, "a hook is set");
	pthread_key_create(&other_key, other_destructor);
	join(unarmed_thread);
	is_int(hooks, 0, "a thread that did not ask for it ends without");
	join(armed_thread);
	is_int(hooks, 1, "one that did ends with it, once");
	is_int(hooks_in_place, 1, "in that thread");
	is_int(hooks_blocked, 1, "which runs no signal handler any more");
	is_int(late_users, 1, "after the other libraries' destructors");
}

/* An emulator of a processor may have no counterpart of the last ones. */
static bool can_be_blocked(int number)
{
	sigset_t set, before, now;

	sigemptyset(&set);
	sigaddset(&set, number);
	pthread_sigmask(SIG_BLOCK, &set, &before);
	pthread_sigmask(SIG_SETMASK, &before, &now);
	return sigismember(&now, number) == 1;
}

static bool all_blocked, last_can_be_blocked;

static void background(void *argument)
{
	sigset_t blocked;

	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	all_blocked = sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGSEGV) &&
		      sigismember(&blocked, SIGALRM) &&
		      (sigismember(&blocked, SIGRTMAX) || !last_can_be_blocked);
	os_local_lock();
	*(int *)argument = 42;
	os_local_unlock();
}

static void test_start(void)
{
	struct os_thread *thread;
	sigset_t before, after;
	int result = 0;

	last_can_be_blocked = can_be_blocked(SIGRTMAX);
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	os_local_lock();
	is_int(os_thread_start(background, &result, &thread), CARAFE_STATUS_SUCCESS,
	       "a thread starts");
	is_int(result, 0, "the lock keeps it out");
	os_local_unlock();
	os_thread_join(thread);
	is_int(result, 42, "it has its argument, and is waited for");
	ok(all_blocked, "every signal was blocked in it");
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	is_int(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM),
	       "and the caller's signals are as before");
}

static int order;

static void before_fork(void)
{
	order = order * 10 + 1;
	os_local_lock();
}

static void in_parent(void)
{
	os_local_unlock();
	order = order * 10 + 2;
}

static void in_child(void)
{
	os_local_unlock();
	order = order * 10 + 3;
}

static int forked(const struct child *parent, void *argument)
{
	(void)parent, (void)argument;
	os_local_lock();
	os_local_unlock();
	return order;
}

static void test_fork(void)
{
	struct child child;

	is_int(os_at_fork(before_fork, in_parent, in_child), CARAFE_STATUS_SUCCESS, "hooks set");
	child = child_start(forked, NULL);
	is_int(child_end(&child), 13, "before fork, then in the child, where the lock is free");
	is_int(order, 12, "before fork, then in the parent");
	os_local_lock();
	os_local_unlock();
	os_yield();
}

int main(void)
{
	alarm(CHILD_SECONDS);
	test_exit();
	test_start();
	test_fork();
	return done_testing();
}
