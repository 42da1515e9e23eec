/* SPDX-License-Identifier: MIT */
/*
 * Who is granted what, and in which order (core/satisfy.c).
 *
 * A grant is one change of everything that it takes, so what is checked after each is also what it
 * did not take.
 */
#include <config.h>

#include "core/event.h"
#include "core/mutant.h"
#include "core/semaphore.h"
#include "tests/unit/waiter.h"

static struct carafe_environment *environment;
static struct cf_self *self;
static struct cf_self one, two, three;
static struct cf_view event, manual, semaphore, mutant;
static enum cf_outcome outcome;

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

/* Offers each of its objects, in order, and at last none. */
static enum cf_satisfied satisfy(struct cf_self *whose)
{
	struct cf_thread *thread = whose->thread;
	enum cf_satisfied satisfied = CF_NOT_NOW;

	for (uint32_t i = 0; i <= cf_load32(&thread->count) && satisfied == CF_NOT_NOW; i++)
		satisfied = cf_satisfy(self, thread,
				       cf_object_at(environment->region,
						    cf_load32(&thread->block[i].object)),
				       &outcome);
	return satisfied == CF_NOT_NOW ? cf_satisfy(self, thread, NULL, &outcome) : satisfied;
}

static void distribute(struct cf_view *view)
{
	must(cf_distribute(environment, view->object), "distribute");
}

static void test_any(void)
{
	arrange(0, 0, 0, 9);
	is_int(satisfy(&one), CF_NOT_WAITING, "who does not wait is not satisfied");
	wait_for(&one, 0, &event, &manual, &semaphore, &mutant);
	is_int(satisfy(&one), CF_NOT_NOW, "nor who waits for what is not there");
	ok(still_waits(&one), "he waits on");
	put(environment, &semaphore.object->state, 2);
	put(environment, &manual.object->state, 1);
	is_int(satisfy(&one), CF_SATISFIED, "with two of four there he is");
	ok(is_granted(&one, grant(1)) && is(0, 1, 2, 9), "by the first of them alone");
	is_int(satisfy(&one), CF_NOT_WAITING, "and not twice");
	leave(&one);
	wait_for(&one, 0, &event, &semaphore, &mutant);
	ok(satisfy(&one) == CF_SATISFIED && is_granted(&one, grant(1)) && is(0, 1, 1, 9),
	   "a semaphore loses one unit");
	is_int(cf_load32(&semaphore.object->granted), one.index + 1,
	       "and remembers to whom, for the next one to wake");
	leave(&one);
	arrange(1, 0, 0, 0);
	put(environment, &mutant.object->second, CF_ABANDONED);
	wait_for(&one, 0, &mutant, &event);
	ok(satisfy(&one) == CF_SATISFIED && is_granted(&one, grant(0) | CF_GRANT_ABANDONED) &&
		   is(1, 0, 0, one.id) && value_of(environment, &mutant.object->second) == 0,
	   "an abandoned mutant tells so, and has an owner");
	leave(&one);
	wait_for(&one, 0, &semaphore, &event);
	ok(satisfy(&one) == CF_SATISFIED && is_granted(&one, grant(1)) && is(0, 0, 0, one.id),
	   "an auto-reset event is reset");
	leave(&one);
}

static void test_all(void)
{
	arrange(1, 1, 0, 0);
	wait_for(&one, CF_WAIT_ALL, &event, &manual, &semaphore, &mutant);
	is_int(satisfy(&one), CF_NOT_NOW, "who waits for all is not satisfied by all but one");
	ok(still_waits(&one) && is(1, 1, 0, 0), "and nothing is taken");
	put(environment, &semaphore.object->state, 1);
	is_int(satisfy(&one), CF_SATISFIED, "with the last one there he is");
	ok(is_granted(&one, grant(0)) && is(0, 1, 0, one.id), "and has all of them at once");
	leave(&one);
	arrange(1, 1, 1, 9);
	wait_for(&one, CF_WAIT_ALL, &event, &manual, &semaphore, &mutant);
	is_int(satisfy(&one), CF_NOT_NOW, "nor when one is somebody else's");
	ok(is(1, 1, 1, 9), "and nothing is taken");
	leave(&one);
	arrange(1, 1, 1, one.id);
	wait_for(&one, CF_WAIT_ALL, &event, &manual, &semaphore, &mutant);
	ok(satisfy(&one) == CF_SATISFIED && is(0, 1, 0, one.id) &&
		   value_of(environment, &mutant.object->second) == 1,
	   "what he owns he has once more");
	leave(&one);
}

