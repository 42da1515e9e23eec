/* SPDX-License-Identifier: MIT */
/*
 * bad_input.c - every call with each wrong argument: the documented status, and nothing changed.
 *
 * Wrong types of object and missing rights are in access.c, what a semaphore's count refuses in
 * semaphore.c, names and folders in environment.c, what there is no room for in limits.c.
 *
 * Besides the states of a few objects, what is compared before and after each call is how much
 * there is of everything in the environment: catches a call that fails and leaves something behind.
 */
#include <config.h>

#include <dirent.h>

#include "core/environment.h"
#include "core/query.h"
#include "core/region.h"
#include "core/word.h"
#include "tests/api/support.h"

/* Objects that would show a change: each can be waited for, changed and queried. */
static carafe_handle event, mutant, semaphore;

/* Sleeps for something else; an alert would end that. */
static struct worker sleeper;

/* How much there is of everything.  A handle that was made and closed would be the next free. */
struct amounts {
	uint32_t processes, threads, objects, chunks, waiting, handle_free, handle_high;
};

static struct amounts before;

static struct amounts
count(void)
{
	struct cf_process *process = cf_process_at(env->region, env->process);
	static struct cf_query_snapshot snapshot;
	struct cf_query query;

	must(cf_query_open(NULL, &query), "cf_query_open");
	must(cf_query_take(&query, &snapshot), "cf_query_take");
	cf_query_close(&query);
	return (struct amounts){ snapshot.processes.used, snapshot.threads.used,
		snapshot.objects.used, snapshot.chunks.used, snapshot.waiting,
		cf_value(cf_load(&process->handle_free)),
		cf_value(cf_load(&process->handle_high)) };
}

static bool
unchanged(void)
{
	struct carafe_mutant_information owned = mutant_state(mutant);
	struct amounts now = count();

	return event_state(event) == 1 && owned.count == 0 && owned.owned_by_caller &&
		semaphore_count(semaphore) == 1 && memcmp(&now, &before, sizeof(now)) == 0;
}

/* refuses(CALL, STATUS): the call gives the status and changes none of the objects. */
#define refuses(call, status) \
	(is_status((call), (status), #call), ok(unchanged(), "changes nothing"))

static void
test_creation(void)
{
	static const uint32_t attributes[] = { 1, 4, 0x10, 0x20, 0x40, 0x80, 0x100, 0x200,
		CARAFE_INHERIT | 0x80000000u, UINT32_MAX };
	const carafe_access all_rights = CARAFE_GENERIC_ALL;
	carafe_handle handle;

	refuses(carafe_event_create(env, all_rights, 0, CARAFE_NOTIFICATION_EVENT, 0, NULL),
		CARAFE_STATUS_ACCESS_VIOLATION);
	refuses(carafe_mutant_create(env, all_rights, 0, 0, NULL), CARAFE_STATUS_ACCESS_VIOLATION);
	refuses(carafe_semaphore_create(env, all_rights, 0, 0, 1, NULL),
		CARAFE_STATUS_ACCESS_VIOLATION);
	handle = 99;
	refuses(carafe_event_create(NULL, all_rights, 0, CARAFE_NOTIFICATION_EVENT, 0, &handle),
		CARAFE_STATUS_INVALID_PARAMETER);
	is_int(handle, 0, "the handle is 0");
	handle = 99;
	refuses(carafe_mutant_create(NULL, all_rights, 0, 0, &handle),
		CARAFE_STATUS_INVALID_PARAMETER);
	is_int(handle, 0, "the handle is 0");
	handle = 99;
	refuses(carafe_semaphore_create(NULL, all_rights, 0, 0, 1, &handle),
		CARAFE_STATUS_INVALID_PARAMETER);
	is_int(handle, 0, "the handle is 0");
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		uint32_t bad = attributes[i];

		handle = 99;
		refuses(carafe_event_create(env, 0, bad, CARAFE_NOTIFICATION_EVENT, 0, &handle),
			CARAFE_STATUS_INVALID_PARAMETER);
		is_int(handle, 0, "attributes 0x%x: the handle is 0", (unsigned)bad);
		handle = 99;
		refuses(carafe_mutant_create(env, 0, bad, 1, &handle),
			CARAFE_STATUS_INVALID_PARAMETER);
		is_int(handle, 0, "attributes 0x%x: the handle is 0", (unsigned)bad);
		handle = 99;
		refuses(carafe_semaphore_create(env, 0, bad, 1, 1, &handle),
			CARAFE_STATUS_INVALID_PARAMETER);
		is_int(handle, 0, "attributes 0x%x: the handle is 0", (unsigned)bad);
	}
}

static void
test_creation_of_events(void)
{
	static const int types[] = { 2, 3, 256, -1, INT32_MAX, INT32_MIN };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		enum carafe_event_type bad = (enum carafe_event_type)types[i];
		carafe_handle handle = 99;

		refuses(carafe_event_create(env, CARAFE_GENERIC_ALL, 0, bad, 0, &handle),
			CARAFE_STATUS_INVALID_PARAMETER);
		is_int(handle, 0, "type %d: the handle is 0", types[i]);
	}
}

