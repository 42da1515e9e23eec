/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/fixture.h - what the tests of core/ share: an environment in a folder of the test's
 * own, further openings of it that stand for other processes, thread slots that stand for other
 * threads, and words to change.
 *
 * An opening has a process slot and a lock of its own, so one process with several openings is to
 * core/ what several processes are; one thread may act through several thread slots.  So what one
 * process does while another one stands at some point, or is dead, is tested without a race.
 */
#ifndef CARAFE_TESTS_FIXTURE_H
#define CARAFE_TESTS_FIXTURE_H

#include "core/check.h"
#include "core/environment.h"
#include "core/handle.h"
#include "core/kcas.h"
#include "core/region.h"
#include "core/thread.h"
#include "tests/unit/child.h"

/* Bails out unless the call, which is no subject of the test, succeeded. */
static inline void must(carafe_status status, const char *what)
{
	if (!CARAFE_SUCCESS(status))
		bail_out("cannot %s: %s", what, carafe_status_name(status));
}

/* One more opening of the test's environment, without a janitor. */
static inline struct carafe_environment *open_again(void)
{
	struct carafe_environment *environment;

	must(carafe_environment_open(scratch("environment"), CARAFE_NO_JANITOR, &environment),
	     "open the environment");
	return environment;
}

/* Makes the folder and the environment; a test that hangs is killed. */
static inline struct carafe_environment *open_first(void)
{
	alarm(CHILD_SECONDS);
	os_close(scratch_open());
	return open_again();
}

static inline struct cf_self *self_in(struct carafe_environment *environment)
{
	struct cf_self *self;

	must(cf_self(environment, &self), "get a thread slot");
	return self;
}

/* One more thread slot of the opening, which stands for another thread. */
static inline struct cf_self another(struct carafe_environment *environment)
{
	struct cf_self self;

	must(cf_self_borrow(environment, &self), "get one more thread slot");
	return self;
}

/*
 * To all other openings the process of this one is dead from here on.  What it did not do before,
 * it can still be made to do, as a process that was already on its way.
 */
static inline void die(struct carafe_environment *environment)
{
	cf_place_release(&environment->place, environment->process);
}

/* ---- Words ---- */

/* Objects that no test uses as such. */
#define SPARE_OBJECTS 512u

/* A word that nobody else uses; a higher number has a higher address. */
static inline cf_word *spare_word(struct carafe_environment *environment, uint32_t number)
{
	must(cf_reserve_object(environment->region, environment->place.memory,
			       SPARE_OBJECTS + number),
	     "reserve objects");
	return &environment->region->object[SPARE_OBJECTS + number].instance;
}

/* What a word says, once nobody is changing it. */
static inline uint64_t bits_of(struct carafe_environment *environment, cf_word *word)
{
	uint64_t bits;

	if (!cf_read(environment->region, word, &bits))
		bail_out("a word makes no sense");
	return bits;
}

static inline uint32_t value_of(struct carafe_environment *environment, cf_word *word)
{
	return cf_value(bits_of(environment, word));
}

static inline void put(struct carafe_environment *environment, cf_word *word, uint32_t value)
{
	uint64_t bits = bits_of(environment, word);

	if (!cf_cas(word, bits, cf_next(bits, value)))
		bail_out("somebody else changes a word");
}

/* How many changes lie between two readings of a word. */
static inline uint32_t steps_between(uint64_t before, uint64_t after)
{
	return (cf_sequence(after) - cf_sequence(before)) & (uint32_t)(CF_SEQUENCE_MASK >> 2);
}

/* ---- Objects ---- */

/* Makes an object and a handle with all rights of its type; takes a view. */
static inline carafe_handle new_object(struct carafe_environment *environment,
				       struct cf_birth birth, struct cf_view *view)
{
	const struct cf_type *type = cf_types[birth.info & CF_TYPE_MASK];
	carafe_handle handle = 0;

	must(cf_handle_create(environment, &birth, type->valid, CARAFE_INHERIT, &handle),
	     "create an object");
	must(cf_handle_view(environment, handle, CF_FREE, 0, view), "look at an object");
	return handle;
}

/* Makes an object that descriptors hold, of an opening of the ntsync device. */
static inline void new_external(struct carafe_environment *environment, struct cf_birth birth,
				uint32_t instance, struct cf_view *view)
{
	carafe_handle handle = new_object(environment, birth, view);

	must(cf_handle_adopt(environment, handle, instance, &birth, view),
	     "give an object to a descriptor");
}

/* The view as it is now. */
static inline struct cf_view *again(struct carafe_environment *environment, struct cf_view *view)
{
	if (!cf_view_again(environment->region, view))
		bail_out("an object went away");
	return view;
}

static inline bool is_free(struct carafe_environment *environment, const struct cf_view *view)
{
	return (value_of(environment, &view->object->info) & CF_TYPE_MASK) == CF_FREE;
}

/* ---- All of it ---- */

static inline bool tell_finding(void *context, const struct cf_finding *finding)
{
	diag("%s %u: %s", cf_finding_name(finding->kind), finding->index, finding->sentence);
	++*(int *)context;
	return true;
}

/* Whether the whole environment is as core/check.h wants it while nobody is inside a call. */
static inline bool sound(struct carafe_environment *environment)
{
	int findings = 0;

	must(cf_check(environment->region, CF_CHECK_EXACT, tell_finding, &findings), "check");
	return findings == 0;
}

#endif
