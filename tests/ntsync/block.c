/* SPDX-License-Identifier: MIT */
/*
 * block.c - conformance: waits that sleep, and what a signal hands to whom.
 *
 * Every case runs with waiters in threads and again with waiters in forked processes.  A
 * waiter is known to sleep before the next step, so every step has one possible outcome.
 */
#include "nt.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static enum place place;

static void in_both(void (*run)(int dev))
{
	for (int p = 0; p < PLACES; p++) {
		int dev = nt_open();

		place = (enum place)p;
		nt_note("  waiters: %s", place_names[p]);
		run(dev);
		close(dev);
	}
}

static struct waiter *any1(int dev, unsigned int owner, int fd)
{
	return waits_any(place, dev, owner, LATE, 0, FDS(fd));
}

static void semaphore_hand_over(int dev)
{
	int sem = nt_sem(dev, 0, 9);
	struct waiter *w[3];
	unsigned int prev;

	for (int i = 0; i < 3; i++)
		w[i] = any1(dev, OWNER, sem);
	is(nt_release(sem, 2, &prev), 0, "two released, three wait");
	is(prev, 0, "the previous count is the one before");
	sem_is(sem, 0, 9, "they are handed over: the count reads 0 at once");
	poll_is(dev, sem, -ETIMEDOUT, "the releaser cannot take one back");
	wait_ended(w[0], 0, 0, "the first waiter has one");
	wait_ended(w[1], 0, 0, "the second waiter has one");
	waits_still(w[2], "the third still waits");
	is(nt_release(sem, 5, &prev), 0, "five more");
	is(prev, 0, "previous 0");
	sem_is(sem, 4, 9, "one is handed over, four stay");
	wait_ended(w[2], 0, 0, "the third waiter has one");

	sem = nt_sem(dev, 0, 2);
	w[0] = any1(dev, OWNER, sem);
	is(nt_release(sem, 3, NULL), -EOVERFLOW, "the maximum counts before the waiters");
	waits_still(w[0], "and wakes nobody");
	is(nt_release(sem, 0, NULL), 0, "0 released");
	waits_still(w[0], "wakes nobody");
	is(nt_release(sem, 2, NULL), 0, "the maximum released");
	wait_ended(w[0], 0, 0, "wakes it");
	sem_is(sem, 1, 2, "one is left");
}

static void mutex_hand_over(int dev)
{
	int mutex = nt_mutex(dev, OWNER, 2);
	struct waiter *b = any1(dev, OWNER + 1, mutex), *c = any1(dev, OWNER + 2, mutex);
	unsigned int prev;

	is(nt_unlock(mutex, OWNER, &prev), 0, "unlocked once of twice");
	is(prev, 2, "previous 2");
	waits_still(b, "the first still waits");
	mutex_is(mutex, 0, OWNER, 1, "owned once");
	is(nt_unlock(mutex, OWNER, &prev), 0, "unlocked");
	is(prev, 1, "previous 1");
	mutex_is(mutex, 0, OWNER + 1, 1, "it belongs to the first waiter at once");
	poll_is(dev, mutex, -ETIMEDOUT, "the releaser cannot take it back");
	is(nt_unlock(mutex, OWNER, NULL), -EPERM, "nor unlock it");
	wait_ended(b, 0, 0, "the first has it");
	waits_still(c, "the second still waits");
	is(nt_unlock(mutex, OWNER + 1, NULL), 0, "unlocked in the first's name");
	mutex_is(mutex, 0, OWNER + 2, 1, "it belongs to the second");
	wait_ended(c, 0, 0, "the second has it");
	is(nt_unlock(mutex, OWNER + 2, NULL), 0, "unlocked");
	mutex_is(mutex, 0, 0, 0, "free");
}

