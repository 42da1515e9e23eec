/* SPDX-License-Identifier: MIT */
/*
 * Waits from inside (core/wait.c): what is had without sleeping, and what a sleep leaves behind.
 */
#include <config.h>

#include <pthread.h>

#include "core/event.h"
#include "core/mutant.h"
#include "core/semaphore.h"
#include "core/wait.h"
#include "tests/unit/waiter.h"

static struct carafe_environment *environment;
static struct cf_self *self;
static struct cf_view event, manual, semaphore, mutant;

/* A wait for the objects, which ends at once. */
static struct cf_wait wait_many(uint32_t count, struct cf_view *const *views)
{
	struct cf_wait wait = { .count = count, .identity = self->id, .owner = true };

	for (uint32_t i = 0; i < count; i++)
		wait.view[i] = *again(environment, views[i]);
	return wait;
}

#define wait_on(...) \
	wait_many(sizeof((struct cf_view *[]){ __VA_ARGS__ }) / sizeof(void *), \
		  (struct cf_view *[]){ __VA_ARGS__ })

static void arrange(uint32_t of_event, uint32_t of_manual, uint32_t of_semaphore,
		    uint32_t of_mutant)
{
	put(environment, &event.object->state, of_event);
	put(environment, &manual.object->state, of_manual);
	put(environment, &semaphore.object->state, of_semaphore);
	put(environment, &mutant.object->state, of_mutant);
	put(environment, &mutant.object->second, 0);
}

static bool is(uint32_t of_event, uint32_t of_manual, uint32_t of_semaphore, uint32_t of_mutant)
{
	return value_of(environment, &event.object->state) == of_event &&
	       value_of(environment, &manual.object->state) == of_manual &&
	       value_of(environment, &semaphore.object->state) == of_semaphore &&
	       value_of(environment, &mutant.object->state) == of_mutant;
}

/* A moment from now, which the wait sleeps through. */
static uint64_t soon(void)
{
	return os_now(OS_CLOCK_UPTIME) + 5000000;
}

static bool queued(const struct cf_view *view)
{
	return cf_waiters(bits_of(environment, &view->object->state));
}

static void test_any_now(void)
{
	struct cf_wait wait;

	arrange(0, 0, 0, 9);
	wait = wait_on(&event, &manual, &semaphore, &mutant);
	is_int(cf_wait_now(environment, &wait), CARAFE_STATUS_PENDING, "none of four is there");
	ok(!queued(&event), "to look queues nowhere");
	arrange(0, 1, 2, 9);
	wait = wait_on(&event, &manual, &semaphore, &mutant);
	is_int(cf_wait_now(environment, &wait), CARAFE_STATUS_SUCCESS, "two of four are");
	ok(wait.index == 1 && is(0, 1, 2, 9), "the first of them is had");
	wait = wait_on(&event, &semaphore);
	ok(cf_wait_now(environment, &wait) == CARAFE_STATUS_SUCCESS && wait.index == 1 &&
		   is(0, 1, 1, 9),
	   "a unit is taken");
	arrange(0, 0, 0, 0);
	put(environment, &mutant.object->second, CF_ABANDONED);
	wait = wait_on(&event, &mutant);
	is_int(cf_wait_now(environment, &wait), CARAFE_STATUS_ABANDONED_WAIT_0,
	       "an abandoned mutant is had, and told");
	ok(wait.index == 1 && is(0, 0, 0, self->id), "and owned");
	is_int(cf_load32(&self->thread->owned[cf_object_index(environment->region, mutant.object) %
					      CF_OWNED]),
	       cf_object_index(environment->region, mutant.object) + 1,
	       "which is noted for the sweep");
}

static void test_all_now(void)
{
	struct cf_wait wait;

	arrange(1, 1, 0, 0);
	wait = wait_on(&event, &manual, &semaphore, &mutant);
	wait.all = true;
	is_int(cf_wait_now(environment, &wait), CARAFE_STATUS_PENDING, "not all are there");
	ok(is(1, 1, 0, 0), "and none is taken");
	put(environment, &semaphore.object->state, 1);
	wait = wait_on(&event, &manual, &semaphore, &mutant);
	wait.all = true;
	wait.index = 77;
	is_int(cf_wait_now(environment, &wait), CARAFE_STATUS_SUCCESS, "all are");
	ok(wait.index == 0 && is(0, 1, 0, self->id), "and had at once");
}

