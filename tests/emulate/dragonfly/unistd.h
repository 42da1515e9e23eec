/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/dragonfly/unistd.h - umtx_sleep() and umtx_wakeup().
 */
#ifndef CARAFE_EMULATE_UNISTD_H
#define CARAFE_EMULATE_UNISTD_H

#include_next <unistd.h>

int umtx_sleep(volatile const int *word, int value, int microseconds);
int umtx_wakeup(volatile const int *word, int count);

#endif
