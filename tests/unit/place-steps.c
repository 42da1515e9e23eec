/* SPDX-License-Identifier: MIT */
/*
 * A process that is killed, or stopped, before and after each system call of entering and leaving
 * an environment stops nobody, and what it leaves behind goes (core/place.c).
 *
 * The victim is traced from system call to system call.  It meets an environment that is not there
 * yet, one whose users were killed, and one that is in use.  Each case is some of its steps
 * (tests/unit/traced.h).
 */
#include <config.h>

#include "tests/unit/place.h"
#include "tests/unit/traced.h"

enum state { ABSENT, STALE, USED };

static const char *const states[] = { "absent", "stale", "used" };

static const char *environment(void)
{
	return scratch("steps");
}

static int victim(const struct child *parent, void *argument)
{
	(void)argument;
	return be_traced() ? enter_and_leave(parent, environment()) : 99;
}

/* Enters and waits to be killed. */
static int user(const struct child *parent, void *argument)
{
	struct cf_place place;

	(void)argument;
	if (!CARAFE_SUCCESS(cf_place_open(environment(), &test_format, &place)))
		return 1;
	say_byte(parent);
	hear_byte(parent);
	return 0;
}

static void remove_all(void)
{
	char command[256];

	snprintf(command, sizeof(command), "rm -rf '%s'", environment());
	if (system(command) != 0)
		bail_out("cannot remove %s", environment());
}

/* Brings the environment into a state; keeper is entered when it is to be in use. */
static void prepare(enum state state, struct cf_place *keeper)
{
	struct child child;

	switch (state) {
	case ABSENT:
		/* Emptied, not removed, but for the first time. */
		break;
	case STALE:
		child = child_start(user, NULL);
		hear_byte(&child);
		child_kill(&child);
		break;
	case USED:
		if (!CARAFE_SUCCESS(cf_place_open(environment(), &test_format, keeper)))
			bail_out("cannot enter");
		break;
	}
}

struct tally {
	int runs;
	int entered;	/* others could enter, and were together */
	int joined;	/* the victim came to the same generation when it went on */
	int waiting;	/* of so many that had to */
	int stayed;	/* the others' generation was still the present one after that */
	int clean;	/* nothing was left in the end */
};

/* Two enter, here and now, and are in one generation, the keeper's if there is one. */
static bool others_enter(struct cf_place *a, const struct cf_place *keeper)
{
	struct cf_place b;
	bool same;

	if (!CARAFE_SUCCESS(cf_place_open(environment(), &test_format, a)))
		return false;
	if (!CARAFE_SUCCESS(cf_place_open(environment(), &test_format, &b))) {
		cf_place_close(a);
		return false;
	}
	same = strcmp(a->path, b.path) == 0 &&
	       (keeper == NULL || strcmp(a->path, keeper->path) == 0);
	cf_place_close(&b);
	return same;
}

/* True when the victim stood at that step; false when it had come to its end. */
static bool run_killed(enum state state, int step, struct tally *tally)
{
	struct cf_place keeper, other;
	struct child child;
	bool stands;

	prepare(state, &keeper);
	child = child_start(victim, NULL);
	stands = traced_steps(child.pid, step);
	if (stands) {
		kill(child.pid, SIGKILL);
		child_end(&child);
	} else {
		close(child.in);
		close(child.out);
	}
	tally->runs++;
	if (others_enter(&other, state == USED ? &keeper : NULL)) {
		tally->entered++;
		cf_place_close(&other);
	}
	if (state == USED)
		cf_place_close(&keeper);
	/* Leftovers are a maker's to remove, so there must be one more. */
	prepare(STALE, NULL);
	if (CARAFE_SUCCESS(cf_place_open(environment(), &test_format, &other))) {
		tally->clean += census(environment()) == ONE;
		cf_place_close(&other);
	}
	return stands;
}

/* Lets the victim go on; it must come to where the others are, unless it had been there before. */
static void let_go(struct child *child, bool was_in, const char *path, struct tally *tally)
{
	char came_to[CF_PLACE_PATH];

	ptrace(PTRACE_DETACH, child->pid, NULL, NULL);
	if (!was_in) {
		tally->waiting++;
		if (hear(child, came_to, sizeof(came_to)))
			tally->joined += strcmp(came_to, path) == 0;
	}
	child_end(child);
}

static bool run_stopped(enum state state, int step, struct tally *tally)
{
	struct cf_place keeper, other, later;
	char path[CF_PLACE_PATH];
	struct child child;
	bool stands, was_in;

	prepare(state, &keeper);
	child = child_start(victim, NULL);
	stands = traced_steps(child.pid, step);
	fcntl(child.in, F_SETFL, O_NONBLOCK);
	was_in = hear(&child, path, sizeof(path));
	fcntl(child.in, F_SETFL, 0);
	tally->runs++;
	if (!others_enter(&other, state == USED ? &keeper : NULL))
		bail_out("%s, stopped at step %d: others cannot enter", states[state], step);
	tally->entered++;
	if (stands) {
		let_go(&child, was_in, other.path, tally);
	} else {
		close(child.in);
		close(child.out);
	}
	if (CARAFE_SUCCESS(cf_place_open(environment(), &test_format, &later))) {
		tally->stayed += strcmp(later.path, other.path) == 0;
		cf_place_close(&later);
	}
	cf_place_close(&other);
	if (state == USED)
		cf_place_close(&keeper);
	return stands;
}

static void test_kill(enum state state)
{
	struct tally tally = { 0 };
	int step = traced_first();

	remove_all();
	while (run_killed(state, step, &tally))
		step += traced_stride;
	ok(step > 20, "%s, killed at %d of %d steps", states[state], tally.runs - 1, step);
	is_int(tally.entered, tally.runs, "others enter and are together");
	is_int(tally.clean, tally.runs, "and what the victim left is removed");
}

static void test_stop(enum state state)
{
	struct tally tally = { 0 };
	int step = traced_first();

	remove_all();
	while (run_stopped(state, step, &tally))
		step += traced_stride;
	ok(step > 20, "%s, stopped at %d of %d steps", states[state], tally.runs - 1, step);
	is_int(tally.entered, tally.runs, "others enter and are together");
	ok(tally.waiting > 10, "it had not entered yet at %d steps", tally.waiting);
	is_int(tally.joined, tally.waiting, "then it comes to the others when it goes on");
	is_int(tally.stayed, tally.runs, "who are still in the present generation after it");
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
	for (enum state state = ABSENT; state <= USED; state++)
		test_kill(state);
	for (enum state state = ABSENT; state <= USED; state++)
		test_stop(state);
	return done_testing();
}