static void mutex_maximum(int dev)
{
	int mutex = nt_mutex(dev, OWNER, 0xffffffffu);
	struct waiter *other = any1(dev, OWNER + 1, mutex), *own = any1(dev, OWNER, mutex);
	unsigned int prev;

	is(nt_unlock(mutex, OWNER, &prev), 0, "unlocked from 0xffffffff");
	is(prev, 0xffffffffu, "previous 0xffffffff");
	mutex_is(mutex, 0, OWNER, 0xffffffffu, "the waiting owner has it again");
	wait_ended(own, 0, 0, "it ended");
	waits_still(other, "the other waiter, before it in the queue, is passed over");
	is(nt_kill(mutex, OWNER), 0, "the owner dies");
	mutex_is(mutex, 0, OWNER + 1, 1, "the other has it");
	wait_ended(other, -EOWNERDEAD, 0, "and is told");
}

static void mutex_abandon(int dev)
{
	int mutex = nt_mutex(dev, OWNER, 3), event = nt_auto(dev);
	struct waiter *b = waits_any(place, dev, OWNER + 1, LATE, 0, FDS(event, mutex));
	struct waiter *c = waits_all(place, dev, OWNER + 2, LATE, 0, FDS(event, mutex));

	is(nt_kill(mutex, OWNER + 1), -EPERM, "a waiter is no owner");
	is(nt_kill(mutex, OWNER), 0, "the owner dies");
	mutex_is(mutex, 0, OWNER + 1, 1, "the waiter for any has it, no longer abandoned");
	wait_ended(b, -EOWNERDEAD, 1, "it is told, with the index");
	waits_still(c, "the waiter for all still lacks the event");
	is(nt_kill(mutex, OWNER + 1), 0, "the new owner dies");
	mutex_is(mutex, -EOWNERDEAD, 0, 0, "nobody can take it: abandoned");
	nt_set(event, NULL);
	wait_ended(c, -EOWNERDEAD, 0, "the waiter for all is told when the event comes");
	mutex_is(mutex, 0, OWNER + 2, 1, "it has the mutex");
	event_is(event, 0, 0, "and the event");
}

static void event_hand_over(int dev)
{
	int event = nt_auto(dev);
	struct waiter *w[3];
	unsigned int prev;

	for (int i = 0; i < 3; i++)
		w[i] = any1(dev, OWNER, event);
	is(nt_set(event, &prev), 0, "an auto-reset event is set");
	is(prev, 0, "it was not");
	event_is(event, 0, 0, "it is handed over: it reads 0 at once");
	wait_ended(w[0], 0, 0, "the first waiter has it");
	waits_still(w[1], "the second still waits");
	is(nt_set(event, &prev), 0, "set again");
	is(prev, 0, "it was not");
	wait_ended(w[1], 0, 0, "the second waiter has it");
	is(nt_pulse(event, &prev), 0, "pulsed");
	is(prev, 0, "it was not set");
	wait_ended(w[2], 0, 0, "the third waiter has it");
	event_is(event, 0, 0, "nothing is left");

	event = nt_manual(dev);
	for (int i = 0; i < 3; i++)
		w[i] = any1(dev, OWNER, event);
	is(nt_set(event, &prev), 0, "a manual-reset event is set");
	is(nt_reset(event, &prev), 0, "and reset at once");
	is(prev, 1, "it was set");
	for (int i = 0; i < 3; i++)
		wait_ended(w[i], 0, 0, "each waiter saw it");
}

static void pulse(int dev)
{
	int event = nt_manual(dev), automatic = nt_auto(dev), ready = nt_event(dev, 1, 1);
	int missing = nt_auto(dev);
	struct waiter *any = any1(dev, OWNER, event);
	struct waiter *both = waits_all(place, dev, OWNER, LATE, 0, FDS(ready, event));
	struct waiter *lacks = waits_all(place, dev, OWNER, LATE, 0, FDS(event, missing));
	unsigned int prev;

	is(nt_pulse(event, &prev), 0, "a manual-reset event is pulsed");
	is(prev, 0, "it was not set");
	event_is(event, 1, 0, "it reads 0");
	wait_ended(any, 0, 0, "the waiter for any is released");
	wait_ended(both, 0, 0, "so is the waiter for all whose other object is ready");
	waits_still(lacks, "the one whose other object is not ready missed it");
	nt_set(missing, NULL);
	waits_still(lacks, "for good");
	event_is(missing, 0, 1, "and took nothing");
	nt_set(event, NULL);
	wait_ended(lacks, 0, 0, "until the next set");

	lacks = waits_all(place, dev, OWNER, LATE, 0, FDS(automatic, missing));
	any = any1(dev, OWNER, automatic);
	both = any1(dev, OWNER, automatic);
	is(nt_pulse(automatic, NULL), 0, "an auto-reset event is pulsed");
	wait_ended(any, 0, 0, "the first who can be satisfied is released");
	waits_still(both, "the next is not");
	waits_still(lacks, "nor the one before, who cannot be");
	nt_set(missing, NULL);
	nt_set(automatic, NULL);
	wait_ended(lacks, 0, 0, "a set goes to the waiter for all");
	nt_set(automatic, NULL);
	wait_ended(both, 0, 0, "the next to the last one");
}

