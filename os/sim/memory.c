/* SPDX-License-Identifier: MIT */
/*
 * os/sim/memory.c - accesses to shared words, the mappings, and the way back.
 *
 * Mappings are cut from one large room, which is there several times: once for checks, and once for
 * each process, whose mappings are all in its own one.  So every process has an environment at
 * another address, and an address that came from another process is found when it is used.  Each
 * write is noted with what was there before, so going back costs as much as was written.
 *
 * Which words are contended is learned: a word is, once two threads accessed it in executions of
 * this world and one of them wrote.  As long as only contended words are asked for, and no
 * execution finds a new one, the steps between are steps that no other thread could notice or
 * disturb, in whatever order; doc/proof.md has the argument.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/sim/access.h"
#include "os/sim/orders.h"
#include "os/sim/run.h"
#include "os/sim/weak.h"
#include "os/sim/world.h"

#define ROOM (UINT64_C(4) << 30)
#define PAGE UINT64_C(65536)

struct undo {
	void *word;
	uint64_t old;
	bool wide;
};

struct user {
	uintptr_t key;		   /* of a word, or 0 */
	uint32_t readers, writers; /* threads, and CHECKS */
	uint16_t number;	   /* of a weak word, or 0 */
};

#define CHECKS (UINT32_C(1) << SIM_MOST_THREADS)

#define USERS (UINT32_C(1) << 16)

static unsigned char *room;
static size_t kept_room;
static struct undo *undone;
static size_t undo_count, undo_room;
static struct user users[USERS];
static unsigned user_count;
static bool grew, counts, seen_by_checks;

/* ---- Mappings --------------------------------------------------------------------------- */

/* Of the views of the room: no multiple of a power of two that an address could be cut to. */
#define APART (ROOM + UINT64_C(0x12350000))
#define VIEWS (SIM_MOST_PROCESSES + 1u) /* the first one is for checks */

static int backing = -1; /* the room's file */

/* A file without a name; a system without memfd_create() may write it to a disk. */
static int make_backing(void)
{
	FILE *file;

#ifdef HAVE_MEMFD_CREATE
	int made = memfd_create("carafe-sim", MFD_CLOEXEC);

	if (made >= 0)
		return made;
#endif
	file = tmpfile();
	return file != NULL ? fileno(file) : -1;
}

/* All that lies behind is zero again. */
static bool clear_room(uint64_t from)
{
	return ftruncate(backing, (off_t)from) == 0 && ftruncate(backing, (off_t)ROOM) == 0;
}

static unsigned char *make_room(void)
{
	int reserve = MAP_PRIVATE | MAP_ANONYMOUS, shared = MAP_SHARED | MAP_FIXED;
	unsigned char *memory;
	unsigned i;

#ifdef MAP_NORESERVE
	reserve |= MAP_NORESERVE;
	shared |= MAP_NORESERVE;
#endif
	backing = make_backing();
	if (backing < 0 || !clear_room(0))
		return NULL;
	memory = mmap(NULL, VIEWS * APART, PROT_NONE, reserve, -1, 0);
	for (i = 0; memory != MAP_FAILED && i < VIEWS; i++)
		if (mmap(memory + i * APART, ROOM, PROT_READ | PROT_WRITE, shared, backing, 0) ==
		    MAP_FAILED)
			return NULL;
	return memory != MAP_FAILED ? memory : NULL;
}

void *sim_map_room(uint64_t size)
{
	uint64_t start = sim_world.mapped;

	if (room == NULL)
		room = make_room();
	size = (size + PAGE - 1) & ~(PAGE - 1);
	if (room == NULL || size > ROOM - start)
		return NULL;
	sim_world.mapped += size;
	return room + start;
}

static bool in_room(const void *word)
{
	return room != NULL && (uintptr_t)word - (uintptr_t)room < VIEWS * APART;
}

static uint64_t offset_of(const void *word)
{
	return ((uintptr_t)word - (uintptr_t)room) % APART;
}

static unsigned view_of(const void *word)
{
	return (unsigned)(((uintptr_t)word - (uintptr_t)room) / APART);
}

void *sim_here(void *memory)
{
	if (!in_room(memory))
		return memory;
	return room + offset_of(memory) + (sim_inside ? sim_process_now()->view * APART : 0);
}

void *sim_common(const void *memory)
{
	return in_room(memory) ? room + offset_of(memory) : (void *)(uintptr_t)memory;
}

const void *sim_mapping_of(const void *word, uint64_t *size)
{
	const unsigned char *place = sim_common(word);
	unsigned i;

	for (i = 0; i < SIM_NODES; i++) {
		const struct sim_node *node = &sim_world.system.node[i];

		if (node->memory != NULL &&
		    (uintptr_t)place - (uintptr_t)node->memory < node->size) {
			*size = node->size;
			return node->memory;
		}
	}
	return NULL;
}

