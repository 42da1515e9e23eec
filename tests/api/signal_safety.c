/* SPDX-License-Identifier: MIT */
/*
 * signal_safety.c - tests of signals: handlers that use objects, and waits that they interrupt.
 */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <stdio.h>

#if defined(__SANITIZE_THREAD__)
#define LATE_SIGNALS 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LATE_SIGNALS 1
#endif
#endif
#ifndef LATE_SIGNALS
#define LATE_SIGNALS 0
#endif

#include "tests/api/support.h"

static struct worker workers[2];
static carafe_handle event, other, semaphore, mutant;

/* What the handler does; set before the signal is sent. */
static void (*_Atomic act)(void);
static atomic_int handled;

static void
handler(int signal_number)
{
	void (*now)(void) = atomic_load(&act);

	(void)signal_number;
	if (now != NULL)
		now();
	atomic_fetch_add(&handled, 1);
}

static void
handle(int signal_number)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	sigaction(signal_number, &action, NULL);
}

/* Sends the signal to the worker, and returns when the handler has run. */
static void
interrupt(struct worker *worker, void (*what)(void))
{
	int before = atomic_load(&handled);

	atomic_store(&act, what);
	pthread_kill(worker->thread, SIGUSR1);
	await_value(&handled, before + 1);
}

static void
test_signals_end_no_wait(void)
{
	const int64_t a_while = milliseconds(60);
	struct wait waits[] = { one(event), any(2, other, event), all(2, semaphore, event) };

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		ok(worker_wait(&workers[0], waits[i]), "wait %zu sleeps", i);
		for (int j = 0; j < 100; j++)
			interrupt(&workers[0], NULL);
		ok(worker_asleep(&workers[0]), "and sleeps on after 100 signals");
		must(carafe_semaphore_release(env, semaphore, 1, NULL), "release");
		must(carafe_event_set(env, event, NULL), "set");
		is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0 + (i == 1),
			"until it is satisfied");
		poll_one(semaphore);
	}
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		struct timespec start, now;
		int64_t passed;

		clock_gettime(CLOCK_MONOTONIC, &start);
		waits[i].timeout = &a_while;
		worker_wait(&workers[0], waits[i]);
		for (int j = 0; j < 10; j++)
			interrupt(&workers[0], NULL);
		is_status(worker_end(&workers[0]), CARAFE_STATUS_TIMEOUT,
			"a wait that is interrupted times out as well");
		clock_gettime(CLOCK_MONOTONIC, &now);
		passed = (int64_t)(now.tv_sec - start.tv_sec) * 10000000 +
			(now.tv_nsec - start.tv_nsec) / 100;
		ok(passed >= -a_while - 1, "and not early");
	}
}

/* ---- a handler signals what its thread waits for ---- */

static void
act_set(void)
{
	must(carafe_event_set(env, event, NULL), "set in a handler");
}

static void
act_pulse(void)
{
	must(carafe_event_pulse(env, event, NULL), "pulse in a handler");
}

static void
act_release_semaphore(void)
{
	must(carafe_semaphore_release(env, semaphore, 1, NULL), "release in a handler");
}

static void
act_release_mutant(void)
{
	must(carafe_mutant_release(env, mutant, NULL), "release in a handler");
}

static carafe_status
task_poll(void *handle_)
{
	return poll_one(*(carafe_handle *)handle_);
}

static void
test_handler_satisfies_its_own_wait(void)
{
	worker_wait(&workers[0], one(event));
	interrupt(&workers[0], act_set);
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0,
		"a handler sets the event that its thread waits for");
	worker_wait(&workers[0], any(2, other, event));
	interrupt(&workers[0], act_pulse);
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0 + 1, "or pulses it");
	worker_wait(&workers[0], all(2, mutant, semaphore));
	interrupt(&workers[0], act_release_semaphore);
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0,
		"or releases a semaphore, which satisfies a wait for all");
	must(worker_release(&workers[0], mutant), "release");
	must(worker_call(&workers[0], task_poll, &mutant), "poll");
	worker_wait(&workers[1], one(mutant));
	worker_wait(&workers[0], one(event));
	interrupt(&workers[0], act_release_mutant);
	is_status(worker_end(&workers[1]), CARAFE_STATUS_WAIT_0,
		"a handler releases its sleeping thread's mutant, and another gets it");
	ok(worker_asleep(&workers[0]), "its own thread sleeps on");
	must(carafe_event_set(env, event, NULL), "set");
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0, "until it is satisfied");
	must(worker_release(&workers[1], mutant), "release");
}

