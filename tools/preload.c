/* SPDX-License-Identifier: MIT */
/*
 * tools/preload.c - finds the library to be preloaded.  See tools/preload.h.
 *
 * A loader complains of each library of the other width that LD_PRELOAD names, and of one that is
 * not there.  Its own word $LIB stands for a folder of the program's width; which one that is, each
 * distribution decides, so that the word is used only where this program's loader finds the library
 * by it.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/preload.h"
#include "tools/system.h"

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
	length = snprintf(path, size, "%s%s" CARAFE_PRELOAD_LIBRARY, program, folder);
	return length > 0 && (size_t)length < size && access(path, R_OK) == 0;
}

/* Folders of the two widths on one machine: of Debian, of Fedora and openSUSE, of Arch. */
static const char *const pairs[][2] = {
	{ "/lib/x86_64-linux-gnu/", "/lib/i386-linux-gnu/" },
	{ "/lib/x86_64-linux-gnu/", "/lib32/" },
	{ "/lib64/", "/lib/" },
	{ "/lib/", "/lib32/" }
};

#define PAIRS (sizeof(pairs) / sizeof(pairs[0]))

/* path with the last occurrence of one folder replaced by another; false: there is none. */
static bool replace_folder(const char *path, const char *from, const char *to, char *result,
			   size_t size)
{
	const char *found = NULL;
	int length;

	for (const char *at = strstr(path, from); at != NULL; at = strstr(at + 1, from))
		found = at;
	if (found == NULL)
		return false;
	length = snprintf(result, size, "%.*s%s%s", (int)(found - path), path, to,
			  found + strlen(from));
	return length > 0 && (size_t)length < size;
}

/* Has the effects that loading it has, for which this process is too short-lived. */
static bool loader_finds(const char *path)
{
	return dlopen(path, RTLD_LAZY | RTLD_LOCAL) != NULL;
}

/* Writes $LIB in the place of its folder if the library of the other width is installed as well. */
static void cover_both(char *path, size_t size)
{
	char other[4096], both[4096];

	for (size_t i = 0; i < 2 * PAIRS; i++) {
		const char *ours = pairs[i / 2][i % 2], *theirs = pairs[i / 2][1 - i % 2];

		if (replace_folder(path, ours, theirs, other, sizeof(other)) &&
		    access(other, R_OK) == 0 &&
		    replace_folder(path, ours, "/$LIB/", both, sizeof(both)) &&
		    strlen(both) < size && loader_finds(both)) {
			strcpy(path, both);
			return;
		}
	}
}

bool preload_serves_both(const char *path)
{
	return strstr(path, "$LIB") != NULL || strstr(path, "${LIB}") != NULL;
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
		length = snprintf(path, size, "%s", CARAFE_PKGLIBDIR "/" CARAFE_PRELOAD_LIBRARY);
	if (length < 0 || (size_t)length >= size) {
		*why = "its path is too long";
		return false;
	}
	if (!is_set(chosen))
		cover_both(path, size);
	if (preload_serves_both(path) ? !loader_finds(path) : access(path, R_OK) != 0) {
		*why = "it is not there";
		return false;
	}
	/* The loader takes both for the end of a name and knows no way around. */
	if (strpbrk(path, " :") != NULL) {
		*why = "its path has a space or a colon, which " CARAFE_PRELOAD_VARIABLE " cannot hold";
		return false;
	}
	return true;
}

bool preload_set(const char *path)
{
	const char *old = getenv(CARAFE_PRELOAD_VARIABLE);
	size_t size = strlen(path) + 2 + (is_set(old) ? strlen(old) : 0);
	char *value = malloc(size);
	bool done;

	if (value == NULL)
		return false;
	snprintf(value, size, "%s%s%s", path, is_set(old) ? ":" : "", is_set(old) ? old : "");
	done = setenv(CARAFE_PRELOAD_VARIABLE, value, 1) == 0;
	free(value);
	return done;
}

bool preload_is_set(void)
{
	const char *value = getenv(CARAFE_PRELOAD_VARIABLE);

	return value != NULL && strstr(value, CARAFE_PRELOAD_LIBRARY) != NULL;
}