/* As many as there can be, each a mutant, which takes two words. */
static void test_all_of_64(void)
{
	static struct cf_view views[CF_WAIT_OBJECTS];
	struct cf_view *pointers[CF_WAIT_OBJECTS];
	carafe_handle handles[CF_WAIT_OBJECTS];
	bool owned = true;

	for (uint32_t i = 0; i < CF_WAIT_OBJECTS; i++) {
		handles[i] = new_object(environment, cf_mutant_birth(0, 0), &views[i]);
		put(environment, &views[i].object->second, CF_ABANDONED);
		pointers[i] = &views[i];
	}
	wait_for_many(&one, CF_WAIT_ALL, CF_WAIT_OBJECTS, pointers);
	is_int(satisfy(&one), CF_SATISFIED, "all of 64 abandoned mutants");
	for (uint32_t i = 0; i < CF_WAIT_OBJECTS; i++)
		owned &= value_of(environment, &views[i].object->state) == one.id &&
			 value_of(environment, &views[i].object->second) == 0;
	ok(owned, "are had at once");
	leave(&one);
	for (uint32_t i = 0; i < CF_WAIT_OBJECTS; i++)
		must(cf_handle_close(environment, handles[i]), "close");
}

static void test_alert(void)
{
	arrange(0, 1, 0, 0);
	put(environment, &one.thread->alert, 1);
	wait_for(&one, 0, &event);
	is_int(satisfy(&one), CF_NOT_NOW, "an alert does not end a wait that is not alertable");
	leave(&one);
	wait_for(&one, CF_WAIT_ALERT, &manual);
	ok(satisfy(&one) == CF_SATISFIED && is_granted(&one, grant(0)),
	   "an object goes before an alert");
	is_int(value_of(environment, &one.thread->alert), 1, "which is still to be told");
	leave(&one);
	wait_for(&one, CF_WAIT_ALERT, &event);
	ok(satisfy(&one) == CF_SATISFIED && is_granted(&one, CF_GRANTED | CF_GRANT_ALERTED),
	   "and it is told when no object is there");
	is_int(value_of(environment, &one.thread->alert), 0, "once");
	leave(&one);
}

/* The driver's: an object that ends a wait, for all, too, with the index after the last. */
static void test_alert_object(void)
{
	arrange(1, 0, 0, 0);
	wait_for(&one, CF_WAIT_EVENT, &manual, &semaphore, &event);
	ok(satisfy(&one) == CF_SATISFIED && is_granted(&one, grant(2)) && is(0, 0, 0, 0),
	   "an alert object ends a wait for any, and is taken");
	leave(&one);
	arrange(1, 1, 0, 0);
	wait_for(&one, CF_WAIT_EVENT, &manual, &event);
	ok(satisfy(&one) == CF_SATISFIED && is_granted(&one, grant(0)) && is(1, 1, 0, 0),
	   "an object goes before it, and then it is not");
	leave(&one);
	wait_for(&one, CF_WAIT_EVENT | CF_WAIT_ALL, &manual, &semaphore, &event);
	ok(satisfy(&one) == CF_SATISFIED && is_granted(&one, grant(2)) && is(0, 1, 0, 0),
	   "it ends a wait for all, which takes nothing else");
	leave(&one);
	arrange(1, 1, 1, 0);
	wait_for(&one, CF_WAIT_EVENT | CF_WAIT_ALL, &manual, &semaphore, &event);
	ok(satisfy(&one) == CF_SATISFIED && is_granted(&one, grant(0)) && is(1, 1, 0, 0),
	   "all objects go before it");
	leave(&one);
}

