/* SPDX-License-Identifier: MIT */
/*
 * core/check_table.c - processes, their handle tables, and the chunks these are made of.  See
 * core/check_part.h.
 *
 * A chunk's owner changes together with the process' word that names it.  A list of free handles
 * changes only together with its first word, so a list whose first word is still the same was
 * walked as it is.
 *
 * What happens if a process dies here: nothing.
 */
#include "core/check_part.h"
#include "core/handle.h"
#include "core/region.h"
#include "core/type.h"

static uint32_t chunks_of(uint32_t handles)
{
	return (handles + CF_CHUNK_HANDLES - 1) / CF_CHUNK_HANDLES;
}

static bool is_zero(struct cf_check *check, const cf_word *word)
{
	uint64_t bits;

	return !cf_check_peek(check, word, &bits) || cf_value(bits) == 0;
}

/* The chunk that a word names, or NULL. */
static const struct cf_chunk *chunk_of(const struct cf_check *check, uint64_t bits)
{
	uint32_t number = cf_value(bits) - 1;

	return cf_value(bits) != 0 &&
			       number < cf_bound(&check->region->header.reserved_chunks, CF_CHUNKS)
		       ? &check->region->chunk[number]
		       : NULL;
}

/* ---- Processes and who has which chunk --------------------------------------------------- */

static void check_free_process(struct cf_check *check, uint32_t slot, uint64_t state)
{
	const struct cf_process *process = &check->region->process[slot];
	const char *text = NULL;
	uint32_t place;

	if (!is_zero(check, &process->handle_free) || !is_zero(check, &process->handle_high))
		text = "is free and has handles";
	for (place = 0; place < CF_PROCESS_CHUNKS && text == NULL; place++)
		if (!is_zero(check, &process->chunk[place]))
			text = "is free and has chunks of handles";
	if (text != NULL && cf_check_same(check, &process->state, state))
		cf_check_tell(check, CF_FINDING_PROCESS, slot, text, 0, 0);
}

static void check_place(struct cf_check *check, uint32_t slot, uint32_t place, uint32_t high)
{
	const cf_word *word = &check->region->process[slot].chunk[place];
	uint64_t chunk, owner;
	uint32_t number;

	if (!cf_check_peek(check, word, &chunk) || cf_value(chunk) == 0)
		return;
	number = cf_value(chunk) - 1;
	if (chunk_of(check, chunk) == NULL) {
		if (cf_check_same(check, word, chunk))
			cf_check_tell(check, CF_FINDING_PROCESS, slot,
				      "has chunk #, which has no memory", number, 0);
		return;
	}
	if (!cf_check_peek(check, &check->region->chunk_owner[number], &owner))
		return;
	if (cf_value(owner) != slot + 1) {
		if (cf_check_same(check, word, chunk))
			cf_check_tell(check, CF_FINDING_PROCESS, slot,
				      "has chunk #, which does not belong to it", number, 0);
		return;
	}
	if (check->exact && place > chunks_of(high))
		cf_check_tell(check, CF_FINDING_PROCESS, slot,
			      "has chunk # for handles that it never used", number, 0);
	if (number >= check->chunks)
		return;
	if (check->exact && check->chunk_process[number] != 0)
		cf_check_tell(check, CF_FINDING_PROCESS, slot, "has chunk # twice", number, 0);
	check->chunk_process[number] = slot + 1;
}

static void check_process(struct cf_check *check, uint32_t slot)
{
	const struct cf_process *process = &check->region->process[slot];
	uint64_t state, high;
	uint32_t place;

	if (!cf_check_peek(check, &process->state, &state))
		return;
	if (cf_value(state) == 0) {
		check_free_process(check, slot, state);
		return;
	}
	if (slot >= cf_load32_relaxed(&check->region->header.high_processes))
		cf_check_tell(check, CF_FINDING_PROCESS, slot,
			      "is in use beyond the last used slot", 0, 0);
	if (!cf_check_peek(check, &process->handle_high, &high))
		return;
	if (cf_value(high) > CF_MOST_HANDLES)
		cf_check_tell(check, CF_FINDING_PROCESS, slot, "used # handles of #",
			      cf_value(high), CF_MOST_HANDLES);
	for (place = 0; place < CF_PROCESS_CHUNKS; place++)
		check_place(check, slot, place, cf_value(high));
}