static void
test_creation_of_semaphores(void)
{
	static const int32_t counts[][2] = { { 2, 1 }, { 0, 0 }, { 1, 0 }, { 0, -1 }, { -1, -1 },
		{ -1, 1 }, { INT32_MIN, 1 }, { 0, INT32_MIN }, { INT32_MIN, INT32_MIN },
		{ INT32_MAX, INT32_MAX - 1 } };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		int32_t initial = counts[i][0], maximum = counts[i][1];
		carafe_handle handle = 99;

		refuses(carafe_semaphore_create(env, CARAFE_GENERIC_ALL, 0, initial, maximum,
				&handle), CARAFE_STATUS_INVALID_PARAMETER);
		is_int(handle, 0, "%d of %d: the handle is 0", (int)initial, (int)maximum);
	}
}

static void
test_no_environment(void)
{
	struct carafe_event_information about_event;
	struct carafe_mutant_information about_mutant;
	struct carafe_semaphore_information about_semaphore;
	const carafe_status bad = CARAFE_STATUS_INVALID_PARAMETER;
	uint32_t id = 99;
	int32_t previous = 99;

	refuses(carafe_close(NULL, event), bad);
	refuses(carafe_event_set(NULL, event, &previous), bad);
	refuses(carafe_event_reset(NULL, event, &previous), bad);
	refuses(carafe_event_pulse(NULL, event, &previous), bad);
	refuses(carafe_event_query(NULL, event, &about_event), bad);
	refuses(carafe_mutant_release(NULL, mutant, &previous), bad);
	refuses(carafe_mutant_query(NULL, mutant, &about_mutant), bad);
	refuses(carafe_semaphore_release(NULL, semaphore, 1, &previous), bad);
	refuses(carafe_semaphore_query(NULL, semaphore, &about_semaphore), bad);
	refuses(carafe_wait_one(NULL, event, 0, &now_or_never), bad);
	refuses(carafe_wait_many(NULL, 1, &event, CARAFE_WAIT_ANY, 0, &now_or_never), bad);
	refuses(carafe_signal_and_wait(NULL, event, event, 0, &now_or_never), bad);
	refuses(carafe_thread_id(NULL, &id), bad);
	refuses(carafe_thread_alert(NULL, 4), bad);
	refuses(carafe_environment_close(NULL), bad);
	ok(previous == 99 && id == 99, "nothing was written");
	ok(carafe_environment_path(NULL) == NULL, "no environment has no path");
}

static void
test_null_outputs(void)
{
	const carafe_status bad = CARAFE_STATUS_ACCESS_VIOLATION;

	refuses(carafe_event_query(env, event, NULL), bad);
	refuses(carafe_mutant_query(env, mutant, NULL), bad);
	refuses(carafe_semaphore_query(env, semaphore, NULL), bad);
	refuses(carafe_thread_id(env, NULL), bad);
	refuses(carafe_wait_many(env, 1, NULL, CARAFE_WAIT_ANY, 0, &now_or_never), bad);
	refuses(carafe_wait_many(env, 64, NULL, CARAFE_WAIT_ALL, 0, &now_or_never), bad);
	refuses(carafe_environment_open(NULL, 0, NULL), bad);
	refuses(carafe_environment_open(".", UINT32_MAX, NULL), bad);
}

/* Every flag but the one there is; the folder is not made. */
static void
test_flags(void)
{
	carafe_environment *opened;
	DIR *made;

	for (uint32_t flag = 1; flag != 0; flag <<= 1) {
		opened = env;
		if (flag == CARAFE_NO_JANITOR)
			continue;
		refuses(carafe_environment_open(in_folder("flags"), flag | CARAFE_NO_JANITOR,
			&opened), CARAFE_STATUS_INVALID_PARAMETER);
		ok(opened == NULL, "flag 0x%x: the environment is NULL", (unsigned)flag);
	}
	made = opendir(in_folder("flags"));
	ok(made == NULL, "and no folder was made");
	if (made != NULL)
		closedir(made);
}