/* ---- a handler waits ---- */

static carafe_environment *second;
static carafe_handle in_second;
static carafe_status seen[4];

static void
act_wait(void)
{
	const carafe_handle set = semaphore;

	seen[0] = carafe_wait_one(env, semaphore, 0, &now_or_never);
	seen[1] = carafe_wait_many(env, 1, &set, CARAFE_WAIT_ALL, 0, &now_or_never);
	seen[2] = carafe_signal_and_wait(env, other, semaphore, 0, &now_or_never);
	seen[3] = carafe_wait_one(second, in_second, 0, &now_or_never);
}

static void
test_wait_in_a_handler(void)
{
	must(carafe_environment_open(in_folder("second"), 0, &second), "open");
	must(carafe_event_create(second, CARAFE_GENERIC_ALL, 0, CARAFE_SYNCHRONIZATION_EVENT, 1,
		     &in_second), "create");
	must(carafe_semaphore_release(env, semaphore, 5, NULL), "release");

	atomic_store(&act, act_wait);
	raise(SIGUSR1);
	ok(seen[0] == 0 && seen[1] == 0 && seen[2] == 0 && seen[3] == 0,
		"a handler that interrupted no wait may wait");
	ok(semaphore_count(semaphore) == 2 && event_state(other) == 1, "and its waits take effect");
	must(carafe_event_reset(env, other, NULL), "reset");
	must(carafe_event_set(second, in_second, NULL), "set");

	worker_wait(&workers[0], one(event));
	interrupt(&workers[0], act_wait);
	is_status(seen[0], CARAFE_STATUS_NOT_SUPPORTED,
		"a handler that interrupted a wait may not");
	is_status(seen[1], CARAFE_STATUS_NOT_SUPPORTED, "not for many, either");
	is_status(seen[2], CARAFE_STATUS_NOT_SUPPORTED, "nor signal and wait");
	is_status(seen[3], CARAFE_STATUS_WAIT_0, "but in another environment it may");
	ok(semaphore_count(semaphore) == 2 && event_state(other) == 0, "nothing was changed");
	ok(worker_asleep(&workers[0]), "and the interrupted wait goes on");
	must(carafe_event_set(env, event, NULL), "set");
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0, "until it is satisfied");
	must(poll_one(semaphore), "poll");
	must(poll_one(semaphore), "poll");
	must(carafe_environment_close(second), "close");
}

/* ---- errno ---- */

static int errno_kept;

static void
act_with_errno(void)
{
	errno = 12345;
	must(carafe_event_set(env, event, NULL), "set");
	must(carafe_event_reset(env, other, NULL), "reset");
	must(carafe_event_pulse(env, other, NULL), "pulse");
	must(carafe_semaphore_release(env, semaphore, 1, NULL), "release");
	carafe_mutant_release(env, mutant, NULL);
	errno_kept = errno == 12345;
}

static void
test_errno(void)
{
	worker_wait(&workers[0], one(event));
	worker_wait(&workers[1], one(semaphore));
	atomic_store(&act, act_with_errno);
	raise(SIGUSR1);
	must(worker_end(&workers[0]), "wait");
	must(worker_end(&workers[1]), "wait");
	ok(errno_kept, "what a handler may call keeps errno, when it wakes others too");
}

/* ---- a thread that has never had to do with the environment ---- */

static void *
interrupted_stranger(void *argument)
{
	(void)argument;
	raise(SIGUSR1);
	return NULL;
}

static void
test_stranger(void)
{
	pthread_t thread;

	worker_wait(&workers[0], one(event));
	atomic_store(&act, act_set);
	pthread_create(&thread, NULL, interrupted_stranger, NULL);
	pthread_join(thread, NULL);
	is_status(worker_end(&workers[0]), CARAFE_STATUS_WAIT_0,
		"a handler in a thread that never used the environment wakes a waiter");
}

/* ---- handlers in handlers ---- */

static void
act_nested(void)
{
	static atomic_int depth;

	if (atomic_fetch_add(&depth, 1) == 0)
		raise(SIGUSR2);
	must(carafe_semaphore_release(env, semaphore, 1, NULL), "release");
	atomic_fetch_sub(&depth, 1);
}

