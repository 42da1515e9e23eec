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

/* Of the thread that has the lock: what it had blocked before, and if it could be cancelled. */
static sigset_t blocked;
static int cancellable;

static void block_signals(sigset_t *before)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, before);
}

void os_local_lock(void)
{
	sigset_t signals;
	int cancel;

	block_signals(&signals);
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	(void)pthread_mutex_lock(&local);
	blocked = signals;
	cancellable = cancel;
}

void os_local_unlock(void)
{
	sigset_t signals = blocked;
	int cancel = cancellable;

	(void)pthread_mutex_unlock(&local);
	(void)pthread_setcancelstate(cancel, &cancel);
	(void)pthread_sigmask(SIG_SETMASK, &signals, NULL);
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

carafe_status os_at_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
	if (pthread_atfork(prepare, parent, child) != 0)
		return CARAFE_STATUS_NO_MEMORY;
	return CARAFE_STATUS_SUCCESS;
}
