/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/invariants.c - what the words of an environment must say together.
 *
 * What happens if a process dies here: see tests/sim/invariants.h.
 */
#include "tests/sim/invariants.h"

#include <string.h>

#include "core/event.h"
#include "core/handle.h"
#include "core/mutant.h"
#include "core/queue.h"
#include "core/region.h"
#include "core/satisfy.h"
#include "core/thread.h"
#include "core/type.h"
#include "core/wake.h"
#include "tests/sim/base.h"

/* More than any scenario has. */
#define OBJECTS 64u
#define THREADS 32u
#define HANDLES 64u

static struct cf_region *region;

/* What was counted in the present look. */
static uint32_t handles[OBJECTS];	   /* that name each object */
static uint8_t lists[OBJECTS];		   /* of free objects that lead to it */
static uint32_t queue[THREADS][CF_BLOCKS]; /* object + 1 whose queue leads to the block, or 0 */
static uint32_t objects, threads;

static uint32_t value(const cf_word *word)
{
	return invariants_value(region, word);
}

/* ---- Objects ------------------------------------------------------------------------------ */

static bool is_free(uint32_t info)
{
	return (info & CF_TYPE_MASK) == CF_FREE;
}

static const char *fault_of(uint32_t info, uint32_t state, uint32_t second)
{
	switch (info & CF_TYPE_MASK) {
	case CF_EVENT:
		return state > CF_PULSING ? "an event has a state that does not exist" : NULL;
	case CF_MUTANT:
		if (state == 0 && second != 0 && second != CF_ABANDONED)
			return "a free mutant is owned some times more";
		return state != 0 && second == CF_ABANDONED ? "an owned mutant is abandoned" : NULL;
	case CF_SEMAPHORE:
		return state > second ? "a semaphore has more units than its maximum" : NULL;
	default:
		return "an object has a type that does not exist";
	}
}

static const char *references_of(uint32_t index, uint32_t info, uint32_t refs, bool waiters)
{
	if (refs == CF_UNREFERENCED && !waiters)
		return "an object has neither references nor a queue";
	if (refs == CF_UNREFERENCED)
		return handles[index] != 0 ? "an object without references has handles" : NULL;
	if ((info & CF_EXTERNAL) != 0)
		return handles[index] != 0 ? "an object of descriptors has handles" : NULL;
	return handles[index] != refs + 1 ? "an object has not as many handles as it says" : NULL;
}

static void look_at_object(uint32_t index)
{
	const struct cf_object *object = &region->object[index];
	uint64_t state = invariants_bits(region, &object->state);
	uint32_t info = value(&object->info), refs = value(&object->refs);
	bool queued = value(&object->first) > CF_HEAD;
	const char *fault;

	if (cf_waiters(state) != queued)
		fault = queued ? "a queue is not empty and its object does not say so"
			       : "a queue is empty and its object does not say so";
	else if (is_free(info))
		fault = queued		      ? "a free object has a queue"
			: refs != 0	      ? "a free object has references"
			: handles[index] != 0 ? "a handle names a free object"
			: lists[index] != 1   ? "a free object is not in one list"
					      : NULL;
	else if (lists[index] != 0)
		fault = "an object in use is in a list of free ones";
	else
		fault = fault_of(info, cf_value(state), value(&object->second));
	if (fault == NULL && !is_free(info))
		fault = references_of(index, info, refs, cf_waiters(state));
	if (fault != NULL)
		sim_fail("between two steps: %s (object %u)", fault, index);
}

static void walk_free_lists(void)
{
	uint32_t i, link;

	memset(lists, 0, sizeof(lists));
	for (i = 0; i < CF_FREE_LISTS; i++)
		for (link = value(&region->header.free_objects[i].first); link != 0;
		     link = value(&region->object[link - 1].info) >> CF_FREE_SHIFT) {
			if (link > objects || !is_free(value(&region->object[link - 1].info)) ||
			    lists[link - 1]++ != 0) {
				sim_fail("between two steps: list %u of free objects leads to %u",
					 i, link - 1);
				return;
			}
		}
}

