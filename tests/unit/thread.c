/* SPDX-License-Identifier: MIT */
/*
 * Thread slots, ids, and notes of what a thread owns (core/thread.c).
 */
#include <config.h>

#include <pthread.h>

#include "core/event.h"
#include "core/mutant.h"
#include "tests/unit/fixture.h"

static struct carafe_environment *environment;
static struct cf_region *region;
static struct cf_self *self;

static void test_self(void)
{
	struct carafe_environment *other = open_again();
	struct cf_self *same;

	must(cf_self(environment, &same), "get a thread slot");
	ok(same == self && same->thread == &region->thread[self->index], "a thread keeps its slot");
	is_int(cf_owner_process(bits_of(environment, &self->thread->owner)),
	       environment->process + 1, "which says whose it is");
	ok(self->id != 0 && self->id % 4 == 0, "its id is a multiple of 4, and not 0");
	ok(self_in(other)->index != self->index, "in another opening it has another slot");
	ok(cf_self_waiting(environment) == NULL, "it does not wait");
	self->waiting = true;
	ok(cf_self_waiting(environment) == self, "unless it does");
	self->waiting = false;
	must(carafe_environment_close(other), "close");
	ok(cf_self(environment, &same) == CARAFE_STATUS_SUCCESS && same == self,
	   "closing one opening leaves the other one's slot");
}

static void test_ids(void)
{
	struct cf_self first = another(environment), second = another(environment), next;
	uint32_t id = first.id;
	uint64_t owner;

	ok(first.id != second.id && first.id != self->id, "each use of a slot has its own id");
	ok(cf_thread_of_id(region, first.id, &owner) == first.thread &&
		   owner == cf_load(&first.thread->owner),
	   "an id leads to its slot");
	for (uint32_t low = 1; low < 4; low++)
		ok(cf_thread_of_id(region, first.id + low, &owner) == NULL,
		   "%u more than an id is none", low);
	ok(cf_thread_of_id(region, 0, &owner) == NULL, "0 is none");
	ok(cf_thread_of_id(region, UINT32_MAX & ~3u, &owner) == NULL, "nor one without memory");
	cf_self_return(&first);
	ok(cf_thread_of_id(region, id, &owner) == NULL, "nor that of a thread that has ended");
	do {
		next = another(environment);
	} while (next.index != first.index);
	ok(next.id != id && cf_thread_of_id(region, id, &owner) == NULL,
	   "nor does it name the slot's next user");
}

/* 16 bits count the uses; the number goes round, and no id is ever 0. */
static void test_generations(void)
{
	struct cf_self last = another(environment), next;
	uint64_t owner = bits_of(environment, &last.thread->owner);

	put(environment, &last.thread->owner, 0xffff0000 | cf_owner_process(owner));
	cf_self_return(&last);
	is_int(value_of(environment, &last.thread->owner), 0xffff0000,
	       "a free slot remembers its last use");
	do {
		next = another(environment);
	} while (next.index != last.index);
	is_int(value_of(environment, &next.thread->owner) >> 16, 1,
	       "after the last number comes 1");
}

/* The next user must not be told what was the last one's. */
static void test_clean_slot(void)
{
	struct cf_self last = another(environment), next;

	put(environment, &last.thread->alert, 1);
	cf_store32(&last.thread->count, 7);
	cf_store32(&last.thread->flags, 7);
	cf_store32(&last.thread->owned[3], 9);
	cf_store32(&last.thread->owned_overflow, 1);
	cf_self_return(&last);
	do {
		next = another(environment);
	} while (next.index != last.index);
	ok(value_of(environment, &next.thread->alert) == 0, "a new thread is not alerted");
	ok(cf_load32(&next.thread->count) == 0 && cf_load32(&next.thread->flags) == 0,
	   "waits for nothing");
	ok(cf_load32(&next.thread->owned[3]) == 0 && cf_load32(&next.thread->owned_overflow) == 0,
	   "and has noted nothing");
	cf_self_return(&next);
}

struct ending {
	uint32_t index;
	uint32_t id;
	struct cf_view *mutant;
};

static void *end(void *argument)
{
	struct ending *ending = argument;
	struct cf_self *mine = self_in(environment);

	ending->index = mine->index;
	ending->id = mine->id;
	cf_noting_begin(mine);
	cf_owned_note(mine, cf_object_index(region, ending->mutant->object), true);
	put(environment, &ending->mutant->object->state, mine->id);
	cf_noting_end(mine);
	return NULL;
}

static void test_end_of_a_thread(void)
{
	struct cf_view mutant;
	struct ending ending = { .mutant = &mutant };
	carafe_handle handle = new_object(environment, cf_mutant_birth(0, 0), &mutant);
	pthread_t thread;
	uint64_t owner;

	if (pthread_create(&thread, NULL, end, &ending) != 0)
		bail_out("no threads");
	pthread_join(thread, NULL);
	ok(ending.index != self->index && ending.id != self->id, "a thread has a slot of its own");
	is_int(cf_owner_process(bits_of(environment, &region->thread[ending.index].owner)), 0,
	       "which is free when it has ended");
	ok(cf_thread_of_id(region, ending.id, &owner) == NULL, "its id names nobody");
	ok(value_of(environment, &mutant.object->state) == 0 &&
		   value_of(environment, &mutant.object->second) == CF_ABANDONED,
	   "and its mutant is abandoned");
	must(cf_handle_close(environment, handle), "close");
}

