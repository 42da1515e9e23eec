/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/plan.h - scenarios as tables: which objects there are, and what each thread does.
 *
 * Every call is written down, and when nobody can go on the history is judged.  When everybody has
 * gone nothing may be left.
 *
 * What happens if a process dies here: see tests/sim/record.h.
 */
#ifndef CF_TESTS_SIM_PLAN_H
#define CF_TESTS_SIM_PLAN_H

#include "tests/sim/base.h"
#include "tests/sim/history.h"
#include "tests/sim/scenario.h"

#define PLAN_OBJECTS 6u
#define PLAN_ACTS 8u
#define PLAN_THREADS 8u

/* What a program does besides calls that are written down. */
enum plan_operation {
	PLAN_ROUND = SIM_OPERATIONS, /* goes a janitor's round */
	PLAN_LEAVE,		     /* its process exits */
	PLAN_END,		     /* its thread ends, in the middle of what a handler interrupts, too */
	PLAN_FORK,		     /* its child's thread has the first number that is free */
	PLAN_BEGIN,		     /* its process has one more thread, numbered likewise */
	PLAN_COLLECT,		     /* drops what no descriptor is left of (core/external.c) */
	PLAN_CHECK,		     /* looks whether a part is as it must be at every moment */
	PLAN_UNTIL,		     /* sleeps until something that only looks says true */
};

/* A call as in struct sim_call, or something else; handles are numbers of objects. */
struct act {
	int operation; /* 1 + one of the two enumerations; 0: the end */
	uint32_t objects, object[SIM_WAIT_OBJECTS];
	int32_t argument[2];
	uint32_t target, made;
	uint32_t owner; /* ntsync: for whom; 0: the number of the thread and 1 */
	enum sim_timeout timeout;
	bool alertable, inherit;
	bool (*until)(void);
};

struct plan {
	enum sim_flavour flavour;
	struct act object[PLAN_OBJECTS]; /* made by thread 0 before the run */
	struct act first[PLAN_THREADS];	 /* what each does before the run, without sleeping */
	struct act thread[PLAN_THREADS][PLAN_ACTS];
	/*
	 * What the handler of a thread does each time, of which nothing depends on which thread it is
	 * but by the owner that it names.  The judge takes it for a thread beside the one that it
	 * interrupts.
	 */
	struct act handler[PLAN_THREADS];
};

/* For struct scenario. */
void plan_prepare(void);
void plan_run(void);
void plan_handle(void);
void plan_step(void);
void plan_still(void);
void plan_quiet(void);
void plan_finish(void);

#define A_CALL(what, ...) { .operation = SIM_##what + 1, __VA_ARGS__ }
#define A_PLAIN(what, which, ...) A_CALL(what, .objects = 1, .object = { which }, __VA_ARGS__)

/* ---- objects ---- */
#define AN_EVENT(type, set) A_CALL(EVENT_CREATE, .argument = { type, set }, .inherit = true)
#define AUTO(set) AN_EVENT(1, set)
#define MANUAL(set) AN_EVENT(0, set)
#define MUTANT(owned) A_CALL(MUTANT_CREATE, .argument = { owned, 0 }, .inherit = true)
#define SEMAPHORE(count, most) \
	A_CALL(SEMAPHORE_CREATE, .argument = { count, most }, .inherit = true)

/* ---- calls ---- */
#define SET(which) A_PLAIN(EVENT_SET, which, .made = 0)
#define RESET(which) A_PLAIN(EVENT_RESET, which, .made = 0)
#define PULSE(which) A_PLAIN(EVENT_PULSE, which, .made = 0)
#define IS_SET(which) A_PLAIN(EVENT_QUERY, which, .made = 0)
#define FREE_IT(which) A_PLAIN(MUTANT_RELEASE, which, .made = 0)
#define WHOSE(which) A_PLAIN(MUTANT_QUERY, which, .made = 0)
#define POST(which, count) A_PLAIN(SEMAPHORE_RELEASE, which, .argument = { count, 0 })
#define COUNT(which) A_PLAIN(SEMAPHORE_QUERY, which, .made = 0)
#define SHUT(which) A_PLAIN(CLOSE, which, .made = 0)
/* The object has this number and the thread's added. */
#define MAKE(number, type, set) \
	A_CALL(EVENT_CREATE, .made = number, .argument = { type, set }, .inherit = true)
#define ALERT(whom) A_CALL(ALERT, .target = whom)
#define WAIT(which, ...) A_PLAIN(WAIT_ANY, which, .timeout = __VA_ARGS__)
#define ANY(one, two, ...) \
	A_CALL(WAIT_ANY, .objects = 2, .object = { one, two }, .timeout = __VA_ARGS__)
#define ALL(one, two, ...) \
	A_CALL(WAIT_ALL, .objects = 2, .object = { one, two }, .timeout = __VA_ARGS__)
#define SWITCH(one, two, ...) \
	A_CALL(SIGNAL_AND_WAIT, .objects = 2, .object = { one, two }, .timeout = __VA_ARGS__)
#define UNTIL(condition) { .operation = PLAN_UNTIL + 1, .until = condition }
/* By the ntsync ABI. */
#define KILL(which, whom) A_PLAIN(MUTANT_KILL, which, .owner = whom)
#define COLLECT { .operation = PLAN_COLLECT + 1 }
#define ROUND { .operation = PLAN_ROUND + 1 }
#define LEAVE { .operation = PLAN_LEAVE + 1 }
#define END { .operation = PLAN_END + 1 }
#define FORK { .operation = PLAN_FORK + 1 }
#define BEGIN { .operation = PLAN_BEGIN + 1 }
enum plan_part { PLAN_THREADS_AND_QUEUES, PLAN_OBJECTS_AND_HANDLES };
#define CHECK(part) { .operation = PLAN_CHECK + 1, .argument = { part, 0 } }

#define EVER SIM_FOR_EVER
#define TRY SIM_POLL
#define TIMED SIM_UNTIL

/* The parts of a struct scenario that all plans share. */
#define PLANNED(title, text, table) \
	.name = title, .about = text, .plan = table, .prepare = plan_prepare, .step = plan_step, \
	.still = plan_still, .quiet = plan_quiet, .join = base_join, .finish = plan_finish, \
	.end = base_end
#define RUNS(process) { process, plan_run, NULL }
#define HANDLES(process) { process, plan_run, plan_handle }

#endif
