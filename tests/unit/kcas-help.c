/* SPDX-License-Identifier: MIT */
/*
 * Whoever meets a half-done operation finishes it, wherever it stands (core/kcas.c).
 *
 * The operation of a thread that never goes on is written by the test for each step: so many words
 * installed, decided or not, so many removed.  Catches a helper that gives up, one that decides
 * otherwise than the words say, and a rollback that lets an expected word recur.
 */
#include <config.h>

#include "core/wake.h"
#include "tests/unit/forge.h"

#define COUNT 4u

static struct carafe_environment *environment;
static struct cf_self *self;
static struct cf_self stalled, another_one, third;
static cf_word *word[10];
static uint64_t before[10];

/* Adds changes of words first, first + step, ... */
static void prepare(struct cf_changes *changes, uint32_t first, uint32_t step, uint32_t count)
{
	changes->count = 0;
	for (uint32_t i = first; changes->count < count; i += step) {
		put(environment, word[i], 100 + i);
		before[i] = cf_load(word[i]);
		cf_change(changes, word[i], before[i], 200 + i);
	}
}

/* Who meets the operation, and how. */
enum meeting { READS, HELPS, CHANGES, SWEEPS, MEETINGS };
static const char *const meetings[] = { "a reader", "a helper", "somebody's change", "the sweep" };

static bool meet(enum meeting meeting, uint32_t number, uint64_t reference)
{
	struct cf_changes changes = { .count = 0 };
	uint64_t bits;

	switch (meeting) {
	case READS:
		return cf_read(environment->region, word[number], &bits);
	case HELPS:
		return cf_help(environment->region, reference);
	case CHANGES:
		/* It has read before, so it misses; but it must get past the word. */
		cf_change(&changes, word[number], before[number], 300);
		cf_change(&changes, word[9], cf_load(word[9]), 300);
		return cf_kcas(self, &changes) == CF_MISSED;
	default:
		return cf_kcas_finish(environment->region, stalled.thread);
	}
}

static bool all_new(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (cf_load(word[i]) != cf_next(before[i], 200 + i))
			return false;
	return true;
}

/* Words [0, touched) are one step further with their old value, the others as they were. */
static bool all_old(uint32_t touched, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (cf_load(word[i]) != (i < touched ? cf_next(before[i], 100 + i) : before[i]))
			return false;
	return true;
}

static void test_undecided(enum meeting meeting)
{
	struct cf_changes changes;
	uint64_t reference;
	int met = 0, whole = 0;

	for (uint32_t installed = 1; installed <= COUNT; installed++) {
		prepare(&changes, 0, 1, COUNT);
		reference = forge(&stalled, 0, UNDECIDED, &changes);
		for (uint32_t i = 0; i < installed; i++)
			install(&changes, i, reference);
		met += meet(meeting, installed - 1, reference);
		whole += all_new(COUNT);
	}
	is_int(met, COUNT, "%s meets an undecided operation with 1 to %u words installed",
	       meetings[meeting], COUNT);
	is_int(whole, COUNT, "and finishes it");
}

static void test_undecided_that_must_fail(enum meeting meeting)
{
	struct cf_changes changes;
	uint64_t reference;
	int met = 0, undone = 0;

	for (uint32_t installed = 1; installed < COUNT; installed++) {
		prepare(&changes, 0, 1, COUNT);
		put(environment, word[COUNT - 1], 100 + COUNT - 1);
		before[COUNT - 1] = cf_load(word[COUNT - 1]);
		reference = forge(&stalled, 0, UNDECIDED, &changes);
		for (uint32_t i = 0; i < installed; i++)
			install(&changes, i, reference);
		met += meet(meeting, installed - 1, reference);
		undone += all_old(COUNT - 1, COUNT);
	}
	is_int(met, COUNT - 1, "%s meets one whose last word changed meanwhile", meetings[meeting]);
	is_int(undone, COUNT - 1, "and undoes it, each touched word one step further");
}

static void test_decided(enum meeting meeting, enum forged_state state)
{
	struct cf_changes changes;
	uint64_t reference;
	int met = 0, whole = 0;

	for (uint32_t removed = 0; removed < COUNT; removed++) {
		prepare(&changes, 0, 1, COUNT);
		reference = forge(&stalled, 0, state, &changes);
		for (uint32_t i = 0; i < COUNT; i++)
			install(&changes, i, reference);
		for (uint32_t i = 0; i < removed; i++)
			uninstall(&changes, i, reference, state);
		met += meet(meeting, COUNT - 1, reference);
		whole += state == SUCCESSFUL ? all_new(COUNT) : all_old(COUNT, COUNT);
	}
	is_int(met, COUNT, "%s meets a%s operation with 0 to %u words removed", meetings[meeting],
	       state == SUCCESSFUL ? " successful" : " failed", COUNT - 1);
	is_int(whole, COUNT, "and removes the others to their %s values",
	       state == SUCCESSFUL ? "new" : "old");
}

