/* SPDX-License-Identifier: MIT */
/*
 * What others do while somebody stands still between two instructions of a wait, a grant or a
 * change.  Each test tells its schedule; who stands still is a thread slot that the test moves by
 * hand, so the schedule happens every time.
 */
#include <config.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <carafe/carafe.h>

#include "core/event.h"
#include "core/queue.h"
#include "core/round.h"
#include "core/satisfy.h"
#include "core/wake.h"
#include "tests/unit/forge.h"

static struct carafe_environment *environment;

static carafe_handle new_event(bool manual, struct cf_view *view)
{
	return new_object(environment, cf_event_birth(manual, false), view);
}

/* ---- A thread that waits ---- */

struct waiter {
	pthread_t thread;
	carafe_handle handle;
	struct cf_thread *_Atomic slot;
	carafe_status status;
	void (*then)(void); /* what it does after the wait */
};

static void *wait_for_one(void *argument)
{
	struct waiter *waiter = argument;

	waiter->slot = self_in(environment)->thread;
	waiter->status = carafe_wait_one(environment, waiter->handle, 0, NULL);
	if (waiter->then != NULL)
		waiter->then();
	return NULL;
}

static void await_parked(const struct waiter *waiter)
{
	while (waiter->slot == NULL || cf_load32(&waiter->slot->park) != CF_PARKED)
		sched_yield();
}

/* Returns when the thread sleeps. */
static void start(struct waiter *waiter, carafe_handle handle)
{
	waiter->handle = handle;
	waiter->slot = NULL;
	if (pthread_create(&waiter->thread, NULL, wait_for_one, waiter) != 0)
		bail_out("no threads");
	await_parked(waiter);
}

static carafe_status finish(struct waiter *waiter)
{
	pthread_join(waiter->thread, NULL);
	return waiter->status;
}

/* ---- A thread slot that waits for what its blocks name, and does nothing else ---- */

static void put_block(struct cf_self *sleeper, uint32_t number, struct cf_view *view)
{
	if (cf_queue_link(sleeper, number, again(environment, view)) != CF_DONE)
		bail_out("a block could not be linked");
}

static void say_waiting(struct cf_self *sleeper, uint32_t count, uint32_t flags)
{
	cf_store32(&sleeper->thread->count, count);
	cf_store32(&sleeper->thread->flags, flags);
	cf_store32(&sleeper->thread->identity, sleeper->id);
	put(environment, &sleeper->thread->wait, CF_WAITING);
}

/* ---- Grants and wake-ups ---- */

static carafe_handle handler_event;
static volatile uint32_t handler_park;
static volatile sig_atomic_t handler_done;

static void set_in_handler(int number)
{
	(void)number;
	must(carafe_event_set(environment, handler_event, NULL), "set an event in a handler");
	handler_park = cf_load32(&self_in(environment)->thread->park);
	handler_done = 1;
}

/*
 * T parks; a handler with SA_RESTART interrupts it and sets the event that T waits for; the system
 * goes on with the sleep, and so does a T that was interrupted right before it parked.
 *
 * Catches a grant of the own wait that leaves the park word alone.
 */
static void test_handler_wakes_its_thread(void)
{
	struct sigaction action = { .sa_handler = set_in_handler, .sa_flags = SA_RESTART };
	const char *sanitizer = getenv("CARAFE_SANITIZER");
	struct waiter waiter = { .then = NULL };
	struct cf_view view;

	if (sanitizer != NULL && strstr(sanitizer, "thread") != NULL) {
		skip(2, "ThreadSanitizer runs no handler in a sleep");
		return;
	}
	handler_event = new_event(false, &view);
	sigaction(SIGUSR1, &action, NULL);
	start(&waiter, handler_event);
	pthread_kill(waiter.thread, SIGUSR1);
	while (!handler_done)
		sched_yield();
	ok(handler_park != CF_PARKED, "a handler that satisfies its thread's wait wakes it");
	cf_wake(waiter.slot);
	is_int(finish(&waiter), CARAFE_STATUS_WAIT_0, "and the wait is satisfied");
	must(carafe_close(environment, handler_event), "close");
}

/*
 * T looked at its wait and is about to park.  G's change grants the wait; G stops before it wakes
 * T.  H finishes the change and sees that T is running.  T parks.
 *
 * Catches a helper that leaves a running waiter alone.
 */
static void test_helper_wakes_who_is_about_to_park(void)
{
	struct cf_self sleeper = another(environment);

	put(environment, &sleeper.thread->wait, CF_GRANTED);
	cf_store32(&sleeper.thread->park, CF_RUNNING);
	cf_wake_owed(sleeper.thread);
	is_int(cf_load32(&sleeper.thread->park), CF_KICKED, "who was granted its wait cannot park");
	put(environment, &sleeper.thread->wait, CF_WAITING);
	cf_store32(&sleeper.thread->park, CF_RUNNING);
	cf_wake_owed(sleeper.thread);
	is_int(cf_load32(&sleeper.thread->park), CF_RUNNING, "who waits on can");
	put(environment, &sleeper.thread->wait, CF_IDLE);
	cf_self_return(&sleeper);
}

