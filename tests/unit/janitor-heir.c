/* SPDX-License-Identifier: MIT */
/*
 * The janitor watches a forked child, though it may have seen the child's slot before the fork,
 * when the parent's number stood in it (core/janitor.c, core/environment.c).
 *
 * Catches a janitor that goes on watching the parent for the child: it heard of the child's death
 * only when it looked at the lock by itself.
 */
#include <config.h>

#include <carafe/carafe.h>

#include <dirent.h>
#include <string.h>

#include "core/process.h"
#include "tests/unit/fixture.h"

/* How many descriptors of this process watch that one. */
static int watches(pid_t pid)
{
	DIR *folder = opendir("/proc/self/fdinfo");
	char path[320], line[256], wanted[32];
	struct dirent *entry;
	int count = 0;

	if (folder == NULL)
		skip_all("the system does not tell what descriptors are");
	snprintf(wanted, sizeof(wanted), "Pid:\t%d\n", (int)pid);
	while ((entry = readdir(folder)) != NULL) {
		FILE *file;

		snprintf(path, sizeof(path), "/proc/self/fdinfo/%s", entry->d_name);
		file = fopen(path, "r");
		while (file != NULL && fgets(line, sizeof(line), file) != NULL)
			count += strcmp(line, wanted) == 0;
		if (file != NULL)
			fclose(file);
	}
	closedir(folder);
	return count;
}

/* If the janitor never watches it, the alarm ends the test. */
static void await_watch(pid_t pid)
{
	while (watches(pid) == 0)
		os_yield();
}

/* Lets the janitor's thread begin: it is offered when somebody sleeps. */
static struct carafe_environment *open_with_janitor(void)
{
	const int64_t a_moment = -10000;
	struct carafe_environment *environment;
	carafe_handle event;

	must(carafe_environment_open(scratch("environment"), 0, &environment), "open");
	must(carafe_event_create(environment, CARAFE_EVENT_ALL_ACCESS, 0, CARAFE_NOTIFICATION_EVENT,
				 0, &event),
	     "create an event");
	must(carafe_wait_one(environment, event, 0, &a_moment), "sleep once");
	return environment;
}

/* A child that is no process of the environment, but tells who it is. */
static int child(const struct child *parent, void *unused)
{
	struct os_process self;

	(void)unused;
	os_self(&self);
	say(parent, &self, sizeof(self));
	(void)hear_byte(parent);
	return 0;
}

static bool can_be_watched(const struct os_process *process)
{
	struct os_watch *watch;
	bool watched;

	must(os_watch_open(-1, &watch), "open a watch");
	watched = CARAFE_SUCCESS(os_watch_add(watch, process, 0));
	os_watch_close(watch);
	return watched;
}

/* What a forked child writes into its slot. */
static void describe(struct cf_process *slot, const struct os_process *process)
{
	cf_store32(&slot->pid, process->pid);
	cf_store32(&slot->space, process->space);
	cf_store(&slot->start, process->start);
}

int main(void)
{
	struct carafe_environment *environment;
	struct child forked;
	struct os_process identity;
	struct cf_place heir;
	uint32_t slot;

	alarm(CHILD_SECONDS);
	os_close(scratch_open());
	forked = child_start(child, NULL);
	if (!hear(&forked, &identity, sizeof(identity)))
		bail_out("no child");
	if (!can_be_watched(&identity))
		skip_all("no process can be watched here");
	environment = open_with_janitor();
	heir = environment->place;
	must(cf_place_open_again(&environment->place, &heir.lock), "open the lock again");
	must(cf_place_claim(&heir, 0, &slot), "claim a slot");
	must(cf_process_enter(environment->region, heir.memory, slot), "enter it");
	os_bell_ring(environment->place.folder, CF_PLACE_BELL);
	await_watch(getpid());
	ok(true, "the janitor watches the parent in the child's place");
	describe(&environment->region->process[slot], &identity);
	os_bell_ring(environment->place.folder, CF_PLACE_BELL);
	await_watch(forked.pid);
	ok(true, "and the child, once that has said who it is");
	is_int(watches(getpid()), 0, "and no more the parent");
	is_int(child_end(&forked), 0, "the child ends");
	(void)carafe_environment_close(environment);
	return done_testing();
}
