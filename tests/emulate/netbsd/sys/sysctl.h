/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/netbsd/sys/sysctl.h - sysctl(), as much of it as os/netbsd/ uses.
 */
#ifndef CARAFE_EMULATE_SYSCTL_H
#define CARAFE_EMULATE_SYSCTL_H

#include <stddef.h>
#include <stdint.h>

#define CTL_KERN 1
#define KERN_PROC2 47
#define KERN_PROC_PID 1

struct kinfo_proc2 {
	uint32_t p_ustart_sec;
	uint32_t p_ustart_usec;
};

int sysctl(const int *name, unsigned count, void *old, size_t *size, const void *fresh,
	   size_t fresh_size);

#endif
