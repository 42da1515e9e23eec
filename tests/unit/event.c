/* SPDX-License-Identifier: MIT */
/*
 * Events from inside (core/event.c): what a set, a reset and a pulse do to those who queue, also
 * when whoever began it died half-way, and what the type tells the rest of core/.
 */
#include <config.h>

#include "core/event.h"
#include "tests/unit/waiter.h"

static struct carafe_environment *environment;
static struct cf_self one, two, three;
static struct cf_view automatic, manual, other;

static uint32_t state_of(struct cf_view *view)
{
	uint32_t signalled = 77;

	must(cf_event_read(environment, again(environment, view), &signalled), "read an event");
	return signalled;
}

/* Each sets the state and gives what was there before. */
static uint32_t set(struct cf_view *view)
{
	uint32_t previous = 77;

	must(cf_event_set(environment, again(environment, view), &previous), "set an event");
	return previous;
}

static uint32_t reset(struct cf_view *view)
{
	uint32_t previous = 77;

	must(cf_event_reset(environment, again(environment, view), &previous), "reset an event");
	return previous;
}

static uint32_t pulse(struct cf_view *view)
{
	uint32_t previous = 77;

	must(cf_event_pulse(environment, again(environment, view), &previous), "pulse an event");
	return previous;
}

static void test_alone(struct cf_view *view, const char *kind)
{
	ok(set(view) == 0 && state_of(view) == 1, "%s: set", kind);
	ok(set(view) == 1 && state_of(view) == 1, "set again");
	ok(reset(view) == 1 && state_of(view) == 0, "reset");
	ok(reset(view) == 0 && state_of(view) == 0, "reset again");
	ok(pulse(view) == 0 && state_of(view) == 0, "pulsed when it is not set");
	set(view);
	ok(pulse(view) == 1 && state_of(view) == 0, "pulsed when it is set");
}

/* Whoever sees the event afterwards must see what the setter did before, so it is always a change.
 */
static void test_always_a_change(void)
{
	uint64_t before;

	set(&manual);
	before = bits_of(environment, &manual.object->state);
	set(&manual);
	ok(bits_of(environment, &manual.object->state) == cf_next(before, 1),
	   "setting a set event counts as a change");
	reset(&manual);
	before = bits_of(environment, &manual.object->state);
	reset(&manual);
	ok(bits_of(environment, &manual.object->state) == cf_next(before, 0),
	   "and so does resetting one that is not set");
}

static void test_set(void)
{
	wait_for(&one, 0, &automatic);
	wait_for(&two, 0, &automatic);
	is_int(set(&automatic), 0, "an auto-reset event with two waiters is set");
	ok(is_granted(&one, grant(0)) && still_waits(&two), "the older one has it");
	is_int(state_of(&automatic), 0, "and nothing is left");
	leave(&one);
	set(&automatic);
	ok(is_granted(&two, grant(0)), "the next set is the other one's");
	leave(&two);

	wait_for(&one, 0, &manual);
	wait_for(&two, 0, &manual);
	set(&manual);
	ok(is_granted(&one, grant(0)) && is_granted(&two, grant(0)),
	   "a manual-reset event is for all");
	is_int(state_of(&manual), 1, "and stays set");
	reset(&manual);
	leave(&one);
	leave(&two);
}

static void test_pulse(void)
{
	wait_for(&one, 0, &automatic);
	wait_for(&two, 0, &automatic);
	is_int(pulse(&automatic), 0, "an auto-reset event with two waiters is pulsed");
	ok(is_granted(&one, grant_of_pulse(0)) && still_waits(&two), "the older one is released");
	ok(!is_shared(&one), "and knows of no other");
	is_int(state_of(&automatic), 0, "and nothing is left");
	leave(&one);
	leave(&two);

	wait_for(&one, 0, &manual);
	wait_for(&two, CF_WAIT_ALL, &manual, &other);
	wait_for(&three, 0, &manual);
	pulse(&manual);
	ok(is_granted(&one, grant_of_pulse(0)) && is_granted(&three, grant_of_pulse(0)),
	   "a pulse of a manual-reset event releases all whom it suffices");
	ok(still_waits(&two), "and not him who waits for more");
	is_int(state_of(&manual), 0, "and nothing is left");
	set(&other);
	ok(still_waits(&two), "also when that comes later");
	pulse(&manual);
	ok(is_granted(&two, grant_of_pulse(0)), "but when it is there at the next pulse");
	reset(&other);
	leave(&one);
	leave(&two);
	leave(&three);
}

/*
 * The state as it is between a signaller's change and its look at the queue.  Who comes next does
 * that for him: else a reset takes away what was somebody's already.
 */
