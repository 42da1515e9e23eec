/* SPDX-License-Identifier: MIT */
/*
 * wound.c - see wound.h.
 */
#include <config.h>

#include "tests/corrupt/wound.h"

#include <stdio.h>
#include <string.h>

/* ---- At random -------------------------------------------------------------------------- */

uint32_t wound_random(uint64_t *seed)
{
	/* Knuth's MMIX constants; the low bits are poor, so the high ones are taken. */
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33);
}

static uint32_t below(uint64_t *seed, uint32_t bound)
{
	return wound_random(seed) % bound;
}

/* Slots of one kind, of which the first so many are in use or nearly. */
struct range {
	char *start;
	size_t size; /* of a slot */
	uint32_t count;
};

static struct range range_of(uint32_t which)
{
	uint32_t chunk = cf_value(cf_load(&process()->chunk[0])) - 1;

	switch (which % 8) {
	case 0:
		return (struct range){ (char *)&region->header + 32, 8, 92 };
	case 1:
		return (struct range){ (char *)region->chunk_owner, 8, 4 };
	case 2:
		return (struct range){ (char *)region->process, sizeof(struct cf_process), 3 };
	case 3:
	case 4:
		return (struct range){ (char *)region->thread, sizeof(struct cf_thread), 5 };
	case 5:
	case 6:
		return (struct range){ (char *)region->object, sizeof(struct cf_object), 8 };
	default:
		return (struct range){ (char *)&region->chunk[chunk % CF_CHUNKS],
				       sizeof(struct cf_handle_entry), 8 };
	}
}

/* A slot's beginning matters more than its end. */
static uint64_t *word_of(uint64_t *seed, const struct range *range, char *slot)
{
	size_t words = range->size / 8;

	if (words > 16 && below(seed, 4) != 0)
		words = below(seed, 2) != 0 ? 16 : 220;
	if (words * 8 > range->size)
		words = range->size / 8;
	return (uint64_t *)(void *)(slot + 8 * (size_t)below(seed, (uint32_t)words));
}

static uint64_t interesting(uint64_t *seed)
{
	static const uint32_t values[] = { 0,
					   1,
					   2,
					   3,
					   4,
					   7,
					   64,
					   65,
					   66,
					   67,
					   130,
					   131,
					   132,
					   133,
					   255,
					   256,
					   512,
					   CF_PROCESSES,
					   CF_PROCESSES + 1,
					   CF_CHUNKS,
					   CF_CHUNKS + 1,
					   CF_THREADS,
					   CF_OBJECTS,
					   CF_OBJECTS + 1,
					   CF_HANDLE_USED,
					   CF_HANDLE_USED | 1,
					   CF_HANDLE_USED | CF_HANDLE_PLAIN | 2,
					   CF_HANDLE_USED | CF_HANDLE_OBJECT,
					   0x7fffffff,
					   0xfffffffe,
					   UINT32_MAX,
					   0x10001,
					   0x10002 };
	uint64_t value = values[below(seed, sizeof(values) / sizeof(values[0]))];

	return value << 32 | (uint64_t)below(seed, 1u << 20) << 2 | below(seed, 4);
}

static void change_word(uint64_t *seed, uint64_t *word, const uint64_t *other)
{
	switch (below(seed, 7)) {
	case 0:
		*word ^= UINT64_C(1) << below(seed, 64);
		break;
	case 1:
		*word = (uint64_t)wound_random(seed) << 33 ^ wound_random(seed);
		break;
	case 2:
		*word = *other;
		break;
	case 3:
		*word += (uint64_t)(below(seed, 5) + 1) << 32;
		break;
	case 4:
		*word -= UINT64_C(1) << 32;
		break;
	default:
		*word = interesting(seed);
		break;
	}
}

/* The environment's words are written as plain memory, as a wild store of another program would. */
void wound_somewhere(uint64_t *seed)
{
	struct range range = range_of(below(seed, 8));
	char *slot = range.start + range.size * below(seed, range.count);
	char *other = range.start + range.size * below(seed, range.count);
	uint32_t count;

	switch (below(seed, 12)) {
	case 0:
		memcpy(slot, other, range.size);
		return;
	case 1:
		memset(slot, below(seed, 2) != 0 ? 0xff : 0, range.size);
		return;
	default:
		for (count = below(seed, 3) + 1; count > 0; count--)
			change_word(seed, word_of(seed, &range, slot),
				    word_of(seed, &range, other));
	}
}

/* ---- Forged changes --------------------------------------------------------------------- */

/* A word that is in the middle of a change, by what it says. */
static cf_word *target(uint32_t which, const char **name)
{
	struct cf_thread *thread = slot_of(&first);

	switch (which) {
#define TARGET(number, word) \
	case number: \
		*name = #word; \
		return &(word)
		TARGET(0, object(event)->state);
		TARGET(1, object(event)->info);
		TARGET(2, object(event)->refs);
		TARGET(3, object(event)->first);
		TARGET(4, object(event)->last);
		TARGET(5, entry(event)->entry);
		TARGET(6, entry(event)->access);
		TARGET(7, process()->handle_free);
		TARGET(8, process()->handle_high);
		TARGET(9, process()->state);
		TARGET(10, process()->chunk[0]);
		TARGET(11, region->chunk_owner[cf_value(cf_load(&process()->chunk[0])) - 1]);
		TARGET(12, region->header.high_objects);
		TARGET(13, region->header.free_objects[env->process % CF_FREE_LISTS].first);
		TARGET(14, thread->wait);
		TARGET(15, thread->owner);
		TARGET(16, thread->alert);
		TARGET(17, thread->block[0].next);
		TARGET(18, thread->block[0].prev);
		TARGET(19, object(mutant)->state);
		TARGET(20, object(semaphore)->second);
#undef TARGET
	default:
		return NULL;
	}
}

