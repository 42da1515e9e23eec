/* SPDX-License-Identifier: MIT */
/*
 * os/darwin/birth.c - when a file was made.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <sys/stat.h>

#include "os/darwin/park.h"

uint64_t cf_file_birth(int file)
{
	struct stat info;

	if (fstat(file, &info) < 0)
		return 0;
	return (uint64_t)info.st_birthtimespec.tv_sec * 1000000000u +
	       (uint64_t)info.st_birthtimespec.tv_nsec;
}
