/* SPDX-License-Identifier: MIT */
/*
 * Making and freeing objects (core/object.c): the lists of free ones, generations, references.
 */
#include <config.h>

#include "core/event.h"
#include "core/mutant.h"
#include "core/object.h"
#include "core/semaphore.h"
#include "tests/unit/fixture.h"

static struct carafe_environment *environment;
static struct cf_region *region;
static struct cf_self *self;

static cf_word *list(uint32_t number)
{
	return &region->header.free_objects[number].first;
}

static uint32_t high(void)
{
	return value_of(environment, &region->header.high_objects);
}

/* Makes an object as whoever `self` is. */
static struct cf_object *make(struct cf_self *whose, struct cf_birth birth)
{
	struct cf_changes changes = { .count = 0 };
	struct cf_object *object;

	must(cf_object_change_make(whose, &birth, &changes, &object), "make an object");
	if (cf_kcas(whose, &changes) != CF_DONE)
		bail_out("somebody else makes an object");
	return object;
}

static bool drop(struct cf_self *whose, struct cf_object *object)
{
	struct cf_changes changes = { .count = 0 };

	return cf_object_change_drop(whose, object, &changes) &&
	       cf_kcas(whose, &changes) == CF_DONE;
}

static void test_fresh(void)
{
	uint32_t before = high();
	struct cf_object *object = make(self, cf_semaphore_birth(3, 7));

	is_int(cf_object_index(region, object), before, "with no free ones a new object is used");
	is_int(high(), before + 1, "and counted");
	is_int(value_of(environment, &object->state), 3, "it has its state");
	is_int(value_of(environment, &object->second), 7, "its second word");
	is_int(value_of(environment, &object->info), CF_SEMAPHORE, "its type");
	is_int(value_of(environment, &object->refs), 0, "and one reference, which counts as 0");
	ok(drop(self, object), "that is dropped");
	is_int(value_of(environment, &object->info) & CF_TYPE_MASK, CF_FREE, "and it is free");
	is_int(value_of(environment, list(environment->process)), before + 1,
	       "in the list of whoever freed it");
	is_int(high(), before + 1, "which does not change how many were ever used");
}

/* An old view must not pass for one of the next object at the same place. */
static void test_generations(void)
{
	struct cf_object *first = make(self, cf_event_birth(true, true)), *second;
	struct cf_view old, view;
	uint64_t state;

	cf_view_take(region, first, &old);
	view = old;
	ok(drop(self, first), "an object goes");
	second = make(self, cf_event_birth(true, true));
	ok(second == first, "the next one is at its place, and looks the same");
	state = cf_load(&second->state);
	ok(cf_load(&second->info) != old.info && !cf_view_again(region, &view),
	   "but is not what was viewed before");
	ok(state != old.state && cf_value(state) == 1,
	   "and its state is another one, so a change of the old one misses");
	ok(drop(self, second), "it goes, too");
}

static void test_order(void)
{
	struct cf_object *object[3];

	for (int i = 0; i < 3; i++)
		object[i] = make(self, cf_event_birth(false, false));
	for (int i = 0; i < 3; i++)
		drop(self, object[i]);
	ok(make(self, cf_event_birth(false, false)) == object[2] &&
		   make(self, cf_event_birth(false, false)) == object[1] &&
		   make(self, cf_event_birth(false, false)) == object[0],
	   "what was freed last is used first");
	for (int i = 0; i < 3; i++)
		drop(self, object[i]);
}

/* Nobody must run out while there are free objects in others' lists. */
static void test_others_lists(struct carafe_environment *other)
{
	struct cf_self *theirs = self_in(other);
	uint32_t index = cf_object_index(other->region, make(theirs, cf_event_birth(false, false)));
	struct cf_object *drained[8];
	uint32_t count = 0;

	ok(other->process != environment->process, "two processes have two slots");
	while (value_of(environment, list(environment->process)) != 0)
		drained[count++] = make(self, cf_event_birth(false, false));
	ok(drop(theirs, &other->region->object[index]), "one of them frees an object");
	is_int(value_of(environment, list(other->process)), index + 1, "into its own list");
	ok(make(self, cf_event_birth(false, false)) == &region->object[index],
	   "from which the other one takes it when its own list is empty");
	drop(self, &region->object[index]);
	while (count > 0)
		drop(self, drained[--count]);
}

