/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/darwin/libproc.h - when a process started.
 */
#ifndef CARAFE_EMULATE_LIBPROC_H
#define CARAFE_EMULATE_LIBPROC_H

#include <stdint.h>

#define PROC_PIDTBSDINFO 3

struct proc_bsdinfo {
	uint32_t pbi_pid;
	uint64_t pbi_start_tvsec;
	uint64_t pbi_start_tvusec;
};

int emulate_pidinfo(int pid, int flavor, uint64_t argument, void *info, int size);
#define proc_pidinfo emulate_pidinfo

#endif
