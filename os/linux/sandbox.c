/* SPDX-License-Identifier: MIT */
/*
 * os/linux/sandbox.c - whether a system call may be tried at all.
 *
 * A call that the kernel does not have, or that a sandbox forbids, mostly fails, and who makes it
 * reads that from errno.  But a filter can also answer with a signal, SIGSYS: Android's does so for
 * what its C library does not call.  Nothing tells beforehand, so where there is a filter at all a
 * child makes the call first.  It is a bare clone() without a signal at its end, unnoticed by the
 * program around us: no handler of fork runs, no SIGCHLD comes, and wait() does not find it.  Its
 * memory is a copy, since the kernel may end all that share the memory of who dumps core.
 *
 * A program that gets a filter after the call was asked about must let the call through or fail.
 *
 * What happens if a process dies here: the child ends by itself; it waits for nothing.
 */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/linux/sandbox.h"

#ifndef __WCLONE
#define __WCLONE 0x80000000u
#endif

enum { NOT_ASKED, RETURNS, ENDS };

/* Whether a filter was set, by us or by who started us; a kernel without filters says EINVAL. */
static bool is_filtered(void)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) > 0;
}

/* In the child, with all signals blocked: bare system calls only. */
static void make_call(long number)
{
	const unsigned char default_action[64] = { 0 };

	/* No core: neither a handler of the program's nor the core is about the program. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)syscall(SYS_rt_sigaction, SIGSYS, default_action, NULL, _NSIG / 8);
	/* Arguments with which none of the calls in question has an effect. */
	(void)syscall(number, -1l, 0l, -1l, 0l, 0l, 0l);
	(void)syscall(SYS_exit_group, 0);
}

static int ask(long number)
{
	/* No flags, no stack and no signal at the end: 0 in whatever order a processor has them. */
	long child = syscall(SYS_clone, 0l, 0l, 0l, 0l, 0l);
	int status;

	if (child == 0)
		make_call(number);
	if (child < 0)
		return NOT_ASKED;
	while (waitpid((pid_t)child, &status, (int)__WCLONE) < 0) {
		if (errno != EINTR)
			return NOT_ASKED;
	}
	return WIFEXITED(status) ? RETURNS : ENDS;
}

bool cf_call_returns(long number, cf_call_known *known)
{
	int answer = atomic_load_explicit(known, memory_order_relaxed);
	int saved = errno;
	sigset_t all, before;

	/* Who sleeps asks each time, and many sleep: nothing is written then. */
	if (answer != NOT_ASKED)
		return answer == RETURNS;
	if (!is_filtered()) {
		answer = RETURNS;
	} else {
		sigfillset(&all);
		(void)pthread_sigmask(SIG_BLOCK, &all, &before);
		answer = ask(number);
		(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	atomic_store_explicit(known, (unsigned char)answer, memory_order_relaxed);
	errno = saved;
	return answer == RETURNS;
}
