/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/openbsd/sys/futex.h - futex(2).
 */
#ifndef CARAFE_EMULATE_FUTEX_H
#define CARAFE_EMULATE_FUTEX_H

#include <stdint.h>
#include <time.h>

#define FUTEX_WAIT 1
#define FUTEX_WAKE 2

int futex(volatile uint32_t *word, int operation, int value, const struct timespec *span,
	  volatile uint32_t *other);

#endif
