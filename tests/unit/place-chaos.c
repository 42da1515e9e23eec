/* SPDX-License-Identifier: MIT */
/*
 * Many come, go, are stopped and are killed at random moments: whoever is in an environment is in
 * its present generation as long as it stays (core/place.c).  Two generations in use at a time are
 * seen as a present one that is not one's own.
 */
#include <config.h>

#include "tests/unit/place.h"

#define WORKERS 6
#define KILLS 300

static const char *environment(void)
{
	return scratch("chaos");
}

/* Comes and goes until it is killed.  Exits only when something is wrong. */
static int worker(const struct child *parent, void *argument)
{
	char present[CF_PLACE_PATH] = "";
	struct cf_place place;

	(void)argument;
	for (;;) {
		carafe_status status = cf_place_open(environment(), &test_format, &place);

		/* To be overtaken a hundred times is allowed, and nothing else. */
		if (status == CARAFE_STATUS_DEVICE_NOT_READY)
			continue;
		if (!CARAFE_SUCCESS(status)) {
			diag("cannot enter: 0x%lx", (unsigned long)status);
			return 1;
		}
		say_byte(parent);
		for (int look = 0; look < 3; look++) {
			status = cf_place_lookup(environment(), present, sizeof(present));
			if (!CARAFE_SUCCESS(status) || strcmp(present, place.path) != 0) {
				diag("in %s, but present is %s", place.path, present);
				return 2;
			}
		}
		cf_place_close(&place);
	}
}

/* Nobody waits for anybody: each killer's turn comes after somebody else has entered. */
static void chaos(unsigned seed)
{
	struct child child[WORKERS];
	struct cf_place place;
	int well = 0;

	srand(seed);
	for (int i = 0; i < WORKERS; i++)
		child[i] = child_start(worker, NULL);
	for (int kills = 0; kills < KILLS; kills++) {
		int victim = rand() % WORKERS,
		    other = (victim + 1 + rand() % (WORKERS - 1)) % WORKERS;

		kill(child[victim].pid, SIGSTOP);
		for (int entries = 0; entries < 1 + rand() % 4; entries++) {
			if (!hear_byte(&child[other]))
				break;
		}
		if (rand() % 2 == 0)
			kill(child[victim].pid, SIGCONT);
		if (child_kill(&child[victim]) == 1000 + SIGKILL)
			well++;
		child[victim] = child_start(worker, NULL);
	}
	is_int(well, KILLS, "seed %u: %d killed, and never two generations in use", seed, KILLS);
	well = 0;
	for (int i = 0; i < WORKERS; i++)
		well += child_kill(&child[i]) == 1000 + SIGKILL;
	is_int(well, WORKERS, "nor among those who were left");
	is_int(cf_place_open(environment(), &test_format, &place), CARAFE_STATUS_SUCCESS,
	       "then one enters");
	is_int(census(environment()), ONE, "and finds nothing left over");
	cf_place_close(&place);
	is_int(census(environment()), EMPTY, "nor leaves anything");
}

int main(void)
{
	const char *seed = getenv("CARAFE_TEST_SEED");

	alarm(CHILD_SECONDS);
	os_close(scratch_open());
	chaos(seed != NULL ? (unsigned)strtoul(seed, NULL, 0) : (unsigned)getpid());
	return done_testing();
}
