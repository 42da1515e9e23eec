/* SPDX-License-Identifier: MIT */
/*
 * A change of several words by whoever begins it and nobody else (core/kcas.h).
 */
#include <config.h>

#include "core/event.h"
#include "tests/unit/fixture.h"

static struct carafe_environment *environment;
static struct cf_self *self;
static cf_word *word[CF_CHANGES];
static uint64_t before[CF_CHANGES];

/* Gives the words their first values, and adds a change of each. */
static void prepare(struct cf_changes *changes, uint32_t count)
{
	changes->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		put(environment, word[i], 100 + i);
		before[i] = cf_load(word[i]);
		cf_change(changes, word[i], before[i], 200 + i);
	}
}

/* Words [0, count) have their new values, and changed once. */
static bool changed(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (cf_load(word[i]) != cf_next(before[i], 200 + i))
			return false;
	return true;
}

static void test_counts(void)
{
	static const uint32_t counts[] = { 1, 2, 3, 10, CF_CHANGES };
	struct cf_changes changes = { .count = 0 };
	uint64_t neighbour = cf_load(word[3]);

	is_int(cf_kcas(self, &changes), CF_DAMAGED, "a change of no word is refused");
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		prepare(&changes, counts[i]);
		is_int(cf_kcas(self, &changes), CF_DONE, "%u words are changed", counts[i]);
		ok(changed(counts[i]), "each to its new value, by one step of its sequence");
		if (counts[i] <= 3)
			ok(cf_load(word[3]) == neighbour, "and no other");
	}
}

/*
 * Catches an operation that goes on after a word that it did not expect, one that leaves its
 * reference in a word, and one that puts the old number back with the old value: a stalled helper's
 * CAS would then succeed.
 */
static void test_each_word_unexpected(void)
{
	enum { COUNT = 5 };
	struct cf_changes changes;

	for (uint32_t odd = 0; odd < COUNT; odd++) {
		bool values = true, undone = true, untouched = true;

		prepare(&changes, COUNT);
		changes.at[odd].old = cf_next(before[odd], 100 + odd);
		is_int(cf_kcas(self, &changes), CF_MISSED, "word %u of %d is not as expected", odd,
		       COUNT);
		for (uint32_t i = 0; i < COUNT; i++) {
			values &= cf_value(cf_load(word[i])) == 100 + i;
			if (i < odd)
				undone &= cf_load(word[i]) == cf_next(before[i], 100 + i);
			else
				untouched &= cf_load(word[i]) == before[i];
		}
		ok(values, "all have their old values");
		ok(undone, "those before it went one step on with their sequence");
		ok(untouched, "those behind it were never touched");
	}
}

static void test_one_word_unexpected(void)
{
	struct cf_changes changes;

	prepare(&changes, 1);
	changes.at[0].old = cf_next(before[0], 100);
	is_int(cf_kcas(self, &changes), CF_MISSED, "a single word that is not as expected");
	ok(cf_load(word[0]) == before[0], "stays as it was");
}

/* Only address order keeps two operations from holding what the other one needs. */
static void test_any_order(void)
{
	struct cf_changes changes, sorted;
	int done = 0, whole = 0, ascending = 0;

	for (int code = 0; code < 256; code++) {
		int order[4] = { code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6 };
		bool ascends = true;

		if ((1 << order[0] | 1 << order[1] | 1 << order[2] | 1 << order[3]) != 15)
			continue;
		prepare(&sorted, 4);
		changes.count = 4;
		for (int i = 0; i < 4; i++)
			changes.at[i] = sorted.at[order[i]];
		done += cf_kcas(self, &changes) == CF_DONE;
		whole += changed(4);
		for (uint32_t i = 1; i < 4; i++)
			ascends &=
				cf_load32_relaxed(&self->thread->descriptor[0].entry[i].where) >
				cf_load32_relaxed(&self->thread->descriptor[0].entry[i - 1].where);
		ascending += ascends;
	}
	is_int(done, 24, "four words are changed in whatever order they are named");
	is_int(whole, 24, "each to its own value");
	is_int(ascending, 24, "and installed by ascending address");
}

/*
 * Its sequence says which use of its place an object is, so one that is to be freed and is not would be
 * taken for another one.
 */
static void test_info_last(void)
{
	struct cf_changes changes, rest;
	struct cf_view view;

	new_object(environment, cf_event_birth(false, false), &view);
	prepare(&rest, 3);
	changes.count = 0;
	cf_compare(&changes, &view.object->state, view.state);
	cf_compare(&changes, &view.object->info, view.info);
	for (uint32_t i = 0; i < rest.count; i++)
		changes.at[changes.count++] = rest.at[i];
	changes.at[changes.count - 1].old = cf_next(before[2], 102);
	is_int(cf_kcas(self, &changes), CF_MISSED, "an object's info and what is not as expected");
	ok(cf_load(&view.object->state) != view.state, "what came first went on with its sequence");
	ok(cf_load(&view.object->info) == view.info, "the info comes last");
}