static void test_dead_signallers(void)
{
	wait_for(&one, 0, &manual);
	put(environment, &manual.object->state, 1);
	is_int(reset(&manual), 1, "a set that nobody distributed, and then a reset");
	ok(is_granted(&one, grant(0)), "the waiter has had it");
	is_int(state_of(&manual), 0, "the event is reset");
	leave(&one);

	wait_for(&one, 0, &automatic);
	put(environment, &automatic.object->state, 1);
	is_int(state_of(&automatic), 0, "who asks for the state sees it as after the distribution");
	ok(is_granted(&one, grant(0)), "which he made");
	leave(&one);

	wait_for(&one, 0, &automatic);
	wait_for(&two, 0, &automatic);
	put(environment, &automatic.object->state, 1);
	is_int(set(&automatic), 0, "a second set finds the first one given away");
	ok(is_granted(&one, grant(0)) && is_granted(&two, grant(0)), "so neither is lost");
	leave(&one);
	leave(&two);

	wait_for(&one, 0, &manual);
	put(environment, &manual.object->state, CF_PULSING);
	is_int(set(&manual), 0, "a pulse that nobody distributed is over before the next set");
	ok(is_granted(&one, grant_of_pulse(0)) && state_of(&manual) == 1,
	   "and has released its waiter");
	reset(&manual);
	leave(&one);
}

static void test_gone(void)
{
	struct cf_view gone;
	carafe_handle handle = new_object(environment, cf_event_birth(true, true), &gone);
	uint32_t previous = 77;

	must(cf_handle_close(environment, handle), "close");
	is_int(cf_event_set(environment, &gone, &previous), CARAFE_STATUS_INVALID_HANDLE,
	       "an event that was closed meanwhile cannot be set");
	is_int(previous, 77, "and has no previous state");
	ok(is_free(environment, &gone) && value_of(environment, &gone.object->state) == 0,
	   "nor is the free object touched");
}

/* What take(), restore() and signal() would change, as a state; 99: they change nothing. */
static uint32_t change_of(const struct cf_changes *changes)
{
	return changes->count == 1 ? cf_value(changes->at[0].new) : 99;
}

static void test_type(void)
{
	const struct cf_type *type = &cf_event_type;
	struct cf_changes changes = { .count = 0 };
	struct cf_view view = *again(environment, &automatic);

	ok(type->take(environment->region, &view, 1, &changes) == CF_NOT_TAKEN &&
		   changes.count == 0 && !type->available(&view),
	   "an event that is not set is not taken");
	type->restore(environment->region, &view, 1, false, &changes);
	is_int(change_of(&changes), 1, "a grant of an auto-reset event is given back by a set");
	view.state = cf_next(view.state, 1);
	changes.count = 0;
	ok(type->available(&view) &&
		   type->take(environment->region, &view, 1, &changes) == CF_TAKEN,
	   "one that is set is");
	is_int(change_of(&changes), 0, "and then is not");
	changes.count = 0;
	type->restore(environment->region, &view, 1, false, &changes);
	is_int(changes.count, 0, "one that was set meanwhile cannot be set more");
	view = *again(environment, &manual);
	type->restore(environment->region, &view, 1, false, &changes);
	is_int(changes.count, 0, "a manual-reset event lost nothing by the grant");
	view.state = cf_next(view.state, 1);
	ok(type->take(environment->region, &view, 1, &changes) == CF_TAKEN &&
		   change_of(&changes) == 1,
	   "taking it only compares");
	view.state = cf_next_with(view.state, CF_PULSING, true);
	changes.count = 0;
	is_int(type->signal(environment->region, &view, 1, &changes), CARAFE_STATUS_PENDING,
	       "while a pulse is given nobody signals");
	ok(type->settled(CF_PULSING) == 0 && type->settled(1) == 1 && type->settled(0) == 0,
	   "after the distribution a pulse is over, and a set event stays set");
	ok(type->zero_waits && !type->owned && type->abandon == NULL && type->refused == NULL,
	   "0 lets nobody through, and nobody owns it");
}

int main(void)
{
	environment = open_first();
	one = another(environment);
	two = another(environment);
	three = another(environment);
	new_object(environment, cf_event_birth(false, false), &automatic);
	new_object(environment, cf_event_birth(true, false), &manual);
	new_object(environment, cf_event_birth(true, false), &other);
	test_alone(&automatic, "auto-reset");
	test_alone(&manual, "manual-reset");
	test_always_a_change();
	test_set();
	test_pulse();
	test_dead_signallers();
	test_gone();
	test_type();
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
