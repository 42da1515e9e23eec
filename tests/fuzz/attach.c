/* SPDX-License-Identifier: MIT */
/*
 * attach.c - property: whatever is in the memory of an environment in use, opening it gives a
 * documented status, and so does closing it.
 *
 * The memory is written to and put back as far as the input reaches.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "core/environment.h"
#include "tests/fuzz/fuzz.h"

/* What is put back: the slots that are in use or will be. */
static struct {
	size_t offset;
	size_t size;
	char *copy;
} part[] = {
	{ 0, offsetof(struct cf_region, process) + 6 * sizeof(struct cf_process), NULL },
	{ offsetof(struct cf_region, thread), 8 * sizeof(struct cf_thread), NULL },
	{ offsetof(struct cf_region, object), 64 * sizeof(struct cf_object), NULL },
	{ offsetof(struct cf_region, chunk), 4 * sizeof(struct cf_chunk), NULL },
};

static void begin(void)
{
	if (fuzz_environment != NULL)
		return;
	fuzz_environment_open();
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		part[i].copy = malloc(part[i].size);
		fuzz_holds(part[i].copy != NULL);
		memcpy(part[i].copy, (char *)fuzz_environment->region + part[i].offset,
		       part[i].size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	carafe_environment *environment = NULL;
	carafe_status status;
	uint32_t id;

	begin();
	/* Constants too, which fuzz_environment_damage() leaves alone. */
	if (fuzz_8(&input) % 4 == 0)
		((uint8_t *)&fuzz_environment->region->header)[fuzz_8(&input) % 64] ^=
			fuzz_8(&input);
	fuzz_environment_damage(&input, 16);
	status = carafe_environment_open(carafe_environment_path(fuzz_environment),
					 CARAFE_NO_JANITOR, &environment);
	fuzz_documented(status);
	fuzz_holds(CARAFE_SUCCESS(status) == (environment != NULL));
	if (environment != NULL) {
		fuzz_documented(carafe_thread_id(environment, &id));
		fuzz_documented(carafe_environment_close(environment));
	}
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		memcpy((char *)fuzz_environment->region + part[i].offset, part[i].copy,
		       part[i].size);
	return 0;
}
