/* SPDX-License-Identifier: MIT */
/*
 * core/environment.h - what a process knows of an environment that it has open.
 *
 * What happens if a process dies here: all of this is its own memory.
 */
#ifndef CF_ENVIRONMENT_H
#define CF_ENVIRONMENT_H

#include <carafe/environment.h>

#include "core/layout.h"
#include "core/place.h"

#define CF_ENVIRONMENTS 8u /* open at once in a process */

struct cf_janitor;

struct carafe_environment {
	struct cf_region *region;
	struct cf_place place;
	uint64_t serial;	/* unique among the openings of this process; never 0 */
	uint32_t number;	/* index in the table of open environments */
	uint32_t process;	/* our slot */
	uint32_t flags;		/* of carafe_environment_open(), or what the setting stands for */
	uint32_t spin;		/* longest spin before parking; 0 none */
	uint32_t thread_hint;	/* where to look first for a free thread slot */
	uint32_t offered;	/* 1 once this process was offered as janitor, if it may be */
	struct cf_janitor *janitor;	/* our thread that offers to be it; NULL until needed */
	char path[CF_PLACE_PATH];	/* of the environment's folder */
	struct cf_place heir; /* during fork(): the child's place; lock is -1 when there is none */
};

/* The environment open under a number, or NULL; for walks over all. */
struct carafe_environment *cf_environment_at(uint32_t number);

#endif
