/* SPDX-License-Identifier: MIT */
/*
 * A signal handler that runs as soon as a child is there uses what the child has, not what its
 * parent has (os/posix/thread.c, core/environment.c).
 *
 * Catches a handler that gets between fork() and the library's hook in the child, where it used the
 * parent's thread slot while the parent did so, too.
 */
#include <config.h>

#include <carafe/carafe.h>

#include <pthread.h>

#include "tests/unit/fixture.h"

static struct carafe_environment *environment;
static volatile sig_atomic_t handled;
static uint32_t seen_process, seen_thread;

static void handler(int signal_number)
{
	(void)signal_number;
	handled++;
	seen_process = environment->process;
	(void)carafe_thread_id(environment, &seen_thread);
}

/* Before the library's own, as a hook that was there earlier runs earlier. */
static void at_once(void)
{
	(void)raise(SIGUSR1);
}

enum { NOT_HANDLED = 1, PARENTS_PROCESS = 2, PARENTS_THREAD = 4, BLOCKED = 8 };

static int look(uint32_t process, uint32_t thread)
{
	sigset_t blocked;

	(void)pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	return (handled != 1 ? NOT_HANDLED : 0) | (seen_process == process ? PARENTS_PROCESS : 0) |
	       (seen_thread == thread ? PARENTS_THREAD : 0) |
	       (sigismember(&blocked, SIGUSR1) ? BLOCKED : 0);
}

int main(void)
{
	struct sigaction action = { .sa_handler = handler };
	uint32_t process, thread;
	int status = -1;
	sigset_t blocked;
	pid_t child;

	if (pthread_atfork(NULL, NULL, at_once) != 0 || sigaction(SIGUSR1, &action, NULL) < 0)
		bail_out("no hook");
	environment = open_first();
	process = environment->process;
	thread = self_in(environment)->id;
	child = fork();
	if (child == 0)
		_exit(look(process, thread));
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		bail_out("no child");
	status = WEXITSTATUS(status);
	is_int(status & NOT_HANDLED, 0, "the handler runs in the child, once");
	is_int(status & PARENTS_PROCESS, 0, "as the child");
	is_int(status & PARENTS_THREAD, 0, "with a thread slot of the child's");
	is_int(status & BLOCKED, 0, "the child has no more signals blocked than its parent had");
	(void)pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	ok(!sigismember(&blocked, SIGUSR1), "nor has the parent");
	is_int(handled, 0, "where no handler ran");
	return done_testing();
}
