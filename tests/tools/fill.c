/* SPDX-License-Identifier: MIT */
/*
 * fill.c - makes events in the environment of CARAFE_ENV until there can be no more, says "full",
 * and stays until its input ends.  A helper of tests/tools/full.t.
 *
 * One process can have fewer handles than there can be objects, and each opening is a process.
 */
#include <config.h>

#include <stdio.h>

#include <carafe/carafe.h>

enum { OPENINGS = 3 };

/* Returns why there were no more. */
static carafe_status
fill(carafe_environment *environment)
{
	carafe_status status;
	carafe_handle handle;

	do {
		status = carafe_event_create(environment, CARAFE_GENERIC_ALL, 0,
			CARAFE_SYNCHRONIZATION_EVENT, 0, &handle);
	} while (CARAFE_SUCCESS(status));
	return status;
}

int
main(void)
{
	carafe_environment *environment;
	carafe_status status;

	for (int i = 0; i < OPENINGS; i++) {
		status = carafe_environment_open(NULL, CARAFE_NO_JANITOR, &environment);
		if (CARAFE_SUCCESS(status))
			status = fill(environment);
		if (status != CARAFE_STATUS_INSUFFICIENT_RESOURCES) {
			puts(carafe_status_name(status));
			return 1;
		}
	}
	puts("full");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