/*
 * T sleeps.  G sets the event, begins the change that grants T's wait, puts its reference into T's
 * wait word, and is stopped for good.
 *
 * Catches a round that takes a wait word in the middle of a change for one that says nothing.
 */
static void test_round_finishes_a_grant(void)
{
	struct cf_self granter = another(environment);
	struct waiter waiter = { .then = NULL };
	struct cf_changes changes = { .count = 0 };
	struct cf_view view;
	carafe_handle event = new_event(false, &view);
	uint64_t reference;
	uint32_t object = 0, wait = 1;

	start(&waiter, event);
	put(environment, &view.object->state, 1);
	cf_change(&changes, &view.object->state, cf_load(&view.object->state), 0);
	cf_change(&changes, &waiter.slot->wait, cf_load(&waiter.slot->wait), CF_GRANTED);
	if (changes.at[0].word > changes.at[1].word) {
		struct cf_change first = changes.at[0];

		changes.at[0] = changes.at[1];
		changes.at[1] = first;
		object = 1;
		wait = 0;
	}
	reference = forge(&granter, 0, UNDECIDED, &changes);
	if (object < wait)
		install(&changes, object, reference);
	install(&changes, wait, reference);
	must(cf_round(environment), "go a round");
	ok(cf_load(&waiter.slot->wait) != reference, "a round finishes a grant that was begun");
	is_int(value_of(environment, &view.object->state), 0, "the event was taken");
	cf_wake(waiter.slot);
	is_int(finish(&waiter), CARAFE_STATUS_WAIT_0, "and the waiter has it");
	must(carafe_close(environment, event), "close");
	cf_self_return(&granter);
}

/*
 * T1 and after it T2 queue for an event.  S sets it and stops before it looks at the queue.  T2 is
 * interrupted, and looks.
 *
 * Catches a waiter that helps itself past those who came before it.
 */
static void test_no_overtaking(void)
{
	struct waiter first = { .then = NULL }, second = { .then = NULL };
	struct cf_view view;
	carafe_handle event = new_event(false, &view);

	start(&first, event);
	start(&second, event);
	put(environment, &view.object->state, 1);
	cf_wake(second.slot);
	while (value_of(environment, &view.object->state) != 0)
		sched_yield();
	ok(cf_wait_waiting(bits_of(environment, &second.slot->wait)),
	   "the first in the queue gets the event, whoever looks first");
	must(carafe_event_set(environment, event, NULL), "set");
	is_int(finish(&first), CARAFE_STATUS_WAIT_0, "so it is satisfied");
	is_int(finish(&second), CARAFE_STATUS_WAIT_0, "and the second is by the next set");
	must(carafe_close(environment, event), "close");
}

/* ---- Mutants ---- */

/*
 * The owner of a mutant died.  G's change grants it to T; G replaced its reference in T's wait word
 * and is stopped before it comes to the mutant's words.  T acknowledges, and ends.
 *
 * Catches a T that takes what it reads in the mutant's second word for a count: it made no note.
 */
static void test_note_of_a_half_removed_grant(void)
{
	struct cf_self granter = another(environment);
	struct waiter waiter = { .then = NULL };
	struct cf_changes changes = { .count = 0 };
	struct carafe_mutant_information information;
	struct cf_view view;
	carafe_handle mutant;
	uint64_t reference;
	uint32_t i, id;

	mutant = new_object(environment,
			    (struct cf_birth){ .info = CF_MUTANT, .state = granter.id }, &view);
	start(&waiter, mutant);
	id = cf_thread_id(environment->region, waiter.slot, cf_load(&waiter.slot->owner));
	put(environment, &view.object->state, 0);
	put(environment, &view.object->second, UINT32_MAX);
	cf_change(&changes, &waiter.slot->wait, cf_load(&waiter.slot->wait),
		  CF_GRANTED | CF_GRANT_ABANDONED);
	cf_change(&changes, &view.object->state, cf_load(&view.object->state), id);
	cf_change(&changes, &view.object->second, cf_load(&view.object->second), 0);
	if (changes.at[0].word > changes.at[1].word) {
		struct cf_change moved = changes.at[0];

		changes.at[0] = changes.at[1];
		changes.at[1] = changes.at[2];
		changes.at[2] = moved;
	}
	/* So many changes later the upper half of a reference is not 0. */
	cf_store(&granter.thread->descriptor[0].status, UINT64_C(1) << 22 | FAILED);
	reference = forge(&granter, 0, SUCCESSFUL, &changes);
	for (i = 0; i < 3; i++)
		install(&changes, i, reference);
	for (i = 0; i < 3; i++)
		if (changes.at[i].word == &waiter.slot->wait)
			uninstall(&changes, i, reference, SUCCESSFUL);
	cf_wake(waiter.slot);
	is_int(finish(&waiter), CARAFE_STATUS_ABANDONED_WAIT_0, "an abandoned mutant is acquired");
	must(carafe_mutant_query(environment, mutant, &information), "query");
	ok(information.abandoned && information.count == 1, "and abandoned when its owner ends");
	must(carafe_close(environment, mutant), "close");
	cf_self_return(&granter);
}

