/* SPDX-License-Identifier: MIT */
/*
 * core/layout.h - every byte of the shared memory of an environment.
 *
 * One sparse file, mapped whole by every process, the same for 32- and 64-bit programs: fixed-width
 * fields, indices instead of pointers, arrays at fixed places.  A page of the file is touched only
 * after cf_reserve_...() (core/region.h) made sure that there is memory for it.
 *
 *	header | chunk owners | objects | processes | threads | chunks of handles
 *
 * Changes of several words are made in address order (core/kcas.c), so the arrays lie in the order
 * in which most operations name them: objects, then who handles them or waits for them.
 *
 * Type-stable: a slot is only ever used for the same kind of thing, and words keep their sequence
 * when a slot is used again.  "cf_word" fields change by CAS only (core/word.h); who may change
 * each, and when, stands beside it.  "plain" fields are accessed with relaxed 32-bit loads and
 * stores, and make sense only under the word named beside them.
 *
 * Nothing read from here is trusted: an index is copied once and compared with its array's size
 * before use (core/region.h does both).
 *
 * What happens if a process dies here: its slots keep what they say until core/sweep.c has put it
 * right.
 */
#ifndef CF_LAYOUT_H
#define CF_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "core/atomic.h"

#define CF_MAGIC UINT64_C(0x6566617261436643) /* reads "CfCarafe" in a little-endian dump */
#define CF_FORMAT 1u
#define CF_ENDIAN 0x01020304u

#define CF_PROCESSES 1024u
#define CF_THREADS 16384u
#define CF_OBJECTS 1048576u
#define CF_CHUNKS 4096u
#define CF_CHUNK_HANDLES 512u
#define CF_PROCESS_CHUNKS 2032u /* so many times CF_CHUNK_HANDLES a process */
#define CF_FREE_LISTS 8u	/* of objects, so that processes do not meet on one */

#define CF_WAIT_OBJECTS 64u
#define CF_BLOCKS (CF_WAIT_OBJECTS + 1u) /* one more for the alert object of the ntsync ABI */
#define CF_OWNED 32u
#define CF_DESCRIPTORS 3u /* a thread, a signal handler in it, and a handler in that */
#define CF_CHANGES 132u	  /* wait-all of 64 mutants: two words each; the wait; a signal's two */

struct cf_header {
	/* Written before the environment is published, then constant. */
	uint64_t magic;
	uint32_t format;
	uint32_t layout; /* cf_layout_hash() */
	uint32_t endian;
	uint32_t page_size;
	uint64_t size;

	/* Slots with memory behind them; only grow, by 32-bit CAS, after the memory is there. */
	uint32_t reserved_processes;
	uint32_t reserved_threads;
	uint32_t reserved_objects;
	uint32_t reserved_chunks;

	/* Slots that were ever used: bounds for walks over all; only grow, by 32-bit CAS. */
	uint32_t high_processes;
	uint32_t high_threads;

	/* Process slot + 1 of the janitor; a hint, written by whoever has the janitor's lock. */
	uint32_t janitor;
	uint32_t spare0;

	cf_word instances; /* openings of the ntsync device so far; CAS by the opener */
	uint8_t spare1[56];

	/* Objects that were ever used; by the KCAS that makes one (core/object.c). */
	cf_word high_objects;
	uint8_t spare2[56];

	/* First free object + 1, or 0; by the KCAS that makes or frees one. A cache line each. */
	struct {
		cf_word first;
		uint8_t spare[56];
	} free_objects[CF_FREE_LISTS];
};

/*
 * An object.  All words change by KCAS or, state alone, by CAS.  Constant while info is: the type
 * and what core/type.h calls its flags.
 */
#define CF_UNREFERENCED UINT32_MAX