/* Catches an offer of one object that takes another one, whose queue has its own order. */
static void test_offered(void)
{
	arrange(0, 1, 1, 9);
	wait_for(&one, CF_WAIT_ALERT, &manual, &semaphore);
	is_int(cf_satisfy(self, one.thread, NULL, &outcome), CF_NOT_NOW,
	       "who is offered nothing takes nothing");
	is_int(cf_satisfy(self, one.thread, semaphore.object, &outcome), CF_SATISFIED,
	       "a wait for any is satisfied by what is offered");
	ok(is_granted(&one, grant(1)) && is(0, 1, 0, 9), "and by nothing else");
	leave(&one);
}

static void test_queue_order(void)
{
	arrange(0, 0, 0, 9);
	wait_for(&one, CF_WAIT_ALL, &semaphore, &event);
	wait_for(&two, 0, &semaphore);
	wait_for(&three, 0, &semaphore);
	put(environment, &semaphore.object->state, 1);
	distribute(&semaphore);
	ok(still_waits(&one) && is_granted(&two, grant(0)) && still_waits(&three),
	   "a unit is the oldest waiter's whom it suffices");
	ok(is(0, 0, 0, 9), "and is taken");
	put(environment, &semaphore.object->state, 1);
	put(environment, &event.object->state, 1);
	distribute(&semaphore);
	ok(is_granted(&one, grant(0)) && still_waits(&three) && is(0, 0, 0, 9),
	   "the next one is his who waits for all, when the rest is there");
	leave(&one);
	leave(&two);
	leave(&three);
}

static void test_many_units(void)
{
	arrange(0, 0, 0, 9);
	wait_for(&one, 0, &semaphore);
	wait_for(&two, 0, &event, &semaphore);
	wait_for(&three, 0, &semaphore);
	put(environment, &semaphore.object->state, 2);
	distribute(&semaphore);
	ok(is_granted(&one, grant(0)) && is_granted(&two, grant(1)) && still_waits(&three) &&
		   is(0, 0, 0, 9),
	   "two units are the two oldest waiters'");
	ok(is_shared(&one) && !is_shared(&two), "and the first one knows of the second");
	put(environment, &semaphore.object->state, 5);
	distribute(&semaphore);
	ok(is_granted(&three, grant(0)) && is(0, 0, 4, 9), "what nobody waits for stays");
	leave(&one);
	leave(&two);
	leave(&three);
}

static void test_pulse(void)
{
	arrange(0, 0, 0, 9);
	wait_for(&one, CF_WAIT_ALL, &manual, &event);
	wait_for(&two, 0, &manual);
	wait_for(&three, 0, &semaphore, &manual);
	put(environment, &manual.object->state, CF_PULSING);
	distribute(&manual);
	ok(still_waits(&one) && is_granted(&two, grant_of_pulse(0)) &&
		   is_granted(&three, grant_of_pulse(1)),
	   "a pulse releases all whom it suffices");
	ok(is_shared(&two) && is_shared(&three), "and each knows of the others");
	ok(is(0, 0, 0, 9), "and is over");
	put(environment, &manual.object->state, CF_PULSING);
	distribute(&manual);
	ok(still_waits(&one) && is(0, 0, 0, 9), "also when it suffices nobody");
	leave(&one);
	leave(&two);
	leave(&three);
	put(environment, &manual.object->state, 1);
	distribute(&manual);
	is_int(value_of(environment, &manual.object->state), 1, "a set event stays set");
	put(environment, &manual.object->state, 0);
}

/* Blocks of waits that are over stand in the way of nobody, and go. */
static void test_stale_blocks(void)
{
	arrange(0, 0, 0, 9);
	wait_for(&one, 0, &semaphore);
	wait_for(&two, 0, &semaphore);
	put(environment, &one.thread->wait, CF_IDLE);
	put(environment, &semaphore.object->state, 2);
	distribute(&semaphore);
	ok(is_granted(&two, grant(0)) && is(0, 0, 1, 9), "a wait that is over is given nothing");
	is_int(value_of(environment, &one.thread->block[0].next), CF_UNLINKED,
	       "and its block is unlinked");
	leave(&one);
	leave(&two);
}

