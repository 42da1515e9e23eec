/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/examples_handle.c - histories: handles, and the rules of the ntsync driver.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include "tests/sim/examples.h"

#define MAKE(who, number, value, from, ...) \
	CALL(who, SIM_EVENT_CREATE, from, __VA_ARGS__, .object = number, .made = value, \
	     .argument = { 1, 1 })

const struct example handle_examples[] = {
	RIGHT("a closed handle names nothing", OBJECTS(AUTO(0)),
	      CALLS(SHUT(0, 0, 20, 21), PLAIN(1, SIM_EVENT_SET, 0, 22, 23, GIVES(INVALID_HANDLE)))),
	WRONG("a closed handle names nothing", "it was used", OBJECTS(AUTO(0)),
	      CALLS(SHUT(0, 0, 20, 21), SET(1, 0, 22, 23, 0))),
	WRONG("an open handle names its object", "it was refused", OBJECTS(AUTO(0)),
	      CALLS(PLAIN(1, SIM_EVENT_SET, 0, 22, 23, GIVES(INVALID_HANDLE)))),
	RIGHT("a handle is closed once", OBJECTS(AUTO(0)),
	      CALLS(SHUT(0, 0, 20, 30), SHUT(1, 0, 20, 30, GIVES(INVALID_HANDLE)))),
	WRONG("a handle is closed once", "twice", OBJECTS(AUTO(0)),
	      CALLS(SHUT(0, 0, 20, 30), SHUT(1, 0, 20, 30))),
	RIGHT("a call that found the object may use it after the close", OBJECTS(AUTO(0)),
	      CALLS(SET(1, 0, 20, 40, 0), SHUT(0, 0, 22, 23), IS_SET(3, 0, 24, 25, 1, 0),
		    IS_SET(3, 0, 41, 42, 1, 1))),
	RIGHT("a wait goes on after the close", OBJECTS(AUTO(0)),
	      CALLS(WAIT(1, 0, 20, 50), SHUT(0, 0, 22, 23), SET(3, 0, 30, 31, 0))),
	RIGHT("a wait for a closed handle is refused", OBJECTS(AUTO(1), AUTO(1)),
	      CALLS(SHUT(0, 1, 20, 21), ANY2(0, 0, 1, 22, 23, GIVES(INVALID_HANDLE)),
		    IS_SET(0, 0, 24, 25, 1, 1))),
	RIGHT("a number that was closed may come back", OBJECTS(AUTO(0)),
	      CALLS(SHUT(0, 0, 20, 21), MAKE(0, 1, H(0), 22, 23), IS_SET(1, 0, 24, 25, 1, 1),
		    IS_SET(3, 0, 24, 25, 1, 0))),
	WRONG("a number that is open is not given again", "it was", OBJECTS(AUTO(0)),
	      CALLS(MAKE(0, 1, H(0), 22, 23))),
	WRONG("a stale number names what has it now", "it named what it was", OBJECTS(AUTO(0)),
	      CALLS(SHUT(0, 0, 20, 21), MAKE(0, 1, H(0), 22, 23), IS_SET(1, 0, 24, 25, 1, 0))),
	RIGHT("the two lowest bits of a handle are ignored", OBJECTS(AUTO(0)),
	      CALLS(CALL(0, SIM_EVENT_SET, 20, 21, .handles = 1, .handle = { H(0) + 3 }))),
	RIGHT("a child has the inheritable handles only", OBJECTS(AUTO(0)),
	      CALLS(MAKE(0, 1, H(1), 22, 23), CALL(0, SIM_FORK, 24, 25, .target = 1),
		    PLAIN(3, SIM_EVENT_QUERY, 1, 26, 27, GIVES(INVALID_HANDLE)),
		    IS_SET(3, 0, 28, 29, 1, 0))),
	WRONG("processes have handles of their own", "one closed the other's", OBJECTS(AUTO(0)),
	      CALLS(SHUT(3, 0, 20, 21),
		    PLAIN(0, SIM_EVENT_QUERY, 0, 22, 23, GIVES(INVALID_HANDLE)))),
	{ .name = NULL },
};

#define FOR(number) .owner = number

const struct example ntsync_examples[] = {
	RIGHT("a mutant is owned by a number", OBJECTS(MUTANT(0)),
	      CALLS(WAIT(0, 0, 20, 21, FOR(7)), WAIT(1, 0, 22, 23, FOR(7)),
		    FREE_IT(2, 0, 24, 25, FOR(7), .out = { 2 }), WHOSE(0, 0, 26, 27, 7, 1, 0)),
	      .ntsync = true),
	RIGHT("killing an owner abandons the mutant", OBJECTS(MUTANT(0)),
	      CALLS(WAIT(0, 0, 20, 21, FOR(7)), WAIT(1, 0, 22, 50, FOR(8), LEFT(0)),
		    KILL_IT(0, 0, 30, 31, FOR(7))),
	      .ntsync = true),
	WRONG("killing an owner abandons the mutant", "nobody was told", OBJECTS(MUTANT(0)),
	      CALLS(WAIT(0, 0, 20, 21, FOR(7)), WAIT(1, 0, 22, 50, FOR(8)),
		    KILL_IT(0, 0, 30, 31, FOR(7))),
	      .ntsync = true),
	RIGHT("who is not the owner is not killed", OBJECTS(MUTANT(0)),
	      CALLS(WAIT(0, 0, 20, 21, FOR(7)),
		    KILL_IT(0, 0, 30, 31, FOR(8), GIVES(MUTANT_NOT_OWNED))),
	      .ntsync = true),
	WRONG("a death abandons nothing", "it did", OBJECTS(MUTANT(0)),
	      CALLS(WAIT(3, 0, 20, 21, FOR(7)), WAIT(1, 0, 41, 42, FOR(8), LEFT(0))), .died = 30,
	      .swept = 40, .ntsync = true),
	RIGHT("waits for all are offered an object first",
	      OBJECTS(AUTO(0), AUTO(1), SEMAPHORE(0, 9)),
	      CALLS(SIGNAL_WAIT(1, 2, 0, 20, NOT_BACK, FOR(1)), WAIT(0, 2, 21, 22, FOR(3)),
		    ALL2(2, 0, 1, 24, 50, FOR(2)), SET(0, 0, 30, 31, 0)),
	      .ntsync = true),
	RIGHT("an object comes before the alert, which stays", OBJECTS(AUTO(1), AUTO(1)),
	      CALLS(ANY2(0, 0, 1, 20, 21, .alertable = true, FOR(1), PLACE(0)),
		    IS_SET(0, 1, 22, 23, 1, 1)),
	      .ntsync = true),
	RIGHT("an alert that ends a wait is taken", OBJECTS(AUTO(0), AUTO(0), SEMAPHORE(0, 9)),
	      CALLS(CALL(1, SIM_SIGNAL_AND_WAIT, 20, 50, .handles = 3,
			 .handle = { H(2), H(0), H(1) }, .alertable = true, FOR(1), PLACE(1)),
		    WAIT(0, 2, 21, 22, FOR(2)), SET(0, 1, 30, 31, 0), IS_SET(0, 1, 32, 33, 1, 0)),
	      .ntsync = true),
	RIGHT("adding nothing to a semaphore tells the count", OBJECTS(SEMAPHORE(1, 2)),
	      CALLS(POST(0, 0, 20, 21, 0, .out = { 1 })), .ntsync = true),
	{ .name = NULL },
};
