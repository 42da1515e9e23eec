/* SPDX-License-Identifier: MIT */
/*
 * limits.c - tests of an environment that has no more: processes, threads, objects, handles, chunks
 * of handle tables, acquisitions of a mutant, and changes on top of each other in signal handlers.
 *
 * What is refused must have changed nothing, and must succeed when one is given back.
 *
 * Objects, handles and threads are exhausted for real.  A thousand processes take too long: this
 * one has the locks of most of their places.  And for changes on top of each other a handler would
 * have to interrupt three at the right instruction: the thread's count of them is set instead, as
 * is that of a mutant's acquisitions.
 */
#include <config.h>

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "core/handle.h"
#include "core/layout.h"
#include "core/query.h"
#include "core/thread.h"
#include "os/os.h"
#include "tests/api/support.h"

enum { OPENINGS = 7 }; /* one less than a process can have */

static const carafe_status refused = CARAFE_STATUS_INSUFFICIENT_RESOURCES;

/* ---- objects that would show a change ---- */

static carafe_handle event, set_event, semaphore, empty, mutant;

/* Sleeps for event, empty and mutant: to signal one of them is a change of several words. */
static struct worker waiter;

static void
make_objects(void)
{
	event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	set_event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 1);
	semaphore = new_semaphore(1, 3);
	empty = new_semaphore(0, 1);
	mutant = new_mutant(1);
	worker_start(&waiter);
	if (!worker_wait(&waiter, any(3, event, empty, mutant)))
		bail_out("a wait ended at once");
}

/* By a thread that has a place. */
static bool
unchanged(void)
{
	struct carafe_mutant_information state = mutant_state(mutant);

	return event_state(event) == 0 && event_state(set_event) == 1 &&
		semaphore_count(semaphore) == 1 && semaphore_count(empty) == 0 &&
		state.count == 0 && !state.abandoned && worker_asleep(&waiter);
}

/*
 * Every call that needs a place, or a change of several words: the number of those that were not
 * refused, or wrote something nevertheless.
 */
static int
try_all(void)
{
	carafe_handle both[] = { set_event, semaphore }, made = 99;
	int32_t previous = 99;
	int bad = 0;

	bad += carafe_event_create(env, CARAFE_GENERIC_ALL, 0, CARAFE_NOTIFICATION_EVENT, 0,
		&made) != refused || made != 0;
	made = 99;
	bad += carafe_mutant_create(env, CARAFE_GENERIC_ALL, 0, 1, &made) != refused || made != 0;
	made = 99;
	bad += carafe_semaphore_create(env, CARAFE_GENERIC_ALL, 0, 0, 1, &made) != refused ||
		made != 0;
	bad += carafe_close(env, event) != refused;
	bad += carafe_wait_one(env, event, 0, NULL) != refused;
	bad += carafe_wait_many(env, 2, both, CARAFE_WAIT_ALL, 0, NULL) != refused;
	bad += carafe_wait_many(env, 2, both, CARAFE_WAIT_ALL, 0, &now_or_never) != refused;
	bad += carafe_signal_and_wait(env, event, semaphore, 0, NULL) != refused;
	bad += carafe_signal_and_wait(env, semaphore, event, 0, NULL) != refused;
	bad += carafe_thread_alert(env, waiter.id) != refused;
	bad += carafe_event_set(env, event, &previous) != refused;
	bad += carafe_event_pulse(env, event, &previous) != refused;
	bad += carafe_semaphore_release(env, empty, 1, &previous) != refused;
	bad += carafe_mutant_release(env, mutant, &previous) != refused;
	return bad + (previous != 99);
}

/* The same for a thread without a place, to which more is refused. */
static int
try_all_without_place(void)
{
	struct carafe_mutant_information information;
	uint32_t id = 99;
	int bad = try_all();

	bad += carafe_thread_id(env, &id) != refused || id != 99;
	bad += carafe_wait_one(env, set_event, 0, &now_or_never) != refused;
	bad += carafe_wait_many(env, 1, &set_event, CARAFE_WAIT_ANY, 0, NULL) != refused;
	bad += carafe_mutant_query(env, mutant, &information) != refused;
	return bad;
}

/* ---- processes ---- */

static struct {
	atomic_int count;
	atomic_int bad;
	atomic_int quit;
} *shown;

static carafe_environment *opened[OPENINGS];

/* Keeps the places that it got, and then closes what it has of its parent's openings. */
static int
has_places(void *argument)
{
	(void)argument;
	atomic_fetch_add(&shown->count, 1);
	await_value(&shown->quit, 1);
	for (int i = 0; i < OPENINGS; i++)
		must(carafe_environment_close(opened[i]), "close");
	return 0;
}

