/* SPDX-License-Identifier: MIT */
/*
 * tools/signal.h - takes signals, waits for them, and tells who sent one.
 */
#ifndef CARAFE_TOOLS_SIGNAL_H
#define CARAFE_TOOLS_SIGNAL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#define SIGNAL_MOST 16

struct signals {
	size_t count;
	int number[SIGNAL_MOST];
	struct sigaction before[SIGNAL_MOST];
	sigset_t set;
	sigset_t mask_before;
};

/* Blocks them in the calling thread and makes sure that none that comes from now on is forgotten. */
void signals_take(struct signals *signals, const int *numbers, size_t count);

/* In a child: its program gets them as they were. */
void signals_give_back(const struct signals *signals);

/*
 * Waits for one of them.  Its number, and whether a process sent it (and not the terminal or the
 * kernel); or -1, for no reason.
 */
int signals_wait(const struct signals *signals, bool *by_process);

/* Their handler, of the file that waits for them. */
void signals_note(int number, siginfo_t *info, void *context);

#endif
