/* SPDX-License-Identifier: MIT */
/*
 * check.c - what core/check.h says of sound environments (nothing), and of each kind of damage.
 *
 * Catches a rule that a sound environment breaks, at rest or at work, which would make every report
 * worthless; and one that is not looked at.
 *
 * What happens if the test dies here: its folder stays behind.
 */
#include <config.h>

#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include <carafe/carafe.h>

#include "core/check.h"
#include "core/environment.h"
#include "core/handle.h"
#include "core/kcas.h"
#include "core/queue.h"
#include "core/round.h"
#include "core/type.h"
#include "core/wake.h"
#include "tests/tap.h"

#define SECONDS 100

static carafe_environment *env;
static struct cf_region *region;
static char folder[] = "/tmp/carafe-check-XXXXXX";
static pid_t owner;

/* ---- An environment to look at ---------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *position)
{
	(void)info, (void)type, (void)position;
	return remove(path);
}

static void remove_folder(void)
{
	if (getpid() == owner)
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void must(carafe_status status, const char *what)
{
	if (!CARAFE_SUCCESS(status))
		bail_out("%s: %s", what, carafe_status_name(status));
}

static carafe_handle new_event(int signalled)
{
	carafe_handle handle;

	must(carafe_event_create(env, CARAFE_MAXIMUM_ALLOWED, CARAFE_INHERIT,
				 CARAFE_SYNCHRONIZATION_EVENT, signalled, &handle),
	     "an event");
	return handle;
}

static carafe_handle new_mutant(int owned)
{
	carafe_handle handle;

	must(carafe_mutant_create(env, CARAFE_MAXIMUM_ALLOWED, CARAFE_INHERIT, owned, &handle),
	     "a mutant");
	return handle;
}

static carafe_handle new_semaphore(int32_t count)
{
	carafe_handle handle;

	must(carafe_semaphore_create(env, CARAFE_MAXIMUM_ALLOWED, 0, count, 5, &handle),
	     "a semaphore");
	return handle;
}

/* ---- Findings --------------------------------------------------------------------------- */

struct found {
	unsigned count;
	unsigned kinds; /* a bit each */
	bool show;
};

static bool note(void *context, const struct cf_finding *finding)
{
	struct found *found = context;

	found->count++;
	found->kinds |= 1u << finding->kind;
	if (found->show)
		diag("%s %u %s", cf_finding_name(finding->kind), (unsigned)finding->index,
		     finding->sentence);
	return found->count < 100;
}

static struct found look(enum cf_check_mode mode, bool show)
{
	struct found found = { .show = show };
	carafe_status status = cf_check(region, mode, note, &found);

	if (status != CARAFE_STATUS_SUCCESS && status != CARAFE_STATUS_REVISION_MISMATCH)
		bail_out("cf_check: %s", carafe_status_name(status));
	return found;
}

static void is_sound(enum cf_check_mode mode, const char *when)
{
	ok(look(mode, true).count == 0, "%s %s: nothing is found", when,
	   mode == CF_CHECK_EXACT ? "at rest" : "at work");
}

/* ---- Sound ones ------------------------------------------------------------------------- */

struct waiter {
	pthread_t thread;
	carafe_handle handle[3];
	uint32_t count;
	enum carafe_wait_type type;
	_Atomic uint32_t id;
	carafe_status status;
};

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

static struct cf_thread *slot_of(const struct waiter *waiter)
{
	return &region->thread[waiter->id / 4 % CF_THREADS];
}

/* Until the waiter sleeps. */
static void start(struct waiter *waiter)
{
	const struct timespec little = { .tv_nsec = 100000 };

	if (pthread_create(&waiter->thread, NULL, wait_for_all, waiter) != 0)
		bail_out("pthread_create");
	while (waiter->id == 0 || cf_load32(&slot_of(waiter)->park) != CF_PARKED)
		nanosleep(&little, NULL);
}

static void stop(struct waiter *waiter)
{
	must(carafe_thread_alert(env, waiter->id), "carafe_thread_alert");
	pthread_join(waiter->thread, NULL);
	if (waiter->status != CARAFE_STATUS_ALERTED)
		bail_out("the wait ended with %s", carafe_status_name(waiter->status));
}

static void test_rest(void)
{
	carafe_handle event = new_event(0), set = new_event(1), mutant = new_mutant(1);
	carafe_handle semaphore = new_semaphore(2);
	struct waiter any = { .handle = { event, mutant }, .count = 2, .type = CARAFE_WAIT_ANY };
	struct waiter all = { .handle = { event, set, semaphore },
			      .count = 3,
			      .type = CARAFE_WAIT_ALL };
	pid_t child;
	int status;

	is_sound(CF_CHECK_EXACT, "one object of each type");
	start(&any);
	start(&all);
	is_sound(CF_CHECK_EXACT, "two waits");
	child = fork();
	if (child == 0)
		_exit(look(CF_CHECK_LIVE, true).count != 0);
	ok(waitpid(child, &status, 0) == child && status == 0, "a child finds nothing");
	must(cf_round(env), "cf_round");
	is_sound(CF_CHECK_EXACT, "a child came and went");
	must(carafe_close(env, event), "carafe_close");
	is_sound(CF_CHECK_EXACT, "an object that only waits keep");
	stop(&any);
	stop(&all);
	is_sound(CF_CHECK_EXACT, "the waits are over");
	must(carafe_mutant_release(env, mutant, NULL), "carafe_mutant_release");
	must(carafe_close(env, mutant), "carafe_close");
	must(carafe_close(env, semaphore), "carafe_close");
	must(carafe_close(env, set), "carafe_close");
	is_sound(CF_CHECK_EXACT, "all is closed");
}

