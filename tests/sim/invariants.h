/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/invariants.h - what must hold between any two steps, not only at rest; looked at after
 * each step that changed a word of the environment.
 *
 * The sentences are those that core/layout.h and the heads of core's files state, written down a
 * second time: nothing of core/check.c is used.  A word that a change in progress refers to counts
 * as what the change has made of it so far: once it is decided, all of its words are new at the
 * same moment.  So what lies between two decisions needs no look, and after each one everything is
 * looked at.
 *
 * What happens if a process dies here: nothing; the words of the dead must hold as any others.
 */
#ifndef CF_TESTS_SIM_INVARIANTS_H
#define CF_TESTS_SIM_INVARIANTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/layout.h"
#include "os/sim/run.h"

/* For struct sim_program: fails the execution if something does not hold. */
void invariants_change(const struct sim_event *event);

/*
 * When nobody can go on, and who died or was stopped was helped: that no wait goes on for what is there.
 * It may show in no answer, for whoever looks would help, and what the dead were given may be lost.
 */
void invariants_rest(void);

/*
 * Whether a step may do to a word what it did; *moved: what the environment says is different now,
 * and not only how it is written.  (invariants_word.c)
 */
void invariants_word(struct cf_region *region, const struct sim_event *event, bool *moved);

/* A word as what the change that it refers to has made of it. */
uint64_t invariants_bits(const struct cf_region *region, const cf_word *word);
uint32_t invariants_value(const struct cf_region *region, const cf_word *word);

#endif