struct cf_object {
	cf_word state;	  /* what waiting depends on; waiters bit: the queue is not empty */
	cf_word info;	  /* type and flags, or the next free object; sequence: the generation */
	cf_word second;	  /* mutant: further recursion or abandoned; semaphore: maximum */
	cf_word refs;	  /* handles and descriptors but one; CF_UNREFERENCED: none, a queue */
	cf_word first;	  /* oldest wait block, as a link (core/queue.h) */
	cf_word last;	  /* newest wait block */
	cf_word instance; /* ntsync: number of the device's opening; 0 for objects with handles */
	uint32_t granted; /* plain hint: thread + 1 that was granted it last (core/satisfy.c) */
	uint32_t spare;
};

/* One place of a waiting thread in the queue of one object.  Lives in the thread's slot. */
struct cf_block {
	cf_word next;	 /* 0: not in a queue; else link to a newer block or back to the object */
	cf_word prev;	 /* link to an older block or the object; valid while next is not 0 */
	/* By the owner while next is 0.  Whose queue (release); plain: its info's sequence. */
	uint32_t object;
	uint32_t generation;
};

/* One word of a multi-word change; plain, under the descriptor's status. */
struct cf_entry {
	cf_word old;
	uint32_t where; /* offset of the word in the environment; bit 0: the new waiters bit */
	uint32_t value; /* the new value */
};

/* A multi-word change in progress (core/kcas.h). */
struct cf_descriptor {
	cf_word status; /* sequence << 2 | state; by the owner, and once by any helper */
	uint32_t count; /* plain, under status */
	uint32_t spare;
	struct cf_entry entry[CF_CHANGES];
};

struct cf_thread {
	cf_word owner; /* core/thread.h; CAS by who takes the slot, its thread, or the sweep */
	cf_word wait;  /* core/wait.h; IDLE and WAITING by the thread, GRANTED by anybody's KCAS */
	cf_word alert; /* 1 alerted; set by anybody, cleared by the grant that tells it */

	uint32_t park; /* 0 running, 1 parked, 2 kicked; CAS and swap by the thread and wakers */
	uint32_t spare3;

	/*
	 * Plain, by the thread while wait is IDLE, after a fence of stores; read by others under
	 * wait's sequence.
	 */
	uint32_t count;
	uint32_t flags;
	uint32_t identity; /* who acquires mutants */
	uint32_t signal;   /* object + 1 that was signalled as the wait began; 0 once it is given */

	/* By the thread, CAS: object + 1 of mutants it may own, noted before they are acquired. */
	uint32_t owned[CF_OWNED];
	uint32_t owned_overflow; /* 1: there were more, look at all objects */
	uint32_t spare1[3];

	struct cf_block block[CF_BLOCKS];
	struct cf_descriptor descriptor[CF_DESCRIPTORS];
	uint8_t spare2[568];
};

struct cf_process {
	cf_word state; /* 0 free, else an incarnation; CAS by the holder of the byte, the sweep */
	cf_word start; /* plain, under state: which process this is, for os_watch_add() */
	uint32_t pid;
	uint32_t space;

	cf_word handle_free; /* first free handle + 1, or 0; by the KCAS that makes or closes one */
	cf_word handle_high; /* handles that were ever used by this incarnation */
	uint8_t spare[88];

	cf_word chunk[CF_PROCESS_CHUNKS]; /* chunk + 1, or 0; by KCAS with its chunk_owner */
};

/* An entry of a handle table. */
struct cf_handle_entry {
	cf_word entry;	/* core/handle.h */
	cf_word access; /* granted access; meaningful while entry is in use */
};

struct cf_chunk {
	struct cf_handle_entry handle[CF_CHUNK_HANDLES];
};

struct cf_region {
	struct cf_header header;
	uint8_t spare0[65536 - sizeof(struct cf_header)];
	cf_word chunk_owner[CF_CHUNKS]; /* process slot + 1, or 0; by KCAS with its chunk word */
	uint8_t spare1[65536 - CF_CHUNKS * 8 % 65536];
	struct cf_object object[CF_OBJECTS];
	struct cf_process process[CF_PROCESSES];
	struct cf_thread thread[CF_THREADS];
	struct cf_chunk chunk[CF_CHUNKS];
};

