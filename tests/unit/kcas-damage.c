/* SPDX-License-Identifier: MIT */
/*
 * A descriptor or a reference that makes no sense gives CF_DAMAGED or "no", and never a wild
 * access, a hang or a change of other words (core/kcas.c).
 */
#include <config.h>

#include "tests/unit/forge.h"

#define COUNT 3u

static struct carafe_environment *environment;
static struct cf_self *self;
static struct cf_self stalled, partner;
static cf_word *word[COUNT + 2];
static uint64_t before[COUNT + 2];

static void prepare(struct cf_changes *changes)
{
	changes->count = 0;
	for (uint32_t i = 0; i < COUNT; i++) {
		put(environment, word[i], 100 + i);
		before[i] = cf_load(word[i]);
		cf_change(changes, word[i], before[i], 200 + i);
	}
}

/*
 * word[0] holds the reference: reading it, and changing it together with word[3], are refused;
 * word[3] and the words that the operation names stay.  Then word[0] is put right again.
 */
static void refused(uint64_t reference, const char *what)
{
	struct cf_changes mine = { .count = 0 };
	uint64_t bits, free = cf_load(word[COUNT]);
	bool untouched;

	cf_store(word[0], reference);
	ok(!cf_read(environment->region, word[0], &bits), "%s: the word cannot be read", what);
	cf_change(&mine, word[0], before[0], 1);
	cf_change(&mine, word[COUNT], free, 1);
	is_int(cf_kcas(self, &mine), CF_DAMAGED, "nor changed");
	ok(cf_value(cf_load(word[COUNT])) == cf_value(free) && !cf_described(cf_load(word[COUNT])),
	   "nor is another one with it");
	untouched = cf_load(word[0]) == reference && cf_load(word[1]) == before[1] &&
		    cf_load(word[2]) == before[2];
	ok(untouched, "and what it names is left alone");
	cf_store(word[0], before[0]);
}

/* Damages one field of an otherwise good operation. */
static void test_fields(void)
{
	struct cf_descriptor *descriptor = &stalled.thread->descriptor[0];
	uint32_t past = CF_REGION_SIZE & ~7u, unaligned;
	struct cf_changes changes;
	uint64_t reference;

	prepare(&changes);
	reference = forge(&stalled, 0, UNDECIDED, &changes);
	cf_store32(&descriptor->count, 0);
	refused(reference, "no words");

	prepare(&changes);
	reference = forge(&stalled, 0, UNDECIDED, &changes);
	cf_store32(&descriptor->count, CF_CHANGES + 1);
	refused(reference, "more words than there is room for");

	prepare(&changes);
	reference = forge(&stalled, 0, UNDECIDED, &changes);
	cf_store32(&descriptor->count, UINT32_MAX);
	refused(reference, "a count of ones");

	prepare(&changes);
	reference = forge(&stalled, 0, UNDECIDED, &changes);
	cf_store32(&descriptor->entry[1].where, past);
	refused(reference, "a word past the end");

	prepare(&changes);
	reference = forge(&stalled, 0, UNDECIDED, &changes);
	cf_store32(&descriptor->entry[0].where, 8);
	refused(reference, "a word in the constant head");

	prepare(&changes);
	reference = forge(&stalled, 0, UNDECIDED, &changes);
	unaligned = cf_word_offset(environment->region, word[1]) + 4;
	cf_store32(&descriptor->entry[1].where, unaligned);
	refused(reference, "half of a word");

	prepare(&changes);
	reference = forge(&stalled, 0, UNDECIDED, &changes);
	cf_store(&descriptor->entry[1].old, reference);
	refused(reference, "an expected word that is a reference");

	prepare(&changes);
	changes.at[1] = changes.at[2];
	reference = forge(&stalled, 0, UNDECIDED, &changes);
	refused(reference, "one word twice");

	prepare(&changes);
	changes.at[2] = changes.at[0];
	reference = forge(&stalled, 0, UNDECIDED, &changes);
	refused(reference, "words in descending order");
}

static void test_references(void)
{
	struct cf_changes changes;
	uint64_t sequence;

	prepare(&changes);
	(void)forge(&stalled, 0, UNDECIDED, &changes);
	sequence = cf_load(&stalled.thread->descriptor[0].status) >> 2;
	refused(forged_reference(CF_THREADS - 1, 0, sequence), "a thread without memory");
	refused(forged_reference(stalled.index, CF_DESCRIPTORS, sequence), "a descriptor too many");
	refused(forged_reference(stalled.index, 0, sequence - 1), "an operation that is over");
	refused(forged_reference(stalled.index, 0, sequence + 1), "an operation to come");
	refused(UINT64_MAX, "all ones");
	refused(CF_DESCRIPTOR, "nothing but the bit");
	cf_store(&stalled.thread->descriptor[0].status, sequence << 2 | WRITING);
	refused(forged_reference(stalled.index, 0, sequence), "an operation that is being written");
}

/* Two that wait for each other, which address order rules out. */
static void test_circle(void)
{
	struct cf_changes one = { .count = 0 }, two = { .count = 0 }, mine = { .count = 0 };
	uint64_t first, second, bits, low, high;

	prepare(&one);
	low = cf_load(word[0]);
	high = cf_load(word[1]);
	one.count = 2;
	cf_change(&two, word[0], low, 1);
	cf_change(&two, word[1], high, 1);
	first = forge(&stalled, 0, UNDECIDED, &one);
	second = forge(&partner, 0, UNDECIDED, &two);
	cf_store(word[0], second);
	cf_store(word[1], first);
	ok(!cf_read(environment->region, word[0], &bits) &&
		   !cf_read(environment->region, word[1], &bits),
	   "operations that wait for each other are found out");
	cf_change(&mine, word[1], high, 1);
	cf_change(&mine, word[COUNT], cf_load(word[COUNT]), 1);
	is_int(cf_kcas(self, &mine), CF_DAMAGED, "by a change, too");
	ok(!cf_described(cf_load(word[COUNT])), "which leaves no trace of its own");
	ok(!cf_kcas_finish(environment->region, stalled.thread), "and by the sweep");
	cf_store(word[0], cf_next(low, 0));
	cf_store(word[1], cf_next(high, 0));
}

static void test_sweep(void)
{
	struct cf_changes changes;

	prepare(&changes);
	(void)forge(&stalled, 1, UNDECIDED, &changes);
	cf_store32(&stalled.thread->descriptor[1].count, CF_CHANGES + 1);
	ok(!cf_kcas_finish(environment->region, stalled.thread),
	   "the sweep refuses a damaged descriptor");
	ok(cf_load(word[0]) == before[0] && cf_load(word[1]) == before[1], "and changes nothing");
}

int main(void)
{
	environment = open_first();
	self = self_in(environment);
	stalled = another(environment);
	partner = another(environment);
	for (uint32_t i = 0; i < COUNT + 2; i++)
		word[i] = spare_word(environment, i);
	test_fields();
	test_references();
	test_circle();
	test_sweep();
	return done_testing();
}
