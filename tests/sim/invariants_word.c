/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/invariants_word.c - what one step may do to one word.
 *
 * What happens if a process dies here: see tests/sim/invariants.h.
 */
#include <stddef.h>

#include "core/kcas.h"
#include "core/region.h"
#include "core/thread.h"
#include "core/type.h"
#include "core/wake.h"
#include "core/word.h"
#include "tests/sim/invariants.h"

static const struct cf_descriptor *descriptor_of(const struct cf_region *region, uint64_t bits)
{
	return &region->thread[cf_reference_thread(bits)].descriptor[cf_reference_depth(bits)];
}

static uint64_t status_of(const struct cf_descriptor *descriptor)
{
	return cf_load(&descriptor->status);
}

/* The entry for a word of the change that the word refers to, or NULL. */
static const struct cf_entry *entry_of(const struct cf_region *region, const cf_word *word,
				       uint64_t reference)
{
	uint32_t thread = cf_reference_thread(reference), offset = cf_word_offset(region, word), i;
	const struct cf_descriptor *descriptor = descriptor_of(region, reference);

	if (thread >= cf_load32(&region->header.high_threads) ||
	    cf_reference_depth(reference) >= CF_DESCRIPTORS ||
	    status_of(descriptor) >> 2 != cf_reference_sequence(reference) ||
	    (status_of(descriptor) & 3) == CF_CHANGE_WRITING)
		return NULL;
	for (i = 0; i < cf_load32(&descriptor->count); i++)
		if ((cf_load32(&descriptor->entry[i].where) & ~1u) == offset)
			return &descriptor->entry[i];
	return NULL;
}

static uint64_t result_of(const struct cf_region *region, const struct cf_entry *entry,
			  uint64_t reference)
{
	uint64_t old = cf_load(&entry->old);

	switch (status_of(descriptor_of(region, reference)) & 3) {
	case CF_CHANGE_SUCCESSFUL:
		return cf_next_with(old, cf_load32(&entry->value),
				    (cf_load32(&entry->where) & 1) != 0);
	case CF_CHANGE_FAILED:
		return cf_next(old, cf_value(old));
	default:
		return old;
	}
}

uint64_t invariants_bits(const struct cf_region *region, const cf_word *word)
{
	uint64_t bits = cf_load(word);
	const struct cf_entry *entry;

	if (!cf_described(bits))
		return bits;
	entry = entry_of(region, word, bits);
	if (entry == NULL) {
		sim_fail("the word at %u refers to a change that is not in progress",
			 cf_word_offset(region, word));
		return 0;
	}
	return result_of(region, entry, bits);
}

uint32_t invariants_value(const struct cf_region *region, const cf_word *word)
{
	return cf_value(invariants_bits(region, word));
}

/* ---- What the value of a word may become -------------------------------------------------- */

static bool may_wait_become(uint32_t old, uint32_t new)
{
	switch (old & CF_STATE) {
	case CF_IDLE:
		return new == CF_IDLE || new == CF_WAITING;
	case CF_WAITING:
		return new != CF_STATE;
	default:
		return new == old || new == CF_IDLE;
	}
}

/* The generation of a use begins with it, and stays when it ends. */
static bool may_owner_become(uint32_t old, uint32_t new)
{
	uint32_t before = old >> 16, after = new >> 16;

	if ((new & 0xffff) == 0 || (old & 0xffff) != 0)
		return before == after && ((new & 0xffff) == 0 || new == old);
	return after == before + 1 || (before == 0xffff && after == 1);
}

static bool may_info_become(uint32_t old, uint32_t new)
{
	uint32_t before = old & CF_TYPE_MASK, after = new &CF_TYPE_MASK;

	return before == CF_FREE || after == CF_FREE ||
	       (new & ~CF_EXTERNAL) == (old & ~CF_EXTERNAL);
}

/* The value of a word of the environment has become another one, by whatever means. */
static void judge_value(const struct cf_region *region, const cf_word *word, uint32_t old,
			uint32_t new)
{
	const char *at = (const char *)word, *objects = (const char *)region->object,
		   *threads = (const char *)region->thread;
	size_t place;

	if (at >= threads && at < (const char *)region->chunk) {
		place = (size_t)(at - threads) % sizeof(struct cf_thread);
		if (place == offsetof(struct cf_thread, wait) && !may_wait_become(old, new))
			sim_fail("a wait goes from %x to %x", old, new);
		if (place == offsetof(struct cf_thread, owner) && !may_owner_become(old, new))
			sim_fail("the owner of a thread slot goes from %x to %x", old, new);
	} else if (at >= objects && at < (const char *)region->process) {
		place = (size_t)(at - objects) % sizeof(struct cf_object);
		if (place == offsetof(struct cf_object, info) && !may_info_become(old, new))
			sim_fail("an object goes from %x to %x", old, new);
	}
}

/* ---- Words with a sequence ---------------------------------------------------------------- */

static void judge_plain(struct cf_region *region, const cf_word *word,
			const struct sim_event *event)
{
	if (event->kind == SIM_EVENT_STORE)
		sim_fail("a word that others change is stored to by %s", event->where);
	else if (cf_sequence(event->new) != cf_sequence(cf_next(event->old, 0)))
		sim_fail("%s changes a word from sequence %u to %u", event->where,
			 cf_sequence(event->old), cf_sequence(event->new));
	judge_value(region, word, cf_value(event->old), cf_value(event->new));
}

