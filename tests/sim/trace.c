/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/trace.c - the steps of a schedule, for people.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/layout.h"
#include "core/queue.h"
#include "core/word.h"
#include "tests/sim/search.h"

#define NAME 64

struct field {
	const char *name;
	size_t offset;
};

#define FIELD(type, name) \
	{ \
#name, offsetof(struct type, name) \
	}

static const struct field header_fields[] = { FIELD(cf_header, reserved_processes),
					      FIELD(cf_header, reserved_threads),
					      FIELD(cf_header, reserved_objects),
					      FIELD(cf_header, reserved_chunks),
					      FIELD(cf_header, high_processes),
					      FIELD(cf_header, high_threads),
					      FIELD(cf_header, janitor),
					      FIELD(cf_header, instances),
					      FIELD(cf_header, high_objects),
					      { NULL, 0 } };

static const struct field object_fields[] = {
	FIELD(cf_object, state),    FIELD(cf_object, info),    FIELD(cf_object, second),
	FIELD(cf_object, refs),	    FIELD(cf_object, first),   FIELD(cf_object, last),
	FIELD(cf_object, instance), FIELD(cf_object, granted), { NULL, 0 }
};

static const struct field thread_fields[] = {
	FIELD(cf_thread, owner),    FIELD(cf_thread, wait),	      FIELD(cf_thread, alert),
	FIELD(cf_thread, park),	    FIELD(cf_thread, count),	      FIELD(cf_thread, flags),
	FIELD(cf_thread, identity), FIELD(cf_thread, owned_overflow), { NULL, 0 }
};

static const struct field process_fields[] = { FIELD(cf_process, state),
					       FIELD(cf_process, start),
					       FIELD(cf_process, pid),
					       FIELD(cf_process, space),
					       FIELD(cf_process, handle_free),
					       FIELD(cf_process, handle_high),
					       { NULL, 0 } };

static const struct field block_fields[] = {
	FIELD(cf_block, next), FIELD(cf_block, prev), FIELD(cf_block, object), { NULL, 0 }
};

static const char *find(const struct field *fields, size_t offset)
{
	for (; fields->name != NULL; fields++)
		if (fields->offset == offset)
			return fields->name;
	return "?";
}

/* In a descriptor: its status and count, and the parts of its entries. */
static void name_descriptor(char *name, size_t size, size_t index, size_t offset)
{
	static const struct field parts[] = {
		FIELD(cf_entry, old), FIELD(cf_entry, where), FIELD(cf_entry, value), { NULL, 0 }
	};
	size_t depth = offset / sizeof(struct cf_descriptor), entry;

	offset %= sizeof(struct cf_descriptor);
	if (offset < offsetof(struct cf_descriptor, entry)) {
		snprintf(name, size, "thread[%zu].descriptor[%zu].%s", index, depth,
			 offset == 0 ? "status" : "count");
		return;
	}
	offset -= offsetof(struct cf_descriptor, entry);
	entry = offset / sizeof(struct cf_entry);
	snprintf(name, size, "thread[%zu].descriptor[%zu].entry[%zu].%s", index, depth, entry,
		 find(parts, offset % sizeof(struct cf_entry)));
}

static void name_thread(char *name, size_t size, size_t index, size_t offset)
{
	size_t owned = offsetof(struct cf_thread, owned), block = offsetof(struct cf_thread, block);
	size_t descriptor = offsetof(struct cf_thread, descriptor);

	if (offset >= descriptor)
		name_descriptor(name, size, index, offset - descriptor);
	else if (offset >= block)
		snprintf(name, size, "thread[%zu].block[%zu].%s", index,
			 (offset - block) / sizeof(struct cf_block),
			 find(block_fields, (offset - block) % sizeof(struct cf_block)));
	else if (offset >= owned && offset < owned + CF_OWNED * sizeof(uint32_t))
		snprintf(name, size, "thread[%zu].owned[%zu]", index,
			 (offset - owned) / sizeof(uint32_t));
	else
		snprintf(name, size, "thread[%zu].%s", index, find(thread_fields, offset));
}

static void name_process(char *name, size_t size, size_t index, size_t offset)
{
	size_t chunk = offsetof(struct cf_process, chunk);

	if (offset >= chunk)
		snprintf(name, size, "process[%zu].chunk[%zu]", index,
			 (offset - chunk) / sizeof(cf_word));
	else
		snprintf(name, size, "process[%zu].%s", index, find(process_fields, offset));
}

static void name_handle(char *name, size_t size, size_t offset)
{
	size_t handle = offset / sizeof(struct cf_handle_entry);

	snprintf(name, size, "chunk[%zu].handle[%zu].%s", handle / CF_CHUNK_HANDLES,
		 handle % CF_CHUNK_HANDLES,
		 offset % sizeof(struct cf_handle_entry) == 0 ? "entry" : "access");
}

