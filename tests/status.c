/* SPDX-License-Identifier: MIT */
/*
 * status.c - tests of the statuses and of the version.
 *
 * The header is the list that programs see, so the test reads it: a status that was added there and
 * not to the table of names is found without a second list.
 */
#include <carafe/status.h>
#include <carafe/version.h>

#include "tests/tap.h"

#define PREFIX "#define CARAFE_STATUS_"

/* One line of the header: its name without the prefix, and its number. */
static bool parse_definition(const char *line, char name[64], carafe_status *status)
{
	unsigned int number;

	if (sscanf(line, PREFIX "%63[A-Z0-9_] ((carafe_status)0x%8x)", name, &number) != 2)
		return false;
	*status = number;
	return true;
}

static void test_every_status_has_its_name(void)
{
	char path[4096], line[256], name[64], want[80];
	const char *srcdir = getenv("CARAFE_SRCDIR");
	carafe_status status;
	int count = 0;
	FILE *header;

	snprintf(path, sizeof(path), "%s/include/carafe/status.h", srcdir ? srcdir : ".");
	header = fopen(path, "r");
	if (header == NULL)
		bail_out("cannot read %s: run the tests by make check, or set CARAFE_SRCDIR", path);
	while (fgets(line, sizeof(line), header) != NULL) {
		if (!parse_definition(line, name, &status))
			continue;
		count++;
		snprintf(want, sizeof(want), "STATUS_%s", name);
		is_str(carafe_status_name(status), want, "0x%08x has its own name",
		       (unsigned int)status);
	}
	fclose(header);
	ok(count > 80, "the header's list was found (%d)", count);
}

static void test_waits(void)
{
	is_str(carafe_status_name(CARAFE_STATUS_WAIT_0), "STATUS_SUCCESS", "WAIT_0 is success");
	is_str(carafe_status_name(CARAFE_STATUS_WAIT_0 + 1), "STATUS_WAIT_1", "WAIT_1");
	is_str(carafe_status_name(CARAFE_STATUS_WAIT_0 + 10), "STATUS_WAIT_10", "WAIT_10");
	is_str(carafe_status_name(CARAFE_STATUS_WAIT_0 + 63), "STATUS_WAIT_63", "WAIT_63");
	is_str(carafe_status_name(64), "unknown status", "there is no WAIT_64");
	is_str(carafe_status_name(0x7f), "unknown status", "the number before the abandoned ones");
	is_str(carafe_status_name(CARAFE_STATUS_ABANDONED_WAIT_0 + 9), "STATUS_ABANDONED_WAIT_9",
	       "ABANDONED_WAIT_9");
	is_str(carafe_status_name(CARAFE_STATUS_ABANDONED + 63), "STATUS_ABANDONED_WAIT_63",
	       "ABANDONED_WAIT_63");
	is_str(carafe_status_name(0xffffffff), "unknown status", "the highest number");
}

static void test_classes(void)
{
	ok(CARAFE_SUCCESS(CARAFE_STATUS_SUCCESS), "success is success");
	ok(CARAFE_SUCCESS(CARAFE_STATUS_TIMEOUT), "a time-out is of the success class");
	ok(CARAFE_SUCCESS(CARAFE_STATUS_OBJECT_NAME_EXISTS), "information is of the success class");
	ok(!CARAFE_SUCCESS(CARAFE_STATUS_NO_MORE_ENTRIES), "a warning is no success");
	ok(!CARAFE_SUCCESS(CARAFE_STATUS_INVALID_HANDLE), "an error is no success");
	ok(CARAFE_SUCCESS(0x7fffffff) && !CARAFE_SUCCESS(0x80000000), "the highest bit decides");
}

static void test_version(void)
{
	char want[32];

	snprintf(want, sizeof(want), "%d.%d.%d", CARAFE_VERSION_MAJOR, CARAFE_VERSION_MINOR,
		 CARAFE_VERSION_PATCH);
	is_str(carafe_version(), want, "the library's version is that of its headers");
}

int main(void)
{
	test_every_status_has_its_name();
	test_waits();
	test_classes();
	test_version();
	return done_testing();
}
