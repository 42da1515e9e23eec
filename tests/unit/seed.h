/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/seed.h - where a random test begins: with $CARAFE_TEST_SEED, else somewhere new.
 */
#ifndef CARAFE_TESTS_SEED_H
#define CARAFE_TESTS_SEED_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/tap.h"

static inline uint64_t test_seed(void)
{
	const char *text = getenv("CARAFE_TEST_SEED");
	uint64_t seed = text != NULL && *text != '\0'
				? strtoull(text, NULL, 0)
				: (uint64_t)time(NULL) * 65536 + (uint64_t)getpid();

	diag("CARAFE_TEST_SEED=%llu", (unsigned long long)seed);
	return seed;
}

#endif
