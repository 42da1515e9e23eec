/* SPDX-License-Identifier: MIT */
/*
 * fuzz.c - inputs, and what must hold.  See fuzz.h.
 */
#include <config.h>

#include "tests/fuzz/fuzz.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[1024];
static pid_t owner;

static uint64_t take(struct fuzz_input *input, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size && input->left > 0; i++) {
		value |= (uint64_t)*input->data++ << 8 * i;
		input->left--;
	}
	return value;
}

uint8_t fuzz_8(struct fuzz_input *input)
{
	return (uint8_t)take(input, 1);
}

uint16_t fuzz_16(struct fuzz_input *input)
{
	return (uint16_t)take(input, 2);
}

uint32_t fuzz_32(struct fuzz_input *input)
{
	return (uint32_t)take(input, 4);
}

uint64_t fuzz_64(struct fuzz_input *input)
{
	return take(input, 8);
}

void fuzz_judge(int holds, const char *what, const char *file, int line)
{
	if (holds)
		return;
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

void fuzz_documented(carafe_status status)
{
	fuzz_holds(status != CARAFE_STATUS_PENDING && status != CARAFE_STATUS_REPARSE);
	fuzz_holds(strcmp(carafe_status_name(status), "unknown status") != 0);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *position)
{
	(void)info, (void)type, (void)position;
	return remove(path);
}

static void remove_folder(void)
{
	if (getpid() == owner)
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *fuzz_folder(void)
{
	const char *tmpdir = getenv("TMPDIR");

	if (owner != 0)
		return folder;
	snprintf(folder, sizeof(folder), "%s/carafe-fuzz-XXXXXX",
		 tmpdir != NULL && tmpdir[0] == '/' ? tmpdir : "/tmp");
	fuzz_holds(mkdtemp(folder) != NULL);
	owner = getpid();
	atexit(remove_folder);
	return folder;
}
