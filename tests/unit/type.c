/* SPDX-License-Identifier: MIT */
/*
 * The rights of each type and what the generic ones mean for it (core/type.h, core/access.c), as
 * Windows NT has them.
 */
#include <config.h>

#include <carafe/types.h>

#include "core/access.h"
#include "core/type.h"
#include "tests/tap.h"

struct row {
	enum cf_type_number number;
	const char *name;
	carafe_access read, write, execute, all, valid;
};

static const struct row rows[] = {
	{ CF_EVENT, "Event", 0x20001, 0x20002, 0x120000, 0x1f0003, 0x1f0003 },
	{ CF_MUTANT, "Mutant", 0x20001, 0x20000, 0x120000, 0x1f0001, 0x1f0001 },
	{ CF_SEMAPHORE, "Semaphore", 0x20001, 0x20002, 0x120000, 0x1f0003, 0x1f0003 },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void test_row(const struct row *row)
{
	const struct cf_type *type = cf_types[row->number];

	is_str(type->name, row->name, "the name of type %d", row->number);
	is_int(type->generic_read, row->read, "what reading is");
	is_int(type->generic_write, row->write, "writing");
	is_int(type->generic_execute, row->execute, "executing");
	is_int(type->generic_all, row->all, "everything");
	is_int(type->valid, row->valid, "and what rights there are");
	is_int(cf_access_create(type, CARAFE_GENERIC_READ), row->read, "generic read is granted");
	is_int(cf_access_create(type, CARAFE_GENERIC_WRITE), row->write, "generic write");
	is_int(cf_access_create(type, CARAFE_GENERIC_EXECUTE), row->execute, "generic execute");
	is_int(cf_access_create(type, CARAFE_GENERIC_ALL), row->all, "generic all");
	is_int(cf_access_create(type, CARAFE_MAXIMUM_ALLOWED), row->all,
	       "the creator may do everything");
	is_int(cf_access_create(type, CARAFE_GENERIC_READ | CARAFE_GENERIC_EXECUTE),
	       row->read | row->execute, "two generic rights add up");
	is_int(cf_access_create(type, CARAFE_GENERIC_READ | CARAFE_DELETE),
	       row->read | CARAFE_DELETE, "a right of its own beside a generic one");
	is_int(cf_access_create(type, 0), 0, "nothing is nothing");
	is_int(cf_access_create(type, UINT32_MAX), row->valid,
	       "no right is granted that the type does not know");
	is_int(cf_access_create(type, CARAFE_ACCESS_SYSTEM_SECURITY), 0, "such as the audit's");
}

static void test_each_right(const struct row *row)
{
	bool granted = true;

	for (uint32_t bit = 0; bit < 25; bit++) {
		carafe_access right = (carafe_access)1 << bit;

		granted &= cf_access_create(cf_types[row->number], right) == (right & row->valid);
	}
	ok(granted, "each right of a %s alone is granted if there is one", row->name);
}

/* A row that is missing, or one that nothing here describes. */
static void test_all_types(void)
{
	uint32_t described = 0;

	for (uint32_t number = 0; number < CF_TYPES; number++)
		described += cf_types[number] != NULL;
	is_int(described, ROWS, "every type is among these");
	ok(cf_types[CF_FREE] == NULL, "and a free object has none");
}

static uint64_t info(uint32_t value)
{
	return (uint64_t)value << 32;
}

static void test_lookup(void)
{
	ok(cf_type_of(info(CF_EVENT)) == &cf_event_type &&
		   cf_type_of(info(CF_MUTANT | CF_EXTERNAL)) == &cf_mutant_type &&
		   cf_type_of(info(CF_EVENT | CF_MANUAL)) == &cf_event_type,
	   "an object's type is found, whatever its flags");
	ok(cf_type_of(info(CF_FREE)) == NULL && cf_type_of(info(5u << CF_FREE_SHIFT)) == NULL,
	   "a free one has none, whatever its link");
	ok(cf_type_of(info(CF_TYPES)) == NULL && cf_type_of(info(UINT32_MAX)) == NULL,
	   "nor has one with a number that no type has");
}

int main(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		test_row(&rows[i]);
		test_each_right(&rows[i]);
	}
	test_all_types();
	test_lookup();
	return done_testing();
}
