/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/place.h - a small format of memory, a visit, and a look into an environment's folder.
 */
#ifndef CARAFE_TESTS_PLACE_H
#define CARAFE_TESTS_PLACE_H

#include "core/place.h"
#include "tests/unit/child.h"

#define TEST_MAGIC 0x70736c63u
#define TEST_SIZE (UINT64_C(1) << 20)
#define TEST_HEAD 4096u
#define TEST_SLOTS 12u

struct test_head {
	uint32_t magic;
	uint32_t version;
	uint32_t made_by;
};

static inline carafe_status test_make_version(void *base, uint32_t version)
{
	struct test_head *head = base;

	if (head->magic != 0)
		return CARAFE_STATUS_UNSUCCESSFUL; /* it must be new */
	head->magic = TEST_MAGIC;
	head->version = version;
	head->made_by = (uint32_t)getpid();
	return CARAFE_STATUS_SUCCESS;
}

static inline carafe_status test_check_version(const void *base, uint32_t version)
{
	const struct test_head *head = base;

	if (head->magic != TEST_MAGIC || head->version != version)
		return CARAFE_STATUS_REVISION_MISMATCH;
	return CARAFE_STATUS_SUCCESS;
}

static inline carafe_status test_make(void *base, int memory)
{
	(void)memory;
	return test_make_version(base, 1);
}

static inline carafe_status test_check(const void *base, uint64_t size)
{
	(void)size;
	return test_check_version(base, 1);
}

static const struct cf_place_format test_format = {
	.size = TEST_SIZE,
	.head = TEST_HEAD,
	.slots = TEST_SLOTS,
	.make = test_make,
	.check = test_check
};

/* Enters, says where, leaves; what a child does.  Returns its exit status. */
static inline int enter_and_leave(const struct child *parent, const char *environment)
{
	struct cf_place place;

	if (!CARAFE_SUCCESS(cf_place_open(environment, &test_format, &place)))
		return 1;
	say(parent, place.path, sizeof(place.path));
	cf_place_close(&place);
	return 0;
}

struct census {
	int gates;
	int generations;
	int others;
};

static inline bool census_visit(void *context, const char *name)
{
	struct census *census = context;

	if (strcmp(name, "gate") == 0)
		census->gates++;
	else if (name[strspn(name, "0123456789")] == '\0')
		census->generations++;
	else
		census->others++;
	return true;
}

/* What the environment's folder holds, as gates * 10000 + generations * 100 + others. */
static inline int census(const char *path)
{
	struct census census = { 0, 0, 0 };
	int folder;

	if (!CARAFE_SUCCESS(os_folder_open(-1, path, false, &folder)))
		return -1;
	os_folder_list(folder, census_visit, &census);
	os_close(folder);
	return census.gates * 10000 + census.generations * 100 + census.others;
}

#define EMPTY 10000	/* of census(): no generation, nothing left over */
#define ONE 10100	/* one generation, nothing left over */

#endif