struct owner {
	carafe_handle handle[2];
	struct cf_self stopped;
	struct cf_view view;
};

static void *own_both(void *argument)
{
	const int64_t none = 0;
	struct owner *owner = argument;
	struct cf_changes changes = { .count = 0 };

	must(carafe_wait_one(environment, owner->handle[0], 0, &none), "acquire");
	(void)again(environment, &owner->view);
	cf_compare(&changes, &owner->view.object->state, owner->view.state);
	cf_compare(&changes, &owner->view.object->instance, cf_load(&owner->view.object->instance));
	install(&changes, 0, forge(&owner->stopped, 0, UNDECIDED, &changes));
	must(carafe_wait_one(environment, owner->handle[1], 0, &none), "acquire");
	return NULL;
}

/*
 * T owns a mutant whose note is at home.  U begins a change of the mutant's state, as one does who
 * queues for it, and is stopped.  T acquires another mutant with the same home, and ends.
 *
 * Catches a T that takes the reference in the state for somebody else's id: the first note went.
 */
static void test_note_of_a_mutant_in_a_change(void)
{
	struct carafe_mutant_information information;
	struct owner owner = { .stopped = another(environment) };
	carafe_handle spare[CF_OWNED];
	struct cf_view view;
	pthread_t thread;
	uint32_t home, count = 0;

	owner.handle[0] =
		new_object(environment, (struct cf_birth){ .info = CF_MUTANT }, &owner.view);
	home = cf_object_index(environment->region, owner.view.object) % CF_OWNED;
	for (;;) {
		owner.handle[1] =
			new_object(environment, (struct cf_birth){ .info = CF_MUTANT }, &view);
		if (cf_object_index(environment->region, view.object) % CF_OWNED == home)
			break;
		if (count == CF_OWNED)
			bail_out("objects are not made one after the other");
		spare[count++] = owner.handle[1];
	}
	if (pthread_create(&thread, NULL, own_both, &owner) != 0)
		bail_out("no threads");
	pthread_join(thread, NULL);
	for (uint32_t i = 0; i < 2; i++) {
		must(carafe_mutant_query(environment, owner.handle[i], &information), "query");
		ok(information.abandoned, "mutant %u is abandoned when its owner ends", i);
		must(carafe_close(environment, owner.handle[i]), "close");
	}
	while (count > 0)
		must(carafe_close(environment, spare[--count]), "close");
	cf_self_return(&owner.stopped);
}

/* ---- The end of a thread ---- */

/*
 * T is granted an event and does not get to acknowledge it.  Its handle is closed; T's block is
 * unlinked, for it waits no more; the object is freed, and made anew as another event.  T dies.
 *
 * Catches a sweep that gives a grant back to whatever is in the object's place by then.
 */
static void test_grant_of_an_object_that_is_gone(void)
{
	struct cf_self sleeper = another(environment);
	struct cf_view view, fresh;
	carafe_handle event = new_event(false, &view);

	put_block(&sleeper, 0, &view);
	say_waiting(&sleeper, 1, 0);
	must(carafe_event_set(environment, event, NULL), "set");
	ok(cf_wait_granted(cf_load(&sleeper.thread->wait)), "a waiter is granted an event");
	must(carafe_close(environment, event), "close");
	event = new_event(false, &fresh);
	if (fresh.object != view.object)
		bail_out("the object was not used again");
	cf_self_return(&sleeper);
	again(environment, &fresh);
	is_int(cf_value(fresh.state), 0, "which is not given back to the next one in its place");
	must(carafe_close(environment, event), "close");
}

/*
 * T waits; somebody pulses the event, which releases T and is over; T dies before it knows.
 *
 * Catches a sweep that makes a set of a pulse: the event stayed signalled.
 */