static void test_born_anew(void)
{
	struct cf_object *object = make(self, cf_semaphore_birth(5, 9));
	uint64_t second;

	cf_store32(&object->granted, 77);
	drop(self, object);
	ok(make(self, cf_mutant_birth(0, 0)) == object, "a semaphore becomes a mutant");
	ok(value_of(environment, &object->state) == 0 &&
		   value_of(environment, &object->second) == 0,
	   "with nothing of its old state");
	second = cf_load(&object->second);
	drop(self, object);
	make(self, cf_mutant_birth(0, 0));
	ok(cf_load(&object->second) == second, "a second word that is right already is left alone");
	drop(self, object);
}

static void test_references(void)
{
	struct cf_object *object = make(self, cf_event_birth(false, false));

	put(environment, &object->refs, 2);
	ok(drop(self, object) && value_of(environment, &object->refs) == 1,
	   "dropping one of several references counts down");
	ok(drop(self, object) && drop(self, object) &&
		   (value_of(environment, &object->info) & CF_TYPE_MASK) == CF_FREE,
	   "and the last one frees");
	ok(!drop(self, object), "a free object has none to drop");
	object = make(self, cf_event_birth(false, false));
	put(environment, &object->refs, CF_UNREFERENCED);
	ok(!drop(self, object), "nor has one that only its queue keeps");
	put(environment, &object->refs, 0);
	drop(self, object);
}

static void test_exhaustion(void)
{
	cf_word *word = &region->header.high_objects;
	struct cf_changes changes = { .count = 0 };
	struct cf_birth birth = cf_event_birth(false, false);
	struct cf_object *object, *taken[64];
	uint32_t count = 0, before = high();

	while (value_of(environment, list(environment->process)) != 0)
		taken[count++] = make(self, birth);
	put(environment, word, CF_OBJECTS);
	is_int(cf_object_change_make(self, &birth, &changes, &object),
	       CARAFE_STATUS_INSUFFICIENT_RESOURCES, "when all are in use there is none to be had");
	ok(drop(self, taken[0]), "one is freed");
	ok(make(self, birth) == taken[0], "and can be had");
	put(environment, word, before);
	while (count > 0)
		drop(self, taken[--count]);
}

static void test_damage(void)
{
	cf_word *first = list(environment->process);
	uint32_t before = value_of(environment, first), number = high();
	struct cf_changes changes = { .count = 0 };
	struct cf_birth birth = cf_event_birth(false, false);
	struct cf_object *object;

	put(environment, first, UINT32_MAX);
	is_int(cf_object_change_make(self, &birth, &changes, &object),
	       CARAFE_STATUS_FILE_CORRUPT_ERROR, "a list that leads nowhere is corrupt");
	put(environment, first, 0);
	put(environment, &region->header.high_objects, UINT32_MAX);
	is_int(cf_object_change_make(self, &birth, &changes, &object),
	       CARAFE_STATUS_INSUFFICIENT_RESOURCES, "a count of ones gives no object");
	put(environment, &region->header.high_objects, number);
	put(environment, first, before);
	object = make(self, birth);
	put(environment, &object->info, CF_TYPES);
	ok(!drop(self, object), "an object of no known type is not dropped");
	put(environment, &object->info, CF_EVENT);
	drop(self, object);
}

int main(void)
{
	environment = open_first();
	region = environment->region;
	self = self_in(environment);
	test_fresh();
	test_generations();
	test_order();
	test_others_lists(open_again());
	test_born_anew();
	test_references();
	test_exhaustion();
	test_damage();
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