static int
has_no_place(void *argument)
{
	int32_t previous = 99;

	(void)argument;
	atomic_store(&shown->bad, try_all_without_place() +
		(carafe_event_reset(env, set_event, &previous) != refused || previous != 99) +
		(carafe_environment_path(env) == NULL) +
		(carafe_environment_close(env) != CARAFE_STATUS_SUCCESS));
	return 0;
}

/* Locks all places but the first few, as who enters or has entered does.  Returns the lock. */
static int
lock_places(uint32_t first)
{
	struct cf_query query;

	must(cf_query_open(NULL, &query), "cf_query_open");
	for (uint32_t slot = first; slot < CF_PROCESSES; slot++)
		must(os_lock(query.lock, slot), "os_lock");
	os_unmap(query.region, CF_REGION_SIZE);
	return query.lock;
}

/*
 * Each opening has a place.  So this process and all children but the last have one for each of
 * theirs, and the last has one for those that are left.
 */
static void
test_processes(void)
{
	enum { PLACES = 16, CHILDREN = PLACES / OPENINGS };
	carafe_environment *more = env;
	pid_t children[CHILDREN];
	int bad = 0, lock = lock_places(PLACES);

	opened[0] = env;
	for (int i = 1; i < OPENINGS; i++)
		must(carafe_environment_open(NULL, 0, &opened[i]), "open");
	for (int i = 0; i < CHILDREN; i++)
		children[i] = spawn(has_places, NULL);
	await_value(&shown->count, CHILDREN);
	is_status(carafe_environment_open(NULL, 0, &more), refused,
		"when all places are taken there is none for another process");
	ok(more == NULL, "and the opening is NULL");
	is_int(reap(spawn(has_no_place, NULL)), 0, "a child that finds no place can live");
	is_int(atomic_load(&shown->bad), 0, "and close, and everything else is refused");
	ok(unchanged(), "which has changed nothing");

	atomic_store(&shown->quit, 1);
	for (int i = 0; i < CHILDREN; i++)
		bad += reap(children[i]) != 0;
	is_int(bad, 0, "the others are well");
	is_status(carafe_environment_open(NULL, 0, &more), CARAFE_STATUS_SUCCESS,
		"and when they have gone there is room");
	must(carafe_environment_close(more), "close");
	for (int i = 1; i < OPENINGS; i++)
		must(carafe_environment_close(opened[i]), "close");
	os_locks_close(lock);
}

/* ---- threads ---- */