static void check_chunk_owner(struct cf_check *check, uint32_t number)
{
	const cf_word *word = &check->region->chunk_owner[number];
	const char *text = NULL;
	uint64_t owner, state;

	if (!cf_check_peek(check, word, &owner) || cf_value(owner) == 0)
		return;
	if (cf_value(owner) > check->processes &&
	    cf_value(owner) > cf_bound(&check->region->header.reserved_processes, CF_PROCESSES))
		text = "belongs to process #, which has no slot";
	else if (number >= cf_bound(&check->region->header.reserved_chunks, CF_CHUNKS))
		text = "belongs to process # and has no memory";
	else if (!cf_check_peek(check, &check->region->process[cf_value(owner) - 1].state, &state))
		return;
	else if (cf_value(state) == 0)
		text = "belongs to process #, which is free";
	else if (check->exact && check->chunk_process[number] != cf_value(owner))
		text = "belongs to process #, which does not have it";
	if (text != NULL && cf_check_same(check, word, owner))
		cf_check_tell(check, CF_FINDING_CHUNK, number, text, cf_value(owner) - 1, 0);
}

void cf_check_processes(struct cf_check *check)
{
	uint32_t i;

	for (i = 0; i < check->processes && !check->enough; i++)
		check_process(check, i);
	for (i = 0; i < CF_CHUNKS && !check->enough; i++)
		check_chunk_owner(check, i);
}

/* ---- Handles ---------------------------------------------------------------------------- */

/* What is wrong with an entry in use, while it is as read; the object is counted. */
static const char *used_fault(struct cf_check *check, const struct cf_handle_entry *entry,
			      uint64_t used)
{
	uint32_t number = cf_value(used) & CF_HANDLE_OBJECT;
	const struct cf_object *object;
	const struct cf_type *type;
	uint64_t info, access;
	uint32_t rights;
	bool plain;

	if (number >= cf_bound(&check->region->header.reserved_objects, CF_OBJECTS))
		return "handle # names object #, which has no memory";
	object = &check->region->object[number];
	if (!cf_check_peek(check, &object->info, &info) ||
	    !cf_check_peek(check, &entry->access, &access))
		return NULL;
	if (number < check->objects)
		check->tally[number].handles++;
	type = cf_type_of(info);
	if (type == NULL)
		return "handle # names object #, which is free";
	if ((cf_value(info) & CF_EXTERNAL) != 0)
		return "handle # names object #, which belongs to descriptors";
	rights = cf_value(access) & ~CF_ACCESS_INHERIT;
	if ((rights & ~type->valid) != 0)
		return "handle # grants rights that the type of object # does not have";
	plain = type->zero_waits && (rights & CARAFE_SYNCHRONIZE) != 0;
	if (plain != ((cf_value(used) & CF_HANDLE_PLAIN) != 0))
		return "handle # is marked wrongly as to waiting for object #";
	return NULL;
}

/* True when the entry is free. */
static bool check_entry(struct cf_check *check, uint32_t slot, const struct cf_handle_entry *entry,
			uint32_t index)
{
	const char *text = NULL;
	uint64_t bits;

	if (!cf_check_peek(check, &entry->entry, &bits))
		return false;
	if ((cf_value(bits) & CF_HANDLE_USED) != 0)
		text = used_fault(check, entry, bits);
	if (text != NULL && cf_check_same(check, &entry->entry, bits))
		cf_check_tell(check, CF_FINDING_HANDLE, slot, text, (index + 1) * 4,
			      cf_value(bits) & CF_HANDLE_OBJECT);
	return (cf_value(bits) & CF_HANDLE_USED) == 0;
}

/* A table as it is walked. */
struct table {
	uint32_t slot;
	uint32_t high; /* handles that were ever used */
	uint32_t room; /* handles for which there are chunks */
	uint32_t free;
};

static const struct cf_handle_entry *entry_at(struct cf_check *check, uint32_t slot, uint32_t index)
{
	const cf_word *word;
	const struct cf_chunk *chunk;
	uint64_t bits;

	if (index >= CF_MOST_HANDLES)
		return NULL;
	word = &check->region->process[slot].chunk[index / CF_CHUNK_HANDLES];
	if (!cf_check_peek(check, word, &bits))
		return NULL;
	chunk = chunk_of(check, bits);
	return chunk != NULL ? &chunk->handle[index % CF_CHUNK_HANDLES] : NULL;
}

/* A handle beyond the last used one is in use: the sweep would not find it. */
static void check_beyond(struct cf_check *check, const struct table *table, uint32_t index,
			 const struct cf_handle_entry *entry)
{
	const cf_word *high_word = &check->region->process[table->slot].handle_high;
	uint64_t bits, high;

	if (!cf_check_peek(check, &entry->entry, &bits) || (cf_value(bits) & CF_HANDLE_USED) == 0 ||
	    !cf_check_same(check, &entry->entry, bits) || !cf_check_peek(check, high_word, &high) ||
	    cf_value(high) > index)
		return;
	if (cf_check_same(check, &entry->entry, bits))
		cf_check_tell(check, CF_FINDING_HANDLE, table->slot,
			      "handle # is in use beyond the last used one", (index + 1) * 4, 0);
}

