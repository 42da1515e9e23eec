/* SPDX-License-Identifier: MIT */
/*
 * mate.h - processes of two widths, 32 and 64 bits, in one environment.
 *
 * The program exists once a width.  The one that is started is the driver; it is told where the
 * other one is, and starts mates of both sorts.  Handles do not survive exec(), so the driver's
 * objects reach its mates by their indices, as descriptors' objects do in compat/ntsync; each mate
 * has handles of its own besides.
 *
 * What happens if the test dies here: mates end with their standard input, or by their alarm.
 */
#ifndef CARAFE_TESTS_MIXED_MATE_H
#define CARAFE_TESTS_MIXED_MATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <carafe/carafe.h>

#include "core/type.h"

#define MATE_SECONDS 100
#define TOKENS 2

/* What the driver made, by index.  The mutant guards the ledger. */
enum { EVENT, MUTANT, SEMAPHORE, OBJECTS };

/* In a file that all map.  Who owns the mutant has both counts equal but while it changes them. */
struct ledger {
	_Alignas(8) uint64_t first;
	_Alignas(8) uint64_t second;
	_Alignas(4) atomic_uint rounds;	  /* of all workers */
	_Alignas(4) atomic_uint broken;	  /* counts were not equal, and nobody had died */
	_Alignas(4) atomic_uint repaired; /* they were not, and the mutant was abandoned */
	_Alignas(4) atomic_uint refused;  /* a call said what it must not say */
};

/* The environment, the objects in it, the ledger. */
struct stage {
	carafe_environment *environment;
	uint32_t index[OBJECTS];
	struct ledger *ledger;
};

/* Opens the environment in the folder and maps the ledger beside it.  False: it cannot. */
bool stage_open(struct stage *stage, const char *folder, uint32_t flags, bool create);

/* ---- objects by index ---- */

uint32_t object_of(carafe_environment *environment, carafe_handle handle);
carafe_status object_set(const struct stage *stage, int object);
carafe_status object_release(const struct stage *stage, int object);

/* Waits as an NT thread does, for any or for all, no longer than so many ns; OS_NEVER: for ever. */
carafe_status object_wait(const struct stage *stage, unsigned count, const int *objects, bool all,
			  uint64_t nanoseconds, unsigned *which);

/* ---- what a mate does; gives its exit status ---- */

/* Says "r" on standard output when it is about to do it, "d" with the status when it has done it. */
int mate_wait(const struct stage *stage, bool all);
int mate_own(const struct stage *stage);	  /* acquires the mutant, and stays */
int mate_stand(const struct stage *stage);	  /* is the janitor */
int mate_work(const struct stage *stage, unsigned seed); /* everything, until it is killed */

#endif