/* ---- Queues ------------------------------------------------------------------------------- */

/* Why a block that a queue leads to cannot be there. */
static const char *block_fault(uint32_t index, const struct cf_thread *thread, uint32_t number,
			       uint32_t from)
{
	const struct cf_block *block = &thread->block[number];
	uint32_t back = value(&block->prev);

	if (cf_load32(&block->object) != index)
		return "says that it is in another one";
	if (cf_load32(&block->generation) !=
	    cf_sequence(invariants_bits(region, &region->object[index].info)))
		return "came to an object that was there before";
	if (back != from && !(back <= CF_HEAD && from == CF_HEAD))
		return "leads back to somewhere else";
	if (value(&block->next) == CF_UNLINKED)
		return "says that it is in none";
	return cf_owner_process(invariants_bits(region, &thread->owner)) == 0
		       ? "is of a thread slot that is free"
		       : NULL;
}

static void walk_queue(uint32_t index)
{
	const struct cf_object *object = &region->object[index];
	uint32_t from = CF_HEAD, link = value(&object->first);
	const char *fault;

	while (link > CF_HEAD) {
		uint32_t slot = (link - CF_LINK_BASE) / CF_BLOCKS,
			 number = (link - CF_LINK_BASE) % CF_BLOCKS;

		if (slot >= threads)
			fault = "is of no thread";
		else if (queue[slot][number] != 0)
			fault = "is in two queues, or twice in one";
		else
			fault = block_fault(index, &region->thread[slot], number, from);
		if (fault != NULL) {
			sim_fail("between two steps: in the queue of object %u block %u of thread "
				 "%u %s",
				 index, number, slot, fault);
			return;
		}
		queue[slot][number] = index + 1;
		from = link;
		link = value(&region->thread[slot].block[number].next);
	}
	link = value(&object->last);
	if (link != from && !(link <= CF_HEAD && from == CF_HEAD))
		sim_fail("between two steps: the queue of object %u does not end with its last "
			 "block",
			 index);
}

/* ---- Threads ------------------------------------------------------------------------------ */

static const char *waiting_fault(uint32_t index, uint32_t count, uint32_t blocks)
{
	const struct cf_thread *thread = &region->thread[index];
	uint32_t i;

	if (count > CF_WAIT_OBJECTS)
		return "waits for more objects than there can be";
	for (i = 0; i < blocks; i++)
		if (queue[index][i] != cf_load32(&thread->block[i].object) + 1)
			return "waits, and is not in the queue of each of its objects";
	return NULL;
}

/* A mutant that was granted and not acknowledged is its waiter's, unless anybody may kill its owner. */
static const char *granted_fault(uint32_t index, uint32_t wait, uint32_t count, uint32_t blocks)
{
	const struct cf_thread *thread = &region->thread[index];
	uint32_t first = wait >> CF_GRANT_SHIFT, end = first + 1, i;

	if ((wait & CF_GRANT_ALERTED) != 0)
		return NULL;
	if (first >= blocks)
		return "was granted an object that it does not wait for";
	if ((cf_load32(&thread->flags) & CF_WAIT_ALL) != 0 && first < count)
		end = count;
	for (i = first; i < end; i++) {
		const struct cf_object *object =
			&region->object[cf_load32(&thread->block[i].object)];
		uint64_t info = invariants_bits(region, &object->info);

		if (cf_sequence(info) == cf_load32(&thread->block[i].generation) &&
		    (cf_value(info) & (CF_TYPE_MASK | CF_EXTERNAL)) == CF_MUTANT &&
		    value(&object->state) != cf_load32(&thread->identity))
			return "was granted a mutant that is somebody else's";
	}
	return NULL;
}

