/* SPDX-License-Identifier: MIT */
/*
 * A sequence of 4 bits comes round after 16 changes; then a compare-and-swap that was stalled for
 * exactly as long succeeds when it must not.  With 30 bits it does not.  The checks of the stress
 * test (tests/unit/ledger.h) must tell the one from the other: this program is built with both
 * widths, and fails with 4 bits if the checks see nothing.
 *
 * The stalled one is a helper. It has read the operation of another thread and is about to put that
 * operation's reference into the second word.  The operation's owner finishes meanwhile, and others
 * change the word.
 */
#include <config.h>

#include "tests/unit/forge.h"
#include "tests/unit/ledger.h"

#define NARROW (CF_SEQUENCE_BITS == 4)

static struct carafe_environment *environment;
static struct cf_self owner_self, other_self;

/* The two words of the stalled operation, and one that the others move amounts from and to. */
static const uint32_t words[2] = { 3, 5 };
static const uint32_t amounts[2] = { 1, UINT32_MAX };
static const uint32_t others_words[2] = { 5, 7 };
static const uint32_t up[2] = { 1, UINT32_MAX };
static const uint32_t down[2] = { UINT32_MAX, 1 };

struct stalled {
	struct ledger *ledger;
	struct actor owner, other;
	struct cf_changes changes;
	uint64_t reference;
};

/* The owner's operation, begun and finished; the helper has not gone on since its middle. */
static struct stalled begin(void)
{
	struct stalled stalled = { .ledger = ledger_new(environment) };

	stalled.owner = actor_new(environment, &owner_self, stalled.ledger, 0, 0);
	stalled.other = actor_new(environment, &other_self, stalled.ledger, 1, 0);
	actor_prepare(&stalled.owner, 2, words, amounts, &stalled.changes);
	stalled.reference = forge(&owner_self, 0, UNDECIDED, &stalled.changes);
	install(&stalled.changes, 0, stalled.reference);
	if (!cf_help(environment->region, stalled.reference))
		bail_out("an operation cannot be finished");
	stalled.owner.mine->done++;
	return stalled;
}

/* So many changes of the word, after the owner's one, that end with the value it had before. */
static void change_meanwhile(struct stalled *stalled, uint32_t changes)
{
	static const uint32_t nothing[2] = { 0, 0 };

	actor_add(&stalled->other, 2, others_words, up);
	for (uint32_t i = 1; i + 1 < changes; i += 2) {
		actor_add(&stalled->other, 2, others_words, up);
		actor_add(&stalled->other, 2, others_words, down);
	}
	if (changes % 2 == 0)
		actor_add(&stalled->other, 2, others_words, nothing);
}

/* The helper goes on: true when its compare-and-swap succeeds. */
static bool wake_up(struct stalled *stalled)
{
	const struct cf_change *change = &stalled->changes.at[1];

	return cf_cas(change->word, change->old, stalled->reference);
}

/* What the checks say, and that they say it again. */
static const char *look(const struct stalled *stalled)
{
	const char *fault = ledger_fault(environment, stalled->ledger);

	if (fault != NULL)
		diag("%s", fault);
	return fault;
}

static void test_after(uint32_t changes)
{
	struct stalled stalled = begin();

	change_meanwhile(&stalled, changes - 1);
	ok(look(&stalled) == NULL, "%u changes after its own compare are all well", changes);
	ok(!wake_up(&stalled), "a helper that wakes after %u changes does nothing", changes);
	ok(look(&stalled) == NULL, "and the checks find nothing");
}

/* The operation is then done a second time, in part. */
static void test_after_16(void)
{
	struct stalled stalled = begin();

	change_meanwhile(&stalled, 15);
	ok(look(&stalled) == NULL, "16 changes after its own compare are all well");
	is_int(wake_up(&stalled), NARROW, "a helper that wakes after 16 changes %s",
	       NARROW ? "does what it must not, with 4 bits" : "does nothing, with 30 bits");
	ok((look(&stalled) != NULL) == NARROW, "and the checks %s",
	   NARROW ? "see that" : "find nothing");
}

/* The descriptor is used for something else by then: the reference means nothing. */
static void test_after_16_and_another_operation(void)
{
	struct stalled stalled = begin();

	change_meanwhile(&stalled, 15);
	actor_add(&stalled.owner, 2, words, amounts);
	actor_add(&stalled.owner, 2, words, amounts);
	actor_add(&stalled.other, 2, others_words, up);
	/* 16 more, which make it 32 and the value what it was. */
	actor_add(&stalled.other, 2, others_words, up);
	for (uint32_t i = 0; i < 12; i++)
		actor_add(&stalled.other, 2, others_words, i % 2 == 0 ? up : down);
	ok(look(&stalled) == NULL, "32 changes, two by the same owner, are all well");
	is_int(wake_up(&stalled), NARROW, "a helper that wakes after 32 changes %s",
	       NARROW ? "does what it must not, with 4 bits" : "does nothing, with 30 bits");
	ok((look(&stalled) != NULL) == NARROW, "and the checks %s",
	   NARROW ? "see that" : "find nothing");
	if (NARROW)
		put(environment, ledger_counter(environment, 0), 0);
}

int main(void)
{
	environment = open_first();
	owner_self = another(environment);
	other_self = another(environment);
	test_after(14);
	test_after(15);
	test_after(17);
	test_after_16();
	test_after_16_and_another_operation();
	return done_testing();
}