/* What everybody does to everything, until told to stop. */
static atomic_bool over;

static void *work(void *argument)
{
	carafe_handle *shared = argument, mine[4], pair[2];
	const int64_t little = -10;
	uint32_t turn = 0;

	pair[0] = shared[0];
	pair[1] = shared[1];
	while (!over) {
		turn++;
		mine[turn % 4] = new_event(0);
		(void)carafe_event_set(env, shared[0], NULL);
		(void)carafe_semaphore_release(env, shared[1], 1, NULL);
		(void)carafe_wait_many(env, 2, pair, turn % 2 ? CARAFE_WAIT_ALL : CARAFE_WAIT_ANY,
				       0, &little);
		if (carafe_wait_one(env, shared[2], 0, &little) == CARAFE_STATUS_SUCCESS)
			(void)carafe_mutant_release(env, shared[2], NULL);
		(void)carafe_event_pulse(env, shared[0], NULL);
		(void)carafe_close(env, mine[turn % 4]);
	}
	return NULL;
}

static void test_work(void)
{
	carafe_handle shared[3] = { new_event(0), new_semaphore(0), new_mutant(0) };
	unsigned findings = 0, i;
	pthread_t thread[4];

	for (i = 0; i < 4; i++)
		if (pthread_create(&thread[i], NULL, work, shared) != 0)
			bail_out("pthread_create");
	for (i = 0; i < 300; i++)
		findings += look(CF_CHECK_LIVE, true).count;
	over = true;
	for (i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	ok(findings == 0, "four threads at work: nothing is found in 300 looks");
	for (i = 0; i < 3; i++)
		must(carafe_close(env, shared[i]), "carafe_close");
	is_sound(CF_CHECK_EXACT, "afterwards");
}

/* ---- Damage ----------------------------------------------------------------------------- */

/* What was there before, newest last. */
static struct {
	cf_word *word;
	uint32_t *plain;
	uint64_t bits;
} undo[16];
static unsigned undos;

static void poke_bits(cf_word *word, uint64_t bits)
{
	undo[undos].word = word;
	undo[undos++].bits = cf_load(word);
	cf_store(word, bits);
}

static void poke(cf_word *word, uint32_t value)
{
	poke_bits(word, cf_next(cf_load(word), value));
}

static void poke32(uint32_t *plain, uint32_t value)
{
	undo[undos].plain = plain;
	undo[undos++].bits = cf_load32(plain);
	cf_store32(plain, value);
}

static void heal(void)
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
static struct waiter first, second;
static carafe_handle event, mutant, semaphore, closed;

static struct cf_process *process(void)
{
	return &region->process[env->process];
}

static struct cf_handle_entry *entry(carafe_handle handle)
{
	return cf_handle_entry_at(region, process(), handle / 4 - 1);
}

static uint32_t object_index(carafe_handle handle)
{
	return cf_value(cf_load(&entry(handle)->entry)) & CF_HANDLE_OBJECT;
}

static struct cf_object *object(carafe_handle handle)
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
	X(object_freed_object, OBJECT, false, \
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
	X(free_lost, OBJECT, false, \
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

struct damage {
	void (*make)(void);
	const char *name;
	enum cf_finding_kind kind;
	bool live;
};

#define ROW(name, kind, live, ...) { name, #name, CF_FINDING_##kind, live },

static const struct damage damages[] = { DAMAGES(ROW) };

static bool is_seen(const struct damage *damage, enum cf_check_mode mode)
{
	struct found found = look(mode, false);

	if ((found.kinds & 1u << damage->kind) != 0)
		return true;
	look(mode, true);
	return false;
}

static void test_damage(void)
{
	size_t i;

	event = new_event(0);
	mutant = new_mutant(1);
	semaphore = new_semaphore(1);
	closed = new_event(0);
	must(carafe_close(env, closed), "carafe_close");
	first = second =
		(struct waiter){ .handle = { event }, .count = 1, .type = CARAFE_WAIT_ALL };
	start(&first);
	start(&second);
	is_sound(CF_CHECK_EXACT, "before the damage");
	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		const struct damage *damage = &damages[i];

		damage->make();
		ok(is_seen(damage, CF_CHECK_EXACT), "%s is found at rest: %s", damage->name,
		   cf_finding_name(damage->kind));
		if (damage->live)
			ok(is_seen(damage, CF_CHECK_LIVE), "%s is found at work", damage->name);
		heal();
	}
	is_sound(CF_CHECK_EXACT, "after the damage was undone");
	stop(&first);
	stop(&second);
}

int main(void)
{
	alarm(SECONDS);
	if (mkdtemp(folder) == NULL)
		bail_out("cannot make %s", folder);
	owner = getpid();
	atexit(remove_folder);
	must(carafe_environment_open(folder, CARAFE_NO_JANITOR, &env), "carafe_environment_open");
	region = env->region;
	is_sound(CF_CHECK_EXACT, "an empty environment");
	test_rest();
	test_work();
	test_damage();
	must(carafe_environment_close(env), "carafe_environment_close");
	return done_testing();
}