static const char *thread_fault(uint32_t index)
{
	const struct cf_thread *thread = &region->thread[index];
	uint32_t wait = value(&thread->wait), count = cf_load32(&thread->count), i;
	uint32_t blocks = count + ((cf_load32(&thread->flags) & CF_WAIT_EVENT) != 0);
	uint32_t process = cf_owner_process(invariants_bits(region, &thread->owner));

	for (i = 0; i < CF_BLOCKS; i++)
		if (value(&thread->block[i].next) != CF_UNLINKED && queue[index][i] == 0)
			return "has a block that is in a queue which does not lead to it";
	if (process == 0 && (wait & CF_STATE) != CF_IDLE)
		return "is free and waits";
	if (process != 0 && value(&region->process[process - 1].state) == 0)
		return "is of a process that is free";
	if (value(&thread->alert) > 1 || cf_load32(&thread->park) > CF_KICKED)
		return "is alerted or asleep in a way that does not exist";
	switch (wait & CF_STATE) {
	case CF_IDLE:
		return wait != CF_IDLE ? "is idle and was granted something" : NULL;
	case CF_WAITING:
		return waiting_fault(index, count, blocks);
	case CF_GRANTED:
		return granted_fault(index, wait, count, blocks);
	default:
		return "waits in a way that does not exist";
	}
}

static void look_at_thread(uint32_t index)
{
	const char *fault = thread_fault(index);

	if (fault != NULL)
		sim_fail("between two steps: thread %u %s", index, fault);
}

/* ---- Who owns what ------------------------------------------------------------------------ */

static bool is_noted(const struct cf_thread *thread, uint32_t index)
{
	uint32_t i;

	for (i = 0; i < CF_OWNED; i++)
		if (cf_load32(&thread->owned[i]) == index + 1)
			return true;
	return cf_load32(&thread->owned_overflow) != 0;
}

/* Who owns a mutant lives and has noted it, or was granted it and does not know yet. */
static void look_at_owner(uint32_t index)
{
	const struct cf_object *object = &region->object[index];
	uint32_t id = value(&object->state), info = value(&object->info), slot;
	const struct cf_thread *thread;
	uint64_t owner;

	if ((info & CF_TYPE_MASK) != CF_MUTANT || (info & CF_EXTERNAL) != 0 || id == 0)
		return;
	slot = id / 4 % CF_THREADS;
	thread = &region->thread[slot];
	owner = invariants_bits(region, &thread->owner);
	if (slot >= threads || cf_owner_process(owner) == 0 ||
	    cf_thread_id(region, thread, owner) != id)
		sim_fail("between two steps: mutant %u is owned by a thread that is gone", index);
	else if (!is_noted(thread, index) && (value(&thread->wait) & CF_STATE) != CF_GRANTED)
		sim_fail("between two steps: mutant %u is owned by thread %u, which has not noted "
			 "it",
			 index, slot);
}

/* ---- Handles ------------------------------------------------------------------------------ */

static const struct cf_handle_entry *entry_at(const struct cf_process *process, uint32_t index)
{
	uint32_t chunk = value(&process->chunk[index / CF_CHUNK_HANDLES]);

	return chunk == 0 || chunk > cf_load32(&region->header.reserved_chunks)
		       ? NULL
		       : &region->chunk[chunk - 1].handle[index % CF_CHUNK_HANDLES];
}

/*
 * Counts what is in use.  A table that is being inherited or closed has places without memory, and
 * free ones that are in no list.
 */
