/* SPDX-License-Identifier: MIT */
/*
 * Who looks at an environment while its last user stands in the middle of leaving, before or after
 * any of the system calls of that, finds one that is whole, or is told that nobody uses it; and
 * whoever enters then can be looked at, also when the leaving one has gone on (core/place.c,
 * core/query.c).
 */
#include <config.h>

#include <carafe/carafe.h>

#include "core/query.h"
#include "tests/unit/place.h"
#include "tests/unit/traced.h"

static struct cf_query_snapshot now;

static const char *place(void)
{
	return scratch("leaving");
}

/* Enters; the steps begin when it leaves. */
static int victim(const struct child *parent, void *argument)
{
	carafe_environment *environment;

	(void)parent, (void)argument;
	if (!CARAFE_SUCCESS(carafe_environment_open(place(), CARAFE_NO_JANITOR, &environment)))
		return 1;
	if (!be_traced())
		return 99;
	return CARAFE_SUCCESS(carafe_environment_close(environment)) ? 0 : 1;
}

/* How many live in it; -1 when nobody uses it, -2 when it cannot be told. */
static int look(char path[CF_QUERY_PATH])
{
	struct cf_query query;
	carafe_status status = cf_query_open(place(), &query);
	int alive = 0;

	if (status == CARAFE_STATUS_OBJECT_NAME_NOT_FOUND)
		return -1;
	if (!CARAFE_SUCCESS(status)) {
		diag("it cannot be looked at: %s", carafe_status_name(status));
		return -2;
	}
	strcpy(path, query.path);
	if (!CARAFE_SUCCESS(cf_query_take(&query, &now)))
		alive = -2;
	for (uint32_t i = 0; alive >= 0 && i < now.count; i++)
		alive += now.process[i].alive;
	cf_query_close(&query);
	return alive;
}

struct tally {
	int runs;
	int told;     /* a sound answer while the last one stood there */
	int closed;   /* of which it was that nobody is there */
	int found;    /* who entered then could be looked at */
	int joined;   /* of which the leaving one was still there */
	int remained; /* and could be after the leaving one had gone on */
	int gone;     /* nobody and nothing was there in the end */
};

/* True when the victim stood at that step; false when it had come to its end. */
static bool run(int step, struct tally *tally)
{
	char path[CF_QUERY_PATH], after[CF_QUERY_PATH];
	struct child child = child_start(victim, NULL);
	bool stands = traced_steps(child.pid, step);
	carafe_environment *mine;
	int alive = look(path);

	tally->runs++;
	tally->told += alive == -1 || alive == 0 || alive == 1;
	tally->closed += alive == -1;
	if (!CARAFE_SUCCESS(carafe_environment_open(place(), CARAFE_NO_JANITOR, &mine)))
		bail_out("stopped at step %d: nobody else can enter", step);
	alive = look(path);
	tally->found += alive == 1 || alive == 2;
	tally->joined += alive == 2;
	if (stands) {
		ptrace(PTRACE_DETACH, child.pid, NULL, NULL);
		if (child_end(&child) != 0)
			bail_out("stopped at step %d: it does not come to its end", step);
	} else {
		close(child.in);
		close(child.out);
	}
	tally->remained += look(after) == 1 && strcmp(path, after) == 0;
	if (!CARAFE_SUCCESS(carafe_environment_close(mine)))
		bail_out("cannot leave");
	tally->gone += look(after) == -1 && census(place()) == EMPTY;
	return stands;
}

int main(void)
{
	struct tally tally = { 0 };
	struct child child;
	int step = 0;

	alarm(CHILD_SECONDS);
	os_close(scratch_open());
	child = child_start(victim, NULL);
	if (!traced_steps(child.pid, 1))
		skip_all("cannot trace a process here");
	child_kill(&child);
	while (run(step, &tally))
		step++;
	ok(step > 20, "the last user stood at each of %d steps of leaving", step);
	/* Catches a generation that is taken away, or half so, while the gate still names it. */
	is_int(tally.told, tally.runs, "whoever looked found a whole one, or nobody there");
	ok(tally.closed > 10, "nobody there it was at %d steps, before all was removed",
	   tally.closed);
	/* Catches one who leaves that takes what another made meanwhile. */
	is_int(tally.found, tally.runs, "who entered then could be looked at");
	ok(tally.joined > 0 && tally.joined < tally.runs,
	   "beside the leaving one at %d steps, and without it at the others", tally.joined);
	is_int(tally.remained, tally.runs, "and still could when the leaving one had gone on");
	is_int(tally.gone, tally.runs, "and nothing was left when all had left");
	return done_testing();
}
