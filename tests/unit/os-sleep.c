/* SPDX-License-Identifier: MIT */
/*
 * Tests of clocks, sleeping and waking (os/linux/park.c, os/posix/clock.c, os/linux/processors.c,
 * os/freebsd/processors.c).
 */
#include <config.h>

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "tests/unit/child.h"
#include "tests/weak.h"

#define HANDOFFS 2000
#define FUTEX_WAITV 449 /* Linux, but on Alpha */

struct shared {
	_Atomic uint32_t ping;
	_Atomic uint32_t pong;
};

static uint32_t *plain(_Atomic uint32_t *word)
{
	return (uint32_t *)word;
}

/* Waits for *mine to become `turn`, then sets *other to it. */
static void await(_Atomic uint32_t *word, uint32_t turn)
{
	uint32_t seen;

	while ((seen = atomic_load(word)) != turn)
		(void)os_park(plain(word), seen, OS_CLOCK_UPTIME, OS_NEVER, false);
}

static void pass_to(_Atomic uint32_t *word, uint32_t turn)
{
	atomic_store(word, turn);
	os_unpark(plain(word));
}

/* Maps the file at another address than the parent, through an opening of its own. */
static int ponger(const struct child *parent, void *argument)
{
	int folder = *(int *)argument, file;
	struct shared *shared;
	void *hole, *base;

	(void)parent;
	if (!CARAFE_SUCCESS(os_file_open(folder, "words", false, &file)) ||
	    !CARAFE_SUCCESS(os_map(folder, file, 4096, true, &hole)) ||
	    !CARAFE_SUCCESS(os_map(folder, file, 4096, false, &base)))
		return 1;
	shared = base;
	for (uint32_t turn = 1; turn <= HANDOFFS; turn++) {
		await(&shared->ping, turn);
		pass_to(&shared->pong, turn);
	}
	return 0;
}

static void test_handoff(int folder, struct shared *shared)
{
	struct child child = child_start(ponger, &folder);

	for (uint32_t turn = 1; turn <= HANDOFFS; turn++) {
		pass_to(&shared->ping, turn);
		await(&shared->pong, turn);
	}
	is_int(child_end(&child), 0,
	       "a process wakes another at another address (private futexes would hang)");
}

static enum os_parked park(struct shared *shared, uint32_t expected, enum os_clock clock,
			   uint64_t deadline, bool restartable)
{
	return os_park(plain(&shared->ping), expected, clock, deadline, restartable);
}

static void test_deadline(struct shared *shared, enum os_clock clock, bool restartable,
			  const char *name)
{
	uint64_t deadline = os_now(clock) + 20000000;
	enum os_parked parked;

	atomic_store(&shared->ping, 7);
	do
		parked = park(shared, 7, clock, deadline, restartable);
	while (parked != OS_LATE);
	ok(os_now(clock) >= deadline, "%s: not late before the deadline", name);
	is_int(park(shared, 7, clock, 1, restartable), OS_LATE, "%s: long past is late", name);
	is_int(park(shared, 8, clock, OS_NEVER, restartable), OS_LOOK,
	       "%s: a word that changed is not slept on", name);
	is_int(park(shared, 8, clock, deadline, restartable), OS_LOOK, "%s: and is not called late",
	       name);
}

static volatile sig_atomic_t rings;

/* The word that the handler changes in its fifth run, and whose sleeper it wakes. */
static _Atomic uint32_t *changed_by_handler;

static void on_alarm(int signal)
{
	(void)signal;
	rings = rings + 1;
	if (rings == 5 && changed_by_handler != NULL) {
		atomic_store(changed_by_handler, 8);
		os_unpark(plain(changed_by_handler));
	}
}

/* A signal every 5 ms, so that some come while we sleep. */
static timer_t start_ringing(int flags)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = flags };
	struct itimerspec when = { { 0, 5000000 }, { 0, 5000000 } };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	timer_t timer;

	rings = 0;
	sigaction(SIGUSR1, &action, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) < 0)
		bail_out("no timer");
	timer_settime(timer, 0, &when, NULL);
	return timer;
}

/* The backend of Linux, which can do what others need not. */
static bool is_linux(void)
{
	return strcmp(os_backend(), "futex") == 0;
}

/* Emulated. */
static bool is_freebsd(void)
{
	return strncmp(os_backend(), "umtx ", strlen("umtx ")) == 0;
}

/* In a child, which a sandbox may end for it. */
static int call_waitv(const struct child *parent, void *argument)
{
	(void)parent, (void)argument;
	(void)syscall(FUTEX_WAITV, NULL, 0, 0, NULL, CLOCK_MONOTONIC);
	return errno == EINVAL ? 0 : 1;
}

static bool can_restart(void)
{
	struct child child;

	if (!is_linux())
		return weakness("SA_RESTART") == NULL;
	child = child_start(call_waitv, NULL);
	return child_end(&child) == 0;
}

