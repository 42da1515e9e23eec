/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/openbsd/sys/sysctl.h - sysctl(), as much of it as os/openbsd/ uses.
 */
#ifndef CARAFE_EMULATE_SYSCTL_H
#define CARAFE_EMULATE_SYSCTL_H

#include <stddef.h>
#include <stdint.h>

#define CTL_KERN 1
#define KERN_PROC 66
#define KERN_BOOTTIME 21
#define KERN_PROC_PID 1

struct kinfo_proc {
	uint64_t p_ustart_sec;
	uint32_t p_ustart_usec;
};

int sysctl(const int *name, unsigned count, void *old, size_t *size, const void *fresh,
	   size_t fresh_size);

#endif
