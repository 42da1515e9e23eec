/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/history.h - what happened in one run: who called what when, what came back, who died.
 *
 * The engine writes it while a scenario runs; the checker (linear.h) reads it afterwards and knows
 * nothing else of the run.  It is plain data, so a history can also be written by hand.
 *
 * Stamps are steps of the run in their one global order.  They count from 1; SIM_NEVER is later
 * than any. What ended at a stamp came before what began at a later stamp; what overlaps may have
 * happened either way.
 *
 * Invariants:
 * - The calls of one thread do not overlap, and stand in the array in the order of their
 * invocations.
 * - A call that did not return has `returned` SIM_NEVER and no result: its thread was killed in it,
 * is stopped or asleep for ever, or the run was cut.  Which of these is derived from the process,
 * the thread and `quiescent`.
 * - Handles are the numbers that the library gave, because what a stale number names is part of
 * what is checked.  Objects, processes and threads are numbers of the scenario, from 0 on without
 * gaps, never used twice; threads are numbered through all processes.
 *
 * What happens if a process dies here: nothing; the history belongs to the test.
 */
#ifndef CF_TESTS_SIM_HISTORY_H
#define CF_TESTS_SIM_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_NEVER UINT64_MAX
#define SIM_NOBODY UINT32_MAX

#define SIM_WAIT_OBJECTS 8u /* the most that one wait of a scenario is for */

enum sim_operation {
	SIM_EVENT_CREATE,      /* argument: type, signalled */
	SIM_EVENT_SET,	       /* out: previous */
	SIM_EVENT_RESET,       /* out: previous */
	SIM_EVENT_PULSE,       /* out: previous */
	SIM_EVENT_QUERY,       /* out: type, state */
	SIM_MUTANT_CREATE,     /* argument: owned, and how often (NT: 0 or 1) */
	SIM_MUTANT_RELEASE,    /* out: previous */
	SIM_MUTANT_QUERY,      /* out: count, owned by caller, abandoned */
	SIM_MUTANT_KILL,       /* ntsync only: abandons what `owner` owns */
	SIM_SEMAPHORE_CREATE,  /* argument: initial, maximum */
	SIM_SEMAPHORE_RELEASE, /* argument: count; out: previous */
	SIM_SEMAPHORE_QUERY,   /* out: count, maximum */
	SIM_WAIT_ANY,	       /* also the wait for one */
	SIM_WAIT_ALL,
	SIM_SIGNAL_AND_WAIT, /* handle[0] is signalled, handle[1] waited for */
	SIM_ALERT,	     /* target: the thread */
	SIM_CLOSE,
	SIM_FORK, /* target: the child's process, which begins to call after this returned or later
		   */
	SIM_OPERATIONS /* how many there are */
};

/* How long a wait may take. */
enum sim_timeout {
	SIM_FOR_EVER,
	SIM_POLL,  /* 0 */
	SIM_UNTIL, /* a moment: see `due` */
};

struct sim_call {
	uint64_t invoked;  /* the last step before the call's first */
	uint64_t returned; /* the first step after its last, or SIM_NEVER */
	uint64_t asleep;   /* a wait: the first step at which its thread was seen to sleep; 0: none */
	uint64_t due;	   /* SIM_UNTIL: the step at which virtual time reached the deadline, or
			      SIM_NEVER */
	uint64_t interrupted; /* CANCELLED: the step at which a signal ended its sleep, or SIM_NEVER */
	uint32_t thread;   /* who called; its process is in the array of threads */
	enum sim_operation operation;

	/* Arguments.  What an operation does not have is 0. */
	uint32_t handles;		   /* how many */
	uint32_t handle[SIM_WAIT_OBJECTS]; /* as passed */
	int32_t argument[2];		   /* see the operation */
	uint32_t owner;			   /* ntsync: the owner that the caller names */
	uint32_t target;		   /* SIM_ALERT, SIM_FORK */
	uint32_t object;	  /* create: the number that the scenario gives to what it makes */
	bool inherit;		  /* create: with CARAFE_INHERIT */
	bool alertable;		  /* waits */
	enum sim_timeout timeout; /* waits */

	/* The result; of meaning only if it returned. */
	uint32_t status;
	uint32_t made; /* create: the handle */
	int32_t out[3];
};

struct sim_thread {
	uint32_t process;
	uint64_t ended;	 /* the step at which it began to end by itself; SIM_NEVER: it did not */
	uint64_t swept;	 /* the step after which its end is complete for all others, or SIM_NEVER */
	uint64_t halted; /* it was stopped then and never continued, or SIM_NEVER */
	/* 1 + the thread that stands still while this one, a signal handler of it, runs; 0: none. */
	uint32_t handler_of;
};

/* A process dies by being killed or by leaving the environment; leaving lasts from `died` to
 * `swept`. */
struct sim_process {
	uint64_t died;	/* the step at which it was killed or began to leave, or SIM_NEVER */
	uint64_t swept; /* the step after which all that it had is put right, or SIM_NEVER */
};

/* Whose rules hold where NT and the ntsync driver differ. */
enum sim_flavour { SIM_NT, SIM_NTSYNC };

struct sim_history {
	enum sim_flavour flavour;
	/*
	 * The run ended because no thread that lives and is not stopped could go on: who had not
	 * returned then waits for what nobody gave.  False: the run was cut, and anything might
	 * still have happened.
	 */
	bool quiescent;
	bool full; /* room may run out: a call that makes something may fail for want of it */
	uint32_t calls, threads, processes;
	struct sim_call *call;
	struct sim_thread *thread;
	struct sim_process *process;
};

#endif
