/* SPDX-License-Identifier: MIT */
/*
 * os/sim/run.h - building the simulated world, and running executions in it, from outside.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#ifndef OS_SIM_RUN_H
#define OS_SIM_RUN_H

#include "os/sim/access.h"
#include "os/sim/action.h"

struct sim_event;

struct sim_program {
	unsigned processes, threads;
	struct {
		unsigned process;
		void (*run)(void);
		void (*handler)(void); /* of signals, which may call what is safe there; or NULL */
	} thread[SIM_MOST_THREADS];
	void (*prepare)(void); /* in each thread, before the state is kept */
	void (*step)(void);    /* a check, before every decision */
	/* A check, after every step that changed a word. */
	void (*change)(const struct sim_event *event);
	uint64_t steps,
		alone; /* limits of an execution, and of a thread on its own within a call */
	bool weak;     /* on the processor of os/sim/weak.h */
};

enum sim_end {
	SIM_END_QUIET, /* nobody could go on */
	SIM_END_CUT,   /* by the decider */
	SIM_END_FAILED /* sim_failure() says why */
};

/*
 * Builds the world of a program.  Its first state is where every execution begins.  False: see
 * sim_failure().
 */
bool sim_build(const struct sim_program *program);

/* Back to the first state. */
void sim_reset(void);

/* Runs from the present state on.  decider NULL: always the first option. */
enum sim_end sim_execute(const struct sim_decider *decider, const struct sim_budget *budget);

/*
 * Runs a function to its end in a new thread of a living process, while all threads of programs
 * stand still.
 */
enum sim_end sim_execute_in(unsigned process, void (*run)(void));

/* One more process, without threads; SIM_NONE when there is no room. */
unsigned sim_new_process(void);

/* Kills a process, of which a thread stands still for ever, from outside. */
void sim_execute_death(unsigned process);

const char *sim_failure(void);

/* What was decided since the last sim_reset(). */
const struct sim_taken *sim_taken(size_t *count);

/*
 * Digest of the present state; of all that decides about the future but budgets, and about checks.
 */
uint64_t sim_state(void);
/*
 * Digest of how an execution ended: memory, facts, and what those have seen who were not killed or
 * halted.
 */
uint64_t sim_outcome(void);
/* The same with what is left of the budgets, and with who runs when that matters for them. */
uint64_t sim_state_and_budget(void);

/*
 * True when a word was found to be contended since the last call: decisions before it were left
 * out.
 */
bool sim_contended_grew(void);
/*
 * Whether accesses count from now on: not those after an execution, which are nobody's choice.
 * checks: a thread can be cut off, and then checks see what it has written and nobody else looks
 * at, so every write to a mapping counts as contended.
 */
void sim_contended_count(bool counts, bool checks);
void sim_contended_forget(void);

/* ---- Watching an execution */

enum sim_event_kind {
	SIM_EVENT_LOAD,
	SIM_EVENT_STORE,
	SIM_EVENT_CAS,
	SIM_EVENT_CALL,
	SIM_EVENT_ACTION
};

struct sim_event {
	enum sim_event_kind kind;
	uint64_t step;
	unsigned thread;
	const char *where; /* function, or the name of the system call */
	int line;
	const void *word;
	unsigned size;	   /* of the word: 4 or 8 */
	uint64_t old, new; /* old: before; call: its detail */
	bool done;	   /* cas: it succeeded */
	struct sim_action action;
};

/* Called after each step; NULL: nobody. */
extern void (*sim_observer)(const struct sim_event *event);

/* The mapping that a word lies in, or NULL. */
const void *sim_mapping_of(const void *word, uint64_t *size);

#endif
