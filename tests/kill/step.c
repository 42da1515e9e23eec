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

void step_over(int result)
{
	end_here();
	_exit(result);
}

#if defined(__x86_64__)
typedef unsigned long long value_of_register;
#define PROGRAM_COUNTER rip
#define STRING_COUNTER rcx
#elif defined(__i386__)
typedef long value_of_register;
#define PROGRAM_COUNTER eip
#define STRING_COUNTER ecx
#else
#define PROGRAM_COUNTER pc
#endif

static bool get_registers(pid_t victim, struct user_regs_struct *registers)
{
	struct iovec vector = { registers, sizeof(*registers) };

	return ptrace(PTRACE_GETREGSET, victim, NT_PRSTATUS, &vector) == 0;
}

static void must_get_registers(pid_t victim, struct user_regs_struct *registers)
{
	if (!get_registers(victim, registers))
		bail_out("cannot read the victim's registers");
}

static void must_set_registers(pid_t victim, struct user_regs_struct *registers)
{
	struct iovec vector = { registers, sizeof(*registers) };

	if (ptrace(PTRACE_SETREGSET, victim, NT_PRSTATUS, &vector) != 0)
		bail_out("cannot set the victim's registers");
}

static uintptr_t next_instruction(pid_t victim)
{
	struct user_regs_struct registers;

	return get_registers(victim, &registers) ? (uintptr_t)registers.PROGRAM_COUNTER : 0;
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

/* True when it stopped; false when it is gone. */
static bool await_stop(pid_t victim, int *status)
{
	while (waitpid(victim, status, __WALL) < 0)
		if (errno != EINTR)
			return false;
	return WIFSTOPPED(*status);
}

/* Whether a victim stopped in the first moment of another program. */
static bool is_new_program(int status)
{
	return status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8);
}

/* Between two looks at a victim that is in a system call, which needs a processor for it. */
static void pause_briefly(void)
{
	const struct timespec little = { .tv_nsec = 20000 };

	nanosleep(&little, NULL);
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
		pause_briefly();
	}
}

/* Of a victim that stopped with this status. */
static enum stepped where(pid_t victim, int status)
{
	at = next_instruction(victim);
	return is_new_program(status) || at == (uintptr_t)end_here ? OVER : STEPPED;
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

	if (BREAKPOINT_SIZE == 0)
		return;
	must_get_registers(victim, &registers);
	registers.PROGRAM_COUNTER -= BREAKPOINT_SIZE;
	must_set_registers(victim, &registers);
}

/* Looking whether it sleeps costs more than all else, and mostly it stops before the first look. */
#define PAUSES 4u

/* Until it stops at a breakpoint; signals are passed on.  Who sleeps meanwhile is released. */
static enum stepped run_on(pid_t victim, void (*release)(void))
{
	int status, signal_number = 0;
	unsigned pauses = 0;
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
			if (got < 0)
				continue;
			pause_briefly();
			if (++pauses % PAUSES == 0 && is_asleep(victim))
				release();
		}
		if (!WIFSTOPPED(status))
			return GONE;
		if (WSTOPSIG(status) == SIGTRAP)
			break;
		signal_number = WSTOPSIG(status);
	}
	if (!is_new_program(status))
		go_back(victim);
	return where(victim, status);
}

/* ---- Repeated instructions ---------------------------------------------------------------- */

#ifdef STRING_COUNTER
/*
 * How long the repeated instruction is that fills or copies, which the victim is before; 0: it is
 * another one. Each repetition is a step, and a death may come between any two.
 */
static unsigned string_instruction(void)
{
	const unsigned char *code = (const unsigned char *)at;
	unsigned length = 1;

	if (code[0] != 0xf3)
		return 0;
	if ((code[length] & 0xf8) == 0x48 && sizeof(void *) == 8)
		length++;
	/* movs and stos */
	return (code[length] & 0xfe) == 0xa4 || (code[length] & 0xfe) == 0xaa ? length + 1 : 0;
}

/*
 * So many repetitions at once: the instruction comes to its end with its count lowered, and is
 * begun again for the rest, which is what an interruption leaves.  False: it has no more to do.
 */
static bool repeat(pid_t victim, unsigned repetitions)
{
	struct user_regs_struct registers;
	uintptr_t begin = at, end = at + string_instruction();
	value_of_register left;

	if (end == begin)
		return false;
	must_get_registers(victim, &registers);
	if ((unsigned long)registers.STRING_COUNTER <= repetitions)
		return false;
	left = registers.STRING_COUNTER - (value_of_register)repetitions;
	registers.STRING_COUNTER = (value_of_register)repetitions;
	must_set_registers(victim, &registers);
	set_breakpoint(victim, end, true);
	if (run_on(victim, NULL) != STEPPED || at != end)
		bail_out("a victim does not come to the end of an instruction");
	set_breakpoint(victim, end, false);
	must_get_registers(victim, &registers);
	registers.PROGRAM_COUNTER = (value_of_register)begin;
	registers.STRING_COUNTER = left;
	must_set_registers(victim, &registers);
	at = begin;
	return true;
}
#else
static bool repeat(pid_t victim, unsigned repetitions)
{
	(void)victim, (void)repetitions;
	return false;
}
#endif

