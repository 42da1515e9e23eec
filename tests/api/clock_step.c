/* SPDX-License-Identifier: MIT */
/*
 * clock_step.c - tests of waits while somebody sets the clock of the day.
 *
 * It sets the machine's clock, which is everybody's: only where CARAFE_SET_CLOCK=1 says that the
 * machine is there for this, as the guest of tests/kernel/guest.t is.
 *
 * Catches an absolute time-out that is turned into a duration, or slept on a clock that nobody
 * sets: it would not end when the clock passes it.  Catches a relative one that is slept on the
 * clock of the day: it would end, or never end, when that is set.
 *
 * Nothing here is told by time.  Whoever must wake up is waited for, and the watchdog ends the test
 * if it does not.  Whether another sleeps on is asked by an alert, as in support.h.
 */
#include <config.h>

#include <time.h>

#include "os/os.h"
#include "tests/api/support.h"

#define HOUR INT64_C(36000000000) /* in units of 100 ns */

static carafe_handle event, other;

/* So many hours forward, or back. */
static void
step(int hours)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		bail_out("no clock");
	now.tv_sec += (time_t)hours * 3600;
	if (clock_settime(CLOCK_REALTIME, &now) != 0)
		bail_out("the clock cannot be set");
}

static const int64_t *
from_now(int64_t *moment, int64_t units)
{
	*moment = absolute(units);
	return moment;
}

/* A wait of each kind until an hour from now; the clock is set two hours forward. */
static void
test_forward(void)
{
	struct worker worker[3];
	int64_t moment;
	struct wait wait[3] = { one(event), any(2, event, other), all(2, event, other) };
	static const char *const name[3] = { "for one", "for any", "for all" };

	from_now(&moment, HOUR);
	for (int i = 0; i < 3; i++) {
		worker_start(&worker[i]);
		wait[i].timeout = &moment;
		ok(worker_wait(&worker[i], wait[i]), "a wait %s until an hour from now sleeps",
			name[i]);
	}
	step(2);
	for (int i = 0; i < 3; i++) {
		is_status(worker_end(&worker[i]), CARAFE_STATUS_TIMEOUT,
			"and ends when the clock is set past that");
		worker_stop(&worker[i]);
	}
	step(-2);
}

/* The moment goes away from a wait that is to end soon, and then comes. */
static void
test_back(void)
{
	struct worker worker;
	struct wait wait = one(event);
	int64_t moment;

	step(2);
	worker_start(&worker);
	wait.timeout = from_now(&moment, HOUR);
	ok(worker_wait(&worker, wait), "a wait until an hour from now sleeps");
	step(-2);
	ok(worker_asleep(&worker), "on, when the clock is set two hours back");
	step(2);
	ok(worker_asleep(&worker), "and when that is taken back");
	step(1);
	is_status(worker_end(&worker), CARAFE_STATUS_TIMEOUT, "and ends when the moment comes");
	step(-3);
	worker_stop(&worker);
}

/* The moment is there when the clock was set back during the wait and passes it again by itself. */
static void
test_back_and_by_itself(void)
{
	struct worker worker;
	struct wait wait = one(event);
	int64_t moment;

	worker_start(&worker);
	wait.timeout = from_now(&moment, HOUR + HOUR / 3600 * 2);
	ok(worker_wait(&worker, wait), "a wait until an hour and two seconds from now sleeps");
	step(1);
	is_status(worker_end(&worker), CARAFE_STATUS_TIMEOUT,
		"and ends by itself after the clock was set an hour forward");
	ok(absolute(0) >= moment, "not before its moment");
	step(-1);
	worker_stop(&worker);
}

static void
test_relative(void)
{
	struct worker worker;
	struct wait wait = one(event);
	const int64_t hour = -HOUR;

	worker_start(&worker);
	wait.timeout = &hour;
	ok(worker_wait(&worker, wait), "a wait for an hour sleeps");
	step(2);
	step(-4);
	is_status(worker_outcome(&worker), CARAFE_STATUS_ALERTED,
		"on, whatever the clock is set to");
	step(2);
	worker_stop(&worker);
}

/* What ntsync's waits use: a sleep that goes on after a handler with SA_RESTART. */
static carafe_status
sleep_restartably(void *moment)
{
	static uint32_t word;
	uint64_t deadline = *(const uint64_t *)moment;

	while (os_park(&word, 0, OS_CLOCK_REALTIME, deadline, true) != OS_LATE)
		continue;
	return CARAFE_STATUS_SUCCESS;
}

static void
test_restartable(void)
{
	uint64_t deadline = os_now(OS_CLOCK_REALTIME) + UINT64_C(3600000000000);
	struct worker worker;

	worker_start(&worker);
	worker_begin(&worker, sleep_restartably, &deadline);
	ok(worker_asleep(&worker), "a restartable sleep until an hour from now");
	step(2);
	is_status(worker_end(&worker), CARAFE_STATUS_SUCCESS, "ends when the clock is set past that");
	step(-2);
	worker_stop(&worker);
}

int
main(void)
{
	const char *allowed = getenv("CARAFE_SET_CLOCK");

	if (allowed == NULL || strcmp(allowed, "1") != 0)
		skip_all("it sets the machine's clock, where CARAFE_SET_CLOCK=1 allows it");
	begin();
	event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	other = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	test_forward();
	test_back();
	test_back_and_by_itself();
	test_relative();
	test_restartable();
	return end();
}
