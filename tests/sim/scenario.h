/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/scenario.h - what is run in the simulated system, how far it is explored, and what is
 * checked.
 *
 * A scenario is a constant struct in a file beside this one and one line in tests/sim/scenarios.c.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#ifndef CF_TESTS_SIM_SCENARIO_H
#define CF_TESTS_SIM_SCENARIO_H

#include "os/sim/sim.h"

/* What the scheduler may do to an execution, at the most.  0: not at all. */
struct scenario_bounds {
	/* Switches away from a thread that could go on; SCENARIO_ANY: unbounded. */
	unsigned preemptions;
	unsigned deaths;     /* processes killed, at any step */
	unsigned halts;	     /* threads stopped for ever, at any step */
	unsigned spurious;   /* sleeps that end for no reason */
	unsigned late;	     /* deadlines that pass although somebody could go on */
	unsigned interrupts; /* sleeps that a signal ends */
	unsigned signals;    /* that interrupt a thread between two steps, or asleep */
	unsigned failures;   /* os_file_reserve() with the disk full */
	/* Loads that give a value one older; not 0: on the processor of os/sim/weak.h. */
	unsigned stale;
	unsigned rounds; /* times that a watch's time is over when nobody can go on */
	unsigned steps;	 /* of one execution; more is a failure.  0: 100000 */
	/* Steps of one thread in one call while all others stand still; more fail. 0: 20000. */
	unsigned alone;
};
#define SCENARIO_ANY UINT32_MAX

struct scenario_thread {
	unsigned process;
	void (*run)(void);
	void (*handler)(void); /* of signals; NULL: it gets none */
};

struct scenario {
	const char *name;
	const char *about; /* one line: what is right */
	bool wrong;	   /* on purpose: a search must find a fault */
	unsigned processes;
	unsigned threads; /* thread[0, threads) run from the beginning */
	struct scenario_thread thread[SIM_MOST_THREADS];

	/*
	 * Called in each thread in turn, undisturbed, before the state is kept that every execution
	 * begins with. NULL: nothing.
	 */
	void (*prepare)(void);
	/*
	 * After every step of anybody.  Reads shared memory freely; must change nothing.  NULL:
	 * nothing.
	 */
	void (*step)(void);
	/*
	 * When nobody can go on: still(); join() of one more process, and what that sets free goes on,
	 * without further accidents; then quiet().  Then for each living process finish() in a
	 * thread of its own, undisturbed, the one more last; then end().  NULL: nothing, and no
	 * more process.
	 */
	void (*still)(void);
	void (*join)(void);
	void (*quiet)(void);
	void (*finish)(void);
	void (*end)(void);

	struct scenario_bounds bounds;	   /* of random schedules */
	struct scenario_bounds exhaustive; /* of the exhaustive search; all 0: never exhaustive */

	const void *plan; /* tests/sim/plan.h; NULL: none */

	/* Schedules that showed a fault once, of core/ or of tests/mutants; NULL at the end. */
	const char *const *regressions;
};

/* NULL after the last; valid until the next is asked for. */
const struct scenario *scenario_at(unsigned number);

/* Whose world was built last. */
extern const struct scenario *scenario_present;

#endif
