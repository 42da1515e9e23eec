/* SPDX-License-Identifier: MIT */
/*
 * tools/signal.c - takes signals and gives them back.  See tools/signal.h.
 *
 * Each has a handler as long as it is taken, though it is blocked: a system may forget a blocked signal
 * whose default is to be ignored (SIGCHLD, SIGCONT, SIGWINCH), and all forget it when that default is
 * set while it is pending.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include <string.h>

#include "tools/signal.h"

void signals_take(struct signals *signals, const int *numbers, size_t count)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = signals_note;
	action.sa_flags = SA_SIGINFO;
	sigfillset(&action.sa_mask);
	signals->count = count < SIGNAL_MOST ? count : SIGNAL_MOST;
	sigemptyset(&signals->set);
	for (size_t i = 0; i < signals->count; i++) {
		signals->number[i] = numbers[i];
		sigaddset(&signals->set, numbers[i]);
	}
	pthread_sigmask(SIG_BLOCK, &signals->set, &signals->mask_before);
	for (size_t i = 0; i < signals->count; i++)
		sigaction(numbers[i], &action, &signals->before[i]);
}

void signals_give_back(const struct signals *signals)
{
	for (size_t i = 0; i < signals->count; i++)
		sigaction(signals->number[i], &signals->before[i], NULL);
	pthread_sigmask(SIG_SETMASK, &signals->mask_before, NULL);
}
