/* SPDX-License-Identifier: MIT */
/* wait.c - conformance: waits that do not block, or only until their deadline. */
#include "nt.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define N NTSYNC_MAX_WAIT_COUNT

static void any_order(void)
{
	int dev = nt_open(), fds[N];
	unsigned int index;
	bool each = true;

	for (int i = 0; i < N; i++)
		fds[i] = i % 3 == 0   ? nt_event(dev, 0, 1)
			 : i % 3 == 1 ? nt_sem(dev, 1, 1)
				      : nt_mutex(dev, 0, 0);
	for (unsigned int i = 0; i < N; i++) {
		/* Mutexes stay ready for their owner: each wait has another one. */
		each = each && nt_any(dev, i + 1, POLL, 0, &index, fds, N) == 0 && index == i;
	}
	ok(each, "64 ready objects are taken one by one, lowest index first");
	is(nt_any(dev, OWNER, POLL, 0, &index, fds, N), -ETIMEDOUT, "then none is left");
	is(index, UNTOUCHED, "and index is not written");
	nt_release(fds[N - 3], 1, NULL);
	is(nt_any(dev, OWNER, POLL, 0, &index, fds, N), 0, "the only ready one of 64");
	is(index, N - 3, "is found");

	fds[0] = nt_event(dev, 1, 1);
	nt_set(fds[3], NULL);
	for (int i = 0; i < 3; i++) {
		is(nt_any(dev, OWNER, POLL, 0, &index, fds, N), 0, "a manual-reset event wins");
		is(index, 0, "as often as it is asked");
	}
	event_is(fds[3], 0, 1, "nothing behind it is touched");
	nt_reset(fds[0], NULL);
	is(nt_any(dev, OWNER, POLL, 0, &index, fds, N), 0, "after its reset");
	is(index, 3, "the next one is taken");
}

static void any_duplicates(void)
{
	int dev = nt_open(), sem = nt_sem(dev, 3, 3), event = nt_auto(dev);
	int copy = dup(sem);
	unsigned int index;

	is(nt_any(dev, OWNER, POLL, 0, &index, FDS(sem, sem, sem)), 0, "the same object thrice");
	is(index, 0, "the lowest index is told");
	sem_is(sem, 2, 3, "one is taken");
	is(nt_any(dev, OWNER, POLL, 0, &index, FDS(event, sem, event, sem)), 0, "twice each");
	is(index, 1, "the lowest index that is ready");
	is(nt_any(dev, OWNER, POLL, 0, &index, FDS(event, copy, sem)), 0, "a duplicate descriptor");
	is(index, 1, "lowest index");
	sem_is(sem, 0, 3, "each took one");
	is(nt_any(dev, OWNER, POLL, sem, &index, FDS(sem, event)), -ETIMEDOUT,
	   "an object as its own alert, none ready");
	nt_release(sem, 1, NULL);
	is(nt_any(dev, OWNER, POLL, sem, &index, FDS(event, sem)), 0, "the same, ready");
	is(index, 1, "the object comes before the alert");
	sem_is(sem, 0, 3, "taken once");
}

static void all_basic(void)
{
	int dev = nt_open(), sem = nt_sem(dev, 2, 2), mutex = nt_mutex(dev, 0, 0);
	int automatic = nt_event(dev, 0, 1), manual = nt_event(dev, 1, 1);
	unsigned int index;

	is(nt_all(dev, OWNER, POLL, 0, &index, FDS(sem, mutex, automatic, manual)), 0,
	   "all four are ready");
	is(index, 0, "index 0");
	sem_is(sem, 1, 2, "the semaphore was taken");
	mutex_is(mutex, 0, OWNER, 1, "the mutex was taken");
	event_is(automatic, 0, 0, "the auto-reset event was taken");
	event_is(manual, 1, 1, "the manual-reset event stays");
	is(nt_all(dev, OWNER, POLL, 0, &index, FDS(sem, mutex, automatic, manual)), -ETIMEDOUT,
	   "one is missing");
	is(index, UNTOUCHED, "index is not written");
	sem_is(sem, 1, 2, "nothing is taken from those before it");
	mutex_is(mutex, 0, OWNER, 1, "nor is a recursion");
	is(nt_all(dev, OWNER, nt_in_ms(20), 0, &index, FDS(manual, sem, automatic)), -ETIMEDOUT,
	   "the same after sleeping");
	sem_is(sem, 1, 2, "nothing is taken");
	is(nt_all(dev, OWNER, POLL, 0, &index, FDS(sem, mutex, manual)), 0,
	   "a mutex of one's own is ready");
	mutex_is(mutex, 0, OWNER, 2, "and taken once more");
	is(nt_all(dev, OWNER + 1, POLL, 0, &index, FDS(manual, mutex)), -ETIMEDOUT,
	   "somebody else's is not");
}

