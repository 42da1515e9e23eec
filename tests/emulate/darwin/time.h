/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/darwin/time.h - CLOCK_UPTIME_RAW, in which mach_absolute_time() is told in nanoseconds.
 */
#include_next <time.h>

#ifndef CLOCK_UPTIME_RAW
#define CLOCK_UPTIME_RAW CLOCK_MONOTONIC
#endif
