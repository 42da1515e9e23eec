/* SPDX-License-Identifier: MIT */
/*
 * tools/signal.c - waits for a signal.  See tools/signal.h.
 *
 * Darwin and OpenBSD have no sigwaitinfo(): there, handlers write down what came while all of the set
 * are let in together.  Several may come at once, and each is told in a call of its own.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include <stddef.h>

#include "tools/signal.h"

#ifdef HAVE_SIGWAITINFO

int signal_wait(const sigset_t *set, bool *by_process)
{
	siginfo_t info;
	int number = sigwaitinfo(set, &info);

	*by_process = number > 0 && info.si_code <= 0;
	return number;
}

#else

#define SIGNALS 64

/* How each came that was not told yet. */
enum { NOT = 0, BY_KERNEL, BY_PROCESS };
static volatile sig_atomic_t came[SIGNALS];

static void note(int number, siginfo_t *info, void *context)
{
	(void)context;
	/* Numbers of kill() are 0 and below on most systems, and 0x10001 on Darwin. */
	came[number] = info->si_code <= 0 || info->si_code == SI_USER ? BY_PROCESS : BY_KERNEL;
}

static int take(const sigset_t *set, bool *by_process)
{
	for (int number = 1; number < SIGNALS; number++) {
		if (came[number] == NOT || sigismember(set, number) != 1)
			continue;
		*by_process = came[number] == BY_PROCESS;
		came[number] = NOT;
		return number;
	}
	return -1;
}

int signal_wait(const sigset_t *set, bool *by_process)
{
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO }, before[SIGNALS];
	sigset_t open;
	int number = take(set, by_process);

	if (number > 0)
		return number;
	sigfillset(&action.sa_mask);
	pthread_sigmask(SIG_SETMASK, NULL, &open);
	for (number = 1; number < SIGNALS; number++) {
		if (sigismember(set, number) != 1)
			continue;
		sigaction(number, &action, &before[number]);
		sigdelset(&open, number);
	}
	sigsuspend(&open);
	for (number = 1; number < SIGNALS; number++) {
		if (sigismember(set, number) == 1)
			sigaction(number, &before[number], NULL);
	}
	return take(set, by_process);
}

#endif