/* ---- The beginning ------------------------------------------------------------------------ */

static void die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

/* Who forked it sees what it does from here on. */
static void be_traced(void)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(1);
	raise(SIGSTOP);
}

void step_begin(void)
{
	be_traced();
	begin_here();
}

static void be_victim(int (*call)(void))
{
	int result;

	step_begin();
	result = call();
	step_over(result);
}

static void be_parent(int (*call)(void))
{
	int result;

	be_traced();
	if (fork() != 0)
		_exit(0);
	result = call();
	step_over(result);
}

/* Its own trace ends with us; what it forks and executes is told. */
static void set_options(pid_t victim, long more)
{
	if (ptrace(PTRACE_SETOPTIONS, victim, NULL,
		   (void *)(PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC | more)) != 0)
		bail_out("cannot trace a victim: %s", strerror(errno));
}

static pid_t fork_traced(void (*prepare)(void), void (*be)(int (*)(void)), int (*call)(void))
{
	pid_t parent = getpid(), child;
	int status;

	fflush(NULL);
	child = fork();
	if (child < 0)
		bail_out("fork failed: raise the limit of processes (ulimit -u)");
	if (child == 0) {
		die_with(parent);
		if (prepare != NULL)
			prepare();
		be(call);
	}
	stepping = false;
	return await_stop(child, &status) ? child : -1;
}

pid_t step_start(void (*prepare)(void), int (*call)(void))
{
	pid_t victim = fork_traced(prepare, be_victim, call);

	if (victim < 0)
		return -1;
	set_options(victim, 0);
	set_breakpoint(victim, (uintptr_t)begin_here, true);
	if (run_on(victim, NULL) == GONE || at != (uintptr_t)begin_here)
		return -1;
	set_breakpoint(victim, (uintptr_t)begin_here, false);
	return victim;
}

pid_t step_start_child(void (*prepare)(void), int (*call)(void))
{
	pid_t parent = fork_traced(prepare, be_parent, call), victim;
	unsigned long number = 0;
	int status;

	if (parent < 0)
		return -1;
	set_options(parent, PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE);
	if (ptrace(PTRACE_CONT, parent, NULL, NULL) != 0 || !await_stop(parent, &status) ||
	    ptrace(PTRACE_GETEVENTMSG, parent, NULL, &number) != 0)
		return -1;
	victim = (pid_t)number;
	if (!await_stop(victim, &status) || ptrace(PTRACE_DETACH, parent, NULL, NULL) != 0)
		return -1;
	/* Then it is our own. */
	while (waitpid(parent, &status, 0) < 0 && errno == EINTR)
		;
	set_options(victim, 0);
	at = next_instruction(victim);
	return victim;
}

/* ---- Step by step ------------------------------------------------------------------------ */

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
		return await_stop(victim, &status) ? where(victim, status) : GONE;
	return WIFSTOPPED(status) ? where(victim, status) : GONE;
}

void step_turn_to(pid_t victim)
{
	stepping = false;
	at = next_instruction(victim);
}

void step_note(struct trail *trail)
{
	if (trail->length == trail->room) {
		trail->room = trail->room == 0 ? 65536 : 2 * trail->room;
		trail->at = realloc(trail->at, trail->room * sizeof(*trail->at));
		if (trail->at == NULL)
			bail_out("no memory for the trail of a victim");
	}
	trail->at[trail->length++] = stepping ? 0 : at;
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

enum stepped step_noting(pid_t victim, unsigned steps, void (*release)(void), struct trail *trail)
{
	enum stepped stepped = stepping ? ASLEEP : STEPPED;

	for (; steps > 0; steps--) {
		step_note(trail);
		stepped = stepped == ASLEEP ? wake(victim, release) : step_once(victim);
		if (stepped == OVER || stepped == GONE)
			break;
	}
	return stepped;
}

enum stepped step_to(pid_t victim, unsigned steps, void (*release)(void), unsigned *done)
{
	enum stepped stepped = STEPPED;

	for (*done = 0; *done < steps; (*done)++) {
		stepped = stepped == ASLEEP ? wake(victim, release) : step_once(victim);
		if (stepped == OVER || stepped == GONE)
			break;
	}
	return stepped;
}

/* ---- Along a trail ------------------------------------------------------------------------ */

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
		/* Of another program the text is another one. */
		if (stepped == GONE || (stepped == OVER && at != (uintptr_t)end_here))
			return stepped;
		set_breakpoint(victim, target, false);
		set_breakpoint(victim, (uintptr_t)end_here, false);
	}
	return stepped;
}

/* What stopping at a breakpoint once costs, in steps. */
#define STOP_COST 3u

static const uintptr_t *compared; /* the trail that is sorted */

