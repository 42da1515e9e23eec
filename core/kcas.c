/* SPDX-License-Identifier: MIT */
/*
 * core/kcas.c - see core/kcas.h.
 *
 * An operation passes through these steps, each of which anybody may take for anybody:
 *   install   in address order, but an object's info last, replace each word that is as expected by
 *	       a reference to the descriptor
 *   decide    one CAS of the descriptor's status: success when all are installed, failure when one
 *	       was not as expected
 *   remove    replace each reference by the new word, or by the old value with the next sequence
 *	       number
 *
 * Why a late helper does no harm: to get past a word it must have seen the reference there, and a
 * word that had the reference and has it no more has a sequence number that never recurs.  So once
 * the owner has gone through all three steps no word can hold the reference any more, and the
 * descriptor can be used again at once.
 *
 * A helper copies the descriptor and then checks that its sequence is still the one that the
 * reference names.
 *
 * What happens if a process dies here: before the status says "undecided" nobody knows of the
 * operation; after that anybody finishes it.
 */
#include "core/kcas.h"

#include "core/region.h"
#include "core/thread.h"
#include "core/wake.h"

/*
 * A chain of operations that stand in each other's way is never longer than this in a sound
 * environment.
 */
#define MANY (CF_THREADS * 4u)

struct operation {
	uint64_t reference;
	struct cf_descriptor *descriptor;
	uint64_t sequence;
	struct cf_changes *changes;
	const struct cf_change *last; /* of the changes: installed after all others */
};

enum copied { COPIED, OVER, DAMAGED };
enum installed { INSTALLED, DECIDED, BLOCKED };

static uint64_t make_reference(uint32_t thread, uint32_t depth, uint64_t sequence)
{
	return sequence << 17 | (uint64_t)thread << 3 | (uint64_t)depth << 1 | CF_DESCRIPTOR;
}

_Static_assert(CF_THREADS <= 1u << 14 && CF_DESCRIPTORS <= 4, "fields of a reference");

static struct cf_descriptor *reference_descriptor(struct cf_region *region, uint64_t reference)
{
	struct cf_thread *thread =
		cf_thread_at(region, cf_reference_thread(reference));
	uint32_t depth = cf_reference_depth(reference);

	return thread != NULL && depth < CF_DESCRIPTORS ? &thread->descriptor[depth] : NULL;
}

static uint64_t make_status(uint64_t sequence, unsigned state)
{
	return sequence << 2 | state;
}

static void decide(struct operation *op, unsigned state)
{
	(void)cf_cas(&op->descriptor->status, make_status(op->sequence, CF_CHANGE_UNDECIDED),
		     make_status(op->sequence, state));
}

static bool undecided(const struct operation *op)
{
	return cf_load_relaxed(&op->descriptor->status) ==
	       make_status(op->sequence, CF_CHANGE_UNDECIDED);
}

/*
 * Reads the entries of a descriptor that may be written anew meanwhile; true when they make sense.
 */
static bool copy_entries(struct cf_region *region, struct operation *op)
{
	struct cf_descriptor *descriptor = op->descriptor;
	uint32_t count = cf_load32_relaxed(&descriptor->count);
	uint32_t i, where, last = 0;

	if (count == 0 || count > CF_CHANGES)
		return false;
	op->changes->count = 0;
	op->last = &op->changes->at[count - 1];
	for (i = 0; i < count; i++) {
		uint64_t old = cf_load_relaxed(&descriptor->entry[i].old);
		cf_word *word;

		where = cf_load32_relaxed(&descriptor->entry[i].where);
		word = cf_word_at(region, where & ~1u);
		if (word == NULL || (where & ~1u) <= last || cf_described(old))
			return false;
		last = where & ~1u;
		if (cf_is_info(last))
			op->last = &op->changes->at[i];
		cf_change_with(op->changes, word, old,
			       cf_load32_relaxed(&descriptor->entry[i].value), (where & 1) != 0);
	}
	return true;
}

static enum copied copy(struct cf_region *region, uint64_t reference, struct operation *op)
{
	bool sound;
	uint64_t status;

