/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/examples.h - histories written by hand, right ones and wrong ones, for the tests of the
 * model and of the checker.
 *
 * In each, threads 0, 1 and 2 belong to process 0, and thread 3 belongs to process 1, its child.
 * Before stamp 20 thread 0 makes the objects, object i with handle 4 * (i + 1), and forks, so that
 * process 1 has all handles too.
 *
 * What happens if a process dies here: nothing.
 */
#ifndef CF_TESTS_SIM_EXAMPLES_H
#define CF_TESTS_SIM_EXAMPLES_H

#include <stddef.h>

#include <carafe/status.h>

#include "tests/sim/history.h"

#define EXAMPLE_OBJECTS 4u
#define EXAMPLE_CALLS 12u

struct example {
	const char *name;    /* what is right */
	const char *mistake; /* NULL: the history is right.  Else it is wrong, and this is how */
	struct {
		bool made;
		enum sim_operation operation;
		int32_t argument[2];
	} object[EXAMPLE_OBJECTS];
	struct sim_call call[EXAMPLE_CALLS]; /* up to the first without `invoked`; due 0: never */
	uint64_t died, swept;		     /* of process 1; 0: never */
	uint64_t ended, tidied;		     /* of thread 2; 0: never */
	uint64_t halted;		     /* of thread 2; 0: never */
	bool cut;			     /* the run did not end in quiescence */
	bool ntsync;
	bool handler;			     /* thread 2 is a signal handler of thread 1 */
};

#define RIGHT(what, ...) \
	{ \
		.name = what, __VA_ARGS__ \
	}
#define WRONG(what, how, ...) \
	{ \
		.name = what, .mistake = how, __VA_ARGS__ \
	}
#define OBJECTS(...) .object = { __VA_ARGS__ }
#define CALLS(...) .call = { __VA_ARGS__ }

/* ---- objects ---- */

/* clang-format off */
/* clang-format off */
#define MANUAL(set) { true, SIM_EVENT_CREATE, { 0, set } }
#define AUTO(set) { true, SIM_EVENT_CREATE, { 1, set } }
#define MUTANT(owned) { true, SIM_MUTANT_CREATE, { owned, 0 } } /* by thread 0 */
#define SEMAPHORE(count, maximum) { true, SIM_SEMAPHORE_CREATE, { count, maximum } }
/* clang-format on */

/* ---- calls: who, on what, when from and to, what came back ---- */

#define H(object) (4u * ((object) + 1u))
#define NOT_BACK SIM_NEVER

/* The last of the named arguments, `to`, is the first of the "...". */
#define CALL(who, what, from, ...) \
	{ \
		.thread = who, .operation = what, .invoked = from, .returned = __VA_ARGS__ \
	}
#define PLAIN(who, what, which, from, ...) \
	CALL(who, what, from, __VA_ARGS__, .handles = 1, .handle = { H(which) })

#define SET(who, which, from, to, previous) \
	PLAIN(who, SIM_EVENT_SET, which, from, to, .out = { previous })
#define RESET(who, which, from, to, previous) \
	PLAIN(who, SIM_EVENT_RESET, which, from, to, .out = { previous })
#define PULSE(who, which, from, to, previous) \
	PLAIN(who, SIM_EVENT_PULSE, which, from, to, .out = { previous })
#define IS_SET(who, which, from, to, type, state) \
	PLAIN(who, SIM_EVENT_QUERY, which, from, to, .out = { type, state })
#define FREE_IT(who, which, from, ...) PLAIN(who, SIM_MUTANT_RELEASE, which, from, __VA_ARGS__)
#define KILL_IT(who, which, from, ...) PLAIN(who, SIM_MUTANT_KILL, which, from, __VA_ARGS__)
#define WHOSE(who, which, from, to, count, owned, abandoned) \
	PLAIN(who, SIM_MUTANT_QUERY, which, from, to, .out = { count, owned, abandoned })
#define POST(who, which, from, to, ...) \
	PLAIN(who, SIM_SEMAPHORE_RELEASE, which, from, to, .argument[0] = __VA_ARGS__)
#define COUNT(who, which, from, to, count, maximum) \
	PLAIN(who, SIM_SEMAPHORE_QUERY, which, from, to, .out = { count, maximum })
#define SHUT(who, which, from, ...) PLAIN(who, SIM_CLOSE, which, from, __VA_ARGS__)

#define WAIT(who, which, from, ...) PLAIN(who, SIM_WAIT_ANY, which, from, __VA_ARGS__)
#define ANY2(who, one, two, from, ...) \
	CALL(who, SIM_WAIT_ANY, from, __VA_ARGS__, .handles = 2, .handle = { H(one), H(two) })
#define ALL2(who, one, two, from, ...) \
	CALL(who, SIM_WAIT_ALL, from, __VA_ARGS__, .handles = 2, .handle = { H(one), H(two) })
#define SIGNAL_WAIT(who, signal, wait, from, ...) \
	CALL(who, SIM_SIGNAL_AND_WAIT, from, __VA_ARGS__, .handles = 2, \
	     .handle = { H(signal), H(wait) })
#define ALERT(who, whom, from, ...) CALL(who, SIM_ALERT, from, __VA_ARGS__, .target = whom)

#define TRIES .timeout = SIM_POLL
#define TIMED(at) .timeout = SIM_UNTIL, .due = at
#define GIVES(what) .status = CARAFE_STATUS_##what
#define CUT(at) .status = CARAFE_STATUS_CANCELLED, .interrupted = at
#define ASLEEP(at) .asleep = at
#define PLACE(number) .status = CARAFE_STATUS_WAIT_0 + (number)
#define LEFT(number) .status = CARAFE_STATUS_ABANDONED_WAIT_0 + (number)

extern const struct example event_examples[], mutant_examples[], semaphore_examples[],
	wait_examples[], death_examples[], handle_examples[],
	ntsync_examples[]; /* no name at the end */

#endif