static void fifo(int dev)
{
	enum { WAITERS = 6 };
	int sem = nt_sem(dev, 0, WAITERS), other = nt_auto(dev);
	struct waiter *w[WAITERS];

	for (int i = 0; i < WAITERS; i++) {
		w[i] = i % 2 == 0 ? any1(dev, OWNER, sem)
				  : waits_any(place, dev, OWNER, LATE, 0, FDS(other, sem));
	}
	for (int i = 0; i < WAITERS; i++) {
		nt_release(sem, 1, NULL);
		wait_ended(w[i], 0, i % 2 == 0 ? 0 : 1, "waiters are served in their order");
		if (i + 1 < WAITERS)
			waits_still(w[i + 1], "one at a time");
	}
}

/* The signal itself ends the wait: what comes later is not its. */
static void first_signal(int dev)
{
	int a = nt_auto(dev), b = nt_auto(dev), sem = nt_sem(dev, 0, 5);
	struct waiter *w = waits_any(place, dev, OWNER, LATE, 0, FDS(a, sem, b));

	nt_set(b, NULL);
	nt_set(a, NULL);
	nt_release(sem, 1, NULL);
	event_is(b, 0, 0, "the object signalled first is taken");
	event_is(a, 0, 1, "a later one is not, whatever its index");
	sem_is(sem, 1, 5, "nor another");
	wait_ended(w, 0, 2, "the index says which");

	nt_reset(a, NULL);
	w = waits_any(place, dev, OWNER, LATE, 0, FDS(a, a, b));
	nt_set(a, NULL);
	wait_ended(w, 0, 0, "a duplicate: the lowest index");
}

static void all_atomic(int dev)
{
	int sem = nt_sem(dev, 0, 5), automatic = nt_auto(dev), manual = nt_manual(dev);
	int mutex = nt_mutex(dev, OWNER + 1, 1);
	struct waiter *w =
		waits_all(place, dev, OWNER, LATE, 0, FDS(sem, automatic, manual, mutex));

	nt_release(sem, 1, NULL);
	sem_is(sem, 1, 5, "signalled while others are missing: it can be read");
	poll_is(dev, sem, 0, "and taken by somebody else");
	nt_set(automatic, NULL);
	nt_set(manual, NULL);
	is(nt_unlock(mutex, OWNER + 1, NULL), 0, "the mutex is unlocked");
	mutex_is(mutex, 0, 0, 0, "it stays free");
	waits_still(w, "the wait still lacks the semaphore");
	event_is(automatic, 0, 1, "the event stays set");
	is(nt_any(dev, OWNER + 1, POLL, 0, NULL, FDS(mutex)), 0, "the mutex can be taken");
	nt_release(sem, 1, NULL);
	waits_still(w, "now the mutex is missing");
	nt_reset(manual, NULL);
	nt_unlock(mutex, OWNER + 1, NULL);
	waits_still(w, "now the manual-reset event is missing");
	sem_is(sem, 1, 5, "nothing has been taken");
	nt_set(manual, NULL);
	sem_is(sem, 0, 5, "all are ready: the semaphore is taken at once");
	event_is(automatic, 0, 0, "the auto-reset event is taken");
	event_is(manual, 1, 1, "the manual-reset event stays set");
	mutex_is(mutex, 0, OWNER, 1, "the mutex is owned");
	wait_ended(w, 0, 0, "index 0");
}

