/* SPDX-License-Identifier: MIT */
/*
 * patient.c - see patient.h.
 */
#include <config.h>

#include "tests/corrupt/patient.h"

#include <ftw.h>
#include <time.h>
#include <unistd.h>

carafe_environment *env;
struct cf_region *region;
static char folder[1024], place[sizeof(folder) + 12];
static pid_t owner;

/* ---- The environment --------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *position)
{
	(void)info, (void)type, (void)position;
	return remove(path);
}

static void remove_tree(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void remove_folder(void)
{
	if (getpid() == owner)
		remove_tree(folder);
}

void must(carafe_status status, const char *what)
{
	if (!CARAFE_SUCCESS(status))
		bail_out("%s: %s", what, carafe_status_name(status));
}

carafe_handle new_event(int signalled)
{
	carafe_handle handle;

	must(carafe_event_create(env, CARAFE_MAXIMUM_ALLOWED, CARAFE_INHERIT,
				 CARAFE_SYNCHRONIZATION_EVENT, signalled, &handle),
	     "an event");
	return handle;
}

carafe_handle new_mutant(int owned)
{
	carafe_handle handle;

	must(carafe_mutant_create(env, CARAFE_MAXIMUM_ALLOWED, CARAFE_INHERIT, owned, &handle),
	     "a mutant");
	return handle;
}

carafe_handle new_semaphore(int32_t count)
{
	carafe_handle handle;

	must(carafe_semaphore_create(env, CARAFE_MAXIMUM_ALLOWED, 0, count, 5, &handle),
	     "a semaphore");
	return handle;
}

void patient_place(void)
{
	const char *tmpdir = getenv("TMPDIR");
	int length;

	if (owner != 0)
		return;
	length = snprintf(folder, sizeof(folder), "%s/carafe-test-XXXXXX",
			  tmpdir != NULL && tmpdir[0] == '/' ? tmpdir : "/tmp");
	if (length >= (int)sizeof(folder) || mkdtemp(folder) == NULL)
		bail_out("cannot make %s: set TMPDIR to a folder that can be written", folder);
	owner = getpid();
	atexit(remove_folder);
}

static void name_place(pid_t process)
{
	snprintf(place, sizeof(place), "%s/%d", folder, (int)process);
}

void patient_remove(pid_t process)
{
	name_place(process);
	remove_tree(place);
}

void patient_open(void)
{
	patient_place();
	/* One for each process: what others left does not matter. */
	name_place(getpid());
	must(carafe_environment_open(place, CARAFE_NO_JANITOR, &env), "carafe_environment_open");
	region = env->region;
}

const char *patient_folder(void)
{
	return place;
}

/* ---- Threads that wait ------------------------------------------------------------------ */

static void *wait_for_all(void *argument)
{
	struct waiter *waiter = argument;
	uint32_t id;

	must(carafe_thread_id(env, &id), "carafe_thread_id");
	waiter->id = id;
	waiter->status =
		carafe_wait_many(env, waiter->count, waiter->handle, waiter->type, 1, NULL);
	return NULL;
}

struct cf_thread *slot_of(const struct waiter *waiter)
{
	return &region->thread[waiter->id / 4 % CF_THREADS];
}

void waiter_start(struct waiter *waiter)
{
	const struct timespec little = { .tv_nsec = 100000 };

	if (pthread_create(&waiter->thread, NULL, wait_for_all, waiter) != 0)
		bail_out("pthread_create");
	while (waiter->id == 0 || cf_load32(&slot_of(waiter)->park) != CF_PARKED)
		nanosleep(&little, NULL);
}

void waiter_stop(struct waiter *waiter)
{
	must(carafe_thread_alert(env, waiter->id), "carafe_thread_alert");
	pthread_join(waiter->thread, NULL);
	if (waiter->status != CARAFE_STATUS_ALERTED)
		bail_out("the wait ended with %s", carafe_status_name(waiter->status));
}

/* ---- Damage ----------------------------------------------------------------------------- */