#define CF_REGION_SIZE ((uint64_t)sizeof(struct cf_region))

#define CF_AT(type, field, offset) \
	_Static_assert(offsetof(struct type, field) == (offset), #type "." #field)

_Static_assert(sizeof(cf_word) == 8, "cf_word");
_Static_assert(sizeof(uint32_t) == sizeof(unsigned), "AO_int_ operations work on unsigned");

CF_AT(cf_header, magic, 0);
CF_AT(cf_header, format, 8);
CF_AT(cf_header, layout, 12);
CF_AT(cf_header, endian, 16);
CF_AT(cf_header, page_size, 20);
CF_AT(cf_header, size, 24);
CF_AT(cf_header, reserved_processes, 32);
CF_AT(cf_header, reserved_threads, 36);
CF_AT(cf_header, reserved_objects, 40);
CF_AT(cf_header, reserved_chunks, 44);
CF_AT(cf_header, high_processes, 48);
CF_AT(cf_header, high_threads, 52);
CF_AT(cf_header, janitor, 56);
CF_AT(cf_header, instances, 64);
CF_AT(cf_header, high_objects, 128);
CF_AT(cf_header, free_objects, 192);

CF_AT(cf_object, state, 0);
CF_AT(cf_object, info, 8);
CF_AT(cf_object, second, 16);
CF_AT(cf_object, refs, 24);
CF_AT(cf_object, first, 32);
CF_AT(cf_object, last, 40);
CF_AT(cf_object, instance, 48);
CF_AT(cf_object, granted, 56);
_Static_assert(sizeof(struct cf_object) == 64, "cf_object");

CF_AT(cf_block, next, 0);
CF_AT(cf_block, prev, 8);
CF_AT(cf_block, object, 16);
_Static_assert(sizeof(struct cf_block) == 24, "cf_block");

CF_AT(cf_entry, old, 0);
CF_AT(cf_entry, where, 8);
CF_AT(cf_entry, value, 12);
_Static_assert(sizeof(struct cf_entry) == 16, "cf_entry");

CF_AT(cf_descriptor, status, 0);
CF_AT(cf_descriptor, count, 8);
CF_AT(cf_descriptor, entry, 16);
_Static_assert(sizeof(struct cf_descriptor) == 2128, "cf_descriptor");

CF_AT(cf_thread, owner, 0);
CF_AT(cf_thread, wait, 8);
CF_AT(cf_thread, alert, 16);
CF_AT(cf_thread, park, 24);
CF_AT(cf_thread, count, 32);
CF_AT(cf_thread, flags, 36);
CF_AT(cf_thread, identity, 40);
CF_AT(cf_thread, signal, 44);
CF_AT(cf_thread, owned, 48);
CF_AT(cf_thread, owned_overflow, 176);
CF_AT(cf_thread, block, 192);
CF_AT(cf_thread, descriptor, 1752);
_Static_assert(sizeof(struct cf_thread) == 8704, "cf_thread");

CF_AT(cf_process, state, 0);
CF_AT(cf_process, start, 8);
CF_AT(cf_process, pid, 16);
CF_AT(cf_process, space, 20);
CF_AT(cf_process, handle_free, 24);
CF_AT(cf_process, handle_high, 32);
CF_AT(cf_process, chunk, 128);
_Static_assert(sizeof(struct cf_process) == 16384, "cf_process");

_Static_assert(sizeof(struct cf_chunk) == 8192, "cf_chunk");

CF_AT(cf_region, chunk_owner, 65536);
CF_AT(cf_region, object, 131072);
CF_AT(cf_region, process, 67239936);
CF_AT(cf_region, thread, 84017152);
CF_AT(cf_region, chunk, 226623488);
_Static_assert(sizeof(struct cf_region) == 260177920, "cf_region");

#endif
