/* SPDX-License-Identifier: MIT */
/*
 * tools/signal_let_in.c - waits for signals where there is no sigwaitinfo(), as on Darwin and OpenBSD.
 * See tools/signal.h.
 *
 * The handlers write down what came while all are let in together.  Several may come at once, and each
 * is told in a call of its own.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include "tools/signal.h"

/* How each came that was not told yet; by its number, which is small. */
enum { NOT = 0, BY_KERNEL, BY_PROCESS };
static volatile sig_atomic_t came[64];

void signals_note(int number, siginfo_t *info, void *context)
{
	(void)context;
	/* Numbers of kill() are 0 and below on most systems, and 0x10001 on Darwin. */
	came[number] = info->si_code <= 0 || info->si_code == SI_USER ? BY_PROCESS : BY_KERNEL;
}

static int tell(const struct signals *signals, bool *by_process)
{
	for (size_t i = 0; i < signals->count; i++) {
		int number = signals->number[i];

		if (came[number] == NOT)
			continue;
		*by_process = came[number] == BY_PROCESS;
		came[number] = NOT;
		return number;
	}
	return -1;
}

int signals_wait(const struct signals *signals, bool *by_process)
{
	int number = tell(signals, by_process);
	sigset_t open;

	if (number > 0)
		return number;
	pthread_sigmask(SIG_SETMASK, NULL, &open);
	for (size_t i = 0; i < signals->count; i++)
		sigdelset(&open, signals->number[i]);
	sigsuspend(&open);
	return tell(signals, by_process);
}
