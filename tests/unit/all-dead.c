/* SPDX-License-Identifier: MIT */
/*
 * An environment whose slots are full of dead processes can still be opened (core/environment.c).
 *
 * Without a janitor they stay until somebody opens the environment; catches an opening that is
 * refused because of them, so that they stayed for ever.
 */
#include <config.h>

#include <carafe/carafe.h>

#include "core/mutant.h"
#include "core/process.h"
#include "tests/unit/fixture.h"

static struct carafe_environment *environment;

/* Processes that died in all slots between ours and the last. */
static void fill(void)
{
	for (uint32_t slot = environment->process + 1; slot < CF_PROCESSES - 1; slot++)
		must(cf_process_enter(environment->region, environment->place.memory, slot),
		     "fill a slot");
}

/* One that dies in the last slot has a handle, and a thread that owns a mutant. */
static struct cf_view fill_last(void)
{
	struct carafe_environment *last = open_again();
	struct cf_birth owned = cf_mutant_birth(self_in(last)->id, 1);
	struct cf_view view;

	if (last->process != CF_PROCESSES - 1)
		bail_out("this is not the last slot");
	owned.owner = self_in(last);
	(void)new_object(last, owned, &view);
	die(last);
	return view;
}

static uint32_t slots_in_use(void)
{
	uint32_t used = 0;

	for (uint32_t slot = 0; slot < CF_PROCESSES; slot++)
		used += value_of(environment, &environment->region->process[slot].state) != 0;
	return used;
}

int main(void)
{
	struct carafe_environment *fresh;
	struct cf_view view;
	carafe_handle handle;
	carafe_status status;

	environment = open_first();
	fill();
	view = fill_last(); /* opening it swept the others */
	fill();
	status = carafe_environment_open(scratch("environment"), CARAFE_NO_JANITOR, &fresh);
	is_int(status, CARAFE_STATUS_SUCCESS, "the environment is opened");
	if (!CARAFE_SUCCESS(status))
		return done_testing();
	ok(is_free(environment, &view), "the object of a dead process is gone");
	is_int(slots_in_use(), 2, "every slot of the dead is free");
	status = carafe_event_create(fresh, CARAFE_EVENT_ALL_ACCESS, 0, CARAFE_NOTIFICATION_EVENT,
				     0, &handle);
	is_int(status, CARAFE_STATUS_SUCCESS, "the new process makes objects");
	ok(sound(environment), "and everything is as it must be");
	is_int(carafe_environment_close(fresh), CARAFE_STATUS_SUCCESS, "it leaves");
	is_int(slots_in_use(), 1, "and nothing of it stays");
	return done_testing();
}
