/* SPDX-License-Identifier: MIT */
/*
 * core/region.c - growth of the shared memory, and the way from offsets to words.  See
 * core/region.h.
 *
 * Growth: the memory is reserved first and the count published afterwards, so nobody ever touches a
 * page that has nothing behind it.  Two processes may reserve the same pages; that is harmless.
 *
 * What happens if a process dies here: between the two steps, some memory is reserved that the next
 * one to grow reserves again.
 */
#include "core/region.h"

#include "core/word.h"
#include "os/os.h"

/* Grow by about this many bytes at a time. */
#define STEP 65536u

static carafe_status reserve(uint32_t *reserved, uint32_t index, uint32_t limit, int memory,
			     uint64_t start, uint32_t size)
{
	uint32_t have, want;
	carafe_status status;

	if (index >= limit)
		return CARAFE_STATUS_INSUFFICIENT_RESOURCES;
	for (;;) {
		have = cf_bound(reserved, limit);
		if (index < have)
			return CARAFE_STATUS_SUCCESS;
		want = index + 1 + (STEP - 1) / size;
		if (want > limit)
			want = limit;
		status = os_file_reserve(memory, start + (uint64_t)have * size,
					 (uint64_t)(want - have) * size);
		if (!CARAFE_SUCCESS(status))
			return status;
		(void)cf_cas32(reserved, have, want);
	}
}

carafe_status cf_reserve_process(struct cf_region *region, int memory, uint32_t index)
{
	return reserve(&region->header.reserved_processes, index, CF_PROCESSES, memory,
		       offsetof(struct cf_region, process), sizeof(struct cf_process));
}

carafe_status cf_reserve_thread(struct cf_region *region, int memory, uint32_t index)
{
	return reserve(&region->header.reserved_threads, index, CF_THREADS, memory,
		       offsetof(struct cf_region, thread), sizeof(struct cf_thread));
}

carafe_status cf_reserve_object(struct cf_region *region, int memory, uint32_t index)
{
	return reserve(&region->header.reserved_objects, index, CF_OBJECTS, memory,
		       offsetof(struct cf_region, object), sizeof(struct cf_object));
}

carafe_status cf_reserve_chunk(struct cf_region *region, int memory, uint32_t index)
{
	return reserve(&region->header.reserved_chunks, index, CF_CHUNKS, memory,
		       offsetof(struct cf_region, chunk), sizeof(struct cf_chunk));
}

uint32_t cf_layout_hash(void)
{
	static const uint32_t facts[] = {
		CF_FORMAT, CF_SEQUENCE_BITS, CF_PROCESSES, CF_THREADS, CF_OBJECTS, CF_CHUNKS,
		CF_CHUNK_HANDLES, CF_PROCESS_CHUNKS, CF_BLOCKS, CF_OWNED, CF_DESCRIPTORS,
		CF_CHANGES, sizeof(struct cf_header), sizeof(struct cf_process), sizeof(struct cf_thread),
		sizeof(struct cf_object), offsetof(struct cf_region, object),
		offsetof(struct cf_region, process), offsetof(struct cf_region, thread),
		offsetof(struct cf_region, chunk), sizeof(struct cf_region)
	};
	uint32_t hash = 2166136261u;
	size_t i;

	for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		hash = (hash ^ facts[i]) * 16777619u;
	/* Processes that cannot wake each other must not meet. */
	for (const char *c = os_backend(); *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	return hash;
}

static bool within(uint32_t offset, size_t start, const uint32_t *reserved, uint32_t limit,
		   size_t size)
{
	return offset >= start && (offset - start) / size < cf_bound(reserved, limit);
}

cf_word *cf_word_at(struct cf_region *region, uint32_t offset)
{
	const struct cf_header *header = &region->header;

	if (offset % sizeof(cf_word) != 0 || offset < offsetof(struct cf_header, instances))
		return NULL;
	if (offset < CF_REGION_HEAD ||
	    within(offset, offsetof(struct cf_region, object), &header->reserved_objects,
		   CF_OBJECTS, sizeof(struct cf_object)) ||
	    within(offset, offsetof(struct cf_region, thread), &header->reserved_threads,
		   CF_THREADS, sizeof(struct cf_thread)) ||
	    within(offset, offsetof(struct cf_region, process), &header->reserved_processes,
		   CF_PROCESSES, sizeof(struct cf_process)) ||
	    within(offset, offsetof(struct cf_region, chunk), &header->reserved_chunks, CF_CHUNKS,
		   sizeof(struct cf_chunk)))
		return (cf_word *)(void *)((char *)region + offset);
	return NULL;
}

struct cf_thread *cf_thread_of_wait(struct cf_region *region, uint32_t offset)
{
	size_t start = offsetof(struct cf_region, thread);
	uint32_t index;

	if (offset < start || (offset - start) % sizeof(struct cf_thread) !=
				      offsetof(struct cf_thread, wait))
		return NULL;
	index = (uint32_t)((offset - start) / sizeof(struct cf_thread));
	return cf_thread_at(region, index);
}
