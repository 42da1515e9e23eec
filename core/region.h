/* SPDX-License-Identifier: MIT */
/*
 * core/region.h - from an index read in shared memory to the slot it names, with every check that
 * makes that safe.
 *
 * A slot is handed out only when its index is within its array and the file has memory behind it,
 * so a damaged index gives NULL and never a fault.
 *
 * What happens if a process dies here: reserved memory stays reserved.
 */
#ifndef CF_REGION_H
#define CF_REGION_H

#include <carafe/status.h>

#include "core/hint.h"
#include "core/layout.h"

struct cf_place;

/*
 * Makes sure that slot `index` of an array has memory. DISK_FULL, or INSUFFICIENT_RESOURCES past
 * the end.
 */
carafe_status cf_reserve_process(struct cf_region *region, int memory, uint32_t index);
carafe_status cf_reserve_thread(struct cf_region *region, int memory, uint32_t index);
carafe_status cf_reserve_object(struct cf_region *region, int memory, uint32_t index);
carafe_status cf_reserve_chunk(struct cf_region *region, int memory, uint32_t index);

/* The first bytes of the file, up to the arrays of slots. */
#define CF_REGION_HEAD ((uint64_t)offsetof(struct cf_region, object))

/* What makes two builds' layouts different; compared at attach. */
uint32_t cf_layout_hash(void);

static inline uint32_t cf_bound(const uint32_t *reserved, uint32_t limit)
{
	uint32_t bound = cf_load32_relaxed(reserved);

	return bound < limit ? bound : limit;
}

/* How many slots were ever used: who sees that many sees that they have memory. */
static inline uint32_t cf_high(const uint32_t *high, uint32_t limit)
{
	uint32_t bound = cf_load32(high);

	return bound < limit ? bound : limit;
}

static inline struct cf_process *cf_process_at(struct cf_region *region, uint32_t index)
{
	return index < cf_bound(&region->header.reserved_processes, CF_PROCESSES) ?
		       &region->process[index] : NULL;
}

static inline struct cf_thread *cf_thread_at(struct cf_region *region, uint32_t index)
{
	return index < cf_bound(&region->header.reserved_threads, CF_THREADS) ?
		       &region->thread[index] : NULL;
}

static inline struct cf_object *cf_object_at(struct cf_region *region, uint32_t index)
{
	return index < cf_bound(&region->header.reserved_objects, CF_OBJECTS) ?
		       &region->object[index] : NULL;
}

static inline struct cf_chunk *cf_chunk_at(struct cf_region *region, uint32_t index)
{
	return index < cf_bound(&region->header.reserved_chunks, CF_CHUNKS) ?
		       &region->chunk[index] : NULL;
}

static inline uint32_t cf_object_index(const struct cf_region *region,
				       const struct cf_object *object)
{
	return (uint32_t)(object - region->object);
}

static inline uint32_t cf_thread_index(const struct cf_region *region,
				       const struct cf_thread *thread)
{
	return (uint32_t)(thread - region->thread);
}

static inline uint32_t cf_word_offset(const struct cf_region *region, const cf_word *word)
{
	return (uint32_t)((const char *)word - (const char *)region);
}

/*
 * Is an object's info at an offset?  Its sequence says which use of its place an object is, and a change
 * that fails gives a new one to each word that it came to, so it comes to this one last.
 */
static inline bool cf_is_info(uint32_t offset)
{
	const uint32_t first = (uint32_t)offsetof(struct cf_region, object);

	/* Few other words are told apart by the second comparison only. */
	return CF_SELDOM(offset % sizeof(struct cf_object) == offsetof(struct cf_object, info)) &&
	       offset - first < sizeof(((struct cf_region *)0)->object);
}

_Static_assert(offsetof(struct cf_region, object) % sizeof(struct cf_object) == 0,
	       "an object's place is seen from an offset");

/*
 * The word at an offset that was read from shared memory, or NULL when no word that changes can be
 * there.
 */
cf_word *cf_word_at(struct cf_region *region, uint32_t offset);

/* The thread whose wait word lies at offset, or NULL when it is another word. */
struct cf_thread *cf_thread_of_wait(struct cf_region *region, uint32_t offset);

#endif
