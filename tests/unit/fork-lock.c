/* SPDX-License-Identifier: MIT */
/*
 * fork-lock.c - a forked child has the lock of its slot, whatever the janitor is doing at that
 * moment.
 *
 * Catches a child that closes a descriptor by a number which the janitor's thread had given up: it
 * lost the lock of its own slot, was taken for dead and swept while it lived.  The janitor is kept
 * busy by the deaths of the children themselves.
 */
#include <config.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <carafe/carafe.h>

#include "core/environment.h"
#include "core/place.h"
#include "os/os.h"
#include "tests/tap.h"

enum { FORKS = 4000, AT_ONCE = 4 };

static carafe_environment *environment;
static carafe_handle never;

static void *sleep_for_ever(void *unused)
{
	(void)carafe_wait_one(environment, never, 0, NULL);
	return unused;
}

/* 0: the slot's lock is taken by another opening than the one that asks. */
static int child(void)
{
	bool held = false;
	int lock;

	if (environment->process >= CF_PROCESSES)
		return 2;
	if (!CARAFE_SUCCESS(cf_place_open_again(&environment->place, &lock)))
		return 3;
	if (!CARAFE_SUCCESS(os_lock_test(lock, environment->process, &held)))
		return 4;
	return held ? 0 : 1;
}

int main(void)
{
	char folder[] = "/tmp/carafe-fork-XXXXXX", path[64];
	int status, running = 0, bad = 0;
	pthread_t thread;

	if (mkdtemp(folder) == NULL)
		bail_out("no folder");
	(void)snprintf(path, sizeof(path), "%s/e", folder);
	if (!CARAFE_SUCCESS(carafe_environment_open(path, 0, &environment)) ||
	    !CARAFE_SUCCESS(carafe_event_create(environment, CARAFE_EVENT_ALL_ACCESS, 0,
						CARAFE_NOTIFICATION_EVENT, 0, &never)))
		bail_out("no environment");
	if (pthread_create(&thread, NULL, sleep_for_ever, NULL) != 0)
		bail_out("no thread");
	for (int i = 0; i < FORKS; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(child());
		if (pid > 0)
			running++;
		if (running == AT_ONCE && wait(&status) > 0) {
			running--;
			bad += status != 0;
		}
	}
	while (running > 0 && wait(&status) > 0) {
		running--;
		bad += status != 0;
	}
	is_int(bad, 0, "%d forks, and every child has its lock", FORKS);
	(void)carafe_event_set(environment, never, NULL);
	(void)pthread_join(thread, NULL);
	(void)carafe_environment_close(environment);
	(void)unlink(path);
	return done_testing();
}
