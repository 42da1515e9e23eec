/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/linear.h - is there an order of indivisible steps, each within the time of its call, in
 * which the model gives every answer that was given?
 *
 * After Wing and Gong (1993), with Lowe's memory of what was tried (2017).  More than in theirs
 * happens between the invocation and the return of calls:
 *
 * - A wait is entered at one point and ended at another, by a step of somebody else, by its alert
 * or by the deadline.  Where the run ended because nobody could go on, whoever has not returned
 *   must sleep in the model too: this finds lost wakes.
 * - A call whose process was killed in it happened or did not, at a point up to the end of the
 * sweep, because others may finish it.
 * - A dead thread's mutants are abandoned, one by one, between its death and the end of the sweep.
 * If it slept it leaves the queues then.  If it was woken without coming to know of it, then what
 * it got is lost with it or is given back.
 * - A wait for any looks at its objects one after the other.  So an object counts as not
 *   signalled if it was so at some moment of the call before the objects after it were looked at;
 *   and a pulse may reach the wait although another of its objects has been signalled since, or
 *   the thread was alerted.
 * - A wait whose sleep a signal ended is over if nothing is there that it waits for.  By the ntsync ABI
 *   a signal handler that requests something first takes the wait that it interrupted out of the queues;
 *   that is over then, or begins anew when the handler has returned.
 * - A handle is looked up at one moment and the object is used at a later one.
 *
 * What happens if a process dies here: nothing; all of it belongs to the test.
 */
#ifndef CF_TESTS_SIM_LINEAR_H
#define CF_TESTS_SIM_LINEAR_H

#include <stdint.h>

#include "tests/sim/history.h"

#define LINEAR_TEXT 6000u

enum linear_verdict {
	LINEAR_RIGHT,
	LINEAR_WRONG,	  /* no such order */
	LINEAR_UNDECIDED, /* the bound was reached */
	LINEAR_UNFIT	  /* the history has more of something than the model holds, or contradicts
			     itself */
};

struct linear_result {
	enum linear_verdict verdict;
	uint64_t positions;	/* how many different ones were looked at */
	char text[LINEAR_TEXT]; /* unless LINEAR_RIGHT: what is wrong, in words */
};

/* Looks at no more than `bound` positions; 0: a million. */
void linear_check(const struct sim_history *history, uint64_t bound, struct linear_result *result);

/* What a verdict is called. */
const char *linear_name(enum linear_verdict verdict);

#endif