/* Somebody signalled the semaphore and waits for the event; he stands still before he gives the signal. */
static void wait_with_signal(struct cf_self *whose, uint32_t flags)
{
	wait_for(whose, flags, &event);
	cf_store32(&whose->thread->signal,
		   cf_object_index(environment->region, semaphore.object) + 1);
	put(environment, &semaphore.object->state, 1);
}

static void set_event(void)
{
	struct cf_view now = event;
	uint32_t previous;

	if (!cf_view_again(environment->region, &now))
		bail_out("there is no event");
	must(cf_event_set(environment, &now, &previous), "set");
}

/* Catches a signal that is given after what ends the wait that began with it, and a poll that goes on. */
static void test_signal_comes_first(void)
{
	arrange(0, 0, 0, 9);
	wait_for(&two, 0, &semaphore);
	wait_with_signal(&one, 0);
	set_event();
	ok(is_granted(&two, grant(0)) && is_granted(&one, grant(0)) && is(0, 0, 0, 9),
	   "who ends a wait gives what was signalled as it began");
	leave(&one);
	leave(&two);
	wait_for(&two, 0, &semaphore);
	wait_with_signal(&one, CF_WAIT_POLL);
	set_event();
	ok(is_granted(&two, grant(0)) && wait_of(&one) == CF_IDLE && is(1, 0, 0, 9),
	   "and a poll is over then");
	leave(&one);
	leave(&two);
	arrange(1, 0, 0, 9);
	wait_with_signal(&one, CF_WAIT_POLL);
	must(cf_finish_signal(environment, one.thread), "finish");
	ok(is_granted(&one, grant(0)) && is(0, 0, 1, 9), "which has what was there");
	leave(&one);
	arrange(0, 0, 0, 9);
	wait_with_signal(&one, CF_WAIT_POLL | CF_WAIT_ALERT);
	put(environment, &one.thread->alert, 1);
	must(cf_finish_signal(environment, one.thread), "finish");
	is_int(wait_of(&one), CF_GRANTED | CF_GRANT_ALERTED, "or an alert");
	leave(&one);
	wait_with_signal(&one, CF_WAIT_POLL);
	cf_store32(&one.thread->signal, UINT32_MAX);
	must(cf_finish_signal(environment, one.thread), "a signal of no object is none");
	is_int(wait_of(&one), CF_IDLE, "and the poll is over all the same");
	leave(&one);
	arrange(0, 0, 0, 0);
}

/* As the driver does: those who wait for all are offered an object before the others. */
static void test_external_order(void)
{
	struct cf_view unit, extra;

	new_external(environment, cf_semaphore_birth(0, 9), 1, &unit);
	new_external(environment, cf_event_birth(true, true), 1, &extra);
	wait_for(&one, 0, &unit);
	wait_for(&two, CF_WAIT_ALL, &unit, &extra);
	put(environment, &unit.object->state, 1);
	distribute(&unit);
	ok(still_waits(&one) && is_granted(&two, grant(0)),
	   "a driver's object is first offered to those who wait for all");
	put(environment, &unit.object->state, 1);
	distribute(&unit);
	ok(is_granted(&one, grant(0)), "and then to the others");
	leave(&one);
	leave(&two);
	wait_for(&one, 0, &extra);
	put(environment, &extra.object->state, 0);
	wait_for(&two, CF_WAIT_ALL, &extra);
	put(environment, &extra.object->state, CF_PULSING);
	distribute(&extra);
	ok(is_granted(&one, grant_of_pulse(0)) && is_granted(&two, grant_of_pulse(0)) &&
		   value_of(environment, &extra.object->state) == 0,
	   "a pulse reaches both");
	leave(&one);
	leave(&two);
	must(cf_external_drop(environment, &unit), "drop");
	must(cf_external_drop(environment, &extra), "drop");
}

