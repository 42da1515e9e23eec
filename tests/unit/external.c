/* SPDX-License-Identifier: MIT */
/*
 * Objects that descriptors hold: the names of their shards, and collecting those that no descriptor
 * holds any more (core/external.c).
 */
#include <config.h>

#include "core/event.h"
#include "core/external.h"
#include "tests/unit/fixture.h"

static struct carafe_environment *environment;

static void test_names(void)
{
	char name[CF_SHARD_NAME];

	cf_shard_name(0, name);
	is_str(name, "object-00", "the first shard");
	cf_shard_name(0x1f, name);
	is_str(name, "object-1f", "a shard in the middle");
	cf_shard_name(CF_SHARDS - 1, name);
	is_str(name, "object-ff", "the last one");
	cf_shard_name(CF_SHARD_DEVICE, name);
	is_str(name, "object-device", "and that of the device");
	ok(cf_shard(0) == cf_shard(CF_SHARD_RUN - 1) && cf_shard(CF_SHARD_RUN) == 1,
	   "objects that lie together share a shard");
	ok(cf_shard(CF_OBJECTS - 1) < CF_SHARDS && cf_shard(CF_SHARD_RUN * CF_SHARDS) == 0,
	   "and every object has one");
}

static void test_instances(void)
{
	cf_word *word = &environment->region->header.instances;
	uint32_t first = 0, second = 0;

	must(cf_external_instance(environment, &first), "open");
	must(cf_external_instance(environment, &second), "open");
	ok(first != 0 && second != 0 && first != second, "each opening of the device has a number");
	put(environment, word, UINT32_MAX);
	must(cf_external_instance(environment, &first), "open");
	is_int(first, 1, "after the last number comes 1: 0 is none");
}

static struct cf_view external(int *shard)
{
	char name[CF_SHARD_NAME];
	struct cf_view view;

	new_external(environment, cf_event_birth(true, false), 1, &view);
	cf_shard_name(cf_shard(cf_object_index(environment->region, view.object)), name);
	must(os_locks_open(environment->place.folder, name, true, shard), "open a shard");
	return view;
}

static void test_collect(void)
{
	struct cf_view held, dropped, plain;
	carafe_handle handle = new_object(environment, cf_event_birth(true, false), &plain);
	int shard, other;

	held = external(&shard);
	dropped = external(&other);
	must(os_lock(shard, cf_object_index(environment->region, held.object)), "lock");
	is_int(cf_external_collect(environment), CARAFE_STATUS_SUCCESS, "objects are collected");
	ok(!is_free(environment, &held), "one that a descriptor holds stays");
	ok(is_free(environment, &dropped), "one that none holds goes");
	ok(!is_free(environment, &plain), "one with a handle is none of this");
	os_locks_close(shard);
	is_int(cf_external_collect(environment), CARAFE_STATUS_SUCCESS,
	       "they are collected again when a descriptor was closed");
	ok(is_free(environment, &held), "and now that one goes");
	is_int(cf_external_collect(environment), CARAFE_STATUS_SUCCESS, "then there are none");
	must(cf_handle_close(environment, handle), "close");
	os_locks_close(other);
}

int main(void)
{
	environment = open_first();
	test_names();
	test_instances();
	test_collect();
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