static int compare_places(const void *one, const void *other)
{
	unsigned first = *(const unsigned *)one, second = *(const unsigned *)other;

	if (compared[first] != compared[second])
		return compared[first] < compared[second] ? -1 : 1;
	return first < second ? -1 : 1;
}

/* Fills in for each place of a trail how often the victim had been there by then. */
static void count_times(struct trail *trail)
{
	unsigned *order = malloc(trail->length * sizeof(*order)), i;

	free(trail->times);
	trail->times = calloc(trail->length, sizeof(*trail->times));
	if (order == NULL || trail->times == NULL)
		bail_out("no memory for the trail of a victim");
	/* Not the first one: there the victim is to begin with. */
	for (i = 1; i < trail->length; i++)
		order[i - 1] = i;
	compared = trail->at;
	qsort(order, trail->length - 1, sizeof(*order), compare_places);
	for (i = 0; i + 1 < trail->length; i++)
		trail->times[order[i]] = i > 0 && compared[order[i]] == compared[order[i - 1]]
						 ? trail->times[order[i - 1]] + 1
						 : 1;
	trail->counted = trail->length;
	free(order);
}

/* How often the instruction before this step is repeated by it and the ones that follow. */
static unsigned repetitions(const struct trail *trail, unsigned from, unsigned steps)
{
	unsigned count = 0;

	while (from + count < steps && trail->at[from] != 0 &&
	       trail->at[from + count + 1] == trail->at[from])
		count++;
	return count;
}

/* What the step to this place costs; of many repetitions all but the first one nothing. */
static unsigned step_cost(const struct trail *trail, unsigned to)
{
	if (trail->at[to] != trail->at[to - 1])
		return 1;
	return to > 1 && trail->at[to - 1] == trail->at[to - 2] ? 0 : STOP_COST;
}

/* To where to run at the least cost, when the rest of the way is a step at a time. */
static unsigned best_place(const struct trail *trail, unsigned steps)
{
	unsigned best = 0, least = UINT_MAX, rest = 0, i;

	for (i = steps; i > 0 && rest < least; rest += step_cost(trail, i--))
		if (trail->at[i] != 0 && trail->times[i] * STOP_COST + rest < least) {
			best = i;
			least = trail->times[i] * STOP_COST + rest;
		}
	return rest < least ? 0 : best;
}

/* step_to() from a place of the trail on. */
static enum stepped step_along(pid_t victim, const struct trail *trail, unsigned from,
			       unsigned steps, void (*release)(void), unsigned *done)
{
	enum stepped stepped = STEPPED;
	unsigned count;

	for (*done = from; *done < steps; *done += count) {
		count = stepped == STEPPED && at == trail->at[*done]
				? repetitions(trail, *done, steps)
				: 0;
		if (count > STOP_COST && repeat(victim, count))
			continue;
		count = 1;
		stepped = stepped == ASLEEP ? wake(victim, release) : step_once(victim);
		if (stepped == OVER || stepped == GONE)
			break;
	}
	return stepped;
}

enum stepped step_run_to(pid_t victim, struct trail *trail, unsigned steps, void (*release)(void),
			 unsigned *done)
{
	enum stepped stepped = STEPPED;
	unsigned from;

	if (steps >= trail->length)
		return step_to(victim, steps, release, done);
	if (trail->counted != trail->length)
		count_times(trail);
	from = best_place(trail, steps);
	*done = 0;
	if (from > 0)
		stepped = run_to(victim, trail->at[from], trail->times[from], release);
	if (stepped != STEPPED)
		return stepped;
	return step_along(victim, trail, from, steps, release, done);
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
	int status;

	if (stepping || signal_number != 0)
		kill(victim, SIGSTOP);
	if (stepping)
		(void)await_stop(victim, &status);
	else
		signal_number = 0; /* it comes by itself */
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
	const char *sanitizer = getenv("CARAFE_SANITIZER");
	unsigned steps;
	pid_t child;
	int status;

	if (sanitizer != NULL && sanitizer[0] != '\0')
		return "a sanitizer's own instructions would be stepped over too";
	child = fork();
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

pid_t step_start_child(void (*prepare)(void), int (*call)(void))
{
	return step_start(prepare, call);
}

void step_begin(void)
{
}

void step_over(int result)
{
	_exit(result);
}

enum stepped step_to(pid_t victim, unsigned steps, void (*release)(void), unsigned *done)
{
	(void)victim, (void)steps, (void)release;
	*done = 0;
	return GONE;
}

enum stepped step_noting(pid_t victim, unsigned steps, void (*release)(void), struct trail *trail)
{
	unsigned done;

	(void)trail;
	return step_to(victim, steps, release, &done);
}

enum stepped step_run_to(pid_t victim, struct trail *trail, unsigned steps, void (*release)(void),
			 unsigned *done)
{
	(void)trail;
	return step_to(victim, steps, release, done);
}

void step_note(struct trail *trail)
{
	(void)trail;
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