void sim_memory_forget(void)
{
	undo_count = 0;
	if (room != NULL && !clear_room(0))
		abort(); /* a test program without memory */
}

void sim_memory_keep(void)
{
	undo_count = 0;
	kept_room = sim_world.mapped;
	sim_world.memory = 0;
}

void sim_memory_reset(void)
{
	while (undo_count > 0) {
		const struct undo *undo = &undone[--undo_count];

		if (undo->wide)
			*(uint64_t *)undo->word = undo->old;
		else
			*(uint32_t *)undo->word = (uint32_t)undo->old;
	}
	/* What was mapped since is new again: all zero. */
	if (sim_world.mapped > kept_room)
		if (!clear_room(kept_room))
			abort(); /* a test program without memory */
}

static void note_undo(void *word, uint64_t old, bool wide)
{
	if (undo_count == undo_room) {
		undo_room = undo_room * 2 + 4096;
		undone = realloc(undone, undo_room * sizeof(*undone));
		if (undone == NULL)
			abort(); /* a test program without memory */
	}
	undone[undo_count++] = (struct undo){ word, old, wide };
}

/* ---- Contended words -------------------------------------------------------------------- */

/* Private words of forked processes have the same address. */
static uintptr_t key_of(const void *word)
{
	uintptr_t process = sim_thread_now()->process + 1u;

	return in_room(word) ? (uintptr_t)offset_of(word) + 1 : (uintptr_t)word ^ process << 56;
}

static struct user *user_of(uintptr_t key)
{
	uint32_t place = (uint32_t)(sim_mix(key, 0) & (USERS - 1));

	while (users[place].key != 0 && users[place].key != key)
		place = (place + 1) & (USERS - 1);
	return &users[place];
}

static bool is_contended(const struct user *user)
{
	uint32_t all = user->readers | user->writers;

	return user->writers != 0 && (all & (all - 1)) != 0;
}

bool sim_is_contended(const void *word)
{
	return is_contended(user_of(key_of(word)));
}

static void note_use(const void *word, bool write)
{
	uintptr_t key = key_of(word);
	struct user *user = user_of(key);
	uint32_t checks = seen_by_checks && in_room(word) ? CHECKS : 0;
	uint32_t me = UINT32_C(1) << sim_world.current | checks;
	bool before = is_contended(user);

	if (!counts)
		return;
	if (user->key == 0) {
		if (++user_count > USERS / 2)
			abort(); /* a scenario far too large for this table */
		user->key = key;
	}
	if (write)
		user->writers |= me;
	else
		user->readers |= me;
	grew |= is_contended(user) && !before;
}

void sim_contended_count(bool do_count, bool checks)
{
	counts = do_count;
	seen_by_checks = checks;
}

bool sim_contended_grew(void)
{
	bool result = grew;

	grew = false;
	return result;
}

void sim_contended_forget(void)
{
	memset(users, 0, sizeof(users));
	sim_weak_forget();
	user_count = 0;
	grew = false;
}

/* ---- Accesses --------------------------------------------------------------------------- */

static void before_access(const void *word)
{
	if (in_room(word) && view_of(word) != sim_process_now()->view)
		sim_fail("process %u uses an address of another one's mapping",
			 (unsigned)sim_thread_now()->process);
	if (sim_must_ask(word))
		sim_schedule();
	sim_count();
}

/* The same for an access that may give an old value. */
static void before_load(const void *word)
{
	if (!sim_weak) {
		before_access(word);
		return;
	}
	sim_thread_now()->next = word;
	before_access(word);
	sim_thread_now()->next = NULL;
}

/* The number by which a weak word is known, or 0: it is not weak. */
static unsigned weak_number(const void *word)
{
	struct user *user;

	if (!sim_weak || !in_room(word))
		return 0;
	user = user_of(key_of(word));
	if (user->number == 0 && is_contended(user))
		user->number = (uint16_t)sim_weak_number();
	return user->number;
}

bool sim_may_age(const struct virtual_thread *thread)
{
	unsigned number = thread->next != NULL ? weak_number(thread->next) : 0;

	return number != 0 && sim_weak_can_age((unsigned)(thread - sim_world.thread), number);
}

static void was_read(const void *word, uint64_t seen)
{
	note_use(word, false);
	sim_saw(seen);
}

static void was_written(void *word, uint64_t old, uint64_t new, bool wide)
{
	uintptr_t key = key_of(word);

	note_use(word, true);
	if (in_room(word))
		note_undo(word, old, wide);
	sim_world.memory ^= sim_mix(key, old) ^ sim_mix(key, new);
}

static void (*check_write)(const struct sim_event *event);

