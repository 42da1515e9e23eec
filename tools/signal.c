/* SPDX-License-Identifier: MIT */
/*
 * tools/signal.c - takes signals and waits for them.  See tools/signal.h.
 *
 * Each has a handler as long as it is taken, though it is blocked: a system may forget a blocked signal
 * whose default is to be ignored (SIGCHLD, SIGCONT, SIGWINCH), and all forget it when that default is
 * set while it is pending.
 *
 * Darwin and OpenBSD have no sigwaitinfo(): there, the handlers write down what came while all are let
 * in together.  Several may come at once, and each is told in a call of its own.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include <string.h>

#include "tools/signal.h"

#ifdef HAVE_SIGWAITINFO

static void note(int number, siginfo_t *info, void *context)
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

#else

/* How each came that was not told yet; by its number, which is small. */
enum { NOT = 0, BY_KERNEL, BY_PROCESS };
static volatile sig_atomic_t came[64];

static void note(int number, siginfo_t *info, void *context)
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

#endif

void signals_take(struct signals *signals, const int *numbers, size_t count)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = note;
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