static void all_64(void)
{
	int dev = nt_open(), fds[N];
	unsigned int index;
	bool taken = true;

	for (int i = 0; i < N; i++)
		fds[i] = nt_sem(dev, 1, 2);
	is(nt_all(dev, OWNER, POLL, 0, &index, fds, N), 0, "64 of 64");
	is(index, 0, "index 0");
	for (int i = 0; i < N; i++)
		taken = taken && nt_any(dev, OWNER, POLL, 0, NULL, &fds[i], 1) == -ETIMEDOUT;
	ok(taken, "each was taken");
	for (int i = 0; i < N - 1; i++)
		nt_release(fds[i], 1, NULL);
	is(nt_all(dev, OWNER, POLL, 0, &index, fds, N), -ETIMEDOUT, "63 of 64");
	for (int i = 0; i < N - 1; i++)
		taken = taken && nt_any(dev, OWNER, POLL, 0, NULL, &fds[i], 1) == 0;
	ok(taken, "none was taken");
}

static void all_duplicates(void)
{
	int dev = nt_open(), sem = nt_sem(dev, 3, 3), event = nt_event(dev, 1, 1);
	int copy = dup(sem);
	unsigned int index;

	is(nt_all(dev, OWNER, POLL, 0, &index, FDS(sem, event, sem)), -EINVAL,
	   "the same object twice is EINVAL");
	is(index, UNTOUCHED, "index is not written");
	is(nt_all(dev, OWNER, POLL, 0, NULL, FDS(event, event)), -EINVAL, "also an event");
	is(nt_all(dev, OWNER, POLL, 0, NULL, FDS(sem, copy)), -EINVAL,
	   "also by two descriptors: objects count, not numbers");
	is(nt_all(dev, OWNER, POLL, sem, NULL, FDS(sem, event)), -EINVAL, "also as the alert");
	is(nt_all(dev, OWNER, POLL, copy, NULL, FDS(event, sem)), -EINVAL,
	   "also as the alert by another descriptor");
	sem_is(sem, 3, 3, "nothing was taken");
}

static void count_0(void)
{
	int dev = nt_open(), alert = nt_event(dev, 0, 1);
	unsigned int index;

	is(nt_any(dev, OWNER, POLL, 0, &index, NO_FDS), -ETIMEDOUT, "any of none: never");
	is(index, UNTOUCHED, "index is not written");
	is(nt_all(dev, OWNER, POLL, 0, &index, NO_FDS), 0, "all of none: at once");
	is(index, 0, "index 0");
	is(nt_all(dev, OWNER, NEVER, 0, NULL, NO_FDS), 0, "also with no deadline");
	is(nt_all(dev, OWNER, POLL, alert, &index, NO_FDS), 0, "all of none, with an alert set");
	is(index, 0, "index 0 either way");
	event_is(alert, 0, 1, "the objects, none, come before the alert");
	is(nt_any(dev, OWNER, NEVER, alert, &index, NO_FDS), 0, "any of none, with an alert set");
	is(index, 0, "index 0, which is count");
	event_is(alert, 0, 0, "the alert was taken");
	is(nt_any(dev, OWNER, nt_in_ms(20), alert, NULL, NO_FDS), -ETIMEDOUT,
	   "with one that is not set");
}