	op->reference = reference;
	op->sequence = cf_reference_sequence(reference);
	op->descriptor = reference_descriptor(region, reference);
	if (op->descriptor == NULL)
		return DAMAGED;
	status = cf_load(&op->descriptor->status);
	if (status >> 2 != op->sequence || (status & 3) == CF_CHANGE_WRITING)
		return OVER;
	sound = copy_entries(region, op);
	cf_fence_loads();
	/* Who is told that it is over takes the words as the owner left them. */
	if (cf_load(&op->descriptor->status) >> 2 != op->sequence)
		return OVER;
	return sound ? COPIED : DAMAGED;
}

/* Installs one change; BLOCKED: another operation, *other, is in its way. */
static inline enum installed install_one(struct operation *op, const struct cf_change *change,
					 uint64_t *other)
{
	/* Nearly always nobody else is there, so the look comes after the attempt. */
	while (!cf_cas(change->word, change->old, op->reference)) {
		/* The slot that it leads to may be new: its memory is seen with it. */
		uint64_t bits = cf_load(change->word);

		if (bits == op->reference)
			break;
		if (cf_described(bits)) {
			*other = bits;
			return undecided(op) ? BLOCKED : DECIDED;
		}
		if (bits != change->old) {
			decide(op, CF_CHANGE_FAILED);
			return DECIDED;
		}
	}
	return INSTALLED;
}

/*
 * Installs and decides.  BLOCKED: another operation, *other, is in the way of this still undecided
 * one.
 */
static enum installed install(struct operation *op, uint64_t *other)
{
	const struct cf_change *change = op->changes->at, *end = change + op->changes->count;
	enum installed installed;

	for (; change < end; change++) {
		if (change == op->last)
			continue;
		installed = install_one(op, change, other);
		if (installed != INSTALLED)
			return installed;
	}
	installed = install_one(op, op->last, other);
	if (installed != INSTALLED)
		return installed;
	decide(op, CF_CHANGE_SUCCESSFUL);
	return DECIDED;
}

/* Removes the references of a decided operation; true when it was successful. */
static bool remove_references(struct operation *op)
{
	const struct cf_change *change = op->changes->at, *end = change + op->changes->count;
	uint64_t status = cf_load(&op->descriptor->status);
	const uint64_t reference = op->reference;

	if (status == make_status(op->sequence, CF_CHANGE_SUCCESSFUL)) {
		for (; change < end; change++)
			(void)cf_cas(change->word, reference, change->new);
		return true;
	}
	if (status >> 2 == op->sequence)
		for (; change < end; change++)
			(void)cf_cas(change->word, reference,
				     cf_next(change->old, cf_value(change->old)));
	return false;
}

/*
 * The thread whose operation granted a wait may never get to wake the waiter, so a helper does as
 * well.
 */
static void wake_granted(struct cf_region *region, const struct operation *op)
{
	uint32_t i;

	for (i = 0; i < op->changes->count; i++) {
		const struct cf_change *change = &op->changes->at[i];
		struct cf_thread *thread =
			cf_thread_of_wait(region, cf_word_offset(region, change->word));

		if (thread != NULL && cf_wait_granted(change->new))
			cf_wake_owed(thread);
	}
}

bool cf_help(struct cf_region *region, uint64_t reference)
{
	struct cf_changes changes;
	struct operation op = { .changes = &changes };
	uint64_t current = reference, other;
	uint32_t round;

	for (round = 0; round < MANY; round++) {
		enum copied copied = copy(region, current, &op);

		if (copied == DAMAGED)
			return false;
		if (copied == COPIED && install(&op, &other) == BLOCKED) {
			current = other;
			continue;
		}
		if (copied == COPIED && remove_references(&op))
			wake_granted(region, &op);
		if (current == reference)
			return true;
		current = reference;
	}
	return false;
}

bool cf_read_slow(struct cf_region *region, cf_word *word, uint64_t *bits)
{
	uint32_t round;

	for (round = 0; round < MANY; round++) {
		*bits = cf_load(word);
		if (!cf_described(*bits))
			return true;
		/* A change that is over has been removed from every word that it names. */
		if (!cf_help(region, *bits) || cf_load_relaxed(word) == *bits)
			return false;
	}
	return false;
}

static void sort(struct cf_changes *changes)
{
	uint32_t i, j;

	for (i = 1; i < changes->count; i++) {
		struct cf_change moving = changes->at[i];

		for (j = i; j > 0 && changes->at[j - 1].word > moving.word; j--)
			changes->at[j] = changes->at[j - 1];
		changes->at[j] = moving;
	}
}

