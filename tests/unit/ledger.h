/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/ledger.h - random changes of a few words by many, and whether what became of the words
 * is what everybody did to them.
 *
 * Each actor has a counter word that every change of his counts up, so the counter tells whether
 * his last change happened, also when he was killed before he knew. He writes down what the words
 * would have had from him after the change before he makes it, on one of two pages by turns; the
 * page that counts is the one with the counter's parity.
 *
 * The checks: every word has its first value plus what all actors' pages say; the sum over all
 * words is what it was; a word's sequence grew at least by the number of its changes, and no reader
 * ever saw it go back; and no word is left in the middle of a change.
 */
#ifndef CARAFE_TESTS_LEDGER_H
#define CARAFE_TESTS_LEDGER_H

#include <sys/mman.h>

#include "tests/unit/fixture.h"

#define LEDGER_WORDS 12u
#define LEDGER_ACTORS 16u
#define LEDGER_MOST 9u /* words of one change, besides the actor's counter */

/* What one actor did to the words in all his changes so far. */
struct ledger_page {
	uint32_t sum[LEDGER_WORDS];
	uint32_t changes[LEDGER_WORDS];
};

struct ledger_actor {
	struct ledger_page page[2];
	uint32_t done;	   /* changes that he knows to be done */
	uint32_t slot;	   /* his thread slot */
	const char *fault; /* of a constant text: children have the same */
};

struct ledger {
	uint64_t first[LEDGER_WORDS];
	struct ledger_actor actor[LEDGER_ACTORS];
};

/* An actor at work; his own. */
struct actor {
	struct carafe_environment *environment;
	struct cf_self *self;
	struct ledger *ledger;
	struct ledger_actor *mine;
	cf_word *counter;
	uint64_t seen[LEDGER_WORDS];
	uint64_t random;
};

static inline cf_word *ledger_word(struct carafe_environment *environment, uint32_t number)
{
	return spare_word(environment, number);
}

static inline cf_word *ledger_counter(struct carafe_environment *environment, uint32_t actor)
{
	return spare_word(environment, LEDGER_WORDS + actor);
}

/* Begins a ledger, in memory that children share; the words and counters are set. */
static inline struct ledger *ledger_new(struct carafe_environment *environment)
{
	struct ledger *ledger = mmap(NULL, sizeof(*ledger), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (ledger == MAP_FAILED)
		bail_out("no memory");
	for (uint32_t i = 0; i < LEDGER_WORDS; i++) {
		put(environment, ledger_word(environment, i), 1000 + i);
		ledger->first[i] = bits_of(environment, ledger_word(environment, i));
	}
	for (uint32_t i = 0; i < LEDGER_ACTORS; i++)
		put(environment, ledger_counter(environment, i), 0);
	return ledger;
}

static inline struct actor actor_new(struct carafe_environment *environment, struct cf_self *self,
				     struct ledger *ledger, uint32_t number, uint64_t seed)
{
	struct actor actor = { .environment = environment,
			       .self = self,
			       .ledger = ledger,
			       .mine = &ledger->actor[number],
			       .counter = ledger_counter(environment, number),
			       .random = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) + number };

	memcpy(actor.seen, ledger->first, sizeof(actor.seen));
	actor.mine->slot = self->index;
	return actor;
}