/* Each bit away from a thread's number, and what is near it. */
static void
test_thread_ids(void)
{
	const carafe_status bad = CARAFE_STATUS_INVALID_CID;
	uint32_t own;

	must(carafe_thread_id(env, &own), "carafe_thread_id");
	for (uint32_t bit = 1; bit != 0; bit <<= 1) {
		if ((sleeper.id ^ bit) == own || (own ^ bit) == sleeper.id)
			continue;
		refuses(carafe_thread_alert(env, sleeper.id ^ bit), bad);
		refuses(carafe_thread_alert(env, own ^ bit), bad);
	}
	refuses(carafe_thread_alert(env, 0), bad);
	refuses(carafe_thread_alert(env, UINT32_MAX), bad);
	ok(worker_asleep(&sleeper), "nobody was alerted");
	is_status(carafe_wait_one(env, sleeper.wait.handles[0], 1, &now_or_never),
		CARAFE_STATUS_TIMEOUT, "this thread was not, either");
}

static void
refuses_handle(carafe_handle bad)
{
	struct carafe_event_information about_event = { 99, 99 };
	struct carafe_mutant_information about_mutant = { 99, 9, 9, { 9, 9 } };
	struct carafe_semaphore_information about_semaphore = { 99, 99 };
	const carafe_status status = CARAFE_STATUS_INVALID_HANDLE;
	carafe_handle first[] = { bad, event }, last[] = { semaphore, bad };
	int32_t previous = 99;

	diag("handle 0x%08x", (unsigned)bad);
	refuses(carafe_close(env, bad), status);
	refuses(carafe_event_set(env, bad, &previous), status);
	refuses(carafe_event_reset(env, bad, &previous), status);
	refuses(carafe_event_pulse(env, bad, &previous), status);
	refuses(carafe_event_query(env, bad, &about_event), status);
	refuses(carafe_mutant_release(env, bad, &previous), status);
	refuses(carafe_mutant_query(env, bad, &about_mutant), status);
	refuses(carafe_semaphore_release(env, bad, 1, &previous), status);
	refuses(carafe_semaphore_query(env, bad, &about_semaphore), status);
	refuses(carafe_wait_one(env, bad, 0, NULL), status);
	refuses(carafe_wait_one(env, bad, 1, &now_or_never), status);
	refuses(carafe_wait_many(env, 1, &bad, CARAFE_WAIT_ANY, 0, NULL), status);
	refuses(carafe_wait_many(env, 2, first, CARAFE_WAIT_ANY, 0, NULL), status);
	refuses(carafe_wait_many(env, 2, last, CARAFE_WAIT_ANY, 0, NULL), status);
	refuses(carafe_wait_many(env, 2, first, CARAFE_WAIT_ALL, 0, NULL), status);
	refuses(carafe_wait_many(env, 2, last, CARAFE_WAIT_ALL, 0, NULL), status);
	refuses(carafe_signal_and_wait(env, bad, semaphore, 0, NULL), status);
	refuses(carafe_signal_and_wait(env, mutant, bad, 0, NULL), status);
	refuses(carafe_signal_and_wait(env, bad, bad, 0, NULL), status);
	ok(previous == 99 && about_event.state == 99 && about_mutant.count == 99 &&
			about_semaphore.count == 99,
		"nothing was written");
}

static void
test_handles(void)
{
	carafe_handle closed = new_event(CARAFE_NOTIFICATION_EVENT, 1);

	must(carafe_close(env, closed), "close");
	before = count();
	refuses_handle(0);
	refuses_handle(3);
	refuses_handle(closed);
	refuses_handle(closed | 3);
	refuses_handle(closed + 4);
	refuses_handle(0x7ffffffc);
	refuses_handle(0x80000000);
	refuses_handle(UINT32_MAX);		/* NT's own process */
	refuses_handle(UINT32_MAX - 1);		/* NT's own thread */
	refuses_handle(4 * 0x01000000u);	/* above NT's largest table */
}

/* Every number as a handle: catches an index that is used before it is compared with its bounds. */
static void
test_many_handles(void)
{
	uint32_t good = 0;

	for (uint32_t bits = 0; bits < 32; bits++) {
		for (uint32_t low = 0; low < 64; low++) {
			carafe_handle handle = (1u << bits) + low * 4;
			carafe_status status;
			struct carafe_event_information information;

			if ((handle & ~3u) == event || (handle & ~3u) == mutant ||
			    (handle & ~3u) == semaphore ||
			    (handle & ~3u) == sleeper.wait.handles[0])
				continue;
			status = carafe_event_query(env, handle, &information);
			good += status != CARAFE_STATUS_INVALID_HANDLE;
		}
	}
	is_int(good, 0, "no other number is a handle");
}

