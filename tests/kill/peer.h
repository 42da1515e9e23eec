/* SPDX-License-Identifier: MIT */
/*
 * peer.h - what the scenarios share: the peer's objects, its threads, and what they do.
 *
 * What happens if the test dies here: its folder stays behind.
 */
#ifndef CARAFE_TESTS_KILL_PEER_H
#define CARAFE_TESTS_KILL_PEER_H

#include "tests/api/support.h"
#include "tests/kill/scenario.h"

/* Not signalled, and owned by nobody, between two cases. */
extern carafe_handle automatic, manual, semaphore, mutant, other;
extern struct worker workers[2];

/* objects.c, processes.c */
extern const struct scenario object_scenarios[], process_scenarios[];

/* In memory that the victims share: the thread id of one. */
extern uint32_t *victim_id;

/* What somebody else, who may have come first, leaves of a call that is right. */
bool is_good(carafe_status status);

/* The results of call(). */
int is(carafe_status got, carafe_status want);
int done(carafe_status status);

/* The workers wait. */
void wait_for(carafe_handle handle, unsigned count);

/* The waits of workers end, as often as that takes: others may have come first. */
void end_waits(unsigned count, void (*signal_once)(void));

/* Alerts the first worker until it waits no more, and leaves it without an alert. */
void end_alerted(void);

/* A worker is queued for the mutant, which the victim has. */
void one_for_mutant(void);

/*
 * The worker gets it when the victim is over: released or abandoned; abandoned for certain, by a
 * victim that never releases it.
 */
void end_one_mutant(void);
void end_one_abandoned(void);

/* Parts of scenarios. */
void signal_automatic(void);
void signal_manual(void);
void signal_semaphore(void);
void take_mutant(void);
void take_slot(void);

#endif
