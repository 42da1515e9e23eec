/* SPDX-License-Identifier: MIT */
/*
 * core/check.c - the header, the words, and the order of the parts.  See core/check.h.
 *
 * What happens if a process dies here: nothing.
 */
#include "core/check.h"

#include <stdlib.h>

#include "core/check_part.h"
#include "core/kcas.h"
#include "core/region.h"

/* ---- Telling ---------------------------------------------------------------------------- */

static const char *const names[CF_FINDING_KINDS] = {
	[CF_FINDING_HEADER] = "header",
	[CF_FINDING_PROCESS] = "process",
	[CF_FINDING_CHUNK] = "chunk",
	[CF_FINDING_HANDLE] = "handles of process",
	[CF_FINDING_THREAD] = "thread",
	[CF_FINDING_WAIT] = "wait of thread",
	[CF_FINDING_DESCRIPTOR] = "descriptor of thread",
	[CF_FINDING_WORD] = "word at",
	[CF_FINDING_OBJECT] = "object",
	[CF_FINDING_REFERENCES] = "references of object",
	[CF_FINDING_QUEUE] = "queue of object",
	[CF_FINDING_BLOCK] = "wait block of thread",
	[CF_FINDING_FREE_LIST] = "list of free objects",
};

const char *cf_finding_name(enum cf_finding_kind kind)
{
	return (unsigned)kind < CF_FINDING_KINDS ? names[kind] : "unknown";
}

static size_t put_number(char *text, size_t used, uint32_t number)
{
	char digits[10];
	size_t count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	while (count > 0 && used < CF_FINDING_TEXT - 1)
		text[used++] = digits[--count];
	return used;
}

void cf_check_tell(struct cf_check *check, enum cf_finding_kind kind, uint32_t index,
		   const char *text, uint32_t first, uint32_t second)
{
	struct cf_finding finding = { .kind = kind, .index = index };
	uint32_t number = first;
	size_t used = 0;

	for (; *text != '\0' && used < CF_FINDING_TEXT - 1; text++) {
		if (*text != '#') {
			finding.sentence[used++] = *text;
			continue;
		}
		used = put_number(finding.sentence, used, number);
		number = second;
	}
	if (!check->enough && !check->report(check->context, &finding))
		check->enough = true;
}

/* ---- Words ------------------------------------------------------------------------------ */

static const struct cf_descriptor *descriptor_of(const struct cf_check *check, uint64_t reference)
{
	uint32_t thread = cf_reference_thread(reference), depth = cf_reference_depth(reference);

	return thread < cf_bound(&check->region->header.reserved_threads, CF_THREADS) &&
			       depth < CF_DESCRIPTORS
		       ? &check->region->thread[thread].descriptor[depth]
		       : NULL;
}

/* What a change has made of a word at an offset; false: the change does not name it. */
static bool result_of(const struct cf_descriptor *descriptor, uint32_t offset, uint64_t status,
		      uint64_t *bits)
{
	uint32_t count = cf_bound(&descriptor->count, CF_CHANGES);
	uint32_t i;

	for (i = 0; i < count; i++) {
		const struct cf_entry *entry = &descriptor->entry[i];
		uint32_t where = cf_load32_relaxed(&entry->where);

		if ((where & ~1u) != offset)
			continue;
		*bits = cf_load_relaxed(&entry->old);
		if ((status & 3) == CF_CHANGE_SUCCESSFUL)
			*bits = cf_next_with(*bits, cf_load32_relaxed(&entry->value),
					     (where & 1) != 0);
		else if ((status & 3) == CF_CHANGE_FAILED)
			*bits = cf_next(*bits, cf_value(*bits));
		return true;
	}
	return false;
}

/* Stands for "it changed meanwhile". */
static const char again[] = "again";

/* What is wrong with a reference that a word held, if it still does. */
static const char *resolve(struct cf_check *check, const cf_word *word, uint64_t reference,
			   uint64_t *bits)
{
	const struct cf_descriptor *descriptor = descriptor_of(check, reference);
	uint64_t status;
	bool named;

	if (descriptor == NULL)
		return "refers to a change of a thread that has no slot";
	status = cf_load(&descriptor->status);
	if (status >> 2 != cf_reference_sequence(reference) || (status & 3) == CF_CHANGE_WRITING)
		return "refers to a change that is not in progress";
	named = result_of(descriptor, cf_word_offset(check->region, word), status, bits);
	cf_fence_loads();
	if (cf_load_relaxed(&descriptor->status) != status)
		return again;
	return named ? NULL : "refers to a change that does not name it";
}

static void tell_word(struct cf_check *check, const cf_word *word, const char *text)
{
	uint32_t offset = cf_word_offset(check->region, word), i;

	for (i = 0; i < CF_CHECK_TOLD; i++)
		if (check->told[i] == offset)
			return;
	check->told[check->told_next++ % CF_CHECK_TOLD] = offset;
	cf_check_tell(check, CF_FINDING_WORD, offset, text, 0, 0);
}