/* The views are from before; what changed since is looked at again. */
static void test_old_views(void)
{
	struct cf_wait wait;
	struct cf_view gone;
	carafe_handle handle = new_object(environment, cf_semaphore_birth(1, 1), &gone);

	arrange(0, 0, 1, 0);
	wait = wait_on(&semaphore);
	put(environment, &semaphore.object->state, 3);
	ok(cf_wait_now(environment, &wait) == CARAFE_STATUS_SUCCESS && is(0, 0, 2, 0),
	   "an object that changed since it was viewed is taken as it is");
	wait = wait_on(&semaphore, &gone);
	wait.all = true;
	must(cf_handle_close(environment, handle), "close");
	is_int(cf_wait_now(environment, &wait), CARAFE_STATUS_INVALID_HANDLE,
	       "one that went away since ends the wait");
	ok(is(0, 0, 2, 0), "and nothing is taken");
}

static void test_alerts(void)
{
	struct cf_wait wait;

	arrange(0, 1, 0, 9);
	put(environment, &self->thread->alert, 1);
	wait = wait_on(&semaphore);
	is_int(cf_wait_now(environment, &wait), CARAFE_STATUS_PENDING,
	       "who is not alertable is not alerted");
	wait = wait_on(&manual);
	wait.alertable = true;
	is_int(cf_wait_now(environment, &wait), CARAFE_STATUS_SUCCESS,
	       "an object goes before an alert");
	wait = wait_on(&semaphore);
	wait.alertable = true;
	is_int(cf_wait_now(environment, &wait), CARAFE_STATUS_ALERTED,
	       "which is told when there is none");
	is_int(value_of(environment, &self->thread->alert), 0, "once");
	wait = wait_on(&semaphore, &manual);
	wait.count = 1;
	wait.alert_object = true;
	ok(cf_wait_now(environment, &wait) == CARAFE_STATUS_SUCCESS && wait.index == 1,
	   "an alert object has the index after the last");
}

static void test_timeout(void)
{
	struct cf_wait wait;
	uint64_t deadline;

	arrange(0, 0, 0, 9);
	wait = wait_on(&event, &mutant);
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_TIMEOUT,
	       "a deadline of 0 has passed");
	wait.deadline = 1;
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_TIMEOUT, "and so has one long ago");
	ok(!queued(&event), "neither queues");
	wait.deadline = deadline = soon();
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_TIMEOUT, "one to come passes");
	ok(os_now(OS_CLOCK_UPTIME) >= deadline, "and not before its time");
	is_int(wait_of(self), CF_IDLE, "then nobody waits");
	ok(!self->waiting, "also by what the thread itself knows");
	ok(is(0, 0, 0, 9), "and nothing was taken");
	ok(queued(&event) && queued(&mutant), "the blocks keep their places");
	wait.clock = OS_CLOCK_REALTIME;
	wait.deadline = os_now(OS_CLOCK_REALTIME) + 1000000;
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_TIMEOUT, "the other clock's, too");
	leave(self);
}

/* What happens between the look and the sleep must not be slept over. */
static void test_before_the_sleep(void)
{
	struct cf_wait wait;

	arrange(0, 0, 0, 9);
	wait = wait_on(&event, &semaphore);
	wait.deadline = OS_NEVER;
	is_int(cf_wait_now(environment, &wait), CARAFE_STATUS_PENDING, "nothing is there");
	put(environment, &semaphore.object->state, 1);
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_SUCCESS,
	       "what comes before the sleep is had");
	ok(wait.index == 1 && is(0, 0, 0, 9) && wait_of(self) == CF_IDLE, "and acknowledged");
	wait = wait_on(&event);
	wait.alertable = true;
	wait.deadline = OS_NEVER;
	put(environment, &self->thread->alert, 1);
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_ALERTED, "an alert, too");
	wait = wait_on(&mutant, &event);
	wait.deadline = OS_NEVER;
	put(environment, &mutant.object->state, 0);
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_SUCCESS, "and a mutant");
	ok(is(0, 0, 0, self->id), "which is owned");
	leave(self);
}

