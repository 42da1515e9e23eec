/* SPDX-License-Identifier: MIT */
/*
 * tools/signal.h - waits for a signal, and tells who sent it.
 */
#ifndef CARAFE_TOOLS_SIGNAL_H
#define CARAFE_TOOLS_SIGNAL_H

#include <signal.h>
#include <stdbool.h>

/*
 * Waits for one of the signals of the set, which the calling thread has blocked.  Its number, and
 * whether a process sent it (and not the terminal or the kernel); or -1, for no reason.
 */
int signal_wait(const sigset_t *set, bool *by_process);

#endif
