/* SPDX-License-Identifier: MIT */
/*
 * wound.h - damage that is made up: at random, and by forging changes in progress.
 *
 * Every wound follows from its number, or its seed, and the environment.
 */
#ifndef CARAFE_TESTS_CORRUPT_WOUND_H
#define CARAFE_TESTS_CORRUPT_WOUND_H

#include <stdint.h>

#include "tests/corrupt/patient.h"

/* A random number; advances the seed. */
uint32_t wound_random(uint64_t *seed);

/* Changes a bit, a word, a few words or a slot somewhere where something is. */
void wound_somewhere(uint64_t *seed);

/*
 * A word of a kind of which there are wound_forgeries(), and a change in each state that it seems
 * to be in.
 */
uint32_t wound_forgeries(void);
void wound_forge(uint32_t number, char *name, size_t size);

#endif
