/* SPDX-License-Identifier: MIT */
/*
 * os/sim/action.h - what the scheduler can do next, and who decides.
 *
 * Before each step, and when the running thread sleeps or ends, the decider is asked again and
 * again until it lets some thread go on (SIM_RUN), or nothing is left.  The actions that were
 * taken, in order, determine an execution.
 *
 * What happens if a process dies here: it is one of the actions.
 */
#ifndef OS_SIM_ACTION_H
#define OS_SIM_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "os/sim/sim.h"

enum sim_verb {
	SIM_ACT_RUN,	   /* thread: makes a step */
	SIM_ACT_PASS,	   /* nobody can go on: a deadline passes, or else the execution ends */
	SIM_ACT_KILL,	   /* process: dies */
	SIM_ACT_HALT,	   /* thread: never makes another step, without being dead */
	SIM_ACT_SPURIOUS,  /* thread: its sleep ends for no reason */
	SIM_ACT_LATE,	   /* thread: its deadline passes */
	SIM_ACT_INTERRUPT, /* thread: a signal ends its sleep */
	SIM_ACT_FULL,	   /* thread, which is about to reserve memory: the disk is full */
	SIM_ACT_SIGNAL,	   /* thread: its handler runs before its next step */
	SIM_ACT_STALE,	   /* thread, which is about to load: it gives an older value */
	SIM_ACT_VERBS
};

struct sim_action {
	uint8_t verb;
	uint8_t who; /* thread or process */
};

/* What was done, and at which step. */
struct sim_taken {
	uint64_t step;
	struct sim_action action;
};

/* More than there can be options: each verb for each thread. */
#define SIM_MOST_OPTIONS (SIM_ACT_VERBS * SIM_MOST_THREADS)

/* How often each may still happen in this execution. */
struct sim_budget {
	uint32_t preemptions;	      /* UINT32_MAX: any */
	uint32_t verb[SIM_ACT_VERBS]; /* of RUN and PASS: not used */
	uint32_t rounds; /* watches whose time is over although somebody could still be told */
};

struct sim_decider {
	/*
	 * Which of the options, of which there is at least one; SIM_CUT ends the execution.  The
	 * first option is to go on as before.
	 */
	int (*decide)(void *context, const struct sim_action *options, unsigned count);
	void *context;
	/*
	 * Ask only where threads can disturb each other (os/sim/memory.c); else before every step.
	 */
	bool contended_only;
};

#define SIM_CUT (-1)

#endif
