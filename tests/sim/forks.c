/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/forks.c - forking while others close handles, and a child that goes on without its
 * parent.
 *
 * What happens if a process dies here: see tests/sim/record.h.
 */
#include "tests/sim/plan.h"

static bool is_parent_gone(void)
{
	return !sim_is_alive(0);
}

static const struct plan closing = {
	.object = { MANUAL(1), AUTO(0) },
	.thread = { { FORK, SET(1) },
		    { SHUT(0), MAKE(4, 1, 0) },
		    { IS_SET(0), IS_SET(1) } },
};

/* Catches a handle that is inherited without a look whether it still is what was read. */
const struct scenario scenario_fork_and_close = {
	PLANNED("fork-and-close", "a handle that is closed meanwhile is inherited or is not",
		&closing),
	.processes = 1,
	.threads = 2,
	.thread = { RUNS(0), RUNS(0) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 1 },
};

static const struct plan leaving = {
	.object = { MUTANT(0) },
	.first = { WAIT(0, EVER) },
	.thread = { { FORK, LEAVE }, { UNTIL(is_parent_gone), ROUND, WAIT(0, TRY), FREE_IT(0) } },
};

/* Catches a child that cannot tell who lives, or in which its parent seems to live on. */
const struct scenario scenario_fork_and_leave = {
	PLANNED("fork-and-leave", "a child sweeps its parent", &leaving),
	.processes = 1,
	.threads = 1,
	.thread = { RUNS(0) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 1 },
};