static void test_grant_of_a_pulse(void)
{
	struct cf_self sleeper = another(environment);
	struct cf_view view, other;
	carafe_handle event = new_event(false, &view), second = new_event(false, &other);

	put_block(&sleeper, 0, &view);
	say_waiting(&sleeper, 1, 0);
	must(carafe_event_pulse(environment, event, NULL), "pulse");
	ok(cf_wait_granted(cf_load(&sleeper.thread->wait)), "a waiter is granted a pulse");
	cf_self_return(&sleeper);
	is_int(value_of(environment, &view.object->state), 0, "which is over when it dies, too");

	sleeper = another(environment);
	put_block(&sleeper, 0, &view);
	put_block(&sleeper, 1, &other);
	say_waiting(&sleeper, 2, CF_WAIT_ALL);
	must(carafe_event_set(environment, second, NULL), "set");
	must(carafe_event_pulse(environment, event, NULL), "pulse");
	ok(cf_wait_granted(cf_load(&sleeper.thread->wait)), "or together with a set");
	cf_self_return(&sleeper);
	is_int(value_of(environment, &view.object->state), 0, "then, too");
	must(carafe_close(environment, event), "close");
	must(carafe_close(environment, second), "close");
}

/*
 * A signal handler interrupts T inside a change, one reference of which is installed, and ends the
 * thread.  The slot is used again.
 *
 * Catches an end that leaves the change to a slot whose next user writes over it.
 */
static void test_end_inside_a_change(void)
{
	struct cf_self ending = another(environment);
	cf_word *word[] = { spare_word(environment, 0), spare_word(environment, 1) };
	struct cf_changes changes = { .count = 0 };

	cf_compare(&changes, word[0], bits_of(environment, word[0]));
	cf_compare(&changes, word[1], bits_of(environment, word[1]));
	install(&changes, 0, forge(&ending, 0, UNDECIDED, &changes));
	ending.depth = 1;
	cf_self_return(&ending);
	ok(!cf_described(cf_load(word[0])), "who ends inside a change has it finished");
}

/* ---- A wait that changes while it is read ---- */

/*
 * T waits for all of { A, B }.  S reads that block 0 is for A, and is stopped.  T's wait ends; T
 * waits for all of { B, A }.  S reads that block 1 is for A, and changes A twice and T's old wait.
 * H meets S's reference in A, or S is killed and swept.
 *
 * Catches a descriptor that names a word twice: H finds the environment damaged, and no process is
 * swept any more.
 */
static void test_word_named_twice(void)
{
	cf_word *word[] = { spare_word(environment, 2), spare_word(environment, 3) };
	struct cf_self *self = self_in(environment);
	struct cf_changes changes = { .count = 0 };
	uint64_t old, before = bits_of(environment, word[0]);

	cf_compare(&changes, word[0], before);
	cf_compare(&changes, word[0], before);
	cf_compare(&changes, word[1], bits_of(environment, word[1]));
	old = bits_of(environment, word[1]);
	put(environment, word[1], 1);
	ok(old != cf_load(word[1]), "a wait has changed");
	is_int(cf_kcas(self, &changes), CF_MISSED, "what was read of it cannot be changed");
	ok(cf_kcas_finish(environment->region, self->thread), "and leaves nothing to finish");
	before = bits_of(environment, word[0]);
	changes.count = 0;
	cf_compare(&changes, word[1], bits_of(environment, word[1]));
	cf_compare(&changes, word[0], before);
	cf_compare(&changes, word[0], before);
	is_int(cf_kcas(self, &changes), CF_MISSED, "nor can what names a word twice by mistake");
	ok(cf_load(word[0]) == before, "which stays as it is");
}

/*
 * A damaged descriptor counts its changes beyond what a reference can tell; its thread begins a
 * change, puts its reference into a word, and is stopped.
 *
 * Catches a reference that names another change than its descriptor says it is.
 */
static void test_last_sequence(void)
{
	cf_word *word[] = { spare_word(environment, 4), spare_word(environment, 5) };
	struct cf_self last = another(environment);
	struct cf_changes changes = { .count = 0 };

	cf_store(&last.thread->descriptor[0].status, UINT64_C(1) << 50 | FAILED);
	cf_compare(&changes, word[0], bits_of(environment, word[0]));
	cf_compare(&changes, word[1], bits_of(environment, word[1]));
	is_int(cf_kcas(&last, &changes), CF_DONE, "a descriptor can count its changes anew");
	ok(cf_load(&last.thread->descriptor[0].status) >> 2 < UINT64_C(1) << 47,
	   "and a reference can hold its count");
	cf_self_return(&last);
}

int main(void)
{
	environment = open_first();
	test_handler_wakes_its_thread();
	test_helper_wakes_who_is_about_to_park();
	test_round_finishes_a_grant();
	test_note_of_a_half_removed_grant();
	test_note_of_a_mutant_in_a_change();
	test_grant_of_an_object_that_is_gone();
	test_grant_of_a_pulse();
	test_end_inside_a_change();
	test_no_overtaking();
	test_word_named_twice();
	test_last_sequence();
	return done_testing();
}