#define TARGETS 21u
#define STATES 4u

/* What the forged change names. */
static const char *const shapes[] = {
	"itself and another word",
	"itself and another word with an old value",
	"itself alone",
	"no word",
	"more words than there can be",
	"words that are not in order",
	"a word outside",
	"a constant of the header",
	"its own status",
	"the words of a descriptor",
	"a word that another such change is in the way of",
	"itself, in a change of a thread without slot",
	"itself, in a change that is over",
};

#define SHAPES ((uint32_t)(sizeof(shapes) / sizeof(shapes[0])))

uint32_t wound_forgeries(void)
{
	return TARGETS * STATES * SHAPES;
}

static uint32_t offset_of(const void *word)
{
	return (uint32_t)((const char *)word - (const char *)region);
}

static void name_word(struct cf_descriptor *descriptor, uint32_t number, const cf_word *word,
		      uint64_t old)
{
	descriptor->entry[number].where = offset_of(word);
	descriptor->entry[number].value = cf_value(old) + 1;
	cf_store(&descriptor->entry[number].old, old);
}

/* Names two words in order. */
static void name_two(struct cf_descriptor *descriptor, const cf_word *one, uint64_t one_old,
		     const cf_word *two)
{
	bool ordered = one < two;

	descriptor->count = 2;
	name_word(descriptor, ordered ? 0 : 1, one, one_old);
	name_word(descriptor, ordered ? 1 : 0, two, cf_load(two));
}

static uint64_t reference_to(const struct waiter *waiter, uint32_t depth, uint64_t sequence)
{
	return sequence << 17 | (uint64_t)(waiter->id / 4 % CF_THREADS) << 3 |
	       (uint64_t)depth << 1 | CF_DESCRIPTOR;
}

/* The other descriptor's change holds what this one needs, and the other way round. */
static void forge_ring(struct cf_descriptor *descriptor, cf_word *word, uint64_t old,
		       uint32_t state, uint64_t sequence)
{
	struct cf_descriptor *other = &slot_of(&second)->descriptor[2];
	cf_word *held = &object(semaphore)->refs;

	name_two(descriptor, word, old, held);
	name_two(other, word, old, held);
	cf_store(&other->status, sequence << 2 | state);
	cf_store(held, reference_to(&second, 2, sequence));
}

static void fill(struct cf_descriptor *descriptor, uint32_t shape, cf_word *word, uint64_t old,
		 uint32_t state, uint64_t sequence)
{
	uint32_t i;

	name_two(descriptor, word, old, &object(semaphore)->refs);
	switch (shape) {
	case 1:
		name_two(descriptor, word, old ^ CF_SEQUENCE_STEP, &object(semaphore)->refs);
		break;
	case 2:
		name_word(descriptor, 0, word, old);
		descriptor->count = 1;
		break;
	case 3:
		descriptor->count = 0;
		break;
	case 4:
		for (i = 0; i < CF_CHANGES; i++)
			name_word(descriptor, i, &region->object[i].refs, 0);
		descriptor->count = UINT32_MAX;
		break;
	case 5:
		descriptor->entry[0].where = descriptor->entry[1].where;
		break;
	case 6:
		descriptor->entry[1].where = UINT32_MAX - 7;
		break;
	case 7:
		descriptor->entry[0].where = 8;
		break;
	case 8:
		name_two(descriptor, word, old, &descriptor->status);
		break;
	case 9:
		name_two(descriptor, word, old, &descriptor->entry[1].old);
		break;
	case 10:
		forge_ring(descriptor, word, old, state, sequence);
		break;
	default:
		break;
	}
}

void wound_forge(uint32_t number, char *name, size_t size)
{
	static const char *const states[] = { "undecided", "successful", "failed",
					      "being written" };
	uint32_t shape = number % SHAPES, state = number / SHAPES % STATES;
	struct cf_descriptor *descriptor = &slot_of(&first)->descriptor[2];
	const uint64_t sequence = 77;
	const char *what = "";
	cf_word *word = target(number / SHAPES / STATES % TARGETS, &what);
	uint64_t old = cf_load(word), reference = reference_to(&first, 2, sequence);

	snprintf(name, size, "%s in a change, %s, of %s", what, states[state], shapes[shape]);
	fill(descriptor, shape, word, old, state, sequence);
	if (strcmp(shapes[shape], "itself, in a change of a thread without slot") == 0)
		reference |= (uint64_t)(CF_THREADS - 1) << 3;
	if (strcmp(shapes[shape], "itself, in a change that is over") == 0)
		reference -= UINT64_C(1) << 17;
	cf_store(&descriptor->status, sequence << 2 | state);
	cf_store(word, reference);
}