void sim_memory_check(void (*check)(const struct sim_event *event))
{
	check_write = check;
}

/* What a check reads is no step. */
static void checked(const struct sim_event *event)
{
	sim_inside = false;
	check_write(event);
	sim_inside = true;
	if (sim_failure()[0] != '\0')
		sim_rest();
}

static void observe(enum sim_event_kind kind, const void *word, unsigned size, uint64_t old,
		    uint64_t new, bool done, const char *where, int line)
{
	const struct sim_event event = {
		.kind = kind,
		.step = sim_world.step,
		.thread = sim_world.current,
		.where = where,
		.line = line,
		.word = sim_common(word),
		.size = size,
		.old = old,
		.new = new,
		.done = done,
	};

	if (sim_observer != NULL)
		sim_observer(&event);
	if (check_write != NULL && kind != SIM_EVENT_LOAD && done)
		checked(&event);
}

static void put(void *word, uint64_t value, bool wide)
{
	if (wide)
		*(uint64_t *)word = value;
	else
		*(uint32_t *)word = (uint32_t)value;
}

/* A load in a virtual thread; wide: of 64 bits. */
static uint64_t load(const void *word, bool wide, enum sim_order order, const char *where, int line)
{
	unsigned number;
	uint64_t value;

	before_load(word);
	value = wide ? *(const uint64_t *)word : *(const uint32_t *)word;
	number = weak_number(word);
	if (number != 0)
		value = sim_weak_load(number, value, sim_order_at(order, where, line));
	was_read(word, value);
	observe(SIM_EVENT_LOAD, word, wide ? 8 : 4, value, value, true, where, line);
	return value;
}

static void store(void *word, uint64_t value, bool wide, enum sim_order order, const char *where,
		  int line)
{
	unsigned number;
	uint64_t old;

	before_access(word);
	old = wide ? *(const uint64_t *)word : *(const uint32_t *)word;
	was_written(word, old, value, wide);
	number = weak_number(word);
	if (number != 0)
		sim_weak_store(number, old, value, sim_order_at(order, where, line), false);
	put(word, value, wide);
	observe(SIM_EVENT_STORE, word, wide ? 8 : 4, old, value, true, where, line);
}

static bool swap(void *word, uint64_t expected, uint64_t desired, bool wide, const char *where,
		 int line)
{
	unsigned number;
	enum sim_order order = SIM_RELAXED;
	uint64_t newest, seen;
	bool done;

	before_load(word);
	newest = seen = wide ? *(const uint64_t *)word : *(const uint32_t *)word;
	number = weak_number(word);
	if (number != 0)
		order = sim_order_at(SIM_ACQ_REL, where, line);
	/* One that looks at an old value fails; one that succeeds looks at the newest. */
	if (number != 0 && (newest != expected || sim_thread_now()->age != 0))
		seen = sim_weak_miss(number, newest, expected, order);
	done = newest == expected && seen == expected;
	was_read(word, done);
	if (done) {
		was_written(word, expected, desired, wide);
		if (number != 0)
			sim_weak_store(number, expected, desired, order, true);
		put(word, desired, wide);
	}
	observe(SIM_EVENT_CAS, word, wide ? 8 : 4, seen, desired, done, where, line);
	return done;
}

uint64_t sim_load64(const uint64_t *word, enum sim_order order, const char *where, int line)
{
	return sim_inside ? load(word, true, order, where, line) : *word;
}

void sim_store64(uint64_t *word, uint64_t value, enum sim_order order, const char *where, int line)
{
	if (sim_inside)
		store(word, value, true, order, where, line);
	else
		*word = value;
}

bool sim_cas64(uint64_t *word, uint64_t expected, uint64_t desired, const char *where, int line)
{
	if (sim_inside)
		return swap(word, expected, desired, true, where, line);
	if (*word != expected)
		return false;
	*word = desired;
	return true;
}

uint32_t sim_load32(const uint32_t *word, enum sim_order order, const char *where, int line)
{
	return sim_inside ? (uint32_t)load(word, false, order, where, line) : *word;
}

void sim_store32(uint32_t *word, uint32_t value, enum sim_order order, const char *where, int line)
{
	if (sim_inside)
		store(word, value, false, order, where, line);
	else
		*word = value;
}

bool sim_cas32(uint32_t *word, uint32_t expected, uint32_t desired, const char *where, int line)
{
	if (sim_inside)
		return swap(word, expected, desired, false, where, line);
	if (*word != expected)
		return false;
	*word = desired;
	return true;
}

void sim_fence(enum sim_order order, const char *where, int line)
{
	if (!sim_inside || !sim_weak)
		return;
	if (order == SIM_FULL) {
		sim_schedule();
		sim_count();
	}
	sim_weak_fence(sim_world.current, sim_order_at(order, where, line));
}
