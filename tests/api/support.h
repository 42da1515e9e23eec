/* SPDX-License-Identifier: MIT */
/*
 * support.h - what the tests of the C API share: an environment of the test's own, threads and
 * processes that do what they are told, and a way to know that one sleeps.
 *
 * No test measures time to find out what happened.  Whether a thread was released is asked like
 * this: it waits alertably; after the call under test it is alerted; if its wait was satisfied it
 * says so, and if not it says ALERTED.  A signal satisfies waits before it returns and an alert
 * cannot undo that, so the answer is certain and a failure does not hang.
 *
 * Should a test hang nevertheless, a watchdog ends it, and its children have watchdogs too.  Each
 * status that is as it should be or not, and each child that begins or ends, winds the watchdog up
 * again: it measures how long nothing happens, not how slow the machine is.  If the test is killed,
 * its folder under TMPDIR stays behind.
 */
#ifndef CARAFE_TESTS_API_SUPPORT_H
#define CARAFE_TESTS_API_SUPPORT_H

#include <sys/types.h>

#include <pthread.h>
#include <stdatomic.h>

#include <carafe/carafe.h>

#include "tests/tap.h"

/* ---- the environment ---- */

/* The environment of the test, open from begin() on. */
extern carafe_environment *env;

/* Makes a private folder, opens an environment in it and in CARAFE_ENV, starts the watchdog. */
void begin(void);

/* Closes the environment and writes the plan; returns main()'s exit status. */
int end(void);

/* The private folder: a test may put what it likes into it.  It is removed with all in it. */
const char *folder(void);

/* An absolute path in the private folder; the text stays until the fourth call from then. */
const char *in_folder(const char *name);

/* ---- statuses ---- */

/* is_status(GOT, WANT, NAME, ...) */
#define is_status(got, want, ...) \
	tap_is_status((got), (want), __FILE__, __LINE__, __VA_ARGS__)

TAP_PRINTF(5, 6)
bool tap_is_status(carafe_status got, carafe_status want, const char *file, int line,
		   const char *format, ...);

/* Bails out unless the call, which is no subject of the test, succeeded. */
void must(carafe_status status, const char *what);

/* ---- objects: these bail out when they fail; handles have all rights and are inheritable ---- */

carafe_handle new_event(enum carafe_event_type type, int signalled);
carafe_handle new_mutant(int owned);
carafe_handle new_semaphore(int32_t initial, int32_t maximum);
uint32_t event_state(carafe_handle event);
struct carafe_mutant_information mutant_state(carafe_handle mutant);
int32_t semaphore_count(carafe_handle semaphore);

/* A wait that does not sleep, and is not alertable. */
carafe_status poll_one(carafe_handle handle);

/* ---- time-outs ---- */

extern const int64_t now_or_never; /* 0 */

/* So much from now on. */
int64_t milliseconds(int64_t count);

/* Now, in units of 100 ns since 1601, plus the units given. */
int64_t absolute(int64_t plus);

/* ---- waits ---- */

struct wait {
	carafe_handle handles[CARAFE_MAXIMUM_WAIT_OBJECTS];
	uint32_t count;
	enum { ONE, ANY, ALL } kind;
	int alertable;
	const int64_t *timeout;
};

/* Alertable waits without time-out. */
struct wait one(carafe_handle handle);
struct wait any(uint32_t count, ...);
struct wait all(uint32_t count, ...);

carafe_status do_wait(const struct wait *wait);

/* ---- threads ---- */

struct worker {
	pthread_t thread;
	pthread_mutex_t mutex;	/* guards task to quit */
	pthread_cond_t changed;
	carafe_status (*task)(void *argument);
	void *argument;
	carafe_status status;
	bool quit;
	atomic_bool running;	/* from right before the task until right after it */
	struct wait wait;
	pid_t tid;
	uint32_t id;		/* carafe_thread_id() */
};

void worker_start(struct worker *worker);

/* Ends the thread by a return from its first function. */
void worker_stop(struct worker *worker);

/* Lets the thread run the task; worker_end() waits for that and returns what it returned. */
void worker_begin(struct worker *worker, carafe_status (*task)(void *), void *argument);
carafe_status worker_end(struct worker *worker);
carafe_status worker_call(struct worker *worker, carafe_status (*task)(void *), void *argument);

/* Lets the thread wait, and returns when it sleeps (true) or the wait ended at once (false). */
bool worker_wait(struct worker *worker, struct wait wait);

/* Until the task sleeps (true), or has ended (false). */
bool worker_asleep(struct worker *worker);

/* Alerts the thread and returns how its wait ended; it has no alert pending then. */
carafe_status worker_outcome(struct worker *worker);

/* The same with the calls of one handle in the thread. */
carafe_status worker_poll(struct worker *worker, carafe_handle handle);
carafe_status worker_release(struct worker *worker, carafe_handle mutant);

/* ---- processes ---- */

/* Memory that is shared with children, and zero. */
void *shared_memory(size_t size);

/* Forks; the child runs the body under its own watchdog and leaves by _exit(what it returns). */
pid_t spawn(int (*body)(void *argument), void *argument);

/* Waits for the child: its exit status, or 256 + the signal that killed it. */
int reap(pid_t child);

/* Until *ready is not 0 and the thread sleeps.  The thread sets it right before its wait. */
void await_asleep(pid_t process, pid_t thread, const atomic_int *ready);

/* Until *word is not less than value. */
void await_value(const atomic_int *word, int value);

/* ---- the system: os_linux.c ---- */

pid_t system_thread_id(void);

/* Whether the thread sleeps in an interruptible way.  False if it cannot be found. */
bool system_thread_sleeps(pid_t process, pid_t thread);

/*
 * Gives the calling process name spaces of its own (CLONE_NEW...), and the right to change them: as
 * the same user of a new user name space.  False where that is not allowed.
 */
bool system_unshare(int flags);

/* Writes to a file that is there. */
bool system_write(const char *path, const char *text);

#endif
