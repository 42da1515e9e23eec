/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/freebsd/time.h - CLOCK_UPTIME.
 */
#include_next <time.h>

#ifndef CLOCK_UPTIME
#define CLOCK_UPTIME CLOCK_MONOTONIC
#endif
