/* SPDX-License-Identifier: MIT */
/*
 * check.c - property: whatever is in an environment, core/check.h comes to an end and tells
 * sentences; of a sound one it tells nothing.
 */
#include <config.h>

#include <string.h>

#include "core/check.h"
#include "core/environment.h"
#include "tests/fuzz/fuzz.h"

#define MOST 500u

static bool count(void *context, const struct cf_finding *finding)
{
	unsigned *found = context;

	fuzz_holds((unsigned)finding->kind < CF_FINDING_KINDS);
	fuzz_holds(strlen(finding->sentence) > 0 && strlen(finding->sentence) < CF_FINDING_TEXT);
	fuzz_holds(strchr(finding->sentence, '#') == NULL || strlen(finding->sentence) > 30);
	fuzz_holds(*found < MOST);
	return ++*found < MOST;
}

static unsigned check(enum cf_check_mode mode)
{
	unsigned found = 0;
	carafe_status status = cf_check(fuzz_environment->region, mode, count, &found);

	fuzz_documented(status);
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };

	if (fuzz_environment == NULL) {
		fuzz_environment_open();
		fuzz_environment_keep();
	}
	fuzz_environment_heal();
	fuzz_holds(check(CF_CHECK_LIVE) == 0);
	fuzz_environment_damage(&input, 64);
	(void)check(CF_CHECK_LIVE);
	(void)check(CF_CHECK_EXACT);
	return 0;
}