/* One chunk's worth of handles; whoever has the chunk only in word is left out. */
static void check_range(struct cf_check *check, struct table *table, uint32_t place)
{
	uint32_t first = place * CF_CHUNK_HANDLES, i;
	const struct cf_handle_entry *entry = entry_at(check, table->slot, first);
	uint64_t bits;

	if (entry == NULL ||
	    !cf_check_peek(check, &check->region->process[table->slot].chunk[place], &bits))
		return;
	if (chunk_of(check, bits) == NULL || cf_value(bits) - 1 >= check->chunks ||
	    check->chunk_process[cf_value(bits) - 1] != table->slot + 1)
		return;
	table->room += CF_CHUNK_HANDLES;
	for (i = 0; i < CF_CHUNK_HANDLES && !check->enough; i++)
		if (first + i >= table->high)
			check_beyond(check, table, first + i, &entry[i]);
		else if (check_entry(check, table->slot, &entry[i], first + i))
			table->free++;
}

/*
 * What is wrong with the list of free handles; *at: where.  NULL: nothing, then *count says how
 * many.
 */
static const char *walk_free(struct cf_check *check, const struct table *table, uint64_t head,
			     uint32_t *count, uint32_t *at)
{
	uint32_t link = cf_value(head);
	uint64_t bits;

	*at = 0;
	for (*count = 0; link != 0; (*count)++) {
		const struct cf_handle_entry *entry;

		if (*count > table->room)
			return "the list of free handles has a cycle";
		*at = link * 4;
		if (link > CF_MOST_HANDLES || (check->exact && link > table->high))
			return "the list of free handles leads to handle #, which was never used";
		entry = entry_at(check, table->slot, link - 1);
		if (entry == NULL)
			return check->exact ? "the list of free handles leads to handle #, which "
					      "has no chunk"
					    : NULL;
		if (!cf_check_peek(check, &entry->entry, &bits))
			return NULL;
		if ((cf_value(bits) & CF_HANDLE_USED) != 0)
			return "the list of free handles leads to handle #, which is in use";
		link = cf_value(bits);
	}
	return NULL;
}

static void check_free_handles(struct cf_check *check, const struct table *table)
{
	const cf_word *word = &check->region->process[table->slot].handle_free;
	uint32_t round, count, at;
	const char *text;
	uint64_t head;

	for (round = 0; round < CF_CHECK_ROUNDS; round++) {
		if (!cf_check_peek(check, word, &head))
			return;
		text = walk_free(check, table, head, &count, &at);
		if (!cf_check_same(check, word, head))
			continue;
		if (text != NULL)
			cf_check_tell(check, CF_FINDING_HANDLE, table->slot, text, at, 0);
		else if (check->exact && count != table->free)
			cf_check_tell(check, CF_FINDING_HANDLE, table->slot,
				      "# of # free handles are in the list of free ones", count,
				      table->free);
		return;
	}
}

static void check_table(struct cf_check *check, uint32_t slot)
{
	const struct cf_process *process = &check->region->process[slot];
	struct table table = { .slot = slot };
	uint64_t state, high;
	uint32_t place;

	if (!cf_check_peek(check, &process->state, &state) || cf_value(state) == 0 ||
	    !cf_check_peek(check, &process->handle_high, &high))
		return;
	table.high = cf_value(high) < CF_MOST_HANDLES ? cf_value(high) : CF_MOST_HANDLES;
	for (place = 0; place < CF_PROCESS_CHUNKS && !check->enough; place++)
		check_range(check, &table, place);
	if (check->exact && table.room < table.high)
		cf_check_tell(check, CF_FINDING_HANDLE, slot,
			      "# handles were used and there is room for #", table.high,
			      table.room);
	check_free_handles(check, &table);
}

/* Handles in a chunk that nobody has would keep objects for ever. */
static void check_unowned(struct cf_check *check, uint32_t number)
{
	const cf_word *word = &check->region->chunk_owner[number];
	uint64_t owner, bits;
	uint32_t i;

	if (!cf_check_peek(check, word, &owner) || cf_value(owner) != 0)
		return;
	for (i = 0; i < CF_CHUNK_HANDLES; i++) {
		if (!cf_check_peek(check, &check->region->chunk[number].handle[i].entry, &bits) ||
		    (cf_value(bits) & CF_HANDLE_USED) == 0)
			continue;
		if (cf_check_same(check, word, owner))
			cf_check_tell(check, CF_FINDING_CHUNK, number,
				      "belongs to nobody and has a handle in use", 0, 0);
		return;
	}
}

void cf_check_handles(struct cf_check *check)
{
	uint32_t i;

	for (i = 0; i < check->processes && !check->enough; i++)
		check_table(check, i);
	for (i = 0; i < check->chunks && !check->enough; i++)
		check_unowned(check, i);
}
