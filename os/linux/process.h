/* SPDX-License-Identifier: MIT */
/*
 * os/linux/process.h - what /proc says about a process.
 */
#ifndef CARAFE_OS_LINUX_PROCESS_H
#define CARAFE_OS_LINUX_PROCESS_H

#include <stdint.h>

/*
 * Reads folder/stat (folder is a path under /proc): the process' number as that /proc counts and
 * when it started, in ticks of the machine's uptime.  0, or the errno of what failed.
 */
int cf_process_stat(const char *folder, uint32_t *pid, uint64_t *start);

#endif
