/* SPDX-License-Identifier: MIT */
/*
 * Mutants from inside (core/mutant.c): recursion and its limits, abandonment, and what the type
 * tells the rest of core/.
 */
#include <config.h>

#include <carafe/mutant.h>
#include <carafe/wait.h>

#include "core/event.h"
#include "core/mutant.h"
#include "tests/unit/forge.h"
#include "tests/unit/waiter.h"

#define MOST_NT 0x7fffffffu
#define MOST_EXTERNAL 0xfffffffeu

static struct carafe_environment *environment;
static struct cf_self *self;
static struct cf_self one, two;
static struct cf_view mutant;
static carafe_handle handle;

static const int64_t now_or_never;

/* Puts the mutant into a state. */
static void arrange(uint32_t owner, uint32_t second)
{
	put(environment, &mutant.object->state, owner);
	put(environment, &mutant.object->second, second);
}

static struct cf_mutant_state read_state(void)
{
	struct cf_mutant_state state;

	must(cf_mutant_read(environment, again(environment, &mutant), &state), "read a mutant");
	return state;
}

static bool is(uint32_t owner, uint32_t count, bool abandoned)
{
	struct cf_mutant_state state = read_state();

	return state.owner == owner && state.count == count && state.abandoned == abandoned;
}

static carafe_status release(uint32_t identity, uint32_t *count)
{
	return cf_mutant_release(environment, again(environment, &mutant), identity, count);
}

static void test_birth(void)
{
	struct cf_birth birth = cf_mutant_birth(9, 3);

	ok(birth.state == 9 && birth.second == 2, "a mutant is born owned three times");
	birth = cf_mutant_birth(0, 0);
	ok(birth.state == 0 && birth.second == 0, "or free");
}

static void test_release(void)
{
	uint32_t count = 77;

	arrange(9, 2);
	ok(is(9, 3, false), "a mutant that is owned three times");
	is_int(release(8, &count), CARAFE_STATUS_MUTANT_NOT_OWNED,
	       "is not another one's to release");
	is_int(release(0, &count), CARAFE_STATUS_MUTANT_NOT_OWNED, "nor nobody's");
	ok(count == 77 && is(9, 3, false), "and nothing changes");
	for (uint32_t left = 3; left > 0; left--)
		ok(release(9, &count) == CARAFE_STATUS_SUCCESS && count == left &&
			   is(left > 1 ? 9 : 0, left - 1, false),
		   "its owner releases it; it was owned %u times", left);
	is_int(release(9, &count), CARAFE_STATUS_MUTANT_NOT_OWNED, "then it is free");
	is_int(release(0, &count), CARAFE_STATUS_MUTANT_NOT_OWNED, "and nobody's to release");
}

static void test_abandon(void)
{
	arrange(9, 2);
	is_int(cf_mutant_abandon(environment, again(environment, &mutant), 8),
	       CARAFE_STATUS_MUTANT_NOT_OWNED, "only the owner's death abandons a mutant");
	is_int(cf_mutant_abandon(environment, again(environment, &mutant), 0),
	       CARAFE_STATUS_MUTANT_NOT_OWNED, "not nobody's");
	is_int(cf_mutant_abandon(environment, again(environment, &mutant), 9),
	       CARAFE_STATUS_SUCCESS, "that does");
	ok(is(0, 0, true) && is(0, 0, true),
	   "it is free and abandoned, however often that is read");
	is_int(cf_mutant_abandon(environment, again(environment, &mutant), 0),
	       CARAFE_STATUS_MUTANT_NOT_OWNED, "it is not abandoned again");
	is_int(carafe_wait_one(environment, handle, 0, &now_or_never),
	       CARAFE_STATUS_ABANDONED_WAIT_0, "whoever gets it next is told");
	ok(is(self->id, 1, false), "and owns it as if nothing had been");
	is_int(carafe_mutant_release(environment, handle, NULL), CARAFE_STATUS_SUCCESS,
	       "so that after a release");
	ok(is(0, 0, false), "it is free and not abandoned");
}

