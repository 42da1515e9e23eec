/* SPDX-License-Identifier: MIT */
/*
 * bench/linux/cases.h - the lists of cases that only Linux has.
 */
#ifndef CARAFE_BENCH_LINUX_CASES_H
#define CARAFE_BENCH_LINUX_CASES_H

#include "bench/bench.h"

extern const struct bench_case bench_futex_cases[], bench_eventfd_cases[], bench_ntsync_cases[],
	bench_files_cases[];

#endif