static void alert_order(void)
{
	int dev = nt_open(), sem = nt_sem(dev, 1, 1), event = nt_auto(dev);
	int alert = nt_event(dev, 0, 1), manual = nt_event(dev, 1, 1);
	unsigned int index;

	is(nt_any(dev, OWNER, POLL, alert, &index, FDS(event, sem)), 0, "object and alert ready");
	is(index, 1, "any: the object wins");
	event_is(alert, 0, 1, "the alert stays set");
	is(nt_any(dev, OWNER, POLL, alert, &index, FDS(event, sem)), 0, "only the alert ready");
	is(index, 2, "its index is count");
	event_is(alert, 0, 0, "an auto-reset alert is taken");
	is(nt_any(dev, OWNER, POLL, alert, &index, FDS(event, sem)), -ETIMEDOUT, "nothing ready");
	is(index, UNTOUCHED, "index is not written");
	is(nt_any(dev, OWNER, POLL, manual, &index, FDS(event)), 0, "a manual-reset alert");
	is(index, 1, "index is count");
	event_is(manual, 1, 1, "it stays set");

	nt_release(sem, 1, NULL);
	nt_set(event, NULL);
	nt_set(alert, NULL);
	is(nt_all(dev, OWNER, POLL, alert, &index, FDS(event, sem)), 0, "all and alert ready");
	is(index, 0, "all: the objects win");
	event_is(alert, 0, 1, "the alert stays set");
	nt_release(sem, 1, NULL);
	is(nt_all(dev, OWNER, POLL, alert, &index, FDS(event, sem)), 0, "one missing, alert ready");
	is(index, 2, "its index is count");
	event_is(alert, 0, 0, "the alert is taken");
	sem_is(sem, 1, 1, "the object that was ready is not");
}

static void alert_types(void)
{
	int dev = nt_open(), event = nt_auto(dev);
	int sem = nt_sem(dev, 1, 1), mutex = nt_mutex(dev, OWNER + 1, 1), low = nt_event(dev, 1, 1);
	unsigned int index;
	int saved, result;

	is(nt_any(dev, OWNER, POLL, sem, &index, FDS(event)), 0, "a semaphore as alert");
	is(index, 1, "index is count");
	sem_is(sem, 0, 1, "it is taken");
	is(nt_any(dev, OWNER, POLL, mutex, &index, FDS(event)), -ETIMEDOUT, "a mutex of another");
	nt_kill(mutex, OWNER + 1);
	is(nt_any(dev, OWNER, POLL, mutex, &index, FDS(event)), -EOWNERDEAD, "an abandoned mutex");
	is(index, 1, "index is count");
	mutex_is(mutex, 0, OWNER, 1, "it is taken");

	/* Descriptor 0 can be an object, but never an alert. */
	saved = dup(0);
	dup2(low, 0);
	result = nt_any(dev, OWNER, POLL, 0, &index, FDS(event));
	is(result, -ETIMEDOUT, "alert 0 means none, even when descriptor 0 is a set event");
	result = nt_any(dev, OWNER, POLL, 0, &index, FDS(event, 0));
	is(result, 0, "descriptor 0 as an object");
	is(index, 1, "works like any other");
	if (saved >= 0) {
		dup2(saved, 0);
		close(saved);
	} else {
		close(0);
	}
}

/* As signed numbers these are negative; they mean never, not long ago. */
static void deadlines_huge(void)
{
	static const uint64_t huge[] = { NEVER / 2, NEVER / 2 + 1, NEVER - 1, NEVER };
	int dev = nt_open(), event = nt_auto(dev);

	for (size_t i = 0; i < sizeof(huge) / sizeof(huge[0]); i++) {
		struct waiter *w = waits_any(THREAD, dev, OWNER, huge[i], 0, FDS(event));

		waits_still(w, "any: a deadline of 2^63 - 1 or more is far away, or never");
		nt_set(event, NULL);
		wait_ended(w, 0, 0, "the wait can be satisfied");
		w = waits_all(THREAD, dev, OWNER, huge[i], 0, FDS(event));
		waits_still(w, "all: the same");
		nt_set(event, NULL);
		wait_ended(w, 0, 0, "the wait can be satisfied");
	}
}