static struct {
	pthread_mutex_t mutex;	/* guards all of this */
	pthread_cond_t changed;
	int threads;		/* that have asked for their places */
	int places;
	int refusals;
	bool quit;
} crowd = { .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

/* Has a place in each opening, or as many as there are, until it is told to end. */
static void *
takes_places(void *argument)
{
	int places = 0, refusals = 0;

	(void)argument;
	for (int i = 0; i < OPENINGS; i++) {
		uint32_t id;
		carafe_status status = carafe_thread_id(opened[i], &id);

		places += status == CARAFE_STATUS_SUCCESS;
		refusals += status == refused;
	}
	pthread_mutex_lock(&crowd.mutex);
	crowd.threads++;
	crowd.places += places;
	crowd.refusals += refusals;
	pthread_cond_broadcast(&crowd.changed);
	while (!crowd.quit)
		pthread_cond_wait(&crowd.changed, &crowd.mutex);
	pthread_mutex_unlock(&crowd.mutex);
	return NULL;
}

static void *
tries_without_place(void *bad)
{
	*(int *)bad = try_all_without_place();
	return NULL;
}

static void *
has_place(void *bad)
{
	uint32_t id;

	*(int *)bad = 0;
	for (int i = 0; i < OPENINGS; i++)
		*(int *)bad += carafe_thread_id(opened[i], &id) != CARAFE_STATUS_SUCCESS;
	return NULL;
}

static bool
start_thread(pthread_t *thread, void *(*run)(void *), void *argument)
{
	pthread_attr_t attributes;
	bool started;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	started = pthread_create(thread, &attributes, run, argument) == 0;
	pthread_attr_destroy(&attributes);
	return started;
}

static int
start_crowd(pthread_t *threads, int most)
{
	int started = 0;

	while (started < most && start_thread(&threads[started], takes_places, NULL))
		started++;
	pthread_mutex_lock(&crowd.mutex);
	while (crowd.threads < started)
		pthread_cond_wait(&crowd.changed, &crowd.mutex);
	pthread_mutex_unlock(&crowd.mutex);
	return started;
}

static void
end_crowd(const pthread_t *threads, int started)
{
	pthread_mutex_lock(&crowd.mutex);
	crowd.quit = true;
	pthread_cond_broadcast(&crowd.changed);
	pthread_mutex_unlock(&crowd.mutex);
	for (int i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
}

/* Each thread has a place in each opening. */
static void
test_threads(void)
{
	enum { CROWD = CF_THREADS / OPENINGS + 1 };
	static pthread_t threads[CROWD], one_more;
	int started, bad = -1;

	opened[0] = env;
	for (int i = 1; i < OPENINGS; i++)
		must(carafe_environment_open(NULL, CARAFE_NO_JANITOR, &opened[i]), "open");
	started = start_crowd(threads, CROWD);
	if (started < CROWD || crowd.places + crowd.refusals < started * OPENINGS) {
		skip(3, "no room for as many threads as there can be");
	} else {
		ok(crowd.refusals > 0, "after %d threads there is no place", crowd.places);
		if (!start_thread(&one_more, tries_without_place, &bad))
			bail_out("pthread_create failed");
		pthread_join(one_more, NULL);
		is_int(bad, 0, "everything that needs one is refused");
		ok(unchanged(), "which has changed nothing");
	}
	end_crowd(threads, started);
	if (!start_thread(&one_more, has_place, &bad))
		bail_out("pthread_create failed");
	pthread_join(one_more, NULL);
	is_int(bad, 0, "when they have gone there is room");
	for (int i = 1; i < OPENINGS; i++)
		must(carafe_environment_close(opened[i]), "close");
}

/* ---- objects, handles, and chunks of handle tables ---- */

static carafe_status
create(carafe_environment *environment, uint32_t attributes, carafe_handle *handle)
{
	return carafe_semaphore_create(environment, CARAFE_MAXIMUM_ALLOWED, attributes, 0, 1,
		handle);
}

/* Until it is refused, as *status says; how many were made, the handles of the first in kept. */
static uint32_t
create_many(carafe_environment *environment, carafe_handle *kept, uint32_t keep,
	    carafe_status *status)
{
	carafe_handle handle;
	uint32_t made;

	for (made = 0; made <= CF_OBJECTS; made++) {
		*status = create(environment, made < keep ? 0 : CARAFE_INHERIT, &handle);
		if (*status != CARAFE_STATUS_SUCCESS)
			return handle == 0 ? made : 0;
		if (made < keep)
			kept[made] = handle;
	}
	return made;
}

static void
close_many(carafe_environment *environment, const carafe_handle *handles, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		must(carafe_close(environment, handles[i]), "close");
}

static int
stays(void *argument)
{
	(void)argument;
	while (pause() != 0)
		;
	return 0;
}

/* A table has room for fewer handles than there can be objects, so it takes two of them. */
static void
test_objects(void)
{
	enum { HANDLES = CF_PROCESS_CHUNKS * CF_CHUNK_HANDLES, REST = CF_OBJECTS - HANDLES };
	static carafe_handle first[REST], second[REST], third[2 * REST];
	carafe_environment *a, *b, *c, *d;
	const char *path = in_folder("objects");
	carafe_status status;
	carafe_handle handle;
	pid_t child;
	uint32_t made;

	must(carafe_environment_open(path, CARAFE_NO_JANITOR, &a), "open");
	must(carafe_environment_open(path, CARAFE_NO_JANITOR, &b), "open");
	must(carafe_environment_open(path, CARAFE_NO_JANITOR, &c), "open");
	made = create_many(a, first, REST, &status);
	if (status == CARAFE_STATUS_DISK_FULL) {
		skip(1, "no room for as many objects as there can be");
		return;
	}
	is_int(made, HANDLES, "a process can have %d handles", HANDLES);
	is_status(status, refused, "and no more");
	must(carafe_close(a, first[0]), "close");
	is_status(create(a, 0, &first[0]), CARAFE_STATUS_SUCCESS, "until it closes one");

	is_int(create_many(b, second, REST, &status), REST, "%d objects can be", CF_OBJECTS);
	is_status(status, refused, "and no more");
	must(carafe_close(b, second[0]), "close");
	is_status(create(c, 0, &handle), CARAFE_STATUS_SUCCESS, "until one is gone");
	is_status(create(b, 0, &second[0]), refused, "which goes to the first who asks");
	must(carafe_close(c, handle), "close");
	must(create(b, 0, &second[0]), "create");

	/* The child's table has as many chunks as a's: all but those of b, and as many again. */
	child = spawn(stays, NULL);
	close_many(a, first, REST);
	close_many(b, second, REST);
	is_int(create_many(c, third, 2 * REST, &status), REST,
		"when two tables are full a third can have %d handles", REST);
	is_status(status, refused, "and no more, though there could be more objects");
	is_status(create(b, 0, &handle), CARAFE_STATUS_SUCCESS, "but who had some has them");
	must(carafe_close(c, third[0]), "close");
	is_status(create(c, 0, &third[0]), CARAFE_STATUS_SUCCESS, "and one closed is one to have");
	kill(child, SIGKILL);
	reap(child);
	must(carafe_environment_open(path, CARAFE_NO_JANITOR, &d), "open, which sweeps the dead");
	is_status(create(c, 0, &handle), CARAFE_STATUS_SUCCESS,
		"and when a table's process has died there is room");
	must(carafe_environment_close(d), "close");
	must(carafe_environment_close(c), "close");
	must(carafe_environment_close(b), "close");
	must(carafe_environment_close(a), "close");
}

/* ---- acquisitions of a mutant ---- */

/* As if its owner had acquired it 2^31 times. */
static void
acquire_all(carafe_handle owned)
{
	struct cf_view view;
	uint64_t second;

	must(cf_handle_view(env, owned, CF_MUTANT, 0, &view), "cf_handle_view");
	second = cf_load(&view.object->second);
	if (!cf_cas(&view.object->second, second, cf_next(second, INT32_MAX)))
		bail_out("somebody else changed the mutant");
}

static void
test_acquisitions(void)
{
	const carafe_status exceeded = CARAFE_STATUS_MUTANT_LIMIT_EXCEEDED;
	const int64_t a_moment = milliseconds(50);
	carafe_handle mine = new_mutant(1);
	carafe_handle before[] = { event, mine, set_event }, behind[] = { set_event, mine };
	int32_t previous = 99;

	acquire_all(mine);
	is_int(mutant_state(mine).count, 1 - INT64_C(2147483648), "2^31 acquisitions");
	is_status(poll_one(mine), exceeded, "are the most there can be");
	is_status(carafe_wait_one(env, mine, 0, NULL), exceeded, "also for who would wait");
	is_status(carafe_wait_many(env, 3, before, CARAFE_WAIT_ANY, 0, NULL), exceeded,
		"for any: before what is signalled");
	is_int(event_state(set_event), 1, "which stays so");
	is_status(carafe_wait_many(env, 2, behind, CARAFE_WAIT_ALL, 0, NULL), exceeded,
		"for all");
	is_int(event_state(set_event), 1, "which changes none");
	is_status(carafe_wait_many(env, 2, behind, CARAFE_WAIT_ANY, 0, NULL), CARAFE_STATUS_WAIT_0,
		"for any: behind what is signalled it is not met");
	is_status(carafe_signal_and_wait(env, set_event, mine, 0, &a_moment), exceeded,
		"of signal and wait");
	is_int(event_state(set_event), 1, "the signal has been given");
	is_status(carafe_signal_and_wait(env, mine, mine, 0, NULL), CARAFE_STATUS_WAIT_0,
		"unless the signal makes room");
	is_int(mutant_state(mine).count, 1 - INT64_C(2147483648), "for one acquisition");

	is_status(carafe_mutant_release(env, mine, &previous), CARAFE_STATUS_SUCCESS,
		"after a release");
	is_int(previous, 1 - INT64_C(2147483648), "from the most");
	is_status(poll_one(mine), CARAFE_STATUS_WAIT_0, "there is room for one");
	is_status(poll_one(mine), exceeded, "and no more");
	carafe_close(env, mine);
}

/* ---- changes on top of each other ---- */

static void
test_nesting(void)
{
	struct cf_self *self;
	int bad;

	must(cf_self(env, &self), "cf_self");
	self->depth = CF_DESCRIPTORS;
	bad = try_all() + (poll_one(mutant) != refused);
	self->depth = 0;
	is_int(bad, 0, "when %d handlers have interrupted a change each, another is refused",
		CF_DESCRIPTORS);
	ok(unchanged(), "and has changed nothing");
	self->depth = CF_DESCRIPTORS - 1;
	is_status(carafe_event_set(env, event, NULL), CARAFE_STATUS_SUCCESS,
		"when they have returned it can be made");
	self->depth = 0;
	is_status(worker_end(&waiter), CARAFE_STATUS_WAIT_0, "and wakes who waits");
}

int
main(void)
{
	shown = shared_memory(sizeof(*shown));
	begin();
	make_objects();
	test_processes();
	test_threads();
	test_objects();
	test_acquisitions();
	test_nesting();
	worker_stop(&waiter);
	return end();
}