static void test_signals(struct shared *shared)
{
	timer_t timer = start_ringing(0);
	enum os_parked parked;
	uint64_t deadline;

	atomic_store(&shared->ping, 7);
	errno = 12345;
	while (park(shared, 7, OS_CLOCK_UPTIME, OS_NEVER, false) != OS_INTERRUPTED)
		continue;
	ok(rings > 0, "a handler interrupts a sleep");
	is_int(errno, 12345, "and errno is kept");
	timer_delete(timer);

	if (!can_restart()) {
		skip(2, "%s",
		     weakness("SA_RESTART") ? weakness("SA_RESTART")
					    : "the kernel lacks futex_waitv()");
		return;
	}
	timer = start_ringing(SA_RESTART);
	deadline = os_now(OS_CLOCK_UPTIME) + 50000000;
	do
		parked = park(shared, 7, OS_CLOCK_UPTIME, deadline, true);
	while (parked == OS_LOOK);
	is_int(parked, OS_LATE, "a handler with SA_RESTART does not end a restartable sleep");
	ok(rings > 0, "though it ran");
	timer_delete(timer);
}

/* Catches a sleep without an end that a handler with SA_RESTART ends, and one that it cannot wake. */
static void test_endless(struct shared *shared)
{
	enum os_parked parked;
	timer_t timer;

	if (weakness("ends a sleep even with SA_RESTART") != NULL) {
		skip(1, "%s", weakness("ends a sleep even with SA_RESTART"));
		return;
	}
	atomic_store(&shared->ping, 7);
	changed_by_handler = &shared->ping;
	timer = start_ringing(SA_RESTART);
	do
		parked = park(shared, 7, OS_CLOCK_UPTIME, OS_NEVER, true);
	while (parked == OS_LOOK && rings < 5);
	is_int(parked, OS_LOOK,
	       "a handler with SA_RESTART ends a sleep without an end by waking it only");
	timer_delete(timer);
	changed_by_handler = NULL;
}

/* Microseconds from 1970 on; time() is of the last tick, which may be of the second before. */
static uint64_t wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void test_clocks(void)
{
	uint64_t first = os_now(OS_CLOCK_UPTIME), second = os_now(OS_CLOCK_UPTIME);
	uint64_t before = wall_clock(), wall = os_now(OS_CLOCK_REALTIME) / 1000;
	uint64_t after = wall_clock();

	ok(second >= first && first > 0, "uptime does not go back");
	ok(before <= wall && wall <= after, "real time counts from 1970");
}

static int on_one_processor(const struct child *parent, void *argument)
{
	cpu_set_t all, one;
	unsigned processor = 0;

	(void)parent, (void)argument;
	if (sched_getaffinity(0, sizeof(all), &all) < 0)
		return 2;
	while (!CPU_ISSET(processor, &all))
		processor++;
	CPU_ZERO(&one);
	CPU_SET(processor, &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		return 2;
	return os_processors() == 1 ? 0 : 1;
}

/* Goes to sleep on the second word and gets up again at once, until the parent is gone or says so. */
static int restless(const struct child *parent, void *argument)
{
	struct shared *shared = argument;

	say_byte(parent);
	while (atomic_load(&shared->pong) != 2)
		(void)os_park(plain(&shared->pong), 1, OS_CLOCK_REALTIME,
			      os_now(OS_CLOCK_REALTIME) + 1000, false);
	return 0;
}

/* Catches a wake that is a broken pipe, or hangs, when its sleeper goes meanwhile. */
static void test_leaving(struct shared *shared)
{
	struct child child;

	atomic_store(&shared->pong, 1);
	child = child_start(restless, shared);
	hear_byte(&child);
	signal(SIGPIPE, SIG_DFL);
	for (int i = 0; i < 50000; i++)
		os_unpark(plain(&shared->pong));
	signal(SIGPIPE, SIG_IGN);
	atomic_store(&shared->pong, 2);
	is_int(child_end(&child), 0, "a sleeper that goes as it is woken does no harm");
}

int main(void)
{
	int folder, file;
	struct child child;
	void *base = NULL;

	alarm(CHILD_SECONDS);
	folder = scratch_open();
	if (!CARAFE_SUCCESS(os_file_open(folder, "words", true, &file)) ||
	    !CARAFE_SUCCESS(os_file_resize(file, 4096)) ||
	    !CARAFE_SUCCESS(os_file_reserve(file, 0, 4096)) ||
	    !CARAFE_SUCCESS(os_map(folder, file, 4096, false, &base)))
		bail_out("no shared memory");
	ok(os_backend()[0] != '\0', "the backend is named: %s", os_backend());
	test_clocks();
	test_handoff(folder, base);
	test_deadline(base, OS_CLOCK_UPTIME, false, "uptime");
	test_deadline(base, OS_CLOCK_REALTIME, false, "real time");
	test_deadline(base, OS_CLOCK_UPTIME, true, "uptime, restartable");
	test_deadline(base, OS_CLOCK_REALTIME, true, "real time, restartable");
	test_signals(base);
	test_endless(base);
	test_leaving(base);
	errno = 4321;
	os_unpark(base);
	is_int(errno, 4321, "waking nobody is fine and keeps errno");
	ok(os_processors() >= 1, "there is a processor");
	if (is_linux() || is_freebsd()) {
		child = child_start(on_one_processor, NULL);
		is_int(child_end(&child), 0, "one processor is counted as one");
	} else {
		skip(1, "this backend counts all processors");
	}
	return done_testing();
}