/* xorshift64*; never 0. */
static inline uint32_t draw(struct actor *actor, uint32_t below)
{
	actor->random ^= actor->random >> 12;
	actor->random ^= actor->random << 25;
	actor->random ^= actor->random >> 27;
	return (uint32_t)((actor->random * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % below;
}

static inline void actor_fault(struct actor *actor, const char *fault)
{
	if (actor->mine->fault == NULL)
		actor->mine->fault = fault;
}

/* Reads a word, and checks that time does not run backwards in it. */
static inline uint64_t actor_read(struct actor *actor, uint32_t number)
{
	uint64_t bits;
	uint32_t steps;

	if (!cf_read(actor->environment->region, ledger_word(actor->environment, number), &bits)) {
		actor_fault(actor, "a word refers to no change that anybody can finish");
		return actor->seen[number];
	}
	steps = steps_between(actor->seen[number], bits);
	if (steps == 0 && CF_SEQUENCE_BITS == 30 && bits != actor->seen[number])
		actor_fault(actor, "a word changed and its sequence did not");
	if (steps > CF_SEQUENCE_MASK >> 3 && CF_SEQUENCE_BITS == 30)
		actor_fault(actor, "a word's sequence went back");
	actor->seen[number] = bits;
	return bits;
}

/*
 * Prepares a change that adds deltas[i] to word[i], and to nothing else; writes the page for it.
 * The words ascend.
 */
static inline void actor_prepare(struct actor *actor, uint32_t count, const uint32_t *word,
				 const uint32_t *delta, struct cf_changes *changes)
{
	uint32_t before = actor->mine->done;
	struct ledger_page *page = &actor->mine->page[(before + 1) & 1];

	*page = actor->mine->page[before & 1];
	changes->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t bits = actor_read(actor, word[i]);

		page->sum[word[i]] += delta[i];
		page->changes[word[i]]++;
		cf_change(changes, ledger_word(actor->environment, word[i]), bits,
			  cf_value(bits) + delta[i]);
	}
	cf_change(changes, actor->counter, bits_of(actor->environment, actor->counter), before + 1);
}

/* One change of the given words, however often it takes. */
static inline void actor_add(struct actor *actor, uint32_t count, const uint32_t *word,
			     const uint32_t *delta)
{
	struct cf_changes changes;
	enum cf_outcome outcome;

	do {
		actor_prepare(actor, count, word, delta, &changes);
		outcome = cf_kcas(actor->self, &changes);
	} while (outcome == CF_MISSED && actor->mine->fault == NULL);
	if (outcome == CF_DONE)
		actor->mine->done++;
	else
		actor_fault(actor, "a change was refused");
}

/* A change of 1 to LEDGER_MOST words by random amounts that add up to 0, in random order. */
static inline void actor_act(struct actor *actor)
{
	uint32_t word[LEDGER_WORDS], delta[LEDGER_WORDS], count = 1 + draw(actor, LEDGER_MOST);
	uint32_t rest = 0;

	for (uint32_t i = 0; i < LEDGER_WORDS; i++)
		word[i] = i;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t other = i + draw(actor, LEDGER_WORDS - i), swapped = word[i];

		word[i] = word[other];
		word[other] = swapped;
		delta[i] = i + 1 < count ? draw(actor, 9) - 4 : 0 - rest;
		rest += delta[i];
	}
	actor_add(actor, count, word, delta);
}

static inline const char *ledger_word_fault(struct carafe_environment *environment,
					    const struct ledger *ledger, uint32_t number,
					    const struct ledger_page *all)
{
	uint64_t bits;

	if (!cf_read(environment->region, ledger_word(environment, number), &bits))
		return "a word refers to no change that anybody can finish";
	if (cf_value(bits) != cf_value(ledger->first[number]) + all->sum[number])
		return "a word is not the sum of what was added to it";
	if (CF_SEQUENCE_BITS == 30 &&
	    steps_between(ledger->first[number], bits) < all->changes[number])
		return "a word's sequence did not count all its changes";
	return NULL;
}

/* What is wrong while nobody acts, or NULL. */
static inline const char *ledger_fault(struct carafe_environment *environment,
				       const struct ledger *ledger)
{
	struct ledger_page all = { .sum = { 0 } };
	const char *fault = NULL;
	uint32_t total = 0, first = 0;

	for (uint32_t a = 0; a < LEDGER_ACTORS && fault == NULL; a++) {
		uint32_t counter = value_of(environment, ledger_counter(environment, a));
		const struct ledger_page *page = &ledger->actor[a].page[counter & 1];

		if (counter - ledger->actor[a].done > 1)
			fault = "an actor did not do what his counter says";
		for (uint32_t i = 0; i < LEDGER_WORDS; i++) {
			all.sum[i] += page->sum[i];
			all.changes[i] += page->changes[i];
		}
		if (fault == NULL)
			fault = ledger->actor[a].fault;
	}
	for (uint32_t i = 0; i < LEDGER_WORDS && fault == NULL; i++) {
		fault = ledger_word_fault(environment, ledger, i, &all);
		total += fault == NULL ? value_of(environment, ledger_word(environment, i)) : 0;
		first += cf_value(ledger->first[i]);
	}
	if (fault == NULL && total != first)
		fault = "the words do not add up to what they were";
	return fault;
}

#endif