static void
test_waits(void)
{
	static const int types[] = { 2, 3, 256, -1, INT32_MAX, INT32_MIN };
	static const uint32_t counts[] = { 0, 65, 66, 256, 0x10001, 0x80000001u, UINT32_MAX };
	carafe_handle many[CARAFE_MAXIMUM_WAIT_OBJECTS + 2];
	carafe_handle twice[] = { event, semaphore, event };

	for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++)
		many[i] = semaphore;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		refuses(carafe_wait_many(env, counts[i], many, CARAFE_WAIT_ANY, 0, NULL),
			CARAFE_STATUS_INVALID_PARAMETER_1);
		refuses(carafe_wait_many(env, counts[i], many, CARAFE_WAIT_ALL, 0, NULL),
			CARAFE_STATUS_INVALID_PARAMETER_1);
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		enum carafe_wait_type bad = (enum carafe_wait_type)types[i];

		refuses(carafe_wait_many(env, 1, many, bad, 0, NULL),
			CARAFE_STATUS_INVALID_PARAMETER_3);
	}
	refuses(carafe_wait_many(env, 3, twice, CARAFE_WAIT_ALL, 0, NULL),
		CARAFE_STATUS_INVALID_PARAMETER_MIX);
	refuses(carafe_wait_many(env, 64, many, CARAFE_WAIT_ALL, 0, NULL),
		CARAFE_STATUS_INVALID_PARAMETER_MIX);
}

/* Of several errors the first one is told. */
static void
test_order_of_checks(void)
{
	const enum carafe_wait_type bad_type = (enum carafe_wait_type)7;
	carafe_handle mixed[] = { semaphore, semaphore, 0 };
	int32_t previous = 99;

	refuses(carafe_wait_many(env, 0, NULL, bad_type, 0, NULL),
		CARAFE_STATUS_INVALID_PARAMETER_1);
	refuses(carafe_wait_many(env, 3, NULL, bad_type, 0, NULL),
		CARAFE_STATUS_INVALID_PARAMETER_3);
	refuses(carafe_wait_many(env, 3, mixed, CARAFE_WAIT_ALL, 0, NULL),
		CARAFE_STATUS_INVALID_HANDLE);
	refuses(carafe_semaphore_release(env, 0, 0, &previous), CARAFE_STATUS_INVALID_PARAMETER);
	refuses(carafe_event_query(env, 0, NULL), CARAFE_STATUS_ACCESS_VIOLATION);
	refuses(carafe_mutant_query(env, 0, NULL), CARAFE_STATUS_ACCESS_VIOLATION);
	refuses(carafe_semaphore_query(env, 0, NULL), CARAFE_STATUS_ACCESS_VIOLATION);
	refuses(carafe_event_create(env, 0, 1, (enum carafe_event_type)7, 0, NULL),
		CARAFE_STATUS_ACCESS_VIOLATION);
	refuses(carafe_event_create(NULL, 0, 1, (enum carafe_event_type)7, 0, NULL),
		CARAFE_STATUS_ACCESS_VIOLATION);
	refuses(carafe_mutant_create(NULL, 0, 1, 0, NULL), CARAFE_STATUS_ACCESS_VIOLATION);
	refuses(carafe_semaphore_create(NULL, 0, 1, 2, 1, NULL), CARAFE_STATUS_ACCESS_VIOLATION);
	refuses(carafe_event_query(NULL, 0, NULL), CARAFE_STATUS_ACCESS_VIOLATION);
	refuses(carafe_mutant_query(NULL, 0, NULL), CARAFE_STATUS_ACCESS_VIOLATION);
	refuses(carafe_semaphore_query(NULL, 0, NULL), CARAFE_STATUS_ACCESS_VIOLATION);
	refuses(carafe_thread_id(NULL, NULL), CARAFE_STATUS_INVALID_PARAMETER);
	refuses(carafe_thread_alert(NULL, 0), CARAFE_STATUS_INVALID_PARAMETER);
	refuses(carafe_close(NULL, 0), CARAFE_STATUS_INVALID_PARAMETER);
	refuses(carafe_wait_one(NULL, 0, 0, NULL), CARAFE_STATUS_INVALID_PARAMETER);
	refuses(carafe_wait_many(NULL, 0, NULL, bad_type, 0, NULL),
		CARAFE_STATUS_INVALID_PARAMETER);
	refuses(carafe_signal_and_wait(NULL, 0, 0, 0, NULL), CARAFE_STATUS_INVALID_PARAMETER);
	refuses(carafe_semaphore_release(NULL, 0, INT32_MIN, &previous),
		CARAFE_STATUS_INVALID_PARAMETER);
	is_int(previous, 99, "nothing was written");
}