static void test_handover(void)
{
	uint32_t count;

	arrange(9, 1);
	wait_for(&one, 0, &mutant);
	wait_for(&two, 0, &mutant);
	must(release(9, &count), "release");
	ok(still_waits(&one) && is(9, 1, false), "a release that leaves it owned wakes nobody");
	must(release(9, &count), "release");
	ok(is_granted(&one, grant(0)) && still_waits(&two),
	   "the last one gives it to who waits longest");
	ok(is(one.id, 1, false), "who owns it once");
	must(cf_mutant_abandon(environment, again(environment, &mutant), one.id), "abandon");
	ok(is_granted(&two, grant(0) | CF_GRANT_ABANDONED),
	   "he dies: the next one has it and is told");
	ok(is(two.id, 1, false), "and owns it");
	leave(&one);
	leave(&two);
}

/*
 * A wait for all by who dies in it stands where others carry it out later: its first object is changed
 * and the mutant is not.  Catches an owner that is told of as dead before it is the owner, which
 * nobody tells again.
 */
static void test_abandon_half_done(void)
{
	struct cf_changes changes = { .count = 0 };
	struct cf_view first, second;
	carafe_handle event = new_object(environment, cf_event_birth(false, true), &first);
	carafe_handle taken = new_object(environment, cf_mutant_birth(0, 0), &second);
	struct cf_mutant_state state;

	if (first.object > second.object)
		bail_out("objects do not lie in the order in which a change goes");
	(void)cf_event_type.take(environment->region, &first, 9, &changes);
	(void)cf_mutant_type.take(environment->region, &second, 9, &changes);
	install(&changes, 0, forge(&one, 0, UNDECIDED, &changes));
	is_int(cf_mutant_abandon(environment, &second, 9), CARAFE_STATUS_SUCCESS,
	       "who died while it took another object and the mutant owned it");
	is_int(value_of(environment, &first.object->state), 0, "and had the other object");
	must(cf_mutant_read(environment, again(environment, &second), &state), "read a mutant");
	ok(state.owner == 0 && state.abandoned, "the mutant is free and abandoned");
	must(cf_handle_close(environment, event), "close");
	must(cf_handle_close(environment, taken), "close");
}

/* Reached by nobody who counts from 1; the second word is set near its end instead. */
static void test_limit(void)
{
	struct cf_changes changes = { .count = 0 };

	arrange(self->id, MOST_NT - 1);
	is_int(carafe_wait_one(environment, handle, 0, &now_or_never), CARAFE_STATUS_SUCCESS,
	       "a mutant is acquired as often as can be");
	is_int(value_of(environment, &mutant.object->second), MOST_NT, "which is counted");
	is_int(carafe_wait_one(environment, handle, 0, &now_or_never),
	       CARAFE_STATUS_MUTANT_LIMIT_EXCEEDED, "once more is refused");
	is_int(carafe_wait_many(environment, 1, &handle, CARAFE_WAIT_ANY, 0, NULL),
	       CARAFE_STATUS_MUTANT_LIMIT_EXCEEDED, "also where it would wait, for any");
	is_int(carafe_wait_many(environment, 1, &handle, CARAFE_WAIT_ALL, 0, NULL),
	       CARAFE_STATUS_MUTANT_LIMIT_EXCEEDED, "or for all");
	is_int(value_of(environment, &mutant.object->second), MOST_NT, "and changes nothing");
	is_int(cf_mutant_type.refused(environment->region, again(environment, &mutant), 1),
	       CARAFE_STATUS_SUCCESS, "somebody else is not refused: he waits");
	ok(cf_mutant_type.take(environment->region, &mutant, self->id, &changes) == CF_NOT_TAKEN &&
		   changes.count == 0,
	   "nothing is taken at the limit");
	is_int(carafe_mutant_release(environment, handle, NULL), CARAFE_STATUS_SUCCESS,
	       "after a release");
	is_int(carafe_wait_one(environment, handle, 0, &now_or_never), CARAFE_STATUS_SUCCESS,
	       "it can be acquired again");
	arrange(0, 0);
}