/* The second word was not as expected, so the third was never installed. */
static void test_failed_early(void)
{
	struct cf_changes changes;
	uint64_t reference;

	prepare(&changes, 0, 1, COUNT);
	put(environment, word[1], 7);
	reference = forge(&stalled, 0, FAILED, &changes);
	install(&changes, 0, reference);
	ok(meet(READS, 0, reference) && cf_load(word[0]) == cf_next(before[0], 100),
	   "a failed operation's only installed word goes back");
	ok(cf_value(cf_load(word[1])) == 7 && cf_load(word[2]) == before[2] &&
		   cf_load(word[3]) == before[3],
	   "and no other is installed for it");
}

/* The descriptor still tells of an operation that is over, or of a later one. */
static void test_late_helpers(void)
{
	struct cf_changes changes, later;
	uint64_t reference, seen[COUNT];
	bool untouched = true;

	prepare(&changes, 0, 1, COUNT);
	reference = forge(&stalled, 0, UNDECIDED, &changes);
	install(&changes, 0, reference);
	ok(cf_help(environment->region, reference) && all_new(COUNT), "an operation is helped");
	for (uint32_t i = 0; i < COUNT; i++)
		seen[i] = cf_load(word[i]);
	ok(cf_help(environment->region, reference), "and once more by one who comes late");
	for (uint32_t i = 0; i < COUNT; i++)
		untouched &= cf_load(word[i]) == seen[i];
	ok(untouched, "who changes nothing");
	later.count = 0;
	for (uint32_t i = 0; i < COUNT; i++)
		cf_change(&later, word[i], seen[i], 300);
	(void)forge(&stalled, 0, UNDECIDED, &later);
	ok(cf_help(environment->region, reference),
	   "another one comes when the descriptor is used anew");
	for (uint32_t i = 0; i < COUNT; i++)
		untouched &= cf_load(word[i]) == seen[i];
	ok(untouched, "and does not take the new operation for the old one");
	(void)forge(&stalled, 0, WRITING, &later);
	ok(cf_help(environment->region,
		   forged_reference(stalled.index, 0,
				    cf_load(&stalled.thread->descriptor[0].status) >> 2)),
	   "nor is one helped that is still being written");
	for (uint32_t i = 0; i < COUNT; i++)
		untouched &= cf_load(word[i]) == seen[i];
	ok(untouched, "which changes nothing");
}

/* One's own operation meets others: they go first, and it sees what they left. */
static void test_in_the_way(void)
{
	struct cf_changes theirs, mine;
	uint64_t reference;

	prepare(&theirs, 1, 2, 2); /* words 1 and 3 */
	prepare(&mine, 0, 4, 2);   /* words 0 and 4 */
	cf_change(&mine, word[1], before[1], 400);
	reference = forge(&stalled, 0, UNDECIDED, &theirs);
	install(&theirs, 0, reference);
	is_int(cf_kcas(self, &mine), CF_MISSED, "an undecided operation holds a word of mine");
	ok(cf_load(word[1]) == cf_next(before[1], 201) &&
		   cf_load(word[3]) == cf_next(before[3], 203),
	   "it is finished first");
	ok(cf_value(cf_load(word[0])) == 100 && cf_load(word[4]) == before[4],
	   "so mine finds a word changed");

	prepare(&theirs, 1, 2, 2);
	prepare(&mine, 0, 4, 2);
	put(environment, word[3], 7);
	reference = forge(&stalled, 0, UNDECIDED, &theirs);
	install(&theirs, 0, reference);
	/* What it will be once theirs has failed. */
	cf_change(&mine, word[1], cf_next(before[1], 101), 401);
	is_int(cf_kcas(self, &mine), CF_DONE, "one that must fail is undone first");
	ok(cf_value(cf_load(word[0])) == 200 && cf_value(cf_load(word[1])) == 401 &&
		   cf_value(cf_load(word[4])) == 204 && cf_value(cf_load(word[3])) == 7,
	   "and mine is done on what it left");
}