/* Handles without a right, and objects that cannot be signalled now. */
static void
test_order_of_checks_with_rights(void)
{
	const carafe_status no_handle = CARAFE_STATUS_INVALID_HANDLE;
	const carafe_status denied = CARAFE_STATUS_ACCESS_DENIED;
	carafe_handle mute = 0, deaf = 0, full = 0, not_ours = new_mutant(0);
	carafe_handle mixed[3];

	must(carafe_event_create(env, CARAFE_SYNCHRONIZE, 0, CARAFE_SYNCHRONIZATION_EVENT, 1,
		&mute), "create");
	must(carafe_event_create(env, CARAFE_EVENT_MODIFY_STATE, 0, CARAFE_SYNCHRONIZATION_EVENT,
		1, &deaf), "create");
	must(carafe_semaphore_create(env, CARAFE_SYNCHRONIZE, 0, 1, 1, &full), "create");
	before = count();

	refuses(carafe_signal_and_wait(env, 0, deaf, 0, NULL), no_handle);
	refuses(carafe_signal_and_wait(env, mute, 0, 0, NULL), no_handle);
	refuses(carafe_signal_and_wait(env, not_ours, 0, 0, NULL), no_handle);
	refuses(carafe_signal_and_wait(env, not_ours, deaf, 0, NULL), denied);
	refuses(carafe_signal_and_wait(env, mute, deaf, 0, NULL), denied);
	refuses(carafe_signal_and_wait(env, mute, semaphore, 0, NULL), denied);
	refuses(carafe_signal_and_wait(env, full, semaphore, 0, NULL), denied);
	refuses(carafe_signal_and_wait(env, not_ours, semaphore, 0, NULL),
		CARAFE_STATUS_MUTANT_NOT_OWNED);
	is_int(mutant_state(not_ours).count, 1, "a free mutant stays free");

	mixed[0] = mixed[1] = semaphore;
	mixed[2] = deaf;
	refuses(carafe_wait_many(env, 3, mixed, CARAFE_WAIT_ALL, 0, NULL), denied);
	refuses(carafe_wait_many(env, 3, mixed, CARAFE_WAIT_ANY, 0, NULL), denied);
	mixed[1] = 0;
	refuses(carafe_wait_many(env, 3, mixed, CARAFE_WAIT_ANY, 0, NULL), no_handle);
	mixed[0] = deaf;
	refuses(carafe_wait_many(env, 3, mixed, CARAFE_WAIT_ANY, 0, NULL), denied);
	is_status(poll_one(mute), CARAFE_STATUS_WAIT_0, "what was set is set");

	/* Under its limit, with all rights. */
	must(carafe_close(env, full), "close");
	full = new_semaphore(1, 1);
	before = count();
	refuses(carafe_signal_and_wait(env, full, semaphore, 0, NULL),
		CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED);
	refuses(carafe_semaphore_release(env, full, 1, NULL),
		CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED);
	is_int(semaphore_count(full), 1, "a full semaphore stays full");
	refuses(carafe_mutant_release(env, not_ours, NULL), CARAFE_STATUS_MUTANT_NOT_OWNED);
	refuses(carafe_event_query(env, mute, &(struct carafe_event_information){ 0, 0 }), denied);
	refuses(carafe_event_set(env, mute, NULL), denied);
	refuses(carafe_event_reset(env, mute, NULL), denied);
	refuses(carafe_event_pulse(env, mute, NULL), denied);
	refuses(carafe_wait_one(env, deaf, 1, NULL), denied);
}

int
main(void)
{
	/* No thread but the two that are tested. */
	setenv("CARAFE_JANITOR", "0", 1);
	begin();
	event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 1);
	mutant = new_mutant(1);
	semaphore = new_semaphore(1, 2);
	worker_start(&sleeper);
	if (!worker_wait(&sleeper, one(new_event(CARAFE_NOTIFICATION_EVENT, 0))))
		bail_out("a wait ended at once");
	before = count();
	test_creation();
	test_creation_of_events();
	test_creation_of_semaphores();
	test_no_environment();
	test_null_outputs();
	test_flags();
	test_thread_ids();
	test_handles();
	test_many_handles();
	test_waits();
	test_order_of_checks();
	test_order_of_checks_with_rights();
	is_status(worker_outcome(&sleeper), CARAFE_STATUS_ALERTED, "who slept has slept all along");
	worker_stop(&sleeper);
	return end();
}