static void name_header(char *name, size_t size, size_t offset)
{
	size_t lists = offsetof(struct cf_header, free_objects);

	if (offset >= offsetof(struct cf_region, chunk_owner))
		snprintf(name, size, "chunk_owner[%zu]",
			 (offset - offsetof(struct cf_region, chunk_owner)) / sizeof(cf_word));
	else if (offset >= lists)
		snprintf(name, size, "free_objects[%zu]", (offset - lists) / 64);
	else
		snprintf(name, size, "header.%s", find(header_fields, offset));
}

static bool lies_in(size_t *offset, size_t start, size_t size)
{
	if (*offset < start || *offset - start >= size)
		return false;
	*offset -= start;
	return true;
}

#define LIES_IN(offset, array) \
	lies_in(offset, offsetof(struct cf_region, array), sizeof(((struct cf_region *)0)->array))

/* The name of the word at an offset in the memory of an environment. */
static void name_offset(char *name, size_t size, size_t offset)
{
	if (LIES_IN(&offset, chunk))
		name_handle(name, size, offset);
	else if (LIES_IN(&offset, object))
		snprintf(name, size, "object[%zu].%s", offset / sizeof(struct cf_object),
			 find(object_fields, offset % sizeof(struct cf_object)));
	else if (LIES_IN(&offset, thread))
		name_thread(name, size, offset / sizeof(struct cf_thread),
			    offset % sizeof(struct cf_thread));
	else if (LIES_IN(&offset, process))
		name_process(name, size, offset / sizeof(struct cf_process),
			     offset % sizeof(struct cf_process));
	else
		name_header(name, size, offset);
}

static void name_word(char *name, size_t size, const void *word)
{
	uint64_t room;
	const char *base = sim_mapping_of(word, &room);

	if (base == NULL)
		snprintf(name, size, "(private)");
	else if (room == CF_REGION_SIZE)
		name_offset(name, size, (size_t)((const char *)word - base));
	else
		snprintf(name, size, "gate.%s", (const char *)word == base ? "current" : "numbers");
}

static void write_value(char *text, size_t size, unsigned width, uint64_t bits)
{
	if (width == 4)
		snprintf(text, size, "%" PRIu64, bits);
	else if (cf_described(bits))
		snprintf(text, size,
			 "operation %" PRIu64 " of thread[%" PRIu64 "].descriptor[%" PRIu64 "]",
			 bits >> 17, bits >> 3 & (CF_THREADS - 1), bits >> 1 & 3);
	else
		snprintf(text, size, "%" PRIx32 "#%" PRIu32 "%s", cf_value(bits), cf_sequence(bits),
			 cf_waiters(bits) ? "w" : "");
}

static void print_access(const struct sim_event *event)
{
	static const char *const verbs[] = { "load", "store", "cas" };
	char name[NAME], old[NAME], new[NAME];

	name_word(name, sizeof(name), event->word);
	write_value(old, sizeof(old), event->size, event->old);
	write_value(new, sizeof(new), event->size, event->new);
	printf("%6" PRIu64 "  %2u/%u  %-24s %4d  %-5s %-36s %s", event->step, event->thread,
	       sim_process_of(event->thread), event->where, event->line, verbs[event->kind], name,
	       old);
	if (event->kind == SIM_EVENT_LOAD)
		printf("\n");
	else
		printf(" -> %s%s\n", new, event->done ? "" : "  missed");
}

static void print_action(const struct sim_event *event)
{
	static const char *const what[] = { "runs",
					    "time passes",
					    "process is killed",
					    "thread is halted",
					    "thread wakes for no reason",
					    "deadline passes",
					    "thread is interrupted",
					    "disk is full",
					    "load gives an older value" };
	static unsigned last = SIM_NONE;

	if (event->action.verb == SIM_ACT_RUN) {
		if (event->action.who != last)
			printf("------  thread %u\n", event->action.who);
		last = event->action.who;
		return;
	}
	printf("------  %s: %u\n", what[event->action.verb], event->action.who);
}

static void print_event(const struct sim_event *event)
{
	if (event->kind == SIM_EVENT_ACTION)
		print_action(event);
	else if (event->kind == SIM_EVENT_CALL)
		printf("%6" PRIu64 "  %2u/%u  %s %" PRIu64 "\n", event->step, event->thread,
		       sim_process_of(event->thread), event->where, event->old);
	else
		print_access(event);
}

void trace_print(const struct scenario *scenario, const struct schedule *schedule)
{
	sim_observer = print_event;
	(void)schedule_replay(scenario, schedule);
	sim_observer = NULL;
	fflush(stdout);
}