/* Signals an event once the test's thread says that it waits. */
static void *signal_later(void *argument)
{
	uint32_t previous;

	while (wait_of(self) != CF_WAITING)
		os_yield();
	must(cf_event_set(environment, again(environment, argument), &previous), "set");
	return NULL;
}

static void test_sleep(void)
{
	struct cf_wait wait;
	pthread_t thread;
	struct cf_view theirs = event;

	arrange(0, 0, 0, 9);
	wait = wait_on(&semaphore, &event);
	wait.deadline = OS_NEVER;
	if (pthread_create(&thread, NULL, signal_later, &theirs) != 0)
		bail_out("no threads");
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_SUCCESS, "a sleeper is woken");
	pthread_join(thread, NULL);
	ok(wait.index == 1 && is(0, 0, 0, 9), "by what was signalled, which it has");
	leave(self);
}

/* The waiter's own slot is the previous one's heir: he may have died before he woke him. */
static void test_wakes_predecessors(void)
{
	struct cf_self other = another(environment);
	struct cf_wait wait;

	arrange(0, 0, 0, 9);
	put(environment, &other.thread->wait, grant(0));
	cf_store32(&other.thread->park, CF_PARKED);
	cf_store32(&event.object->granted, other.index + 1);
	wait = wait_on(&event);
	wait.deadline = soon();
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_TIMEOUT,
	       "a wait for what another was given");
	ok(woken(&other), "wakes him, who may have been forgotten");
	cf_store32(&event.object->granted, UINT32_MAX);
	wait = wait_on(&event);
	wait.deadline = soon();
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_TIMEOUT,
	       "a hint that names nobody is none");
	cf_store32(&event.object->granted, 0);
	put(environment, &other.thread->wait, CF_IDLE);
	leave(self);
}

static void test_signal(void)
{
	struct cf_wait wait;
	struct cf_view signal;

	arrange(0, 0, 0, 9);
	signal = *again(environment, &manual);
	wait = wait_on(&event);
	wait.signal = &signal;
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_TIMEOUT,
	       "to signal and wait with a deadline of 0");
	ok(is(0, 1, 0, 9), "signals");
	arrange(1, 0, 0, 9);
	wait = wait_on(&event);
	signal = *again(environment, &manual);
	wait.signal = &signal;
	ok(cf_wait_later(environment, &wait) == CARAFE_STATUS_SUCCESS && is(0, 1, 0, 9),
	   "and takes what is there");
	arrange(1, 0, 9, 9);
	wait = wait_on(&event);
	signal = *again(environment, &semaphore);
	wait.signal = &signal;
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED,
	       "what cannot be signalled");
	ok(is(1, 0, 9, 9) && wait_of(self) == CF_IDLE, "is not waited after");
	arrange(0, 0, 0, 9);
	leave(self);
}

/* Signals the notification event and waits for the other one, while another thread waits for all. */
static carafe_status signal_beside(uint64_t deadline, struct cf_self *other, uint32_t count,
				   struct cf_view *const views[])
{
	struct cf_view signal;
	struct cf_wait wait;

	arrange(1, 0, 0, 9);
	wait_for_many(other, CF_WAIT_ALL, count, views);
	wait = wait_on(&event);
	signal = *again(environment, &manual);
	wait.signal = &signal;
	wait.deadline = deadline;
	return cf_wait_later(environment, &wait);
}

/*
 * Catches a signaller that takes at the moment of its signal what that gives to somebody who was there
 * before, and one that leaves what nobody else can have.
 */