/* How often an object is noted. */
static uint32_t notes_of(const struct cf_self *whose, uint32_t object)
{
	uint32_t notes = 0;

	for (uint32_t i = 0; i < CF_OWNED; i++)
		notes += cf_load32(&whose->thread->owned[i]) == object + 1;
	return notes;
}

static void note(struct cf_self *whose, uint32_t object, bool alone)
{
	cf_noting_begin(whose);
	cf_owned_note(whose, object, alone);
	cf_noting_end(whose);
}

/* Mutants with the same home: their numbers differ by a multiple of CF_OWNED. */
static void test_notes(void)
{
	struct cf_self mine = another(environment);
	const uint32_t first = SPARE_OBJECTS, second = first + CF_OWNED, third = second + CF_OWNED;

	must(cf_reserve_object(region, environment->place.memory, third), "reserve");
	note(&mine, first, true);
	is_int(notes_of(&mine, first), 1, "a mutant is noted");
	note(&mine, first, true);
	is_int(notes_of(&mine, first), 1, "once");
	cf_owned_drop(&mine, first);
	is_int(notes_of(&mine, first), 1, "its note stays at its home after the release");
	put(environment, &region->object[first].state, mine.id);
	note(&mine, second, true);
	ok(notes_of(&mine, first) == 1 && notes_of(&mine, second) == 1,
	   "one with the same home finds a place beside an owned one");
	cf_owned_drop(&mine, second);
	is_int(notes_of(&mine, second), 0, "and gives that back");
	put(environment, &region->object[first].state, 0);
	note(&mine, second, false);
	ok(notes_of(&mine, first) == 1 && notes_of(&mine, second) == 1,
	   "among several that are noted together none makes room: it may be owned next");
	cf_owned_drop(&mine, second);
	note(&mine, third, true);
	ok(notes_of(&mine, first) == 0 && notes_of(&mine, third) == 1,
	   "one alone takes the home of one that is not owned");
	is_int(cf_load32(&mine.thread->owned_overflow), 0, "all that without running out");
	cf_self_return(&mine);
}

/* A handler in the middle of a function that has noted something must not take that place. */
static void test_notes_in_handlers(void)
{
	struct cf_self mine = another(environment);
	const uint32_t first = SPARE_OBJECTS, second = first + CF_OWNED;

	cf_noting_begin(&mine);
	cf_owned_note(&mine, first, true);
	note(&mine, second, true);
	ok(notes_of(&mine, first) == 1 && notes_of(&mine, second) == 1,
	   "what a handler notes does not displace what its thread is about to own");
	note(&mine, first, true);
	is_int(notes_of(&mine, first), 2, "nor does it count on a note that its thread may drop");
	cf_noting_end(&mine);
	cf_self_return(&mine);
}

static void test_overflow(void)
{
	struct cf_self mine = another(environment);
	uint32_t noted = 0;

	cf_noting_begin(&mine);
	for (uint32_t i = 0; i < CF_OWNED; i++)
		cf_owned_note(&mine, SPARE_OBJECTS + i * CF_OWNED, false);
	for (uint32_t i = 0; i < CF_OWNED; i++)
		noted += notes_of(&mine, SPARE_OBJECTS + i * CF_OWNED);
	ok(noted == CF_OWNED && cf_load32(&mine.thread->owned_overflow) == 0,
	   "there is room for %u notes", CF_OWNED);
	cf_owned_note(&mine, SPARE_OBJECTS + 1, false);
	is_int(cf_load32(&mine.thread->owned_overflow), 1,
	       "with one more it is said that there are more");
	cf_noting_end(&mine);
	cf_owned_drop(&mine, SPARE_OBJECTS + 1);
	is_int(cf_load32(&mine.thread->owned_overflow), 1,
	       "which stays so: nobody knows how many are left");
	cf_self_return(&mine);
}

static void test_no_place(void)
{
	uint32_t process = environment->process;
	struct cf_self *none;

	environment->process = CF_PROCESSES;
	environment->serial++;
	is_int(cf_self(environment, &none), CARAFE_STATUS_INSUFFICIENT_RESOURCES,
	       "a forked child for which there was no place has no threads");
	environment->serial--;
	environment->process = process;
}

int main(void)
{
	environment = open_first();
	region = environment->region;
	self = self_in(environment);
	test_self();
	test_ids();
	test_generations();
	test_clean_slot();
	test_end_of_a_thread();
	test_notes();
	test_notes_in_handlers();
	test_overflow();
	test_no_place();
	return done_testing();
}