static void all_shared(int dev)
{
	int a = nt_auto(dev), b = nt_auto(dev), c = nt_auto(dev);
	struct waiter *ab = waits_all(place, dev, OWNER, LATE, 0, FDS(a, b));
	struct waiter *ca = waits_all(place, dev, OWNER, LATE, 0, FDS(c, a));
	struct waiter *ba = waits_all(place, dev, OWNER, LATE, 0, FDS(b, a));
	struct waiter *just_b;

	nt_set(a, NULL);
	event_is(a, 0, 1, "one of two: nobody takes it");
	nt_set(c, NULL);
	event_is(a, 0, 0, "a waiter that cannot go on does not hold up the next");
	wait_ended(ca, 0, 0, "it has both");
	just_b = any1(dev, OWNER, b);
	nt_set(b, NULL);
	event_is(b, 0, 0, "waiters for all that are not ready leave it to a waiter for any");
	wait_ended(just_b, 0, 0, "who has it");
	nt_set(b, NULL);
	nt_set(a, NULL);
	wait_ended(ab, 0, 0, "of two that could go on, the first does");
	waits_still(ba, "the other waits");
	nt_set(a, NULL);
	nt_set(b, NULL);
	wait_ended(ba, 0, 0, "its turn");
	event_is(a, 0, 0, "nothing is left");
	event_is(b, 0, 0, "of either");
}

static void all_before_any(int dev)
{
	int event = nt_auto(dev), ready = nt_event(dev, 1, 1);
	struct waiter *any = any1(dev, OWNER, event);
	struct waiter *all = waits_all(place, dev, OWNER, LATE, 0, FDS(event, ready));

	nt_set(event, NULL);
	wait_ended(all, 0, 0, "a waiter for all that is ready goes before a waiter for any");
	waits_still(any, "though that one came first");
	nt_set(event, NULL);
	wait_ended(any, 0, 0, "its turn");
}

static void alert(int dev)
{
	int event = nt_auto(dev), sem = nt_sem(dev, 1, 1), alert_event = nt_auto(dev);
	int manual = nt_manual(dev);
	struct waiter *w;

	w = waits_any(place, dev, OWNER, LATE, alert_event, FDS(event, event));
	nt_set(alert_event, NULL);
	event_is(alert_event, 0, 0, "any: an auto-reset alert is taken");
	wait_ended(w, 0, 2, "index is count");
	w = waits_all(place, dev, OWNER, LATE, alert_event, FDS(sem, event));
	nt_set(alert_event, NULL);
	event_is(alert_event, 0, 0, "all: an auto-reset alert is taken");
	wait_ended(w, 0, 2, "index is count");
	sem_is(sem, 1, 1, "the object that was ready is not");
	w = waits_any(place, dev, OWNER, LATE, alert_event, FDS(event));
	nt_set(event, NULL);
	nt_set(alert_event, NULL);
	wait_ended(w, 0, 0, "the object came first");
	event_is(alert_event, 0, 1, "the alert stays set");
	nt_reset(alert_event, NULL);
	w = waits_any(place, dev, OWNER, LATE, manual, NO_FDS);
	nt_set(manual, NULL);
	wait_ended(w, 0, 0, "an alert alone");
	event_is(manual, 1, 1, "a manual-reset alert stays set");
	nt_reset(manual, NULL);
	w = waits_any(place, dev, OWNER, LATE, manual, FDS(event));
	is(nt_pulse(manual, NULL), 0, "an alert is pulsed");
	wait_ended(w, 0, 1, "it ends the wait");
	w = waits_all(place, dev, OWNER, LATE, manual, FDS(event));
	is(nt_pulse(manual, NULL), 0, "an alert is pulsed");
	wait_ended(w, 0, 1, "it ends the wait for all");
}