/* first waits for second, second for third: the last is finished first. */
static void test_chain(void)
{
	struct cf_changes first, second, last, mine = { .count = 0 };
	uint64_t one, two, three;

	prepare(&first, 0, 2, 2); /* 0, 2 */
	prepare(&last, 4, 2, 2);  /* 4, 6 */
	second.count = 0;
	cf_change(&second, word[2], before[2], 500);
	cf_change(&second, word[4], before[4], 500);
	one = forge(&stalled, 0, UNDECIDED, &first);
	two = forge(&another_one, 0, UNDECIDED, &second);
	three = forge(&third, 0, UNDECIDED, &last);
	install(&first, 0, one);
	install(&second, 0, two);
	install(&last, 0, three);
	put(environment, word[8], 1);
	cf_change(&mine, word[8], cf_load(word[8]), 2);
	cf_change(&mine, word[0], before[0], 500);
	is_int(cf_kcas(self, &mine), CF_MISSED, "a chain of operations that wait for each other");
	ok(cf_value(cf_load(word[4])) == 204 && cf_value(cf_load(word[6])) == 206,
	   "ends with the one that waits for none, which is done");
	ok(cf_value(cf_load(word[2])) == 102 && cf_value(cf_load(word[0])) == 100,
	   "the others find a word changed, and are undone");
	ok(!cf_described(cf_load(word[0])) && !cf_described(cf_load(word[2])) &&
		   cf_value(cf_load(word[8])) == 1,
	   "and so is mine");
}

/* A handler's operation may stand on top of its thread's. */
static void test_all_depths(void)
{
	struct cf_changes changes[CF_DESCRIPTORS];
	bool whole = true;

	for (uint32_t depth = 0; depth < CF_DESCRIPTORS; depth++) {
		prepare(&changes[depth], depth * 2, 1, 2);
		install(&changes[depth], 0, forge(&stalled, depth, UNDECIDED, &changes[depth]));
	}
	ok(cf_kcas_finish(environment->region, stalled.thread),
	   "the sweep finishes all of a thread");
	for (uint32_t i = 0; i < CF_DESCRIPTORS * 2; i++)
		whole &= cf_load(word[i]) == cf_next(before[i], 200 + i);
	ok(whole, "whatever handlers they were in");
}

/* Catches a helper who leaves the waiter asleep whom the dead thread did not get to wake. */
static void test_wakes_who_was_granted(void)
{
	struct cf_thread *waiter = third.thread;
	struct cf_changes changes = { .count = 0 };
	uint64_t reference;

	put(environment, &waiter->wait, CF_WAITING);
	cf_store32(&waiter->park, CF_PARKED);
	cf_change(&changes, word[0], cf_load(word[0]), 1);
	cf_change(&changes, &waiter->wait, cf_load(&waiter->wait), CF_GRANTED);
	reference = forge(&stalled, 0, UNDECIDED, &changes);
	install(&changes, 0, reference);
	ok(cf_help(environment->region, reference), "an operation that grants a wait is helped");
	is_int(cf_load32(&waiter->park), CF_KICKED, "and its waiter is woken");
	put(environment, &waiter->wait, CF_WAITING);
	cf_store32(&waiter->park, CF_PARKED);
	changes.count = 0;
	cf_change(&changes, word[0], cf_load(word[0]), 1);
	cf_change(&changes, &waiter->wait, cf_load(&waiter->wait), CF_WAITING);
	reference = forge(&stalled, 0, UNDECIDED, &changes);
	ok(cf_help(environment->region, reference) && cf_load32(&waiter->park) == CF_PARKED,
	   "one that only compares the wait wakes nobody");
	put(environment, &waiter->wait, CF_IDLE);
	cf_store32(&waiter->park, CF_RUNNING);
}

int main(void)
{
	environment = open_first();
	self = self_in(environment);
	stalled = another(environment);
	another_one = another(environment);
	third = another(environment);
	for (uint32_t i = 0; i < 10; i++)
		word[i] = spare_word(environment, i);
	for (enum meeting meeting = 0; meeting < MEETINGS; meeting++) {
		test_undecided(meeting);
		test_undecided_that_must_fail(meeting);
		test_decided(meeting, SUCCESSFUL);
		test_decided(meeting, FAILED);
	}
	test_failed_early();
	test_late_helpers();
	test_in_the_way();
	test_chain();
	test_all_depths();
	test_wakes_who_was_granted();
	return done_testing();
}
