/* SPDX-License-Identifier: MIT */
/*
 * Two who come to an environment together, and go, leave nothing behind (core/place.c), also when
 * the first is stopped where its new folder looks like a leftover, and goes on at each step of the
 * second, who cleans up.
 *
 * Both are traced from system call to system call: each schedule is the first up to a step, the
 * second up to a step, the first to its end, the second to its end.  Of the second's steps it takes
 * some (tests/unit/traced.h).
 */
#include <config.h>

#include "tests/unit/place.h"
#include "tests/unit/traced.h"

static const char *environment(void)
{
	return scratch("two");
}

static int victim(const struct child *parent, void *argument)
{
	(void)argument;
	return be_traced() ? enter_and_leave(parent, environment()) : 99;
}

static bool visit_bare(void *context, const char *name)
{
	bool *bare = context;
	char path[512];

	if (name[strspn(name, "0123456789")] != '\0')
		return true;
	snprintf(path, sizeof(path), "%s/%s/" CF_PLACE_LOCK, environment(), name);
	*bare = access(path, F_OK) < 0;
	return !*bare;
}

/* Whether there is a generation's folder without a lock file: a leftover for who cleans up. */
static bool has_bare_folder(void)
{
	bool bare = false;
	int folder;

	if (!CARAFE_SUCCESS(os_folder_open(-1, environment(), false, &folder)))
		return false;
	os_folder_list(folder, visit_bare, &bare);
	os_close(folder);
	return bare;
}

/* Lets a victim go to its end, if it is not there yet; whether it entered. */
static bool goes_on(struct child *child, bool stands)
{
	char path[CF_PLACE_PATH];
	bool entered;

	if (stands)
		ptrace(PTRACE_DETACH, child->pid, NULL, NULL);
	entered = hear(child, path, sizeof(path));
	if (stands) {
		child_end(child);
	} else {
		close(child->in);
		close(child->out);
	}
	return entered;
}

/* True when a victim that is alone stood at that step; bare: with its folder made, but no lock. */
static bool run_alone(int step, bool *bare)
{
	struct child child = child_start(victim, NULL);
	bool stands = traced_steps(child.pid, step);

	*bare = has_bare_folder();
	if (!goes_on(&child, stands))
		bail_out("alone, stopped at step %d: it cannot enter", step);
	return stands;
}

struct tally {
	int runs;
	int entered; /* of two in each run */
	int clean;   /* nothing was left in the end */
};

/* The first stands at its step until the second stands at its own.  True when the second stood. */
static bool run_two(int first_step, int second_step, struct tally *tally)
{
	struct child first = child_start(victim, NULL), second = child_start(victim, NULL);
	bool first_stands = traced_steps(first.pid, first_step);
	bool second_stands = traced_steps(second.pid, second_step);
	struct cf_place other;

	tally->runs++;
	tally->entered += goes_on(&first, first_stands);
	tally->entered += goes_on(&second, second_stands);
	tally->clean += census(environment()) == EMPTY;
	/* What was left is not there for the next run. */
	if (CARAFE_SUCCESS(cf_place_open(environment(), &test_format, &other)))
		cf_place_close(&other);
	return second_stands;
}

/*
 * Would catch a first one that makes its lock file in the folder after the second one has looked
 * for files there to remove, and leaves the folder to it, which cannot remove it any more.
 */
static void test_two(void)
{
	struct tally tally = { 0 };
	int bare_steps = 0;
	bool bare;

	/* Every other one: between two system calls it does nothing here that others could see. */
	for (int first = 0; run_alone(first, &bare); first += 2) {
		int second = traced_first();

		if (!bare)
			continue;
		bare_steps++;
		while (run_two(first, second, &tally))
			second += traced_stride;
	}
	ok(bare_steps > 2, "two together, the first stopped at %d steps with a folder without lock",
	   bare_steps);
	ok(tally.runs > 20 * bare_steps, "until the second was at one of its steps, %d times",
	   tally.runs);
	is_int(tally.entered, 2 * tally.runs, "both enter");
	is_int(tally.clean, tally.runs, "and nothing is left when both have left");
}

int main(int argc, char **argv)
{
	struct child child;

	traced_choose(argc, argv);
	alarm(CHILD_SECONDS);
	os_close(scratch_open());
	child = child_start(victim, NULL);
	if (!traced_steps(child.pid, 1))
		skip_all("cannot trace a process here");
	child_kill(&child);
	test_two();
	return done_testing();
}