/* Writes the entries; false: they are not in address order, or a word is named twice. */
static bool write_entries(const struct cf_self *self, struct operation *op)
{
	const struct cf_change *change = op->changes->at, *end = change + op->changes->count;
	const struct cf_change *last = end - 1;
	struct cf_entry *entry = op->descriptor->entry;
	uint32_t where, before = 0;

	for (; change < end; change++, entry++) {
		where = cf_word_offset(self->region, change->word);
		if (where <= before)
			return false;
		before = where;
		if (cf_is_info(where))
			last = change;
		cf_store_relaxed(&entry->old, change->old);
		cf_store32_relaxed(&entry->where, where | (cf_waiters(change->new) ? 1 : 0));
		cf_store32_relaxed(&entry->value, cf_value(change->new));
	}
	op->last = last;
	return true;
}

/*
 * Writes the descriptor, sorted; from the last store on others can help.  False, and nobody can: a
 * word is named twice.  What was read of a wait may be parts of two, and then one object is in it
 * twice; its wait word has changed, so the change would miss.
 */
static bool publish(const struct cf_self *self, struct operation *op)
{
	struct cf_descriptor *descriptor = op->descriptor;

	/* Who sees this takes the last change for over, so its references must be seen to be gone. */
	cf_store(&descriptor->status, make_status(op->sequence, CF_CHANGE_WRITING));
	cf_fence_stores();
	cf_store32_relaxed(&descriptor->count, op->changes->count);
	if (!write_entries(self, op)) {
		sort(op->changes);
		if (!write_entries(self, op))
			return false;
	}
	cf_store(&descriptor->status, make_status(op->sequence, CF_CHANGE_UNDECIDED));
	return true;
}

/* A descriptor's next sequence, as far as a reference can tell it; 0 is one never used. */
static uint64_t next_sequence(uint64_t status)
{
	uint64_t next = cf_reference_sequence(make_reference(0, 0, (status >> 2) + 1));

	return next != 0 ? next : 1;
}

enum cf_outcome cf_kcas_many(struct cf_self *self, struct cf_changes *changes)
{
	bool success, sound = true;
	struct operation op;
	uint32_t depth, round;
	uint64_t other;

	if (changes->count == 0)
		return CF_DAMAGED;
	depth = self->depth;
	if (depth >= CF_DESCRIPTORS)
		return CF_NESTED;
	self->depth = depth + 1;
	op.changes = changes;
	op.descriptor = &self->thread->descriptor[depth];
	op.sequence = next_sequence(cf_load_relaxed(&op.descriptor->status));
	op.reference = make_reference(self->index, depth, op.sequence);
	if (!publish(self, &op)) {
		self->depth = depth;
		return CF_MISSED;
	}
	for (round = 0; install(&op, &other) == BLOCKED; round++)
		if (round == MANY || !cf_help(self->region, other)) {
			sound = false;
			decide(&op, CF_CHANGE_FAILED);
			break;
		}
	success = remove_references(&op);
	self->depth = depth;
	if (success)
		return CF_DONE;
	return sound ? CF_MISSED : CF_DAMAGED;
}

bool cf_kcas_finish(struct cf_region *region, struct cf_thread *thread)
{
	uint32_t index = cf_thread_index(region, thread);
	uint32_t depth;

	for (depth = 0; depth < CF_DESCRIPTORS; depth++) {
		uint64_t status = cf_load_relaxed(&thread->descriptor[depth].status);

		if (status >> 2 != 0 &&
		    !cf_help(region, make_reference(index, depth, status >> 2)))
			return false;
	}
	return true;
}

void cf_kcas_finish_all(struct cf_region *region)
{
	uint32_t high = cf_high(&region->header.high_threads, CF_THREADS);
	struct cf_thread *thread;
	uint32_t i;

	for (i = 0; i < high; i++) {
		thread = cf_thread_at(region, i);
		if (thread != NULL)
			(void)cf_kcas_finish(region, thread);
	}
}

carafe_status cf_outcome_status(enum cf_outcome outcome)
{
	switch (outcome) {
	case CF_DONE:
		return CARAFE_STATUS_SUCCESS;
	case CF_NESTED:
		return CARAFE_STATUS_INSUFFICIENT_RESOURCES;
	default:
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	}
}