static void test_comparison(void)
{
	struct cf_changes changes;
	uint64_t compared;

	prepare(&changes, 1);
	compared = cf_load(word[1]);
	cf_compare(&changes, word[1], compared);
	is_int(cf_kcas(self, &changes), CF_DONE, "a word is compared");
	ok(changed(1), "another one changed");
	ok(cf_load(word[1]) == cf_next(compared, cf_value(compared)),
	   "the one compared keeps its value and counts as changed");
}

static void test_waiters_bit(void)
{
	struct cf_changes changes;

	prepare(&changes, 2);
	changes.count = 1;
	cf_change_with(&changes, word[1], before[1], 201, true);
	is_int(cf_kcas(self, &changes), CF_DONE, "a change sets the waiters bit");
	ok(!cf_waiters(cf_load(word[0])) && cf_waiters(cf_load(word[1])), "of the word it is for");
	changes.count = 0;
	cf_change(&changes, word[0], cf_load(word[0]), 0);
	cf_change(&changes, word[1], cf_load(word[1]), 0);
	is_int(cf_kcas(self, &changes), CF_DONE, "the next one does not mention it");
	ok(!cf_waiters(cf_load(word[0])) && cf_waiters(cf_load(word[1])), "and keeps it");
	changes.count = 0;
	cf_change(&changes, word[0], cf_next(cf_load(word[0]), 0), 5);
	cf_change_with(&changes, word[1], cf_load(word[1]), 6, false);
	is_int(cf_kcas(self, &changes), CF_MISSED, "a change that fails");
	ok(cf_waiters(cf_load(word[1])), "keeps it, too");
	changes.at[0].old = cf_load(word[0]);
	changes.at[1].old = cf_load(word[1]);
	is_int(cf_kcas(self, &changes), CF_DONE, "and one that clears it");
	ok(!cf_waiters(cf_load(word[1])), "does");
}

/* A handler that interrupts an operation of its thread must not write over its descriptor. */
static void test_nesting(void)
{
	struct cf_changes changes;
	uint64_t outer = cf_load(&self->thread->descriptor[0].status);

	for (uint32_t depth = 1; depth < CF_DESCRIPTORS; depth++) {
		uint64_t own = cf_load(&self->thread->descriptor[depth].status);

		self->depth = depth;
		prepare(&changes, 3);
		is_int(cf_kcas(self, &changes), CF_DONE, "an operation inside %u others", depth);
		ok(changed(3), "is whole");
		is_int(self->depth, depth, "and gives its descriptor back");
		ok(cf_load(&self->thread->descriptor[depth].status) != own,
		   "which is one of its own");
	}
	self->depth = CF_DESCRIPTORS;
	prepare(&changes, 3);
	is_int(cf_kcas(self, &changes), CF_NESTED, "with no descriptor left it is refused");
	ok(cf_load(word[0]) == before[0] && cf_load(word[2]) == before[2], "and changes nothing");
	prepare(&changes, 1);
	is_int(cf_kcas(self, &changes), CF_DONE, "a single word needs none");
	self->depth = 0;
	ok(cf_load(&self->thread->descriptor[0].status) == outer,
	   "the outermost descriptor was not touched");
}

/* Far more than a narrow sequence can count; each must see what the one before left. */
static void test_reuse(void)
{
	uint64_t first = cf_load(&self->thread->descriptor[0].status) >> 2;
	struct cf_changes changes;
	int done = 0;

	for (int round = 0; round < 1000; round++) {
		prepare(&changes, 3);
		done += cf_kcas(self, &changes) == CF_DONE && changed(3);
	}
	is_int(done, 1000, "a thousand operations in turn use one descriptor");
	ok((cf_load(&self->thread->descriptor[0].status) >> 2) - first == 1000,
	   "each with a number of its own");
}

static void test_statuses(void)
{
	is_int(cf_outcome_status(CF_DONE), CARAFE_STATUS_SUCCESS, "done is success");
	is_int(cf_outcome_status(CF_NESTED), CARAFE_STATUS_INSUFFICIENT_RESOURCES,
	       "no descriptor left is a lack of resources");
	is_int(cf_outcome_status(CF_DAMAGED), CARAFE_STATUS_FILE_CORRUPT_ERROR,
	       "damage is a corrupt file");
}

int main(void)
{
	environment = open_first();
	self = self_in(environment);
	for (uint32_t i = 0; i < CF_CHANGES; i++)
		word[i] = spare_word(environment, i);
	test_counts();
	test_each_word_unexpected();
	test_one_word_unexpected();
	test_any_order();
	test_info_last();
	test_comparison();
	test_waiters_bit();
	test_nesting();
	test_reuse();
	test_statuses();
	return done_testing();
}
