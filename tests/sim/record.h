/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/record.h - calls of the library by numbers of objects, written down as a history that
 * is checked in the end (tests/sim/linear.h).
 *
 * Object i of the scenario has, in each process, the handle that record_handle() tells; it stays
 * there when it is closed, so that a program can go on using it.
 *
 * What happens if a process dies here: its call stays in the history as one that did not return.
 */
#ifndef CF_TESTS_SIM_RECORD_H
#define CF_TESTS_SIM_RECORD_H

#include "tests/sim/base.h"
#include "tests/sim/history.h"
#include "tests/sim/model.h"

/*
 * Makes a call of the running thread and writes it down.  Of the call, what is asked is given:
 * operation, arguments, time-out; handles are numbers of objects.
 */
void record_call(const struct sim_call *asked);

/* For prepare(): the same, before the first step; it must not fail. */
void record_before(const struct sim_call *asked);

/*
 * For prepare(), once in each other process, after all of those that make objects: gives it the
 * same handles for those objects, as if it had inherited them.
 */
void record_share(void);

/* For prepare(), before anything is made: whose calls these are. */
void record_flavour(enum sim_flavour flavour);

/* Who, once seen to sleep, comes before who begins to wait after that. */
enum record_order { RECORD_NO_ORDER, RECORD_FOR_ALL_IN_ORDER, RECORD_ALL_IN_ORDER };

/* For prepare(). */
void record_order(enum record_order order);

/* For prepare(), in each thread: who it is. */
void record_thread(void);

carafe_handle record_handle(uint32_t process, uint32_t object);

/* Forks, which is written down, too; the child's thread runs this, with its parent's handles. */
void record_fork(void (*run)(void));

/*
 * Starts a thread of the same process, which runs this.  An alert of it does nothing before it has
 * its id, by which others know it.
 */
void record_begin(void (*run)(void));

/* For step(): notices who sleeps, and when the dead have been swept. */
void record_step(void);

/*
 * Whether all can tell that a process is gone: in fork() its parent has its child's lock as well, and
 * the child its parent's, until each has closed its copy of that.
 */
bool record_is_gone(uint32_t process);

/* For a thread: whether a process that is gone has been swept, or never had a slot. */
bool record_is_swept(uint32_t process);
/* For finish(): gives up what the process has by the ntsync ABI; the last one collects. */
void record_finish(void);

/* For quiet(): fails the execution if the history is not right. */
void record_judge(void);

#endif
