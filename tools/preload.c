/* SPDX-License-Identifier: MIT */
/*
 * tools/preload.c - finds libcarafe-ntsync.so.  See tools/preload.h.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/preload.h"
#include "tools/system.h"

#define LIBRARY "libcarafe-ntsync.so"

static bool is_set(const char *value)
{
	return value != NULL && value[0] != '\0';
}

/* Beside a program in a build tree; libtool may have put the program itself into .libs. */
static bool find_in_build(char *path, size_t size)
{
	char program[4096], *slash;
	const char *folder = "/.libs/";
	int length;

	if (!system_program(program, sizeof(program)))
		return false;
	slash = strrchr(program, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	slash = strrchr(program, '/');
	if (slash != NULL && strcmp(slash, "/.libs") == 0)
		folder = "/";
	length = snprintf(path, size, "%s%s" LIBRARY, program, folder);
	return length > 0 && (size_t)length < size && access(path, R_OK) == 0;
}

bool preload_find(char *path, size_t size, const char **why)
{
	const char *chosen = getenv("CARAFE_PRELOAD");
	int length;

	if (is_set(chosen))
		length = snprintf(path, size, "%s", chosen);
	else if (find_in_build(path, size))
		length = (int)strlen(path);
	else
		length = snprintf(path, size, "%s", CARAFE_PKGLIBDIR "/" LIBRARY);
	if (length < 0 || (size_t)length >= size) {
		*why = "its path is too long";
		return false;
	}
	if (access(path, R_OK) != 0) {
		*why = "it is not there";
		return false;
	}
	/* The loader takes both for the end of a name and knows no way around. */
	if (strpbrk(path, " :") != NULL) {
		*why = "its path has a space or a colon, which LD_PRELOAD cannot hold";
		return false;
	}
	return true;
}

bool preload_set(const char *path)
{
	const char *old = getenv("LD_PRELOAD");
	size_t size = strlen(path) + 2 + (is_set(old) ? strlen(old) : 0);
	char *value = malloc(size);
	bool done;

	if (value == NULL)
		return false;
	snprintf(value, size, "%s%s%s", path, is_set(old) ? ":" : "", is_set(old) ? old : "");
	done = setenv("LD_PRELOAD", value, 1) == 0;
	free(value);
	return done;
}

bool preload_is_set(void)
{
	const char *value = getenv("LD_PRELOAD");

	return value != NULL && strstr(value, LIBRARY) != NULL;
}
