/* SPDX-License-Identifier: MIT */
/*
 * names.c - property: a name of an environment is accepted exactly if it is one by the rule of
 * <carafe/environment.h>, and nothing is made by looking.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/place.h"
#include "tests/fuzz/fuzz.h"

#define MOST_NAME 64u

/* The rule, written for this test. */
static int is_name(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t length = strlen(name);

	return length >= 1 && length <= MOST_NAME && name[0] != '.' &&
	       strspn(name, letters) == length;
}

static void begin(void)
{
	static int begun;

	if (begun++ == 0)
		fuzz_holds(setenv("XDG_RUNTIME_DIR", fuzz_folder(), 1) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[2 * CF_PLACE_PATH], path[CF_PLACE_PATH] = "";
	struct stat before, after;
	carafe_status status;

	begin();
	if (size >= sizeof(name))
		return 0;
	memcpy(name, data, size);
	name[size] = '\0';
	fuzz_holds(stat(fuzz_folder(), &before) == 0);
	status = cf_place_lookup(name, path, sizeof(path));
	fuzz_documented(status);
	fuzz_holds(stat(fuzz_folder(), &after) == 0);
	fuzz_holds(before.st_nlink == after.st_nlink && before.st_mtime == after.st_mtime);
	if (name[0] == '/')
		return 0;
	if (is_name(name))
		fuzz_holds(status == CARAFE_STATUS_OBJECT_NAME_NOT_FOUND ||
			   status == CARAFE_STATUS_OBJECT_PATH_NOT_FOUND);
	else
		fuzz_holds(name[0] == '\0' || status == CARAFE_STATUS_OBJECT_NAME_INVALID);
	return 0;
}