/* The ntsync ABI counts further, and there the owner waits at the limit. */
static void test_external_limit(void)
{
	struct cf_view external;
	struct cf_changes changes = { .count = 0 };
	uint32_t count;

	new_external(environment, cf_mutant_birth(one.id, 1), 1, &external);
	put(environment, &external.object->second, MOST_EXTERNAL - 1);
	ok(cf_mutant_type.take(environment->region, again(environment, &external), one.id,
			       &changes) == CF_TAKEN,
	   "a driver's mutant is acquired beyond the limit of NT");
	put(environment, &external.object->second, MOST_EXTERNAL);
	changes.count = 0;
	ok(cf_mutant_type.take(environment->region, again(environment, &external), one.id,
			       &changes) == CF_NOT_TAKEN,
	   "up to its own limit");
	is_int(cf_mutant_type.refused(environment->region, &external, one.id),
	       CARAFE_STATUS_SUCCESS, "where the owner is not refused");
	wait_for(&one, 0, &external);
	must(cf_mutant_release(environment, again(environment, &external), one.id, &count),
	     "release");
	ok(is_granted(&one, grant(0)), "but waits, and has it back after a release");
	is_int(value_of(environment, &external.object->second), MOST_EXTERNAL,
	       "to the limit again");
	leave(&one);
	must(cf_external_drop(environment, &external), "drop");
}

static void change_to(struct cf_changes *changes)
{
	if (changes->count == 0 || cf_kcas(self, changes) != CF_DONE)
		bail_out("a change is not what it should be");
	changes->count = 0;
}

/* Each way to take it, undone. */
static void test_restore(void)
{
	static const struct {
		uint32_t owner, second;
		enum cf_taken taken;
		const char *what;
	} cases[] = { { 0, 0, CF_TAKEN, "a free one" },
		      { 0, CF_ABANDONED, CF_TAKEN_ABANDONED, "an abandoned one" },
		      { 9, 0, CF_TAKEN, "one that was owned once" },
		      { 9, 4, CF_TAKEN, "one that was owned five times" } };
	struct cf_changes changes = { .count = 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum cf_taken taken;

		arrange(cases[i].owner, cases[i].second);
		taken = cf_mutant_type.take(environment->region, again(environment, &mutant), 9,
					    &changes);
		ok(taken == cases[i].taken, "%s is taken", cases[i].what);
		change_to(&changes);
		cf_mutant_type.restore(environment->region, again(environment, &mutant), 9,
				       taken == CF_TAKEN_ABANDONED, &changes);
		change_to(&changes);
		ok(value_of(environment, &mutant.object->state) == cases[i].owner &&
			   value_of(environment, &mutant.object->second) == cases[i].second,
		   "and given back as it was");
	}
	arrange(8, 0);
	cf_mutant_type.restore(environment->region, again(environment, &mutant), 9, false,
			       &changes);
	is_int(changes.count, 0, "what somebody else owns by now is not given back");
	arrange(0, 0);
}

static void test_signal(void)
{
	struct cf_changes changes = { .count = 0 };

	arrange(9, 1);
	is_int(cf_mutant_type.signal(environment->region, again(environment, &mutant), 8, &changes),
	       CARAFE_STATUS_MUTANT_NOT_OWNED, "a signal by another one than the owner");
	must(cf_mutant_type.signal(environment->region, &mutant, 9, &changes), "signal");
	is_int(changes.count, 2, "a signal that leaves it owned vouches for the owner");
	change_to(&changes);
	ok(is(9, 1, false), "and is one release");
	must(cf_mutant_type.signal(environment->region, again(environment, &mutant), 9, &changes),
	     "signal");
	is_int(changes.count, 1, "the last one changes one word");
	change_to(&changes);
	ok(is(0, 0, false), "and frees it");
	ok(!cf_mutant_type.zero_waits && cf_mutant_type.owned && cf_mutant_type.signal_access == 0,
	   "0 lets everybody through, it has an owner, and its release needs no right");
}

static void test_gone(void)
{
	struct cf_view gone;
	uint32_t count = 77;

	must(cf_handle_close(environment, new_object(environment, cf_mutant_birth(9, 1), &gone)),
	     "close");
	ok(!CARAFE_SUCCESS(cf_mutant_release(environment, &gone, 9, &count)) && count == 77,
	   "a mutant that was closed meanwhile cannot be released");
	ok(is_free(environment, &gone), "and stays free");
}

int main(void)
{
	environment = open_first();
	self = self_in(environment);
	one = another(environment);
	two = another(environment);
	handle = new_object(environment, cf_mutant_birth(0, 0), &mutant);
	test_birth();
	test_release();
	test_abandon();
	test_abandon_half_done();
	test_handover();
	arrange(0, 0);
	test_limit();
	test_external_limit();
	test_restore();
	test_signal();
	test_gone();
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
