/* SPDX-License-Identifier: MIT */
/*
 * step.c - see step.h.
 */
#include <config.h>

#include "tests/kill/step.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/api/support.h"

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#define CAN_STEP 1
#else
#define CAN_STEP 0
#endif

/* Where call() begins and ends. Two different functions, whatever a linker may fold. */
static volatile int place;

__attribute__((__noinline__)) static void begin_here(void)
{
	place = 1;
}

__attribute__((__noinline__)) static void end_here(void)
{
	place = 2;
}

#if CAN_STEP

static uintptr_t next_instruction(pid_t victim)
{
	struct user_regs_struct registers;
	struct iovec vector = { &registers, sizeof(registers) };

	if (ptrace(PTRACE_GETREGSET, victim, NT_PRSTATUS, &vector) != 0)
		return 0;
#if defined(__x86_64__)
	return registers.rip;
#else
	return registers.pc;
#endif
}

/* Set while a step has been begun and has not ended: the victim is in a system call. */
static bool stepping;

/* The victim's next instruction, unless a step is on. */
static uintptr_t at;

/*
 * Whether it enters the system.  The victim is our child, so what is code in it is the same code in
 * us.
 */
static bool is_system_call(void)
{
	const unsigned char *code = (const unsigned char *)at;

#if defined(__x86_64__)
	return code[0] == 0x0f && code[1] == 0x05;
#else
	return code[0] == 0x01 && code[1] == 0x00 && code[2] == 0x00 && code[3] == 0xd4;
#endif
}

static void die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

static void be_victim(pid_t parent, void (*prepare)(void), int (*call)(void))
{
	int result;

	die_with(parent);
	if (prepare != NULL)
		prepare();
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(1);
	raise(SIGSTOP);
	begin_here();
	result = call();
	end_here();
	_exit(result);
}

/* True when it stopped; false when it is gone. */
static bool await_stop(pid_t victim)
{
	int status;

	while (waitpid(victim, &status, __WALL) < 0)
		if (errno != EINTR)
			return false;
	return WIFSTOPPED(status);
}

pid_t step_start(void (*prepare)(void), int (*call)(void))
{
	pid_t parent = getpid(), victim;

	fflush(NULL);
	victim = fork();
	if (victim < 0)
		bail_out("fork failed: raise the limit of processes (ulimit -u)");
	if (victim == 0)
		be_victim(parent, prepare, call);
	if (!await_stop(victim))
		return -1;
	stepping = false;
	while ((at = next_instruction(victim)) != (uintptr_t)begin_here)
		if (ptrace(PTRACE_SINGLESTEP, victim, NULL, NULL) != 0 || !await_stop(victim))
			return -1;
	return victim;
}

/* Whether the victim is asleep in a system call; it was told to go on. */
static bool is_asleep(pid_t victim)
{
	return system_thread_sleeps(victim, victim);
}

/* False: the system call sleeps. */
static bool await_system_call(pid_t victim, int *status)
{
	pid_t got;

	for (;;) {
		got = waitpid(victim, status, __WALL | WNOHANG);
		if (got == victim)
			return true;
		if (got < 0 && errno != EINTR)
			bail_out("waitpid: %s", strerror(errno));
		if (is_asleep(victim) && waitpid(victim, status, __WALL | WNOHANG) == 0)
			return false;
	}
}

static enum stepped where(pid_t victim)
{
	at = next_instruction(victim);
	return at == (uintptr_t)end_here ? OVER : STEPPED;
}

enum stepped step_once(pid_t victim)
{
	bool may_sleep = stepping || is_system_call();
	int status = 0;

	if (!stepping && ptrace(PTRACE_SINGLESTEP, victim, NULL, NULL) != 0)
		return GONE;
	stepping = true;
	if (may_sleep && !await_system_call(victim, &status))
		return ASLEEP;
	stepping = false;
	if (!may_sleep)
		return await_stop(victim) ? where(victim) : GONE;
	return WIFSTOPPED(status) ? where(victim) : GONE;
}

void step_kill(pid_t victim)
{
	int status;

	kill(victim, SIGKILL);
	do {
		if (waitpid(victim, &status, __WALL) < 0 && errno != EINTR)
			break;
	} while (!WIFEXITED(status) && !WIFSIGNALED(status));
	stepping = false;
}

/* Takes the hands off, with a signal or 0. */
static void let_go(pid_t victim, int signal_number)
{
	if (stepping) {
		kill(victim, SIGSTOP);
		(void)await_stop(victim);
	}
	stepping = false;
	if (ptrace(PTRACE_DETACH, victim, NULL, (void *)(uintptr_t)(unsigned)signal_number) != 0)
		bail_out("cannot let go of the victim: %s", strerror(errno));
}

void step_stop(pid_t victim)
{
	int status = 0;

	let_go(victim, SIGSTOP);
	while (waitpid(victim, &status, WUNTRACED) < 0 && errno == EINTR)
		;
	if (!WIFSTOPPED(status))
		bail_out("the victim cannot be stopped");
}

int step_finish(pid_t victim, void (*release)(void))
{
	const struct timespec little = { .tv_nsec = 50000 };
	int status;

	if (stepping || next_instruction(victim) != 0)
		let_go(victim, 0);
	kill(victim, SIGCONT);
	while (waitpid(victim, &status, WNOHANG) != victim) {
		if (release != NULL && is_asleep(victim))
			release();
		nanosleep(&little, NULL);
	}
	return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int do_something_atomic(void)
{
	static _Atomic int word;

	word++;
	return 0;
}

const char *step_unable(void)
{
	pid_t child = fork();
	int status, steps;

	/* Asked in a process of its own: whoever is traced once stays so. */
	if (child == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1);
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		return "ptrace is not permitted here";
	child = step_start(NULL, do_something_atomic);
	if (child < 0)
		return "a process cannot be run step by step here";
	for (steps = 0; steps < 10000; steps++) {
		enum stepped stepped = step_once(child);

		if (stepped == OVER || stepped == GONE)
			break;
	}
	step_kill(child);
	return steps < 10000 ? NULL : "this processor cannot be stepped over exclusive loads";
}

#else

const char *step_unable(void)
{
	return "stepping is written for Linux on x86-64 and aarch64";
}

pid_t step_start(void (*prepare)(void), int (*call)(void))
{
	(void)prepare, (void)call;
	return -1;
}

enum stepped step_once(pid_t victim)
{
	(void)victim;
	return GONE;
}

void step_kill(pid_t victim)
{
	(void)victim;
}

void step_stop(pid_t victim)
{
	(void)victim;
}

int step_finish(pid_t victim, void (*release)(void))
{
	(void)victim, (void)release;
	return 1;
}

#endif
