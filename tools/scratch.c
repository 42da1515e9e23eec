/* SPDX-License-Identifier: MIT */
/*
 * tools/scratch.c - environments made for one occasion.  See tools/scratch.h.
 *
 * What happens if a process dies here: the next one does it again.
 */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <carafe/environment.h>

#include "core/query.h"
#include "tools/scratch.h"
#include "tools/system.h"

static const char *const prefixes[] = { "run", "doctor", "bench" };

void scratch_name(const char *prefix, char name[SCRATCH_NAME])
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(name, SCRATCH_NAME, "%s-%" PRIu32 "-%ld-%08lx", prefix, system_pid_space(),
		 (long)getpid(), ((unsigned long)now.tv_sec << 30 ^ (unsigned long)now.tv_nsec) &
		 0xfffffffful);
}

void scratch_remove(const char *path)
{
	cf_query_remove(path);
}

/* Whether the maker lived among the processes that we can see, and is gone. */
static bool is_orphan(const char *name)
{
	char prefix[16];
	uint32_t space;
	long pid;

	if (sscanf(name, "%15[a-z]-%" SCNu32 "-%ld-", prefix, &space, &pid) != 3)
		return false;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strcmp(prefix, prefixes[i]) == 0)
			return space == system_pid_space() && pid > 0 &&
			       kill((pid_t)pid, 0) < 0 && errno == ESRCH;
	return false;
}

/* Whoever leaves as the last removes the memory; then nothing but the folder is left. */
static bool sweep_one(void *context, const char *name)
{
	carafe_environment *environment;
	char path[CF_QUERY_PATH];

	(void)context;
	if (!is_orphan(name) ||
	    !CARAFE_SUCCESS(carafe_environment_open(name, CARAFE_NO_JANITOR, &environment)))
		return true;
	snprintf(path, sizeof(path), "%s", carafe_environment_path(environment));
	carafe_environment_close(environment);
	scratch_remove(path);
	return true;
}

void scratch_sweep(void)
{
	(void)cf_query_list(sweep_one, NULL);
}
