/* SPDX-License-Identifier: MIT */
/*
 * step.h - runs one call of another process instruction by instruction, and stops it anywhere.
 *
 * Linux; x86 and aarch64 with its atomic instructions (a pair of exclusive load and store never
 * succeeds when somebody looks between them).
 *
 * What happens if the test dies here: its victims die with it.
 */
#ifndef CARAFE_TESTS_KILL_STEP_H
#define CARAFE_TESTS_KILL_STEP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Why calls cannot be run step by step here; NULL when they can. */
const char *step_unable(void);

/*
 * Forks a process that does prepare(), unless NULL, and then call(), whose instructions are the
 * steps; it leaves with what call() returns.  Returns when the next instruction is the first one.
 */
pid_t step_start(void (*prepare)(void), int (*call)(void));

/*
 * The same for the child of a process that does prepare() and then fork(), and ends at once: its
 * steps begin with the return from the system call that made it, and go on with call().
 */
pid_t step_start_child(void (*prepare)(void), int (*call)(void));

/* By a victim whose prepare() does not return: the next instruction is the first step. */
void step_begin(void);

/* By a victim that does not return from call(): the steps are over, and it leaves with result. */
void step_over(int result);

enum stepped {
	STEPPED, /* one instruction */
	ASLEEP,	 /* it is inside a system call that sleeps; step again to wait on */
	OVER,	 /* it is about to return from call(), or executes another program */
	GONE	 /* it died or left */
};

/*
 * Lets a victim that is before its first step do so many, or fewer if it has no more; *done says
 * how many. Being asleep is a step of its own; if it shall go beyond that, release(), unless NULL,
 * is called until it wakes. STEPPED or ASLEEP: it is there.
 */
enum stepped step_to(pid_t victim, unsigned steps, void (*release)(void), unsigned *done);

/* Where a victim was after each number of its steps; zero to begin with. */
struct trail {
	uintptr_t *at; /* 0: asleep */
	unsigned room, length;
	unsigned *times, counted; /* how often it had been there; of so many places */
};

/* Notes where it is now. */
void step_note(struct trail *trail);

/* Does so many steps like step_to(), and notes before each. */
enum stepped step_noting(pid_t victim, unsigned steps, void (*release)(void), struct trail *trail);

/*
 * step_to() for a victim that is to do what the one did that left the trail from its first step on:
 * runs, and is stopped by a breakpoint where that one was after so many steps.
 */
enum stepped step_run_to(pid_t victim, struct trail *trail, unsigned steps, void (*release)(void),
			 unsigned *done);

/* After something was done with another victim: this one, which is not asleep, is the next. */
void step_turn_to(pid_t victim);

/* Kills the victim where it is. */
void step_kill(pid_t victim);

/*
 * Takes the hands off a victim that is not asleep, which stays stopped as by SIGSTOP until SIGCONT.
 */
void step_stop(pid_t victim);

/*
 * Lets a victim that step_stop() stopped, or that is asleep or over, go on; calls release()
 * whenever it sleeps. Its exit status, or 256 + the signal that killed it.
 */
int step_finish(pid_t victim, void (*release)(void));

#endif