static const char *table_fault(uint32_t slot)
{
	const struct cf_process *process = &region->process[slot];
	uint32_t high = value(&process->handle_high), i, link, unused = 0;
	const struct cf_handle_entry *entry;

	if (value(&process->state) == 0)
		return high != 0 || value(&process->handle_free) != 0 ||
				       value(&process->chunk[0]) != 0
			       ? "is free and has a table"
			       : NULL;
	if (high > HANDLES)
		return "has more handles than a scenario makes";
	for (i = 0; i < high; i++) {
		uint32_t used;

		entry = entry_at(process, i);
		used = entry != NULL ? value(&entry->entry) : 0;
		if ((used & CF_HANDLE_USED) == 0)
			unused++;
		else if ((used & CF_HANDLE_OBJECT) >= objects)
			return "has a handle of an object that never was";
		else
			handles[used & CF_HANDLE_OBJECT]++;
	}
	for (link = value(&process->handle_free); link != 0; link = value(&entry->entry)) {
		entry = entry_at(process, link - 1);
		if (entry == NULL)
			break;
		if (link > high || (value(&entry->entry) & CF_HANDLE_USED) != 0)
			return "has a list of free handles that leads to one in use";
		if (unused-- == 0)
			return "has a list of free handles without an end";
	}
	return NULL;
}

static void look_at_table(uint32_t slot)
{
	const char *fault = table_fault(slot);
	uint32_t chunk = value(&region->process[slot].chunk[0]);

	if (fault != NULL)
		sim_fail("between two steps: process %u %s", slot, fault);
	else if (chunk != 0 && value(&region->chunk_owner[chunk - 1]) != slot + 1)
		sim_fail("between two steps: process %u has a chunk that is not its own", slot);
}

/* ---- At rest ------------------------------------------------------------------------------ */

static bool is_there(const struct cf_thread *thread, uint32_t number)
{
	const struct cf_object *object =
		&region->object[cf_load32(&thread->block[number].object)];
	uint32_t state = value(&object->state);

	return (value(&object->info) & CF_TYPE_MASK) == CF_MUTANT
		       ? state == 0 || state == cf_load32(&thread->identity)
		       : state != 0;
}

static bool could_end(const struct cf_thread *thread)
{
	uint32_t count = cf_load32(&thread->count), there = 0, i;

	if ((value(&thread->wait) & CF_STATE) != CF_WAITING)
		return false;
	for (i = 0; i < count; i++)
		there += is_there(thread, i);
	return (cf_load32(&thread->flags) & CF_WAIT_ALL) != 0 ? there == count : there > 0;
}

void invariants_rest(void)
{
	uint32_t i;

	region = base_region();
	for (i = 0; i < cf_load32(&region->header.high_threads); i++)
		if (could_end(&region->thread[i]))
			sim_fail("thread %u waits on, and what it waits for is there", i);
}

/* ---- All together ------------------------------------------------------------------------- */

/* Slots are looked at up to the bounds only: of one in use beyond them nobody would hear again. */
static void look_beyond(uint32_t processes)
{
	uint32_t i;

	for (i = processes; i < SIM_MOST_PROCESSES; i++)
		if (value(&region->process[i].state) != 0)
			sim_fail("between two steps: process %u is beyond the bound", i);
	for (i = threads; i < THREADS; i++)
		if (cf_owner_process(invariants_bits(region, &region->thread[i].owner)) != 0)
			sim_fail("between two steps: thread slot %u is beyond the bound", i);
}

static void look(void)
{
	uint32_t i, processes = cf_load32(&region->header.high_processes);

	objects = value(&region->header.high_objects);
	threads = cf_load32(&region->header.high_threads);
	if (objects > OBJECTS || threads > THREADS) {
		sim_fail("between two steps: more objects or threads than a scenario makes");
		return;
	}
	memset(handles, 0, sizeof(handles));
	memset(queue, 0, threads * sizeof(queue[0]));
	look_beyond(processes);
	for (i = 0; i < processes; i++)
		look_at_table(i);
	walk_free_lists();
	for (i = 0; i < objects; i++)
		walk_queue(i);
	for (i = 0; i < objects; i++) {
		look_at_object(i);
		look_at_owner(i);
	}
	for (i = 0; i < threads; i++)
		look_at_thread(i);
}

void invariants_change(const struct sim_event *event)
{
	bool moved;

	region = base_region();
	if (region == NULL || (uintptr_t)event->word - (uintptr_t)region >= sizeof(*region))
		return;
	invariants_word(region, event, &moved);
	if (moved)
		look();
}