static void test_settle(void)
{
	struct cf_view view = semaphore, gone;
	carafe_handle handle = new_object(environment, cf_event_birth(true, true), &gone);

	arrange(0, 0, 0, 9);
	wait_for(&one, 0, &semaphore);
	put(environment, &semaphore.object->state, 2);
	again(environment, &view);
	is_int(cf_settle(environment, &view), CARAFE_STATUS_SUCCESS,
	       "an object that others queue for is settled first");
	ok(is_granted(&one, grant(0)) && cf_value(view.state) == 1 &&
		   cf_load(&view.object->state) == view.state,
	   "and the view is of what they left");
	leave(&one);
	wait_for(&one, CF_WAIT_ALL, &semaphore, &event);
	again(environment, &view);
	is_int(cf_settle(environment, &view), CARAFE_STATUS_SUCCESS,
	       "one that those who queue cannot have is settled as it is");
	ok(still_waits(&one) && cf_value(view.state) == 1, "and left to whoever comes");
	leave(&one);
	wait_for(&one, CF_WAIT_ALL, &gone, &semaphore, &event);
	again(environment, &gone);
	must(cf_handle_close(environment, handle), "close");
	put(environment, &event.object->state, 1);
	is_int(cf_settle(environment, &gone), CARAFE_STATUS_INVALID_HANDLE,
	       "an object that only its last waiter kept goes while it is settled");
	ok(is_granted(&one, grant(0)) && is_free(environment, &gone), "and he has had it");
	leave(&one);
}

/* What a thread's slot says may be nonsense. */
static void test_damage(void)
{
	arrange(1, 1, 1, 0);
	wait_for(&one, 0, &event);
	cf_store32(&one.thread->count, CF_WAIT_OBJECTS + 1);
	is_int(satisfy(&one), CF_UNSOUND, "a wait for too many objects is unsound");
	is_int(outcome, CF_DAMAGED, "for it is damage");
	is_int(cf_distribute(environment, event.object), CARAFE_STATUS_FILE_CORRUPT_ERROR,
	       "and so is a queue with it");
	cf_store32(&one.thread->count, 1);
	cf_store32(&one.thread->block[0].object, UINT32_MAX);
	is_int(satisfy(&one), CF_NOT_NOW, "a block without an object is never there");
	cf_store32(&one.thread->block[0].object,
		   cf_object_index(environment->region, event.object));
	cf_store32(&one.thread->count, 0);
	is_int(satisfy(&one), CF_NOT_NOW, "who waits for none of none waits for ever");
	cf_store32(&one.thread->count, 1);
	self->depth = CF_DESCRIPTORS;
	is_int(satisfy(&one), CF_UNSOUND, "with no descriptor left nothing is granted");
	is_int(outcome, CF_NESTED, "which is no damage");
	ok(still_waits(&one) && is(1, 1, 1, 0), "and nothing is taken");
	is_int(cf_before_signal_waiters(environment, &event), CARAFE_STATUS_INSUFFICIENT_RESOURCES,
	       "which can be asked before");
	self->depth = 0;
	is_int(cf_before_signal_waiters(environment, &event), CARAFE_STATUS_SUCCESS, "and afterwards");
	leave(&one);
	arrange(0, 0, 0, 0);
}

int main(void)
{
	environment = open_first();
	self = self_in(environment);
	one = another(environment);
	two = another(environment);
	three = another(environment);
	new_object(environment, cf_event_birth(false, false), &event);
	new_object(environment, cf_event_birth(true, false), &manual);
	new_object(environment, cf_semaphore_birth(0, 9), &semaphore);
	new_object(environment, cf_mutant_birth(0, 0), &mutant);
	test_any();
	test_all();
	test_all_of_64();
	test_alert();
	test_alert_object();
	test_offered();
	test_queue_order();
	test_many_units();
	test_pulse();
	test_stale_blocks();
	test_signal_comes_first();
	test_external_order();
	test_settle();
	test_damage();
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
