/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/words.h - calls and the state of the model in words, for whoever reads a failure.
 *
 * What happens if a process dies here: nothing.
 */
#ifndef CF_TESTS_SIM_WORDS_H
#define CF_TESTS_SIM_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "tests/sim/history.h"
#include "tests/sim/model.h"

/* A text that grows up to its room; what does not fit is dropped. */
struct words {
	char *text;
	size_t room, used;
};

void words_add(struct words *words, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));

const char *words_operation(enum sim_operation operation);

/* "thread 1: wait_any(4, 8; alertable, until a moment) = TIMEOUT in [12, 40]" */
void words_call(struct words *words, const struct sim_call *call);

/* A status, and what came out, as the call would give it. */
void words_answer(struct words *words, const struct sim_call *call, uint32_t status,
		  const int32_t out[3]);

/* Each object, who sleeps for what, and who was alerted. */
void words_model(struct words *words, const struct model *model);

#endif
