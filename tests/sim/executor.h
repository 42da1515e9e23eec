/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/executor.h - random histories that are right because the model itself made them:
 * threads call at random moments, the steps happen in between, some threads die.
 *
 * What happens if a process dies here: nothing; the deaths are modelled.
 */
#ifndef CF_TESTS_SIM_EXECUTOR_H
#define CF_TESTS_SIM_EXECUTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/sim/history.h"

#define EXECUTOR_CALLS 48u
#define EXECUTOR_THREADS 4u

struct executor {
	struct sim_history history; /* its arrays are the following */
	struct sim_call call[EXECUTOR_CALLS];
	struct sim_thread thread[EXECUTOR_THREADS];
	struct sim_process process[2];
};

/*
 * Makes a history of up to `calls` calls by four threads.  `apart`: the calls do not overlap, but
 * for waits that sleep.  `deadly`: process 1, which has the threads 2 and 3, dies somewhere.
 */
void executor_run(struct executor *executor, uint64_t seed, enum sim_flavour flavour,
		  uint32_t calls, bool apart, bool deadly);

#endif