static void test_signal_comes_first(void)
{
	struct cf_view *const both[] = { &event, &manual };
	struct cf_view *const three[] = { &event, &manual, &semaphore };
	struct cf_self other = another(environment);

	is_int(signal_beside(soon(), &other, 2, both), CARAFE_STATUS_TIMEOUT,
	       "a signal that gives what is waited for to who waits for all of both");
	ok(is_granted(&other, grant(0)) && is(0, 1, 0, 9), "comes before the wait");
	leave(&other);
	is_int(signal_beside(0, &other, 2, both), CARAFE_STATUS_TIMEOUT, "so it does before a poll");
	ok(is_granted(&other, grant(0)) && is(0, 1, 0, 9), "which finds nothing");
	leave(&other);
	is_int(signal_beside(OS_NEVER, &other, 3, three), CARAFE_STATUS_SUCCESS,
	       "who waits for a third object, too");
	ok(still_waits(&other) && is(0, 1, 0, 9), "does not keep the signaller from it");
	leave(&other);
	is_int(signal_beside(0, &other, 3, three), CARAFE_STATUS_SUCCESS, "nor a poll");
	ok(still_waits(&other) && is(0, 1, 0, 9), "which takes it");
	leave(&other);
	is_int(signal_beside(OS_NEVER, &other, 2, (struct cf_view *const[]){ &event, &semaphore }),
	       CARAFE_STATUS_SUCCESS, "who waits for something else, too, does not either");
	ok(still_waits(&other) && is(0, 1, 0, 9), "and the signal is given");
	leave(&other);
	arrange(0, 0, 0, 9);
	leave(self);
}

static uint32_t slots_in_use(void)
{
	uint32_t high = cf_load32(&environment->region->header.high_threads), used = 0;

	for (uint32_t i = 0; i < high; i++)
		used += cf_owner_process(
				bits_of(environment, &environment->region->thread[i].owner)) != 0;
	return used;
}

/* A handler that interrupted a wait. */
static void test_nested(void)
{
	uint32_t before = slots_in_use();
	struct cf_wait wait;

	arrange(0, 0, 0, 9);
	self->waiting = true;
	wait = wait_on(&event);
	wait.deadline = soon();
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_NOT_SUPPORTED,
	       "no wait inside of a wait");
	wait.interruptible = true;
	wait.deadline = soon();
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_TIMEOUT, "but for the driver's");
	is_int(slots_in_use(), before, "which gives its slot back");
	ok(!queued(&event), "and leaves no block");
	self->waiting = false;
}

static void test_suspend(void)
{
	struct cf_wait wait;

	arrange(0, 0, 0, 9);
	cf_wait_suspend(environment);
	is_int(wait_of(self), CF_IDLE, "outside of a wait there is none to suspend");
	wait_for(self, 0, &event);
	self->waiting = true;
	cf_wait_suspend(environment);
	is_int(wait_of(self), CF_IDLE, "inside of one the thread is taken out");
	ok(woken(self), "and will not sleep");
	put(environment, &self->thread->wait, grant(0));
	cf_wait_suspend(environment);
	is_int(wait_of(self), grant(0), "a grant that was first stays");
	self->waiting = false;
	leave(self);
	wait = wait_on(&event);
	put(environment, &self->thread->wait, CF_WAITING);
	wait.deadline = soon();
	is_int(cf_wait_later(environment, &wait), CARAFE_STATUS_FILE_CORRUPT_ERROR,
	       "a thread that seems to wait already is damage");
	put(environment, &self->thread->wait, CF_IDLE);
	leave(self);
}

int main(void)
{
	environment = open_first();
	self = self_in(environment);
	new_object(environment, cf_event_birth(false, false), &event);
	new_object(environment, cf_event_birth(true, false), &manual);
	new_object(environment, cf_semaphore_birth(0, 9), &semaphore);
	new_object(environment, cf_mutant_birth(0, 0), &mutant);
	test_any_now();
	test_all_now();
	test_old_views();
	test_alerts();
	test_timeout();
	test_before_the_sleep();
	test_sleep();
	test_wakes_predecessors();
	test_signal();
	test_signal_comes_first();
	test_nested();
	test_suspend();
	arrange(0, 0, 0, 0);
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
