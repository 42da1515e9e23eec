/* SPDX-License-Identifier: MIT */
/*
 * An object passes from its handle to a descriptor, and goes with it (core/handle.c).
 */
#include <config.h>

#include "core/event.h"
#include "core/mutant.h"
#include "core/queue.h"
#include "tests/unit/fixture.h"

static struct carafe_environment *environment;

static void test_adopt(void)
{
	const struct cf_birth birth = cf_event_birth(false, true);
	carafe_handle handle, next;
	struct cf_view view, other;

	handle = new_object(environment, birth, &view);
	is_int(cf_handle_adopt(environment, handle, 5, &birth, &view), CARAFE_STATUS_SUCCESS,
	       "a handle is turned into a descriptor's reference");
	ok(cf_load(&view.object->info) == view.info, "the view is of the object as it is then");
	is_int(cf_value(view.info), CF_EVENT | CF_EXTERNAL, "which is marked external");
	is_int(value_of(environment, &view.object->instance), 5, "belongs to the device's opening");
	is_int(value_of(environment, &view.object->state), 1, "and is as signalled as it was");
	is_int(cf_handle_close(environment, handle), CARAFE_STATUS_INVALID_HANDLE,
	       "the handle is gone");
	next = new_object(environment, cf_event_birth(false, false), &other);
	ok(next == handle && other.object != view.object,
	   "and its value is used for another object");
	is_int(cf_external_drop(environment, &view), CARAFE_STATUS_SUCCESS,
	       "the descriptor's reference is dropped");
	ok(is_free(environment, &view), "and with it goes the object");
	is_int(cf_external_drop(environment, &view), CARAFE_STATUS_INVALID_HANDLE,
	       "nobody drops it again");
	must(cf_handle_close(environment, next), "close");
	is_int(cf_handle_adopt(environment, next, 5, &birth, &view), CARAFE_STATUS_INVALID_HANDLE,
	       "a closed handle cannot be turned into anything");
}

/*
 * The numbers of owners are no ids of threads.  Catches a mutant that has its owner while it is
 * still one of NT: the end of a thread with that id would abandon it, and `carafe fsck' find it.
 */
static void test_adopt_owned(void)
{
	const struct cf_birth birth = cf_mutant_birth(2, UINT32_MAX);
	struct cf_view view, before;
	carafe_handle handle;

	handle = new_object(environment, cf_mutant_birth(0, 0), &before);
	ok(sound(environment), "a mutant that is about to be a descriptor's is as it must be");
	must(cf_handle_adopt(environment, handle, 5, &birth, &view), "adopt");
	is_int(value_of(environment, &view.object->state), 2, "then it has its owner");
	ok(cf_load(&view.object->state) == view.state, "which the view shows");
	is_int(value_of(environment, &view.object->second), UINT32_MAX - 1,
	       "as often as it shall have it");
	ok(sound(environment), "and that is as it must be");
	must(cf_external_drop(environment, &view), "drop");
}

/* The view of a collector that was slow must not cost the next object its reference. */
static void test_drop_of_the_next(void)
{
	struct cf_view old, view;

	new_external(environment, cf_event_birth(false, true), 5, &old);
	must(cf_external_drop(environment, &old), "drop");
	new_external(environment, cf_event_birth(false, true), 5, &view);
	ok(view.object == old.object, "another object is at the same place");
	is_int(cf_external_drop(environment, &old), CARAFE_STATUS_INVALID_HANDLE,
	       "and is not dropped in place of the one before");
	ok(!is_free(environment, &view), "it stays");
	must(cf_external_drop(environment, &view), "drop");
}

/* A wait holds the object after its last descriptor. */
static void test_drop_while_somebody_waits(void)
{
	struct cf_self waiter = another(environment);
	struct cf_view view;

	new_external(environment, cf_event_birth(false, false), 5, &view);
	if (cf_queue_link(&waiter, 0, again(environment, &view)) != CF_DONE)
		bail_out("cannot link");
	cf_store32(&waiter.thread->count, 1);
	put(environment, &waiter.thread->wait, 1);
	is_int(cf_external_drop(environment, &view), CARAFE_STATUS_SUCCESS,
	       "the last descriptor of an object that is waited for is closed");
	ok(!is_free(environment, &view), "the object stays");
	is_int(cf_external_drop(environment, &view), CARAFE_STATUS_INVALID_HANDLE,
	       "a second collector finds nothing to drop");
	put(environment, &waiter.thread->wait, 0);
	is_int(cf_queue_unlink(&waiter, waiter.thread, 0, NULL, 0), CF_DONE, "the waiter leaves");
	ok(is_free(environment, &view), "and the object goes");
}

/* A stale block must not keep an object alive for ever. */
static void test_drop_with_a_stale_block(void)
{
	struct cf_self waiter = another(environment);
	struct cf_view view;

	new_external(environment, cf_event_birth(false, false), 5, &view);
	if (cf_queue_link(&waiter, 0, again(environment, &view)) != CF_DONE)
		bail_out("cannot link");
	is_int(cf_external_drop(environment, &view), CARAFE_STATUS_SUCCESS,
	       "an object with a block of a wait that is over is dropped");
	ok(is_free(environment, &view), "and is gone at once");
}

int main(void)
{
	environment = open_first();
	test_adopt();
	test_adopt_owned();
	test_drop_of_the_next();
	test_drop_while_somebody_waits();
	test_drop_with_a_stale_block();
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
