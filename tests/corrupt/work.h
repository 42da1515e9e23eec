/* SPDX-License-Identifier: MIT */
/*
 * work.h - what healthy processes do in a damaged environment: every call of the API, none of which
 * may sleep for long.
 *
 * What happens if a process dies here: who started it reads in struct watch what it was doing.
 */
#ifndef CARAFE_TESTS_CORRUPT_WORK_H
#define CARAFE_TESTS_CORRUPT_WORK_H

#include <stdatomic.h>
#include <stdint.h>

#include "tests/corrupt/patient.h"

/* In memory that processes share. */
struct watch {
	const char *_Atomic call; /* that is on; the text is in every process */
	carafe_status status;	  /* that it gave, if that is not a documented one */
	_Atomic unsigned calls;	  /* that came back */
	_Atomic unsigned successes;
	_Atomic bool stop;
};

/* How a process ends that does not get through: nobody else's exit status. */
enum { WORK_WRONG_STATUS = 40, WORK_HANGS, WORK_SPINS };

/* From now on the process ends with WORK_HANGS or WORK_SPINS when it is not through in time. */
void work_watch(struct watch *watch);

/* Each call once or more, with the patient's handles. */
void work_once(struct watch *watch, uint32_t turn);

/* Calls that have to do with no object of the patient; how many did not succeed. */
unsigned work_apart(struct watch *watch);

/* Leaves the environment. */
void work_leave(struct watch *watch);

#endif