/* What was there before, newest last. */
static struct {
	cf_word *word;
	uint32_t *plain;
	uint64_t bits;
} undo[16];
static unsigned undos;

void poke_bits(cf_word *word, uint64_t bits)
{
	undo[undos].word = word;
	undo[undos++].bits = cf_load(word);
	cf_store(word, bits);
}

void poke(cf_word *word, uint32_t value)
{
	poke_bits(word, cf_next(cf_load(word), value));
}

void poke32(uint32_t *plain, uint32_t value)
{
	undo[undos].plain = plain;
	undo[undos++].bits = cf_load32(plain);
	cf_store32(plain, value);
}

void heal(void)
{
	while (undos > 0) {
		undos--;
		if (undo[undos].word != NULL)
			cf_store(undo[undos].word, undo[undos].bits);
		else
			cf_store32(undo[undos].plain, (uint32_t)undo[undos].bits);
		undo[undos].word = NULL;
		undo[undos].plain = NULL;
	}
}

/*
 * The things in the environment that is damaged: two waiters for an event, an owned mutant, free
 * ones.
 */
struct waiter first, second;
carafe_handle event, mutant, semaphore, closed;

struct cf_process *process(void)
{
	return &region->process[env->process];
}

struct cf_handle_entry *entry(carafe_handle handle)
{
	return cf_handle_entry_at(region, process(), handle / 4 - 1);
}

static uint32_t object_index(carafe_handle handle)
{
	return cf_value(cf_load(&entry(handle)->entry)) & CF_HANDLE_OBJECT;
}

struct cf_object *object(carafe_handle handle)
{
	return &region->object[object_index(handle)];
}

static struct cf_block *block(const struct waiter *waiter)
{
	return &slot_of(waiter)->block[0];
}

static uint32_t link_of(const struct waiter *waiter)
{
	return waiter->id / 4 % CF_THREADS * CF_BLOCKS + CF_LINK_BASE;
}

static struct cf_object *free_object(void)
{
	return &region->object[cf_value(cf_load(
				       &region->header.free_objects[env->process % 8].first)) -
			       1];
}

static cf_word *free_first(void)
{
	return &region->header.free_objects[env->process % 8].first;
}

/* clang-format off */
/*
 * What is done, what the finding is about, and whether it is seen even while others work.
 */