bool cf_check_peek(struct cf_check *check, const cf_word *word, uint64_t *bits)
{
	const char *fault;
	uint64_t seen;
	uint32_t round;

	for (round = 0; round < CF_CHECK_ROUNDS; round++) {
		seen = cf_load(word);
		*bits = seen;
		if (!cf_described(seen))
			return true;
		fault = resolve(check, word, seen, bits);
		if (fault == NULL && check->exact)
			tell_word(check, word, "is in the middle of a change");
		if (fault == NULL)
			return true;
		/* A change that is over has been removed from all of its words. */
		if (fault != again && cf_load_relaxed(word) == seen) {
			tell_word(check, word, fault);
			return false;
		}
	}
	return false;
}

bool cf_check_same(struct cf_check *check, const cf_word *word, uint64_t bits)
{
	uint64_t now;

	cf_fence_loads();
	return cf_check_peek(check, word, &now) && now == bits;
}

/* ---- The header ------------------------------------------------------------------------- */

static void wrong_header(struct cf_check *check, const char *text, uint32_t first, uint32_t second)
{
	cf_check_tell(check, CF_FINDING_HEADER, 0, text, first, second);
}

/* False: the rest is not laid out as this build knows it. */
static bool check_constants(struct cf_check *check)
{
	const struct cf_header *header = &check->region->header;
	bool readable = header->format == CF_FORMAT && header->layout == cf_layout_hash();

	if (header->magic != CF_MAGIC)
		wrong_header(check, "the magic number is not that of an environment", 0, 0);
	if (header->format != CF_FORMAT)
		wrong_header(check, "the format is #, this build knows #", header->format,
			     CF_FORMAT);
	if (header->layout != cf_layout_hash())
		wrong_header(check, "the layout is that of another build", 0, 0);
	if (header->endian != CF_ENDIAN)
		wrong_header(check, "the byte order is another one", 0, 0);
	if (header->page_size < 512 || (header->page_size & (header->page_size - 1)) != 0)
		wrong_header(check, "a page has # bytes", header->page_size, 0);
	if (header->size != CF_REGION_SIZE)
		wrong_header(check, "the size is not that of an environment", 0, 0);
	return readable;
}

/* A count that only grows, with what it may be at the most; the bound that may be relied on. */
static uint32_t check_count(struct cf_check *check, const uint32_t *count, uint32_t limit,
			    const char *text)
{
	uint32_t now = cf_load32_relaxed(count);

	if (now > limit)
		wrong_header(check, text, now, limit);
	return now < limit ? now : limit;
}

/* The high-water marks are read before the counts of memory, which are raised first. */
static void check_counts(struct cf_check *check)
{
	const struct cf_header *header = &check->region->header;
	uint32_t processes = cf_load32_relaxed(&header->high_processes),
		 threads = cf_load32_relaxed(&header->high_threads);
	uint32_t reserved;
	uint64_t objects;

	if (!cf_check_peek(check, &header->high_objects, &objects))
		objects = 0;
	cf_fence_loads();
	check->processes = check_count(check, &header->reserved_processes, CF_PROCESSES,
				       "memory for # processes of #");
	check->threads = check_count(check, &header->reserved_threads, CF_THREADS,
				     "memory for # threads of #");
	check->chunks = check_count(check, &header->reserved_chunks, CF_CHUNKS,
				    "memory for # chunks of handles of #");
	reserved = check_count(check, &header->reserved_objects, CF_OBJECTS,
			       "memory for # objects of #");
	if (processes > check->processes)
		wrong_header(check, "# processes were used, # have memory", processes,
			     check->processes);
	if (threads > check->threads)
		wrong_header(check, "# threads were used, # have memory", threads, check->threads);
	if (cf_value(objects) > reserved)
		wrong_header(check, "# objects were used, # have memory", cf_value(objects),
			     reserved);
	if (cf_load32_relaxed(&header->janitor) > CF_PROCESSES)
		wrong_header(check, "the janitor is process #", cf_load32_relaxed(&header->janitor) - 1, 0);
	check->objects = cf_value(objects) < reserved ? cf_value(objects) : reserved;
}

/* ---- The whole -------------------------------------------------------------------------- */

static void check_parts(struct cf_check *check)
{
	cf_check_tally(check);
	cf_check_processes(check);
	cf_check_handles(check);
	cf_check_threads(check);
	cf_check_objects(check);
	cf_check_queues(check);
}

carafe_status cf_check(const struct cf_region *region, enum cf_check_mode mode,
		       cf_finding_function *report, void *context)
{
	struct cf_check check = {
		.region = region,
		.exact = mode == CF_CHECK_EXACT,
		.report = report,
		.context = context,
	};
	carafe_status status = CARAFE_STATUS_NO_MEMORY;

	if (!check_constants(&check))
		return CARAFE_STATUS_REVISION_MISMATCH;
	check_counts(&check);
	check.tally = calloc((size_t)check.objects + 1, sizeof(*check.tally));
	check.chunk_process = calloc((size_t)check.chunks + 1, sizeof(*check.chunk_process));
	check.block_seen = calloc((size_t)check.threads * CF_BLOCKS / 8 + 1, 1);
	if (check.tally != NULL && check.chunk_process != NULL && check.block_seen != NULL) {
		check_parts(&check);
		status = CARAFE_STATUS_SUCCESS;
	}
	free(check.block_seen);
	free(check.chunk_process);
	free(check.tally);
	return status;
}
