/* SPDX-License-Identifier: MIT */
/*
 * A process that must not offer a janitor has no thread that it did not start, nor has its child
 * (core/janitor.c).
 *
 * Catches a child that forgot what CARAFE_JANITOR=0 or CARAFE_NO_JANITOR had told its parent.
 */
#include <config.h>

#include <carafe/carafe.h>

#include <dirent.h>

#include "tests/unit/fixture.h"

static int threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	int count = -2; /* "." and ".." */

	if (tasks == NULL)
		bail_out("cannot count threads");
	while (readdir(tasks) != NULL)
		count++;
	closedir(tasks);
	return count;
}

/* How many threads it makes when this one sleeps. */
static int sleep_once(struct carafe_environment *environment)
{
	const int64_t a_moment = -10000;
	int before = threads();
	carafe_handle event;

	must(carafe_event_create(environment, CARAFE_EVENT_ALL_ACCESS, 0, CARAFE_NOTIFICATION_EVENT,
				 0, &event),
	     "create an event");
	must(carafe_wait_one(environment, event, 0, &a_moment), "wait");
	return threads() - before;
}

static void test(uint32_t flags, const char *setting, bool wanted)
{
	const char *who = wanted ? "one that may" : flags != 0 ? "the flag" : "the setting";
	struct carafe_environment *environment;
	int status = -1;
	pid_t child;

	if (setenv("CARAFE_JANITOR", setting, 1) != 0)
		bail_out("cannot set a variable");
	must(carafe_environment_open(scratch("environment"), flags, &environment), "open");
	is_int(sleep_once(environment), wanted, "%s: threads in the process", who);
	child = fork();
	if (child == 0)
		_exit(sleep_once(environment));
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		bail_out("no child");
	is_int(WEXITSTATUS(status), wanted, "%s: threads in its child", who);
	(void)carafe_environment_close(environment);
}

int main(void)
{
	alarm(CHILD_SECONDS);
	os_close(scratch_open());
	test(CARAFE_NO_JANITOR, "1", false);
	test(0, "0", false);
	/* Last: a thread that was waited for may be seen for a moment. */
	test(0, "1", true);
	return done_testing();
}
