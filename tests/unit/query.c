/* SPDX-License-Identifier: MIT */
/*
 * What is told of an environment from outside (core/query.c), also when it is damaged.
 */
#include <config.h>

#include "core/event.h"
#include "core/mutant.h"
#include "core/query.h"
#include "core/semaphore.h"
#include "tests/unit/forge.h"
#include "tests/unit/waiter.h"

static struct carafe_environment *environment;
static struct cf_query query;
static struct cf_query_snapshot now;

static void take(void)
{
	must(cf_query_take(&query, &now), "take a snapshot");
}

static void test_objects(void)
{
	struct cf_view view;
	carafe_handle event = new_object(environment, cf_event_birth(true, false), &view);

	new_object(environment, cf_event_birth(false, false), &view);
	new_object(environment, cf_mutant_birth(0, 0), &view);
	new_object(environment, cf_semaphore_birth(0, 1), &view);
	must(cf_handle_close(environment, event), "close");
	take();
	ok(now.events == 1 && now.mutants == 1 && now.semaphores == 1 && now.objects.used == 3,
	   "objects are counted by type, free ones are not");
	is_int(now.chunks.used, 1, "a process with handles has a chunk");
	is_int(now.objects.limit, CF_OBJECTS, "as many as there can be");
	ok(now.objects.reserved >= now.objects.used, "and as many as have memory");
	is_int(now.changing, 0, "nothing is being changed");
}

static void test_processes(void)
{
	struct carafe_environment *other = open_again();
	struct cf_self waiter = another(other);
	struct cf_view view;

	new_object(other, cf_event_birth(true, false), &view);
	wait_for(&waiter, 0, &view);
	take();
	ok(now.processes.used == 2 && now.count == 2 && now.dead == 0, "two processes live");
	ok(now.process[1].slot == other->process && now.process[1].pid == (uint32_t)getpid() &&
		   now.process[1].alive && !now.process[1].janitor,
	   "each is told with what it is");
	ok(now.process[1].threads == 2 && now.process[1].waiting == 1 && now.waiting == 1,
	   "and its threads, one of which waits");
	die(other);
	take();
	ok(now.dead == 1 && now.count == 2 && !now.process[1].alive,
	   "one dies and is told as dead");
	leave(&waiter);
	cf_store32(&environment->region->header.janitor, environment->process + 1);
	take();
	ok(now.process[0].janitor, "the janitor is told");
	cf_store32(&environment->region->header.janitor, 0);
}

/* Nobody who looks may change anything, so what is half done stays so. */
static void test_in_change(void)
{
	struct cf_self stalled = another(environment);
	struct cf_changes changes = { .count = 0 };
	struct cf_view view;
	uint64_t reference;
	uint32_t before;

	new_object(environment, cf_event_birth(true, false), &view);
	take();
	before = now.objects.used;
	cf_change(&changes, &view.object->info, view.info, CF_EVENT);
	reference = forge(&stalled, 0, UNDECIDED, &changes);
	install(&changes, 0, reference);
	take();
	ok(now.changing == 1 && now.objects.used == before - 1,
	   "an object in a change is told as such");
	ok(cf_load(&view.object->info) == reference, "and the change is left to others");
	cf_kcas_finish(environment->region, stalled.thread);
}

static void test_damage(void)
{
	struct cf_header *header = &environment->region->header;
	uint32_t high = cf_load32(&header->high_threads);
	uint32_t objects = value_of(environment, &header->high_objects);

	cf_store32(&header->high_threads, UINT32_MAX);
	cf_store32(&header->high_processes, UINT32_MAX);
	put(environment, &header->high_objects, UINT32_MAX);
	take();
	ok(now.threads.used < 100 && now.count == 2, "counts of ones are not believed");
	cf_store32(&header->high_threads, high);
	cf_store32(&header->high_processes, 2);
	put(environment, &header->high_objects, objects);
}

static void test_refused(void)
{
	struct cf_header *header = &environment->region->header;
	struct cf_query other;

	is_int(cf_query_open(scratch("none"), &other), CARAFE_STATUS_OBJECT_PATH_NOT_FOUND,
	       "where there is no environment none is looked at");
	header->layout ^= 1;
	is_int(cf_query_open(scratch("environment"), &other), CARAFE_STATUS_REVISION_MISMATCH,
	       "nor one of another build");
	header->layout ^= 1;
	header->magic ^= 1;
	is_int(cf_query_open(scratch("environment"), &other), CARAFE_STATUS_REVISION_MISMATCH,
	       "nor what is none");
	header->magic ^= 1;
}

int main(void)
{
	environment = open_first();
	(void)self_in(environment);
	must(cf_query_open(scratch("environment"), &query), "look");
	test_objects();
	test_processes();
	test_in_change();
	test_damage();
	test_refused();
	cf_query_close(&query);
	return done_testing();
}
