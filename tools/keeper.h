/* SPDX-License-Identifier: MIT */
/*
 * tools/keeper.h - the process beside `carafe run` that looks after the dead of an environment.
 *
 * It has a session of its own, so neither a terminal's signals nor its stop reach it; it stays when
 * the runner is killed, as long as its program runs or anybody uses the environment, because the
 * programs that run started offer no janitor themselves.
 *
 * What happens if a process dies here: if the keeper is killed the runner is the janitor; if the
 * runner is killed the keeper goes on.
 */
#ifndef CARAFE_TOOLS_KEEPER_H
#define CARAFE_TOOLS_KEEPER_H

#include <stdbool.h>
#include <sys/types.h>

#include <carafe/status.h>

#include "core/query.h"

struct keeper {
	pid_t pid;
	int link;
	char path[CF_QUERY_PATH]; /* of the environment */
};

/*
 * Starts it; it opens the environment before this returns.  scratch: nobody else will ever enter
 * it, and its folder is removed at the end.  What carafe_environment_open() returned to it, or
 * CARAFE_STATUS_UNSUCCESSFUL with errno when it could not be started.  Call it in a process with
 * one thread.
 */
carafe_status keeper_start(const char *name, bool scratch, struct keeper *keeper);

/* Tells it which program the runner started: while that runs, the keeper stays. */
void keeper_tell(const struct keeper *keeper, pid_t program);

/* Tells it that the runner is done, and lets it clean up if nobody else is there. */
void keeper_finish(struct keeper *keeper);

#endif