static void judge_install(struct cf_region *region, const cf_word *word,
			  const struct sim_event *event)
{
	const struct cf_entry *entry = entry_of(region, word, event->new);

	if (entry == NULL)
		sim_fail("%s installs a change that is over", event->where);
	else if ((status_of(descriptor_of(region, event->new)) & 3) != CF_CHANGE_UNDECIDED)
		sim_fail("%s installs a change that is decided", event->where);
	else if (cf_load(&entry->old) != event->old)
		sim_fail("%s installs a change over a word that is not as expected", event->where);
}

static void judge_remove(struct cf_region *region, const cf_word *word,
			 const struct sim_event *event)
{
	const struct cf_entry *entry = entry_of(region, word, event->old);

	if (entry == NULL)
		sim_fail("%s removes a change that is over", event->where);
	else if ((status_of(descriptor_of(region, event->old)) & 3) == CF_CHANGE_UNDECIDED)
		sim_fail("%s removes a change before it is decided", event->where);
	else if (event->new != result_of(region, entry, event->old))
		sim_fail("%s leaves something else than the change says", event->where);
	else
		judge_value(region, word, cf_value(cf_load(&entry->old)), cf_value(event->new));
}

/* ---- Descriptors -------------------------------------------------------------------------- */

/* Every word of a change that is decided for success must refer to it then. */
static void judge_success(struct cf_region *region, const struct cf_descriptor *descriptor,
			  uint64_t status)
{
	uint32_t i;

	for (i = 0; i < cf_load32(&descriptor->count); i++) {
		uint64_t offset = cf_load32(&descriptor->entry[i].where) & ~1u;
		uint64_t bits = cf_load((const cf_word *)((const char *)region + offset));

		if (!cf_described(bits) || descriptor_of(region, bits) != descriptor ||
		    cf_reference_sequence(bits) != status >> 2)
			sim_fail("a change succeeds that is not installed in the word at %u",
				 (unsigned)offset);
	}
}

static void judge_status(struct cf_region *region, const struct cf_descriptor *descriptor,
			 const struct sim_event *event)
{
	unsigned before = event->old & 3, after = event->new & 3;
	uint64_t old = event->old >> 2, new = event->new >> 2;

	if (after == CF_CHANGE_WRITING	   ? before == CF_CHANGE_UNDECIDED && old != 0
	    : after == CF_CHANGE_UNDECIDED ? before != CF_CHANGE_WRITING
					   : before != CF_CHANGE_UNDECIDED)
		sim_fail("a change goes from %u to %u", before, after);
	else if (after == CF_CHANGE_WRITING ? new <= old : new != old)
		sim_fail("the sequence of a change goes from %llu to %llu", (unsigned long long)old,
			 (unsigned long long)new);
	else if (after == CF_CHANGE_SUCCESSFUL)
		judge_success(region, descriptor, event->new);
}

/* True when the word lies in a descriptor. */
static bool judge_descriptor(struct cf_region *region, const struct sim_event *event)
{
	const char *at = event->word, *threads = (const char *)region->thread;
	size_t place, first = offsetof(struct cf_thread, descriptor);
	const struct cf_descriptor *descriptor;
	const struct cf_thread *thread;

	if (at < threads || at >= (const char *)region->chunk)
		return false;
	place = (size_t)(at - threads) % sizeof(struct cf_thread);
	thread = &region->thread[(size_t)(at - threads) / sizeof(struct cf_thread)];
	if (place < first || place >= first + sizeof(thread->descriptor))
		return false;
	descriptor = &thread->descriptor[(place - first) / sizeof(*descriptor)];
	if (event->word == &descriptor->status)
		judge_status(region, descriptor, event);
	else if ((status_of(descriptor) & 3) != CF_CHANGE_WRITING)
		sim_fail("%s writes to a change that others may read", event->where);
	return true;
}

/* ---- All together ------------------------------------------------------------------------- */

/* The counts of 32 bits in the header only grow, but for the janitor's hint. */
static void judge_narrow(const struct cf_region *region, const struct sim_event *event)
{
	const char *first = (const char *)&region->header.reserved_processes,
		   *end = (const char *)&region->header.janitor, *at = event->word;

	if (at >= first && at < end && event->new < event->old)
		sim_fail("%s lets a count go back from %u to %u", event->where,
			 (unsigned)event->old, (unsigned)event->new);
}

/* Plain, though it has 64 bits. */
static bool is_start(const struct cf_region *region, const cf_word *word)
{
	size_t place = (size_t)((const char *)word - (const char *)region->process);

	return place < sizeof(region->process) &&
	       place % sizeof(struct cf_process) == offsetof(struct cf_process, start);
}

void invariants_word(struct cf_region *region, const struct sim_event *event, bool *moved)
{
	const cf_word *word = event->word;
	bool from = cf_described(event->old), to = cf_described(event->new);

	*moved = false;
	if (judge_descriptor(region, event)) {
		*moved = event->kind == SIM_EVENT_CAS;
		return;
	}
	if (event->size == 4) {
		judge_narrow(region, event);
		*moved = true;
		return;
	}
	if (is_start(region, word))
		return;
	if (!from && !to) {
		judge_plain(region, word, event);
		*moved = true;
	} else if (to) {
		judge_install(region, word, event);
	} else {
		judge_remove(region, word, event);
	}
}
