/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/families.h - scenarios that are made of tables when they are asked for.
 *
 * What happens if a process dies here: see tests/sim/record.h.
 */
#ifndef CF_TESTS_SIM_FAMILIES_H
#define CF_TESTS_SIM_FAMILIES_H

#include "tests/sim/scenario.h"

/* Each gives its scenarios by number, NULL after the last; one is valid until the next is asked
 * for. */
const struct scenario *pairs_at(unsigned number);
const struct scenario *crowds_at(unsigned number);

/* How many pairs_at() has. */
unsigned pairs_count(void);

#endif
