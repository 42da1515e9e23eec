/* SPDX-License-Identifier: MIT */
/*
 * tools/signal_await.c - waits for signals where there is sigwaitinfo().  See tools/signal.h.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include "tools/signal.h"

void signals_note(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info, (void)context;
}

int signals_wait(const struct signals *signals, bool *by_process)
{
	siginfo_t info;
	int number = sigwaitinfo(&signals->set, &info);

	*by_process = number > 0 && info.si_code <= 0;
	return number;
}
