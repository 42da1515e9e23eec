/* SPDX-License-Identifier: MIT */
/*
 * Semaphores from inside (core/semaphore.c): limits at the ends of their range, releases that many
 * wait for, and what the type tells the rest of core/.
 */
#include <config.h>

#include "core/semaphore.h"
#include "tests/unit/waiter.h"

static struct carafe_environment *environment;
static struct cf_self one, two, three;
static struct cf_view semaphore;

static bool is(uint32_t count, uint32_t maximum)
{
	uint32_t got = 77, limit = 77;

	must(cf_semaphore_read(environment, again(environment, &semaphore), &got, &limit), "read");
	return got == count && limit == maximum;
}

static void arrange(uint32_t count, uint32_t maximum)
{
	put(environment, &semaphore.object->state, count);
	put(environment, &semaphore.object->second, maximum);
}

static carafe_status release(uint32_t count, uint32_t *previous)
{
	*previous = 77;
	return cf_semaphore_release(environment, again(environment, &semaphore), count, previous);
}

static void test_release(void)
{
	uint32_t previous;

	arrange(2, 5);
	ok(release(2, &previous) == CARAFE_STATUS_SUCCESS && previous == 2 && is(4, 5),
	   "a release adds, and tells what was there");
	ok(release(0, &previous) == CARAFE_STATUS_SUCCESS && previous == 4 && is(4, 5),
	   "a release of none tells only");
	is_int(release(2, &previous), CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED,
	       "one beyond the maximum is refused");
	ok(previous == 77 && is(4, 5), "and changes nothing");
	ok(release(1, &previous) == CARAFE_STATUS_SUCCESS && is(5, 5), "one up to it is not");
}

/* Sums that do not fit into 32 bits, and signs. */
static void test_limits(void)
{
	uint32_t previous;

	arrange(UINT32_MAX - 1, UINT32_MAX);
	is_int(release(UINT32_MAX, &previous), CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED,
	       "a sum that does not fit is not taken for a small one");
	is_int(release(2, &previous), CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED,
	       "nor is one that is 0");
	ok(release(1, &previous) == CARAFE_STATUS_SUCCESS && is(UINT32_MAX, UINT32_MAX),
	   "the maximum can be all ones");
	arrange(0x7fffffff, UINT32_MAX);
	ok(release(1, &previous) == CARAFE_STATUS_SUCCESS && is(0x80000000, UINT32_MAX),
	   "a count has no sign");
	arrange(0, 0);
	is_int(release(1, &previous), CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED,
	       "a maximum of 0 allows none");
	is_int(release(0, &previous), CARAFE_STATUS_SUCCESS, "and to look");
}

static void test_waiters(void)
{
	uint32_t previous;

	arrange(0, 5);
	wait_for(&one, 0, &semaphore);
	wait_for(&two, 0, &semaphore);
	wait_for(&three, 0, &semaphore);
	ok(release(2, &previous) == CARAFE_STATUS_SUCCESS && previous == 0,
	   "two units are released to three waiters");
	ok(is_granted(&one, grant(0)) && is_granted(&two, grant(0)) && still_waits(&three),
	   "the two oldest have them");
	ok(is(0, 5), "and nothing is left");
	ok(release(3, &previous) == CARAFE_STATUS_SUCCESS && is_granted(&three, grant(0)) &&
		   is(2, 5),
	   "of three more one is taken and two stay");
	leave(&one);
	leave(&two);
	leave(&three);
}

/* The units of a releaser who died before he looked at the queue do not count against the limit. */
static void test_dead_releaser(void)
{
	uint32_t previous;

	arrange(0, 2);
	wait_for(&one, 0, &semaphore);
	put(environment, &semaphore.object->state, 2);
	ok(release(1, &previous) == CARAFE_STATUS_SUCCESS && previous == 1,
	   "a release after one that nobody distributed finds a unit given away");
	ok(is_granted(&one, grant(0)) && is(2, 2), "and fits");
	leave(&one);
}

static void test_gone(void)
{
	struct cf_view gone;
	uint32_t previous = 77;

	must(cf_handle_close(environment, new_object(environment, cf_semaphore_birth(0, 9), &gone)),
	     "close");
	is_int(cf_semaphore_release(environment, &gone, 1, &previous), CARAFE_STATUS_INVALID_HANDLE,
	       "a semaphore that was closed meanwhile cannot be released");
	ok(previous == 77 && value_of(environment, &gone.object->state) == 0, "nor is it touched");
}

/*
 * Somebody looks a semaphore up and is stopped; it is closed, and another one made in its place.
 *
 * Catches a reader who tells the count of one and the maximum of the other.
 */
static void test_read_of_two(void)
{
	struct cf_view gone, fresh;
	uint32_t count, maximum;
	carafe_handle handle;

	handle = new_object(environment, cf_semaphore_birth(1, 5), &gone);
	must(cf_handle_close(environment, handle), "close");
	handle = new_object(environment, cf_semaphore_birth(2, 9), &fresh);
	if (fresh.object != gone.object)
		bail_out("the object was not used again");
	is_int(cf_semaphore_read(environment, &gone, &count, &maximum),
	       CARAFE_STATUS_INVALID_HANDLE, "a semaphore in whose place is another is not read");
	must(cf_semaphore_read(environment, &fresh, &count, &maximum), "read");
	ok(count == 2 && maximum == 9, "the other one is");
	must(cf_handle_close(environment, handle), "close");
}

static void test_type(void)
{
	const struct cf_type *type = &cf_semaphore_type;
	struct cf_changes changes = { .count = 0 };

	arrange(0, 2);
	ok(!type->available(again(environment, &semaphore)) &&
		   type->take(environment->region, &semaphore, 1, &changes) == CF_NOT_TAKEN &&
		   changes.count == 0,
	   "none is taken from none");
	type->restore(environment->region, &semaphore, 1, false, &changes);
	ok(changes.count == 1 && cf_value(changes.at[0].new) == 1, "a grant gives its unit back");
	changes.count = 0;
	arrange(2, 2);
	ok(type->available(again(environment, &semaphore)) &&
		   type->take(environment->region, &semaphore, 1, &changes) == CF_TAKEN &&
		   changes.count == 1 && cf_value(changes.at[0].new) == 1,
	   "one is taken from two");
	changes.count = 0;
	type->restore(environment->region, &semaphore, 1, false, &changes);
	is_int(changes.count, 0, "a full one takes none back");
	is_int(type->signal(environment->region, &semaphore, 1, &changes),
	       CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED, "nor can it be signalled");
	arrange(1, 2);
	must(type->signal(environment->region, again(environment, &semaphore), 1, &changes),
	     "signal");
	ok(changes.count == 1 && cf_value(changes.at[0].new) == 2, "another one can, by one unit");
	ok(type->zero_waits && !type->owned && type->settled == NULL,
	   "0 lets nobody through, nobody owns it, and units that nobody takes stay");
	arrange(3, 2);
	is_int(type->signal(environment->region, again(environment, &semaphore), 1, &changes),
	       CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED,
	       "a damaged one with too many is not signalled");
	arrange(0, 2);
}

int main(void)
{
	environment = open_first();
	one = another(environment);
	two = another(environment);
	three = another(environment);
	new_object(environment, cf_semaphore_birth(0, 5), &semaphore);
	test_release();
	test_limits();
	test_waiters();
	test_dead_releaser();
	test_gone();
	test_read_of_two();
	test_type();
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
