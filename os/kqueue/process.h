/* SPDX-License-Identifier: MIT */
/*
 * os/kqueue/process.h - what the folder of a system tells os/kqueue/watch.c about processes.
 */
#ifndef CARAFE_OS_KQUEUE_PROCESS_H
#define CARAFE_OS_KQUEUE_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/*
 * When the process started, in microseconds, as every process of the same space sees it, give or
 * take the last one; and its space.  0, or an errno: ESRCH when there is no such process.
 */
int cf_process_look(pid_t pid, uint64_t *start, uint32_t *space);

/* For os/kqueue/start.c: the same, with the start as the kernel tells it, in real time. */
int cf_process_told(pid_t pid, int64_t *start, uint32_t *space);

#endif