static void time_out(int dev)
{
	int event = nt_auto(dev), sem = nt_sem(dev, 1, 1);
	uint64_t deadline = nt_in_ms(100);
	struct waiter *any = waits_any(place, dev, OWNER, deadline, 0, FDS(event));
	struct waiter *all = waits_all(place, dev, OWNER, deadline, 0, FDS(event, sem));
	struct waiter *later = waits_any(place, dev, OWNER, LATE, 0, FDS(event));

	wait_ended(any, -ETIMEDOUT, UNTOUCHED, "any: time-out");
	wait_ended(all, -ETIMEDOUT, UNTOUCHED, "all: time-out");
	ok(nt_now() >= deadline, "not before the deadline");
	sem_is(sem, 1, 1, "nothing was taken");
	waits_still(later, "who has more time still waits");
	nt_set(event, NULL);
	event_is(event, 0, 0, "a set goes past those who are gone");
	wait_ended(later, 0, 0, "to the one who is there");
	nt_set(event, NULL);
	event_is(event, 0, 1, "and then to nobody");
}

/* The wait blocks on 64 objects; each one can end it. */
static void wide(int dev)
{
	int fds[NTSYNC_MAX_WAIT_COUNT], alert_event = nt_auto(dev);
	static const unsigned int picks[] = { 0, 31, 32, 63 };
	struct waiter *w;

	for (int i = 0; i < NTSYNC_MAX_WAIT_COUNT; i++)
		fds[i] = nt_auto(dev);
	for (size_t i = 0; i < sizeof(picks) / sizeof(picks[0]); i++) {
		w = waits_any(place, dev, OWNER, LATE, alert_event, fds, NTSYNC_MAX_WAIT_COUNT);
		nt_set(fds[picks[i]], NULL);
		wait_ended(w, 0, picks[i], "one of 64 ends the wait");
	}
	w = waits_any(place, dev, OWNER, LATE, alert_event, fds, NTSYNC_MAX_WAIT_COUNT);
	nt_set(alert_event, NULL);
	wait_ended(w, 0, NTSYNC_MAX_WAIT_COUNT, "the alert behind 64 is number 64");
	w = waits_all(place, dev, OWNER, LATE, alert_event, fds, NTSYNC_MAX_WAIT_COUNT);
	for (int i = NTSYNC_MAX_WAIT_COUNT - 1; i > 0; i--)
		nt_set(fds[i], NULL);
	waits_still(w, "63 of 64 are not all");
	nt_set(fds[0], NULL);
	wait_ended(w, 0, 0, "64 of 64 are");
	is(nt_any(dev, OWNER, POLL, 0, NULL, fds, NTSYNC_MAX_WAIT_COUNT), -ETIMEDOUT,
	   "and all were taken");
}

#define IN_BOTH(name) \
	static void name##_both(void) \
	{ \
		in_both(name); \
	}
IN_BOTH(semaphore_hand_over)
IN_BOTH(mutex_hand_over)
IN_BOTH(mutex_maximum)
IN_BOTH(mutex_abandon)
IN_BOTH(event_hand_over)
IN_BOTH(pulse)
IN_BOTH(fifo)
IN_BOTH(first_signal)
IN_BOTH(all_atomic)
IN_BOTH(all_shared)
IN_BOTH(all_before_any)
IN_BOTH(alert)
IN_BOTH(time_out)
IN_BOTH(wide)

const struct nt_case block_cases[] = {
	{ "semaphore", semaphore_hand_over_both,
	  "counts a releaser can steal back; lost wake-ups" },
	{ "mutex", mutex_hand_over_both,
	  "a mutex that is free for a moment instead of handed over" },
	{ "mutex-maximum", mutex_maximum_both, "an owner at the maximum that is not woken" },
	{ "mutex-abandon", mutex_abandon_both, "waiters not woken by, or not told of, a death" },
	{ "event", event_hand_over_both, "sets that a following reset takes away from waiters" },
	{ "pulse", pulse_both, "pulses as set and reset in two steps" },
	{ "fifo", fifo_both, "waiters that overtake" },
	{ "first-signal", first_signal_both, "waits that choose their object only when they run" },
	{ "all-atomic", all_atomic_both, "waits for all that take early, or miss the moment" },
	{ "all-shared", all_shared_both, "waits for all that hold each other up" },
	{ "all-before-any", all_before_any_both, "waits for all starved by waits for any" },
	{ "alert", alert_both, "alerts that do not wake, or take objects with them" },
	{ "time-out", time_out_both, "early time-outs, and waiters still queued after them" },
	{ "wide", wide_both, "an object among 64 that does not wake its waiter" },
	{ NULL, NULL, NULL },
};
