/* SPDX-License-Identifier: MIT */
/*
 * How the shared memory grows, and what an index or an offset read from it may lead to
 * (core/region.c).
 *
 * Catches a bound that is off by one: the slot behind it has no memory, and touching it is a
 * SIGBUS.
 */
#include <config.h>

#include <sys/stat.h>

#include "tests/unit/fixture.h"
#include "tests/weak.h"

static struct carafe_environment *environment;
static struct cf_region *region;
static int memory;

struct array {
	const char *name;
	carafe_status (*reserve)(struct cf_region *region, int memory, uint32_t index);
	uint32_t *reserved;
	uint32_t limit;
	size_t start, size;
};

static struct array arrays[4];

static void *slot_at(const struct array *array, uint32_t index)
{
	switch (array - arrays) {
	case 0:
		return cf_process_at(region, index);
	case 1:
		return cf_thread_at(region, index);
	case 2:
		return cf_object_at(region, index);
	default:
		return cf_chunk_at(region, index);
	}
}

/* Blocks of the file that have memory. */
static intmax_t blocks(void)
{
	struct stat file;

	return fstat(memory, &file) == 0 ? (intmax_t)file.st_blocks : -1;
}

static void test_growth(const struct array *array)
{
	uint32_t have = *array->reserved, more;
	intmax_t before = blocks();

	is_int(array->reserve(region, memory, 0), CARAFE_STATUS_SUCCESS, "the first %s",
	       array->name);
	if (have > 0)
		ok(*array->reserved == have && blocks() == before,
		   "to reserve what is there changes nothing");
	have = *array->reserved;
	is_int(array->reserve(region, memory, have), CARAFE_STATUS_SUCCESS, "the next %s",
	       array->name);
	more = *array->reserved;
	ok(more > have && more <= array->limit, "the count covers it");
	ok(slot_at(array, more - 1) != NULL && slot_at(array, more) == NULL,
	   "and bounds what is handed out");
	ok(slot_at(array, UINT32_MAX) == NULL, "an index of ones gives none");
	ok((char *)slot_at(array, more - 1) ==
		   (char *)region + array->start + (size_t)(more - 1) * array->size,
	   "slots lie one behind the other");
	memset(slot_at(array, more - 1), 0, array->size);
	pass("the last one can be touched");
	is_int(array->reserve(region, memory, array->limit), CARAFE_STATUS_INSUFFICIENT_RESOURCES,
	       "there is no %s past the end", array->name);
	is_int(array->reserve(region, memory, UINT32_MAX), CARAFE_STATUS_INSUFFICIENT_RESOURCES,
	       "nor one with an index of ones");
	if (weakness(WEAK_FILE) == NULL)
		ok(!CARAFE_SUCCESS(array->reserve(region, -1, more)) && *array->reserved == more,
		   "when there is no memory the count stays");
	else
		skip(1, "%s", weakness(WEAK_FILE));
}

/* Whoever writes nonsense there must not make us touch what is not there. */
static void test_damaged_counts(const struct array *array)
{
	uint32_t have = *array->reserved;

	cf_store32(array->reserved, UINT32_MAX);
	ok(slot_at(array, array->limit - 1) != NULL && slot_at(array, array->limit) == NULL,
	   "a count of ones is not believed beyond the array of %s slots", array->name);
	is_int(array->reserve(region, memory, array->limit), CARAFE_STATUS_INSUFFICIENT_RESOURCES,
	       "nor are there more");
	cf_store32(array->reserved, have);
}

/* The last array lies last, so that all reserved words of one are followed by unreserved ones. */
static void test_words(const struct array *array)
{
	size_t end = array->start + (size_t)*array->reserved * array->size;

	ok(cf_word_at(region, (uint32_t)array->start) == (void *)((char *)region + array->start),
	   "the first word of the %s slots is a word", array->name);
	ok(cf_word_at(region, (uint32_t)end - 8) != NULL, "and so is the last that has memory");
	ok(cf_word_at(region, (uint32_t)end) == NULL, "the next one is not");
	for (uint32_t byte = 1; byte < 8; byte++)
		if (cf_word_at(region, (uint32_t)array->start + byte) != NULL)
			fail("%u bytes into a word is no word", byte);
	pass("nor are parts of words");
}