static void
test_nested(void)
{
	atomic_store(&act, act_nested);
	raise(SIGUSR1);
	is_int(semaphore_count(semaphore), 2, "a handler and one that interrupts it both release");
	must(poll_one(semaphore), "poll");
	must(poll_one(semaphore), "poll");
}

/*
 * A storm: a thread works on the same objects as the handlers that interrupt it, anywhere, while
 * another thread waits and takes.  What was put in and taken out must add up, so this catches a
 * half-done change that a handler meets and breaks, and one that hangs for its own interrupted
 * thread.  The thread never sleeps, and most of what it and the handlers do is a change of several
 * words, so that few signals are wanted: of a descriptor that a handler takes from the change that it
 * interrupted 50 were enough each time.
 */
enum { STORM = 200 };

static atomic_int released, owned;
static atomic_bool calm;

static void
release_both(void)
{
	if (carafe_semaphore_release(env, semaphore, 1, NULL) == CARAFE_STATUS_SUCCESS)
		atomic_fetch_add(&released, 1);
	if (carafe_mutant_release(env, mutant, NULL) == CARAFE_STATUS_SUCCESS)
		atomic_fetch_sub(&owned, 1);
}

static void
take_both(void)
{
	struct wait wait = all(2, semaphore, mutant);

	wait.timeout = &now_or_never;
	if (do_wait(&wait) == CARAFE_STATUS_WAIT_0) {
		atomic_fetch_sub(&released, 1);
		atomic_fetch_add(&owned, 1);
	}
}

static void
act_storm(void)
{
	release_both();
	take_both();
	must(carafe_event_set(env, other, NULL), "set");
	must(carafe_event_pulse(env, event, NULL), "pulse");
	must(carafe_event_reset(env, other, NULL), "reset");
}

static carafe_status
task_weather(void *argument)
{
	(void)argument;
	while (!atomic_load(&calm)) {
		release_both();
		take_both();
		must(carafe_close(env, new_event(CARAFE_SYNCHRONIZATION_EVENT, 0)), "close");
		must(carafe_event_set(env, event, NULL), "set");
		must(carafe_event_pulse(env, other, NULL), "pulse");
	}
	return CARAFE_STATUS_SUCCESS;
}

static carafe_status
task_take(void *argument)
{
	struct wait wait = any(3, semaphore, event, other);
	const int64_t little = -500;

	(void)argument;
	wait.timeout = &little;
	while (!atomic_load(&calm)) {
		if (do_wait(&wait) == CARAFE_STATUS_WAIT_0)
			atomic_fetch_sub(&released, 1);
	}
	return CARAFE_STATUS_SUCCESS;
}

static void
test_storm(void)
{
	int before;

	must(carafe_event_reset(env, event, NULL), "reset");
	must(carafe_event_reset(env, other, NULL), "reset");
	before = semaphore_count(semaphore);
	worker_begin(&workers[0], task_weather, NULL);
	worker_begin(&workers[1], task_take, NULL);
	for (int i = 0; i < STORM; i++)
		interrupt(&workers[0], act_storm);
	atomic_store(&calm, true);
	must(worker_end(&workers[0]), "storm");
	must(worker_end(&workers[1]), "storm");
	is_int(semaphore_count(semaphore), before + atomic_load(&released),
		"after %d signals the semaphore counts what was released and not taken", STORM);
	is_int(mutant_state(mutant).count, 1 - atomic_load(&owned),
		"and the mutant is owned as often as it was acquired and not released");
}

int
main(void)
{
	if (LATE_SIGNALS) {
		puts("1..0 # SKIP ThreadSanitizer delivers signals late, not where they strike");
		return 0;
	}
	handle(SIGUSR1);
	handle(SIGUSR2);
	begin();
	event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	other = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	semaphore = new_semaphore(0, INT32_MAX);
	mutant = new_mutant(0);
	for (int i = 0; i < 2; i++)
		worker_start(&workers[i]);
	test_signals_end_no_wait();
	test_handler_satisfies_its_own_wait();
	test_wait_in_a_handler();
	test_errno();
	test_stranger();
	test_nested();
	test_storm();
	for (int i = 0; i < 2; i++)
		worker_stop(&workers[i]);
	return end();
}
