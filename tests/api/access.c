/* SPDX-License-Identifier: MIT */
/*
 * access.c - tests of access masks: which rights a handle gets, and what each call needs.
 *
 * What a handle was granted shows in what it can be used for, so each mask is tried on every call.
 */
#include <config.h>

#include "tests/api/support.h"

enum { QUERY = 1, MODIFY = 2, WAIT = 4, EVERYTHING = 7 };

enum type { EVENT, MUTANT, SEMAPHORE };
static const char *const names[] = { "event", "mutant", "semaphore" };

static carafe_status
create(enum type type, carafe_access access, carafe_handle *handle)
{
	if (type == EVENT)
		return carafe_event_create(env, access, 0, CARAFE_NOTIFICATION_EVENT, 1, handle);
	if (type == MUTANT)
		return carafe_mutant_create(env, access, 0, 1, handle);
	return carafe_semaphore_create(env, access, 0, 5, 10, handle);
}

static carafe_status
query(enum type type, carafe_handle handle)
{
	struct carafe_event_information event;
	struct carafe_mutant_information mutant;
	struct carafe_semaphore_information semaphore;

	if (type == EVENT)
		return carafe_event_query(env, handle, &event);
	if (type == MUTANT)
		return carafe_mutant_query(env, handle, &mutant);
	return carafe_semaphore_query(env, handle, &semaphore);
}

/* Each wait and each signal-and-wait must ask for the same right. */
static carafe_status
wait_in_each_way(carafe_handle handle)
{
	carafe_handle signal = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	struct wait waits[] = { one(handle), any(1, handle), all(1, handle) };
	carafe_status first = poll_one(handle);

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		waits[i].timeout = &now_or_never;
		if (do_wait(&waits[i]) != first)
			return CARAFE_STATUS_UNSUCCESSFUL;
	}
	if (carafe_signal_and_wait(env, signal, handle, 0, &now_or_never) != first ||
	    (first == CARAFE_STATUS_ACCESS_DENIED && event_state(signal) != 0))
		return CARAFE_STATUS_UNSUCCESSFUL;
	must(carafe_close(env, signal), "close");
	return first;
}

/* A mutant's release needs no right, so for it this always succeeds. */
static carafe_status
modify_in_each_way(enum type type, carafe_handle handle)
{
	carafe_handle set = new_event(CARAFE_NOTIFICATION_EVENT, 1);
	carafe_status first;

	if (type == EVENT) {
		first = carafe_event_set(env, handle, NULL);
		if (carafe_event_reset(env, handle, NULL) != first ||
		    carafe_event_pulse(env, handle, NULL) != first)
			return CARAFE_STATUS_UNSUCCESSFUL;
	} else if (type == MUTANT) {
		first = carafe_mutant_release(env, handle, NULL);
		must(carafe_close(env, set), "close");
		return first;
	} else {
		first = carafe_semaphore_release(env, handle, 1, NULL);
	}
	if (carafe_signal_and_wait(env, handle, set, 0, NULL) != first)
		return CARAFE_STATUS_UNSUCCESSFUL;
	must(carafe_close(env, set), "close");
	return first;
}

static bool
agrees(carafe_status status, bool allowed)
{
	return status == (allowed ? CARAFE_STATUS_SUCCESS : CARAFE_STATUS_ACCESS_DENIED);
}

static void
mask_allows(enum type type, carafe_access access, int allowed)
{
	carafe_status asked, waited, modified;
	carafe_handle handle;

	if (!is_status(create(type, access, &handle), CARAFE_STATUS_SUCCESS,
		    "%s made with access 0x%08x", names[type], (unsigned)access))
		return;
	asked = query(type, handle);
	waited = wait_in_each_way(handle);
	modified = modify_in_each_way(type, handle);
	if (!ok(agrees(asked, allowed & QUERY) && agrees(waited, allowed & WAIT) &&
			agrees(modified, type == MUTANT || (allowed & MODIFY)),
		    "it can be %s%s%sclosed", allowed & QUERY ? "queried, " : "",
		    allowed & WAIT ? "waited for, " : "", allowed & MODIFY ? "changed, " : ""))
		diag("query 0x%08x, wait 0x%08x, change 0x%08x", (unsigned)asked,
			(unsigned)waited, (unsigned)modified);
	is_status(carafe_close(env, handle), CARAFE_STATUS_SUCCESS, "and closed");
}