#define DAMAGES(X) \
	X(bad_magic, HEADER, true, \
	  poke_bits((cf_word *)(void *)&region->header.magic, 7)) \
	X(bad_layout, HEADER, true, \
	  poke32(&region->header.layout, 7)) \
	X(bad_reserved, HEADER, true, \
	  poke32(&region->header.reserved_chunks, CF_CHUNKS + 1)) \
	X(bad_high, HEADER, true, \
	  poke32(&region->header.high_threads, CF_THREADS + 9)) \
	X(bad_objects, HEADER, true, \
	  poke(&region->header.high_objects, UINT32_MAX)) \
	X(bad_janitor, HEADER, true, \
	  poke32(&region->header.janitor, 4000)) \
	X(free_process_with_handles, PROCESS, true, \
	  poke(&process()[1].handle_high, 3)) \
	X(process_beyond, PROCESS, true, \
	  poke(&process()[2].state, 1)) \
	X(process_gone, PROCESS, true, \
	  poke(&process()->state, 0)) \
	X(process_gone_thread, THREAD, true, \
	  poke(&process()->state, 0)) \
	X(process_gone_chunk, CHUNK, true, \
	  poke(&process()->state, 0)) \
	X(chunk_beyond, PROCESS, true, \
	  poke(&process()->chunk[1], CF_CHUNKS)) \
	X(chunk_twice, PROCESS, false, \
	  poke(&process()->chunk[1], cf_value(cf_load(&process()->chunk[0])))) \
	X(chunk_of_other, PROCESS, true, \
	  poke(&region->chunk_owner[cf_value(cf_load(&process()->chunk[0])) - 1], 2)) \
	X(chunk_of_nobody, CHUNK, true, \
	  poke(&region->chunk_owner[3], 700)) \
	X(handle_beyond, HANDLE, true, \
	  poke(&entry(event)->entry, CF_HANDLE_USED | CF_HANDLE_OBJECT)) \
	X(handle_to_free, HANDLE, true, \
	  poke(&entry(event)->entry, CF_HANDLE_USED | (uint32_t)(free_object() - \
	  region->object))) \
	X(handle_to_other, REFERENCES, true, \
	  poke(&entry(event)->entry, cf_value(cf_load(&entry(semaphore)->entry)))) \
	X(handle_not_plain, HANDLE, true, \
	  poke(&entry(event)->entry, cf_value(cf_load(&entry(event)->entry)) & \
	  ~CF_HANDLE_PLAIN)) \
	X(handle_with_rights, HANDLE, true, \
	  poke(&entry(event)->access, 0x7fffffff)) \
	X(handles_in_a_ring, HANDLE, true, \
	  poke(&entry(closed)->entry, closed / 4)) \
	X(handles_lead_to_used, HANDLE, true, \
	  poke(&process()->handle_free, event / 4)) \
	X(handles_lost, HANDLE, false, \
	  poke(&process()->handle_free, 0)) \
	X(handles_beyond, HANDLE, true, \
	  poke(&process()->handle_free, CF_MOST_HANDLES + 5)) \
	X(thread_of_nobody, THREAD, true, \
	  poke(&slot_of(&first)->owner, 0x10000 | 900)) \
	X(thread_of_free, THREAD, true, \
	  poke(&slot_of(&first)->owner, 0)) \
	X(thread_asleep_wrongly, THREAD, true, \
	  poke32(&slot_of(&first)->park, 7)) \
	X(thread_noted_wrongly, THREAD, true, \
	  poke32(&slot_of(&first)->owned[3], UINT32_MAX)) \
	X(wait_in_no_state, WAIT, true, \
	  poke(&slot_of(&first)->wait, 3)) \
	X(wait_for_many, WAIT, true, \
	  poke32(&slot_of(&first)->count, 900)) \
	X(wait_granted, WAIT, true, \
	  poke(&slot_of(&first)->wait, CF_GRANTED | 70 << CF_GRANT_SHIFT)) \
	X(wait_unlinked, WAIT, true, \
	  poke(&block(&first)->next, CF_UNLINKED)) \
	X(wait_for_signalled, WAIT, false, \
	  poke(&object(event)->state, 1)) \
	X(wait_alerted, WAIT, false, \
	  poke(&slot_of(&first)->alert, 1)) \
	X(descriptor_forged, DESCRIPTOR, true, \
	  poke32(&slot_of(&first)->descriptor[0].count, 9999)) \
	X(descriptor_disordered, DESCRIPTOR, true, \
	  poke32(&slot_of(&first)->descriptor[0].entry[0].where, UINT32_MAX - 7)) \
	X(descriptor_open, DESCRIPTOR, false, \
	  poke_bits(&slot_of(&first)->descriptor[0].status, \
	  cf_load(&slot_of(&first)->descriptor[0].status) & ~UINT64_C(3))) \
	X(word_of_nobody, WORD, true, \
	  poke_bits(&object(event)->second, UINT64_C(99) << 17 | UINT64_C(16000) << 3 | \
	  1)) \
	X(word_of_no_change, WORD, true, \
	  poke_bits(&object(event)->second, UINT64_C(99) << 17 | 1)) \
	X(word_of_other_change, WORD, true, \
	  poke_bits(&object(event)->second, \
	  cf_load(&slot_of(&first)->descriptor[0].status) >> 2 << 17 | \
	  (uint64_t)(first.id / 4 % CF_THREADS) << 3 | 1)) \
	X(object_of_no_type, OBJECT, true, \
	  poke(&object(semaphore)->info, 0x77)) \
	X(object_freed, HANDLE, true, \
	  poke(&object(semaphore)->info, 0)) \
	X(object_freed_object, OBJECT, true, \
	  poke(&object(semaphore)->info, 0)) \
	X(event_in_no_state, OBJECT, true, \
	  poke(&object(event)->state, 3)) \
	X(semaphore_too_full, OBJECT, true, \
	  poke(&object(semaphore)->state, 6)) \
	X(mutant_too_deep, OBJECT, true, \
	  poke(&object(mutant)->second, 0x80000000)) \
	X(mutant_of_nobody, OBJECT, true, \
	  poke(&object(mutant)->state, 0x7ff0)) \
	X(mutant_of_other, OBJECT, true, \
	  poke(&object(mutant)->state, first.id)) \
	X(object_beyond, OBJECT, true, \
	  poke(&region->object[cf_value(cf_load(&region->header.high_objects))].info, \
	  CF_EVENT)) \
	X(references_more, REFERENCES, true, \
	  poke(&object(semaphore)->refs, 1)) \
	X(references_none, REFERENCES, true, \
	  poke(&object(event)->refs, CF_UNREFERENCED)) \
	X(free_with_waiters, OBJECT, true, \
	  poke_bits(&free_object()->state, cf_load(&free_object()->state) | CF_WAITERS)) \
	X(free_ring, FREE_LIST, true, \
	  poke(&free_object()->info, (uint32_t)(free_object() - region->object + 1) << \
	  CF_FREE_SHIFT)) \
	X(free_lost, OBJECT, true, \
	  poke(free_first(), 0)) \
	X(free_in_use, FREE_LIST, true, \
	  poke(free_first(), object_index(event) + 1)) \
	X(free_beyond, FREE_LIST, true, \
	  poke(free_first(), CF_OBJECTS)) \
	X(free_twice, FREE_LIST, false, \
	  poke(&region->header.free_objects[(env->process + 1) % 8].first, \
	  cf_value(cf_load(free_first())))) \
	X(queue_cut, QUEUE, true, \
	  poke(&object(event)->first, CF_HEAD)) \
	X(queue_no_bit, QUEUE, true, \
	  poke_bits(&object(event)->state, cf_load(&object(event)->state) & ~CF_WAITERS)) \
	X(queue_bit, QUEUE, true, \
	  poke_bits(&object(semaphore)->state, cf_load(&object(semaphore)->state) | \
	  CF_WAITERS)) \
	X(queue_ring, QUEUE, true, \
	  poke(&block(&second)->next, link_of(&first))) \
	X(queue_to_itself, QUEUE, true, \
	  poke(&block(&first)->next, link_of(&first))) \
	X(queue_back, QUEUE, true, \
	  poke(&block(&second)->prev, CF_HEAD)) \
	X(queue_last, QUEUE, true, \
	  poke(&object(event)->last, link_of(&first))) \
	X(queue_beyond, QUEUE, true, \
	  poke(&object(event)->first, UINT32_MAX)) \
	X(queue_of_other, QUEUE, true, \
	  poke32(&block(&second)->object, object_index(semaphore))) \
	X(block_alone, BLOCK, true, \
	  poke(&slot_of(&first)->block[9].next, link_of(&second))) \
	X(block_beyond, BLOCK, true, \
	  poke32(&slot_of(&first)->block[9].object, UINT32_MAX), \
	  poke(&slot_of(&first)->block[9].next, CF_HEAD))

#define MAKE(name, kind, live, ...) \
	static void name(void) \
	{ \
		__VA_ARGS__; \
	}
/* clang-format on */
DAMAGES(MAKE)

#define ROW(name, kind, live, ...) { name, #name, CF_FINDING_##kind, live },

const struct damage damages[] = { DAMAGES(ROW) };
const size_t damage_count = sizeof(damages) / sizeof(damages[0]);

void patient_begin(void)
{
	event = new_event(0);
	mutant = new_mutant(1);
	semaphore = new_semaphore(1);
	closed = new_event(0);
	must(carafe_close(env, closed), "carafe_close");
	first = second =
		(struct waiter){ .handle = { event }, .count = 1, .type = CARAFE_WAIT_ALL };
	waiter_start(&first);
	waiter_start(&second);
}

void patient_end(void)
{
	waiter_stop(&first);
	waiter_stop(&second);
}