static uint64_t real_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int real_wait(unsigned long request, int dev, uint64_t deadline, int fd, unsigned int *index)
{
	struct ntsync_wait_args args = {
		.timeout = deadline,
		.objs = (uintptr_t)&fd,
		.count = 1,
		.index = UNTOUCHED,
		.flags = NTSYNC_WAIT_REALTIME,
		.owner = OWNER,
	};
	int result = nt_ioctl(dev, request, &args);

	*index = args.index;
	return result;
}

static void deadlines(void)
{
	int dev = nt_open(), event = nt_auto(dev);
	unsigned int index;
	uint64_t deadline;

	deadline = nt_in_ms(30);
	is(nt_any(dev, OWNER, deadline, 0, &index, FDS(event)), -ETIMEDOUT, "any, 30 ms");
	ok(nt_now() >= deadline, "not before its time");
	is(index, UNTOUCHED, "index is not written");
	deadline = nt_in_ms(30);
	is(nt_all(dev, OWNER, deadline, 0, &index, FDS(event)), -ETIMEDOUT, "all, 30 ms");
	ok(nt_now() >= deadline, "not before its time");
	is(nt_any(dev, OWNER, nt_now() - 1, 0, NULL, FDS(event)), -ETIMEDOUT, "a moment ago");
	is(nt_any(dev, OWNER, 1, 0, NULL, FDS(event)), -ETIMEDOUT, "1 ns after boot");
	nt_set(event, NULL);
	is(nt_any(dev, OWNER, 1, 0, NULL, FDS(event)), 0,
	   "a past deadline still takes what is ready");
	nt_set(event, NULL);
	is(nt_any(dev, OWNER, NEVER, 0, NULL, FDS(event)), 0, "as does no deadline");
}

static void deadlines_real(void)
{
	int dev = nt_open(), event = nt_auto(dev);
	unsigned int index;
	uint64_t deadline;

	deadline = real_now() + 30000000u;
	is(real_wait(NTSYNC_IOC_WAIT_ANY, dev, deadline, event, &index), -ETIMEDOUT, "any, 30 ms");
	ok(real_now() >= deadline, "not before its time");
	is(index, UNTOUCHED, "index is not written");
	deadline = real_now() + 30000000u;
	is(real_wait(NTSYNC_IOC_WAIT_ALL, dev, deadline, event, &index), -ETIMEDOUT, "all, 30 ms");
	ok(real_now() >= deadline, "not before its time");
	is(real_wait(NTSYNC_IOC_WAIT_ANY, dev, 0, event, &index), -ETIMEDOUT, "0");
	is(real_wait(NTSYNC_IOC_WAIT_ANY, dev, real_now() - 1000000000u, event, &index), -ETIMEDOUT,
	   "a second ago");
	is(real_wait(NTSYNC_IOC_WAIT_ANY, dev, nt_in_ms(60000), event, &index), -ETIMEDOUT,
	   "the other clock's next minute is long ago on this one");
	nt_set(event, NULL);
	is(real_wait(NTSYNC_IOC_WAIT_ANY, dev, 0, event, &index), 0, "what is ready is taken");
	is(index, 0, "index 0");
	nt_set(event, NULL);
	is(real_wait(NTSYNC_IOC_WAIT_ALL, dev, NEVER, event, &index), 0, "with no deadline, too");
}

const struct nt_case wait_cases[] = {
	{ "any-order", any_order, "objects not looked at in index order, or more than one taken" },
	{ "any-duplicates", any_duplicates, "duplicates refused, deadlocked on, or taken twice" },
	{ "all", all_basic, "waits for all that take something before everything is ready" },
	{ "all-64", all_64, "a limit below 64, or a rollback that forgets an object" },
	{ "all-duplicates", all_duplicates, "duplicates compared by number, or accepted" },
	{ "count-0", count_0, "empty waits that end, or block, when they must not" },
	{ "alert-order", alert_order, "an alert that is looked at before the objects, or kept" },
	{ "alert-types", alert_types, "alerts restricted to events, or descriptor 0 as an alert" },
	{ "deadlines", deadlines, "early time-outs, relative for absolute, never for the past" },
	{ "deadlines-huge", deadlines_huge, "deadlines taken for signed numbers, or overflowing" },
	{ "deadlines-real", deadlines_real, "NTSYNC_WAIT_REALTIME ignored" },
	{ NULL, NULL, NULL },
};