static void
test_masks(enum type type)
{
	int modify = type == MUTANT ? 0 : MODIFY;

	mask_allows(type, 0, 0);
	mask_allows(type, CARAFE_SYNCHRONIZE, WAIT);
	mask_allows(type, 1, QUERY);
	mask_allows(type, 2, modify);
	mask_allows(type, 3 | CARAFE_SYNCHRONIZE, QUERY | modify | WAIT);
	mask_allows(type, CARAFE_GENERIC_READ, QUERY);
	mask_allows(type, CARAFE_GENERIC_WRITE, modify);
	mask_allows(type, CARAFE_GENERIC_READ | CARAFE_GENERIC_WRITE, QUERY | modify);
	mask_allows(type, CARAFE_GENERIC_EXECUTE, WAIT);
	mask_allows(type, CARAFE_GENERIC_ALL, QUERY | modify | WAIT);
	mask_allows(type, CARAFE_MAXIMUM_ALLOWED, QUERY | modify | WAIT);
	mask_allows(type, CARAFE_STANDARD_RIGHTS_ALL, WAIT);
	mask_allows(type, CARAFE_STANDARD_RIGHTS_REQUIRED, 0);
	mask_allows(type, CARAFE_SPECIFIC_RIGHTS_ALL, QUERY | modify);
	mask_allows(type, type == MUTANT ? CARAFE_MUTANT_ALL_ACCESS : CARAFE_EVENT_ALL_ACCESS,
		EVERYTHING & (QUERY | modify | WAIT));
	/* Unknown rights are dropped, of a new object. */
	mask_allows(type, 0x0DE0FFFC, 0);
	mask_allows(type, CARAFE_ACCESS_SYSTEM_SECURITY | CARAFE_SYNCHRONIZE, WAIT);
	mask_allows(type, CARAFE_DELETE, 0);
	mask_allows(type, UINT32_MAX, QUERY | modify | WAIT);
}

/* Catches a wait that consumes the first objects before it finds the one it may not wait for. */
static void
test_denied_waits_consume_nothing(void)
{
	carafe_handle semaphore = new_semaphore(5, 5), denied;
	struct wait wait;

	must(carafe_semaphore_create(env, CARAFE_SEMAPHORE_QUERY_STATE, 0, 5, 5, &denied),
		"create");
	wait = any(2, semaphore, denied);
	is_status(do_wait(&wait), CARAFE_STATUS_ACCESS_DENIED,
		"a wait for any in which one object may not be waited for is denied");
	wait = all(2, semaphore, denied);
	is_status(do_wait(&wait), CARAFE_STATUS_ACCESS_DENIED, "a wait for all too");
	is_int(semaphore_count(semaphore), 5, "the object before it is untouched");
	is_int(semaphore_count(denied), 5, "and that one too");
	wait = any(3, denied, 0x7ffffffc, semaphore);
	is_status(do_wait(&wait), CARAFE_STATUS_ACCESS_DENIED, "of two bad ones the first decides");
	wait = any(3, 0x7ffffffc, denied, semaphore);
	is_status(do_wait(&wait), CARAFE_STATUS_INVALID_HANDLE, "whichever that is");
	carafe_close(env, semaphore);
	carafe_close(env, denied);
}

/* Type before rights: a handle without any right of the wrong type is of the wrong type. */
static void
test_type_comes_before_rights(void)
{
	for (int made = EVENT; made <= SEMAPHORE; made++) {
		for (int right = 0; right <= 1; right++) {
			carafe_access access = right ? CARAFE_GENERIC_ALL : 0;
			carafe_handle handle;

			must(create((enum type)made, access, &handle), "create");
			for (int used = EVENT; used <= SEMAPHORE; used++) {
				if (used == made)
					continue;
				is_status(query((enum type)used, handle),
					CARAFE_STATUS_OBJECT_TYPE_MISMATCH,
					"%s with access 0x%08x queried as %s", names[made],
					(unsigned)access, names[used]);
			}
			if (made != EVENT) {
				is_status(carafe_event_set(env, handle, NULL),
					CARAFE_STATUS_OBJECT_TYPE_MISMATCH, "set");
				is_status(carafe_event_reset(env, handle, NULL),
					CARAFE_STATUS_OBJECT_TYPE_MISMATCH, "reset");
				is_status(carafe_event_pulse(env, handle, NULL),
					CARAFE_STATUS_OBJECT_TYPE_MISMATCH, "pulsed");
			}
			if (made != MUTANT)
				is_status(carafe_mutant_release(env, handle, NULL),
					CARAFE_STATUS_OBJECT_TYPE_MISMATCH, "released as mutant");
			if (made != SEMAPHORE)
				is_status(carafe_semaphore_release(env, handle, 1, NULL),
					CARAFE_STATUS_OBJECT_TYPE_MISMATCH,
					"released as semaphore");
			must(carafe_close(env, handle), "close");
		}
	}
}

int
main(void)
{
	begin();
	for (int type = EVENT; type <= SEMAPHORE; type++)
		test_masks((enum type)type);
	test_denied_waits_consume_nothing();
	test_type_comes_before_rights();
	return end();
}
