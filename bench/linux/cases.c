/* SPDX-License-Identifier: MIT */
/*
 * bench/linux/cases.c - the lists of cases that only Linux has.
 */
#include <config.h>

#include "bench/linux/cases.h"

const struct bench_case *const bench_system_cases[] = {
	bench_futex_cases, bench_eventfd_cases, bench_ntsync_cases, bench_files_cases,
	NULL
};
