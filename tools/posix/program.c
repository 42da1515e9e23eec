/* SPDX-License-Identifier: MIT */
/*
 * tools/posix/program.c - nothing is known of executable files.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include "tools/system.h"

bool system_program(char *path, size_t size)
{
	(void)path, (void)size;
	return false;
}

const char *system_unserved(const char *path, bool both)
{
	(void)path, (void)both;
	return NULL;
}
