/* SPDX-License-Identifier: MIT */
/*
 * A thread that takes its slot, and is interrupted by a handler that takes it too, has one slot
 * afterwards (core/thread.c): the interruption comes at every third instruction in turn.
 *
 * Catches a thread that is put together from two slots: it wrote into one and told others to look
 * into the other; and one slot belonged to nobody until its process ended.
 */
#include <config.h>

#include <carafe/carafe.h>

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>

#include "core/sweep.h"
#include "tests/unit/fixture.h"

static struct carafe_environment *environment;
static volatile sig_atomic_t inside, interrupted;
static uint32_t inner;

static void handler(int signal_number)
{
	struct cf_self *self;

	(void)signal_number;
	interrupted = inside;
	inner = CARAFE_SUCCESS(cf_self(environment, &self)) ? self->id : 0;
}

static uint32_t slots_of_ours(void)
{
	struct cf_region *region = environment->region;
	uint32_t high = cf_load32(&region->header.high_threads), count = 0;

	for (uint32_t i = 0; i < high; i++)
		count += cf_owner_process(bits_of(environment, &region->thread[i].owner)) ==
			 environment->process + 1;
	return count;
}

enum { MIXED = 1, TWO_IDS = 2, TWO_SLOTS = 4, TRACED = 64, LATE = 128 };

static int judge(const struct cf_self *self)
{
	struct cf_thread *thread = &environment->region->thread[self->index];
	uint64_t owner = bits_of(environment, &thread->owner);
	bool mixed = self->thread != thread || self->environment != environment ||
		     self->region != environment->region ||
		     self->id != cf_thread_id(environment->region, thread, owner);

	return (mixed ? MIXED : 0) | (inner != self->id ? TWO_IDS : 0) |
	       (slots_of_ours() != 1 ? TWO_SLOTS : 0);
}

/* Stops before each attempt; is interrupted later each time, until that is after the attempt. */
static int attempts(void)
{
	struct sigaction action = { .sa_handler = handler };
	struct cf_self *self = self_in(environment);
	int faults = 0;

	if (sigaction(SIGUSR1, &action, NULL) < 0 || ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		return TRACED;
	do {
		if (!CARAFE_SUCCESS(cf_sweep_own(self)))
			return LATE;
		cf_self_forget();
		inside = 1;
		(void)raise(SIGSTOP);
		self = self_in(environment);
		inside = 0;
		while (inner == 0)
			os_yield();
		faults |= judge(self);
		inner = 0;
	} while (interrupted);
	return faults;
}

/* One stop of the child; false when it has ended, and then *status is its exit status. */
static bool next_stop(pid_t child, int *status)
{
	if (waitpid(child, status, 0) != child)
		bail_out("no child");
	if (WIFSTOPPED(*status))
		return true;
	*status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 1000 + WTERMSIG(*status);
	return false;
}

/* A step takes a while; no part of what is tested is that short. */
#define STRIDE 3

static int interrupt_everywhere(pid_t child, int *instructions)
{
	int status;

	/* Where there are many, as without optimisation, the later ones in longer strides. */
	for (*instructions = 0; next_stop(child, &status);
	     *instructions += STRIDE + *instructions * *instructions / 240000) {
		for (int i = 0; i < *instructions; i++)
			if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) < 0 ||
			    !next_stop(child, &status))
				bail_out("cannot step");
		if (ptrace(PTRACE_CONT, child, NULL, (void *)(intptr_t)SIGUSR1) < 0)
			bail_out("cannot interrupt");
	}
	return status;
}

int main(void)
{
	const char *sanitizer = getenv("CARAFE_SANITIZER");
	int faults, instructions;
	pid_t child;

	if (sanitizer != NULL && *sanitizer != '\0')
		skip_all("a sanitizer runs too many instructions, or handlers later");
	environment = open_first();
	child = fork();
	if (child == 0)
		_exit(attempts());
	faults = interrupt_everywhere(child, &instructions);
	if (faults == TRACED)
		skip_all("no process may trace another one here");
	ok(instructions > 100, "a thread was interrupted at up to %d instructions", instructions);
	is_int(faults & ~(MIXED | TWO_IDS | TWO_SLOTS), 0, "and went on");
	is_int(faults & MIXED, 0, "its slot is one");
	is_int(faults & TWO_IDS, 0, "the handler's, too");
	is_int(faults & TWO_SLOTS, 0, "and no other is taken");
	return done_testing();
}
