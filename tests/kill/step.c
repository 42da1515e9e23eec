/* SPDX-License-Identifier: MIT */
/*
 * step.c - see step.h.
 */
#include <config.h>

#include "tests/kill/step.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/api/support.h"

#if defined(__linux__) && (defined(__x86_64__) || defined(__i386__) || defined(__aarch64__))
#define CAN_STEP 1
#else
#define CAN_STEP 0
#endif

#if CAN_STEP

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

static uintptr_t next_instruction(pid_t victim)
{
	struct user_regs_struct registers;
	struct iovec vector = { &registers, sizeof(registers) };

	if (ptrace(PTRACE_GETREGSET, victim, NT_PRSTATUS, &vector) != 0)
		return 0;
#if defined(__x86_64__)
	return registers.rip;
#elif defined(__i386__)
	return (uintptr_t)registers.eip;
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
#elif defined(__i386__)
	/* int $0x80, and what stands in its place in the vDSO: sysenter or syscall. */
	return (code[0] == 0xcd && code[1] == 0x80) ||
	       (code[0] == 0x0f && (code[1] == 0x34 || code[1] == 0x05));
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

static enum stepped step_once(pid_t victim)
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

void step_turn_to(pid_t victim)
{
	stepping = false;
	at = next_instruction(victim);
}

/* ---- Step by step ------------------------------------------------------------------------ */

/* Where the last victim was that went to its end, after each number of steps; 0: asleep. */
static uintptr_t *trail;
static unsigned trail_room, trail_length;

static void note(unsigned number)
{
	if (number >= trail_room) {
		trail_room = trail_room == 0 ? 65536 : 2 * trail_room;
		trail = realloc(trail, trail_room * sizeof(*trail));
		if (trail == NULL)
			bail_out("no memory for the trail of a victim");
	}
	trail[number] = stepping ? 0 : at;
	trail_length = number + 1;
}

/* Until a victim that is asleep wakes. */
static enum stepped wake(pid_t victim, void (*release)(void))
{
	enum stepped stepped;

	do {
		if (release != NULL)
			release();
		stepped = step_once(victim);
	} while (stepped == ASLEEP);
	return stepped;
}

enum stepped step_to(pid_t victim, unsigned steps, void (*release)(void), unsigned *done)
{
	enum stepped stepped = STEPPED;

	for (*done = 0; *done < steps; (*done)++) {
		if (steps == UINT_MAX)
			note(*done);
		stepped = stepped == ASLEEP ? wake(victim, release) : step_once(victim);
		if (stepped == OVER || stepped == GONE)
			break;
	}
	return stepped;
}

/* ---- At a run ----------------------------------------------------------------------------- */

#if defined(__x86_64__) || defined(__i386__)
#define BREAKPOINT 0xccL
#define BREAKPOINT_MASK 0xffL
#define BREAKPOINT_SIZE 1
#else
#define BREAKPOINT 0xd4200000L
#define BREAKPOINT_MASK 0xffffffffL
#define BREAKPOINT_SIZE 0 /* the instruction stays the next one */
#endif

/* The text is the victim's own copy from the first write on. */
static void set_breakpoint(pid_t victim, uintptr_t where, bool on)
{
	long word = ptrace(PTRACE_PEEKTEXT, victim, (void *)where, NULL), ours;

	/* We are not traced, so our text is what was there. */
	memcpy(&ours, (const void *)where, sizeof(ours));
	word = (word & ~BREAKPOINT_MASK) | ((on ? BREAKPOINT : ours) & BREAKPOINT_MASK);
	if (ptrace(PTRACE_POKETEXT, victim, (void *)where, (void *)word) != 0)
		bail_out("cannot set a breakpoint: %s", strerror(errno));
}

static void go_back(pid_t victim)
{
	struct user_regs_struct registers;
	struct iovec vector = { &registers, sizeof(registers) };

	if (BREAKPOINT_SIZE == 0)
		return;
	if (ptrace(PTRACE_GETREGSET, victim, NT_PRSTATUS, &vector) != 0)
		bail_out("cannot read the victim's registers");
#if defined(__x86_64__)
	registers.rip -= BREAKPOINT_SIZE;
#elif defined(__i386__)
	registers.eip -= BREAKPOINT_SIZE;
#endif
	if (ptrace(PTRACE_SETREGSET, victim, NT_PRSTATUS, &vector) != 0)
		bail_out("cannot set the victim's registers");
}

/* Until it stops at a breakpoint; signals are passed on.  Who sleeps meanwhile is released. */
static enum stepped run_on(pid_t victim, void (*release)(void))
{
	int status, signal_number = 0;
	pid_t got;

	for (;;) {
		if (ptrace(PTRACE_CONT, victim, NULL, (void *)(uintptr_t)(unsigned)signal_number) !=
		    0)
			return GONE;
		for (;;) {
			got = waitpid(victim, &status, __WALL | (release != NULL ? WNOHANG : 0));
			if (got == victim)
				break;
			if (got < 0 && errno != EINTR)
				return GONE;
			if (got == 0 && is_asleep(victim))
				release();
		}
		if (!WIFSTOPPED(status))
			return GONE;
		if (WSTOPSIG(status) == SIGTRAP)
			break;
		signal_number = WSTOPSIG(status);
	}
	go_back(victim);
	return where(victim);
}

/* Runs until it is at an instruction for this time. */
static enum stepped run_to(pid_t victim, uintptr_t target, unsigned times, void (*release)(void))
{
	enum stepped stepped = STEPPED;

	for (; times > 0 && stepped == STEPPED; times--) {
		if (at == target)
			stepped = step_once(victim);
		if (stepped == ASLEEP)
			stepped = wake(victim, release);
		if (stepped != STEPPED || at == target)
			continue;
		set_breakpoint(victim, target, true);
		set_breakpoint(victim, (uintptr_t)end_here, true);
		stepped = run_on(victim, release);
		if (stepped == GONE)
			return GONE;
		set_breakpoint(victim, target, false);
		set_breakpoint(victim, (uintptr_t)end_here, false);
	}
	return stepped;
}

/* Here the way of a step at a time is the shorter one. */
#define FEW_STEPS 24u
#define MANY_TIMES 200u

enum stepped step_run_to(pid_t victim, unsigned steps, void (*release)(void), unsigned *done)
{
	/* Who is asleep there was in a system call before. */
	unsigned last = steps < trail_length && trail[steps] == 0 ? steps - 1 : steps, times = 0, i;
	enum stepped stepped;
	bool sleeps = false;

	*done = 0;
	if (steps >= trail_length || steps < FEW_STEPS)
		return step_to(victim, steps, release, done);
	for (i = 1; i <= last; i++) {
		times += trail[i] == trail[last];
		sleeps |= trail[i] == 0;
	}
	if (times > MANY_TIMES)
		return step_to(victim, steps, release, done);
	/* Looking whether it sleeps costs more than all else. */
	stepped = run_to(victim, trail[last], times, sleeps ? release : NULL);
	if (stepped == STEPPED && last < steps)
		stepped = step_once(victim);
	if (stepped == STEPPED || stepped == ASLEEP)
		*done = steps;
	return stepped;
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

/* More than that takes. */
#define MOST_STEPS 10000u

static int do_something_atomic(void)
{
	static _Atomic int word;

	word++;
	return 0;
}

const char *step_unable(void)
{
	pid_t child = fork();
	unsigned steps;
	int status;

	/* Asked in a process of its own: whoever is traced once stays so. */
	if (child == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1);
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		return "ptrace is not permitted here";
	child = step_start(NULL, do_something_atomic);
	if (child < 0)
		return "a process cannot be run step by step here";
	(void)step_to(child, MOST_STEPS, NULL, &steps);
	step_kill(child);
	return steps < MOST_STEPS ? NULL : "this processor cannot be stepped over exclusive loads";
}

#else

const char *step_unable(void)
{
	return "stepping is written for Linux on x86 and aarch64";
}

pid_t step_start(void (*prepare)(void), int (*call)(void))
{
	(void)prepare, (void)call;
	return -1;
}

enum stepped step_to(pid_t victim, unsigned steps, void (*release)(void), unsigned *done)
{
	(void)victim, (void)steps, (void)release;
	*done = 0;
	return GONE;
}

enum stepped step_run_to(pid_t victim, unsigned steps, void (*release)(void), unsigned *done)
{
	return step_to(victim, steps, release, done);
}

void step_turn_to(pid_t victim)
{
	(void)victim;
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