static void test_other_words(void)
{
	uint32_t instances = offsetof(struct cf_header, instances);

	ok(cf_word_at(region, 0) == NULL && cf_word_at(region, instances - 8) == NULL,
	   "no word of the constant head changes");
	ok(cf_word_at(region, instances) == &region->header.instances,
	   "the first that does is the first word");
	ok(cf_word_at(region, instances + 4) == NULL, "half of it is none");
	ok(cf_word_at(region, offsetof(struct cf_region, chunk_owner)) == &region->chunk_owner[0] &&
		   cf_word_at(region, offsetof(struct cf_region, object) - 8) != NULL,
	   "chunk owners are words");
	ok(cf_word_at(region, CF_REGION_SIZE) == NULL && cf_word_at(region, UINT32_MAX) == NULL &&
		   cf_word_at(region, UINT32_MAX & ~7u) == NULL,
	   "past the end there is none");
	ok(cf_word_at(region, cf_word_offset(region, &region->object[0].second)) ==
		   &region->object[0].second,
	   "a word's offset leads to the word");
}

static void test_wait_words(void)
{
	uint32_t wait = cf_word_offset(region, &region->thread[0].wait);
	uint32_t last = *arrays[1].reserved - 1;

	ok(cf_thread_of_wait(region, wait) == &region->thread[0], "a wait word names its thread");
	ok(cf_thread_of_wait(region, cf_word_offset(region, &region->thread[last].wait)) ==
		   &region->thread[last],
	   "the last one, too");
	ok(cf_thread_of_wait(region, cf_word_offset(region, &region->thread[last + 1].wait)) ==
		   NULL,
	   "one without memory does not");
	ok(cf_thread_of_wait(region, wait + 8) == NULL &&
		   cf_thread_of_wait(region, wait - 8) == NULL,
	   "nor do its neighbours");
	ok(cf_thread_of_wait(region, 8) == NULL &&
		   cf_thread_of_wait(region, cf_word_offset(region, &region->object[0].state)) ==
			   NULL,
	   "nor do words outside of threads");
	/* An object, so many slots behind the first wait word as if the threads went on. */
	ok(cf_thread_of_wait(region, wait + CF_THREADS * (uint32_t)sizeof(struct cf_thread)) ==
		   NULL,
	   "nor does what would be the wait word of a thread too many");
}

static void test_layout_hash(void)
{
	struct carafe_environment *other;
	uint32_t hash = cf_layout_hash();

	ok(hash != 0 && hash == cf_layout_hash(), "the layout has a number, always the same");
	is_int(region->header.layout, hash, "which the environment says");
	region->header.layout = hash ^ 1;
	is_int(carafe_environment_open(scratch("environment"), CARAFE_NO_JANITOR, &other),
	       CARAFE_STATUS_REVISION_MISMATCH, "one with another number is refused");
	region->header.layout = hash;
}

int main(void)
{
	environment = open_first();
	region = environment->region;
	memory = environment->place.memory;
	arrays[0] = (struct array){ "process",
				    cf_reserve_process,
				    &region->header.reserved_processes,
				    CF_PROCESSES,
				    offsetof(struct cf_region, process),
				    sizeof(struct cf_process) };
	arrays[1] = (struct array){ "thread",
				    cf_reserve_thread,
				    &region->header.reserved_threads,
				    CF_THREADS,
				    offsetof(struct cf_region, thread),
				    sizeof(struct cf_thread) };
	arrays[2] = (struct array){ "object",
				    cf_reserve_object,
				    &region->header.reserved_objects,
				    CF_OBJECTS,
				    offsetof(struct cf_region, object),
				    sizeof(struct cf_object) };
	arrays[3] = (struct array){ "chunk",
				    cf_reserve_chunk,
				    &region->header.reserved_chunks,
				    CF_CHUNKS,
				    offsetof(struct cf_region, chunk),
				    sizeof(struct cf_chunk) };
	for (int i = 0; i < 4; i++) {
		test_growth(&arrays[i]);
		test_damaged_counts(&arrays[i]);
		test_words(&arrays[i]);
	}
	test_other_words();
	test_wait_words();
	test_layout_hash();
	return done_testing();
}
