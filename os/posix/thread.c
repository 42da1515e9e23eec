/* SPDX-License-Identifier: MIT */
/*
 * os/posix/thread.c - threads of this process.
 *
 * The hook at a thread's end is a destructor of thread-specific data.  Other libraries' destructors
 * may still use Carafe, so it lets the others go first: it arms itself again in each of the rounds
 * that the system promises, and calls the hook in the last but one.  In the last one
 * ThreadSanitizer's own destructor takes away what instrumented code needs.
 *
 * The library must not be unloaded once a thread is armed: link it with -z nodelete or its like.
 *
 * What happens if a process dies here: all of this dies with it.
 */
#include <config.h>

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include "os/os.h"

#ifndef PTHREAD_DESTRUCTOR_ITERATIONS
#define PTHREAD_DESTRUCTOR_ITERATIONS _POSIX_THREAD_DESTRUCTOR_ITERATIONS
#endif

static pthread_mutex_t local = PTHREAD_MUTEX_INITIALIZER;

static pthread_key_t exit_key;
static void (*exit_hook)(void);

/* A thread's value of exit_key points to the round that it is in. */
static const char rounds[PTHREAD_DESTRUCTOR_ITERATIONS + 1];

/* Whether the thread that has the lock could be cancelled before, as it must not be meanwhile. */
static int cancellable;

void os_local_lock(void)
{
	int before;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	(void)pthread_mutex_lock(&local);
	cancellable = before;
}

void os_local_unlock(void)
{
	int before = cancellable;

	(void)pthread_mutex_unlock(&local);
	(void)pthread_setcancelstate(before, &before);
}

static void block_signals(sigset_t *before)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, before);
}

static void thread_exits(void *value)
{
	const char *round = (const char *)value + 1;

	if (round - rounds < PTHREAD_DESTRUCTOR_ITERATIONS - 1) {
		(void)pthread_setspecific(exit_key, round);
		return;
	}
	/* For good: a handler could use what the hook gives back, or get what nobody would. */
	block_signals(NULL);
	exit_hook();
}

carafe_status os_thread_at_exit(void (*hook)(void))
{
	exit_hook = hook;
	if (pthread_key_create(&exit_key, thread_exits) != 0)
		return CARAFE_STATUS_INSUFFICIENT_RESOURCES;
	return CARAFE_STATUS_SUCCESS;
}

void os_thread_arm(void)
{
	if (pthread_getspecific(exit_key) == NULL)
		(void)pthread_setspecific(exit_key, rounds);
}

struct os_thread {
	pthread_t thread;
	void (*run)(void *);
	void *argument;
};

static void *thread_main(void *context)
{
	const struct os_thread *thread = context;

	thread->run(thread->argument);
	return NULL;
}

/* Created with the caller's signal mask, which is full. */
carafe_status os_thread_start(void (*run)(void *), void *argument, struct os_thread **thread)
{
	struct os_thread *fresh = malloc(sizeof(*fresh));
	sigset_t before;
	int error;

	if (fresh == NULL)
		return CARAFE_STATUS_NO_MEMORY;
	fresh->run = run;
	fresh->argument = argument;
	block_signals(&before);
	error = pthread_create(&fresh->thread, NULL, thread_main, fresh);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0) {
		free(fresh);
		return CARAFE_STATUS_INSUFFICIENT_RESOURCES;
	}
	*thread = fresh;
	return CARAFE_STATUS_SUCCESS;
}

void os_thread_join(struct os_thread *thread)
{
	(void)pthread_join(thread->thread, NULL);
	free(thread);
}

void os_yield(void)
{
	int saved = errno;

	(void)sched_yield();
	errno = saved;
}

/* What signals the thread that forks had blocked before, and how many of us had it block all. */
static _Thread_local sigset_t before_fork;
static _Thread_local unsigned forks;

static void fork_begins(void)
{
	sigset_t before;

	block_signals(&before);
	if (forks++ == 0)
		before_fork = before;
}

static void fork_ends(void)
{
	if (--forks == 0)
		(void)pthread_sigmask(SIG_SETMASK, &before_fork, NULL);
}

carafe_status os_at_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
	/* What was set last runs first before the fork, and last after it. */
	if (pthread_atfork(prepare, parent, child) != 0 ||
	    pthread_atfork(fork_begins, fork_ends, fork_ends) != 0)
		return CARAFE_STATUS_NO_MEMORY;
	return CARAFE_STATUS_SUCCESS;
}
