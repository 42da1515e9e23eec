/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/freebsd/sys/cpuset.h - cpuset_getaffinity(), as much of it as os/freebsd/ uses.  Linux has
 * CPU_ZERO() and CPU_COUNT() for a set of its own.
 */
#ifndef CARAFE_EMULATE_CPUSET_H
#define CARAFE_EMULATE_CPUSET_H

#include <sched.h>
#include <sys/types.h>

#define CPU_LEVEL_WHICH 3
#define CPU_WHICH_PID 2

typedef cpu_set_t cpuset_t;

int cpuset_getaffinity(int level, int which, id_t id, size_t size, cpuset_t *mask);

#endif
