/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/examples_mutant.c - histories: mutants and semaphores.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include "tests/sim/examples.h"

const struct example mutant_examples[] = {
	RIGHT("a mutant is acquired again by its owner and released as often", OBJECTS(MUTANT(1)),
	      CALLS(WAIT(0, 0, 20, 21), WHOSE(0, 0, 22, 23, -1, 1, 0),
		    WHOSE(1, 0, 22, 23, -1, 0, 0), FREE_IT(0, 0, 24, 25, .out = { -1 }),
		    FREE_IT(0, 0, 26, 27, .out = { 0 }), WHOSE(0, 0, 28, 29, 1, 0, 0))),
	WRONG("a release tells the count before", "it told the depth", OBJECTS(MUTANT(1)),
	      CALLS(FREE_IT(0, 0, 20, 21, .out = { 1 }))),
	WRONG("a mutant is free only after as many releases", "one of two was enough",
	      OBJECTS(MUTANT(1)),
	      CALLS(WAIT(0, 0, 20, 21), FREE_IT(0, 0, 22, 23, .out = { -1 }),
		    WAIT(1, 0, 24, 25, TRIES))),
	RIGHT("only the owner may release", OBJECTS(MUTANT(1)),
	      CALLS(FREE_IT(1, 0, 20, 21, GIVES(MUTANT_NOT_OWNED)))),
	WRONG("only the owner may release", "another thread did", OBJECTS(MUTANT(1)),
	      CALLS(FREE_IT(1, 0, 20, 21, .out = { 0 }))),
	WRONG("a free mutant cannot be released", "it was", OBJECTS(MUTANT(0)),
	      CALLS(FREE_IT(1, 0, 20, 21, .out = { 0 }))),
	WRONG("a mutant has one owner", "it had two", OBJECTS(MUTANT(0)),
	      CALLS(WAIT(1, 0, 20, 30), WAIT(2, 0, 20, 30))),
	RIGHT("a release hands over to the first waiter", OBJECTS(MUTANT(1)),
	      CALLS(WAIT(1, 0, 20, 40), FREE_IT(0, 0, 30, 31), WHOSE(0, 0, 32, 33, 0, 0, 0))),
	WRONG("who releases cannot take it again before the waiter", "it did",
	      OBJECTS(MUTANT(1), AUTO(0)),
	      CALLS(SIGNAL_WAIT(1, 1, 0, 20, 50), WAIT(2, 1, 20, 25), FREE_IT(0, 0, 30, 31),
		    WAIT(0, 0, 32, 33, TRIES), FREE_IT(0, 0, 34, 35))),
	WRONG("a release wakes a waiter", "it sleeps for ever", OBJECTS(MUTANT(1)),
	      CALLS(WAIT(1, 0, 20, NOT_BACK), FREE_IT(0, 0, 30, 31))),
	RIGHT("a call for another type is refused", OBJECTS(MUTANT(1)),
	      CALLS(PLAIN(0, SIM_EVENT_SET, 0, 20, 21, GIVES(OBJECT_TYPE_MISMATCH)))),
	{ .name = NULL },
};

const struct example semaphore_examples[] = {
	RIGHT("a semaphore counts", OBJECTS(SEMAPHORE(1, 3)),
	      CALLS(POST(0, 0, 20, 21, 2, .out = { 1 }), WAIT(1, 0, 22, 23),
		    COUNT(0, 0, 24, 25, 2, 3))),
	WRONG("a release tells the count before", "it told the one after", OBJECTS(SEMAPHORE(1, 3)),
	      CALLS(POST(0, 0, 20, 21, 1, .out = { 2 }))),
	RIGHT("a release is all or nothing", OBJECTS(SEMAPHORE(1, 2)),
	      CALLS(POST(0, 0, 20, 21, 2, GIVES(SEMAPHORE_LIMIT_EXCEEDED)),
		    COUNT(0, 0, 22, 23, 1, 2))),
	WRONG("a release is all or nothing", "it filled the semaphore up", OBJECTS(SEMAPHORE(1, 2)),
	      CALLS(POST(0, 0, 20, 21, 2, GIVES(SEMAPHORE_LIMIT_EXCEEDED)),
		    COUNT(0, 0, 22, 23, 2, 2))),
	WRONG("nothing is added beyond the maximum", "it was", OBJECTS(SEMAPHORE(2, 2)),
	      CALLS(POST(0, 0, 20, 21, 1, .out = { 2 }))),
	WRONG("a release of nothing is refused", "it was not", OBJECTS(SEMAPHORE(1, 2)),
	      CALLS(POST(0, 0, 20, 21, 0, .out = { 1 }))),
	WRONG("each wait takes one", "three took two", OBJECTS(SEMAPHORE(2, 2)),
	      CALLS(WAIT(0, 0, 20, 21, TRIES), WAIT(1, 0, 20, 21, TRIES),
		    WAIT(2, 0, 20, 21, TRIES))),
	RIGHT("a release wakes as many as it adds", OBJECTS(SEMAPHORE(0, 2)),
	      CALLS(WAIT(1, 0, 20, 40), WAIT(2, 0, 20, 40), POST(0, 0, 30, 31, 2),
		    COUNT(0, 0, 32, 33, 0, 2))),
	WRONG("a release wakes as many as it adds", "it woke one only", OBJECTS(SEMAPHORE(0, 2)),
	      CALLS(WAIT(1, 0, 20, 40), WAIT(2, 0, 20, NOT_BACK), POST(0, 0, 30, 31, 2))),
	WRONG("a release wakes no more than it adds", "it woke both", OBJECTS(SEMAPHORE(0, 2)),
	      CALLS(WAIT(1, 0, 20, 40), WAIT(2, 0, 20, 40), POST(0, 0, 30, 31, 1))),
	{ .name = NULL },
};
