/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/freebsd/sys/sysctl.h - sysctl(), as much of it as os/freebsd/ uses.
 */
#ifndef CARAFE_EMULATE_SYSCTL_H
#define CARAFE_EMULATE_SYSCTL_H

#include <stddef.h>

#define CTL_KERN 1
#define KERN_PROC 14
#define KERN_BOOTTIME 21
#define KERN_PROC_PID 1

int sysctl(const int *name, unsigned count, void *old, size_t *size, const void *fresh,
	   size_t fresh_size);

#endif
