/* SPDX-License-Identifier: MIT */
/*
 * Tests of news of deaths and of bells (os/linux/watch.c, os/linux/process.c, os/posix/bell.c).
 * A watch that does not tell hangs, and the alarm ends the test.
 */
#include <config.h>

#include "tests/unit/child.h"
#include "tests/weak.h"

#define WEAK_WATCH "the death of a process is noticed"
#define OTHERWISE "/proc tells a process another start of itself than it tells others"

#define SHORT UINT64_C(20000000) /* ns */

/* Says who it is, and waits. */
static int named(const struct child *parent, void *argument)
{
	struct os_process self;

	(void)argument;
	os_self(&self);
	say(parent, &self, sizeof(self));
	hear_byte(parent);
	return 0;
}

/* When a process started, as the 22nd field of its stat in /proc has it; 0: there is none. */
static unsigned long long told_start(const char *process)
{
	char path[64], text[1024] = "", *field;
	unsigned long long start = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/stat", process);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	field = fgets(text, sizeof(text), file) != NULL ? strrchr(text, ')') : NULL;
	fclose(file);
	for (int number = 2; field != NULL && number < 22; number++)
		field = strchr(field + 1, ' ');
	if (field != NULL)
		start = strtoull(field, NULL, 10);
	return start;
}

static int says_start(const struct child *parent, void *argument)
{
	unsigned long long start = told_start("self");

	(void)argument;
	say(parent, &start, sizeof(start));
	hear_byte(parent);
	return 0;
}

/*
 * Whether the system tells a process another start of itself than it tells others: an emulator that
 * makes up what a process sees of itself.  It begins so much later than this one that they differ.
 */
static bool is_told_otherwise(void)
{
	uint64_t begin = os_now(OS_CLOCK_UPTIME);
	unsigned long long own = 0;
	struct child child;
	char number[32];
	bool otherwise;

	while (os_now(OS_CLOCK_UPTIME) - begin < 2 * SHORT)
		continue;
	child = child_start(says_start, NULL);
	hear(&child, &own, sizeof(own));
	snprintf(number, sizeof(number), "%ld", (long)child.pid);
	otherwise = told_start(number) != own;
	child_kill(&child);
	return otherwise;
}

static bool is_dead(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == pid;
}

/* True when a wait without news lasts as long as it was asked to. */
static bool is_quiet(struct os_watch *watch)
{
	uint64_t start = os_now(OS_CLOCK_UPTIME);

	os_watch_wait(watch, SHORT);
	return os_now(OS_CLOCK_UPTIME) - start >= SHORT;
}

static void test_identity(struct os_watch *watch)
{
	struct os_process self, process, wrong;
	struct child child;

	os_self(&self);
	if (self.start == 0 || is_told_otherwise()) {
		skip(9, "%s", weakness(WEAK_WATCH) != NULL ? weakness(WEAK_WATCH) :
			      self.start == 0 ? "no /proc of this pid namespace" : OTHERWISE);
		return;
	}
	child = child_start(named, NULL);
	hear(&child, &process, sizeof(process));
	is_int(process.pid, child.pid, "a process knows its number");
	is_int(process.space, self.space, "parent and child are in one space");
	ok(process.start >= self.start, "a child starts after its parent");
	wrong = process;
	wrong.start += 1000; /* more than its unit may be rounded by */
	is_int(os_watch_add(watch, &wrong, 1), CARAFE_STATUS_INVALID_CID,
	       "who started at another time is gone, whatever has its number now");
	wrong = process;
	wrong.space++;
	is_int(os_watch_add(watch, &wrong, 1), CARAFE_STATUS_NOT_SUPPORTED,
	       "a number of another pid namespace means nothing");
	wrong = process;
	wrong.start = 0;
	wrong.space = 0;
	is_int(os_watch_add(watch, &wrong, 1), CARAFE_STATUS_NOT_SUPPORTED,
	       "who did not know itself cannot be watched");
	is_int(os_watch_add(watch, &process, 1), CARAFE_STATUS_SUCCESS, "a process is watched");
	os_watch_remove(watch, 1);
	child_kill(&child);
	ok(is_quiet(watch), "who is watched no more is no news");
	is_int(os_watch_add(watch, &process, 1), CARAFE_STATUS_INVALID_CID,
	       "a process that is gone is told at once");
}

static void test_death(struct os_watch *watch)
{
	struct child child[40];
	struct os_process process;
	int added = 0, told = 0;

	if (weakness(WEAK_WATCH) != NULL || is_told_otherwise()) {
		skip(5, "%s", weakness(WEAK_WATCH) != NULL ? weakness(WEAK_WATCH) : OTHERWISE);
		return;
	}
	for (uint32_t i = 0; i < 40; i++) {
		child[i] = child_start(named, NULL);
		hear(&child[i], &process, sizeof(process));
		if (CARAFE_SUCCESS(os_watch_add(watch, &process, i)))
			added++;
	}
	is_int(added, 40, "forty processes are watched");
	ok(is_quiet(watch), "the living are no news");
	kill(child[17].pid, SIGSTOP);
	waitpid(child[17].pid, NULL, WUNTRACED);
	ok(is_quiet(watch), "a stopped process is alive");
	for (uint32_t i = 0; i < 40; i++) {
		kill(child[i].pid, SIGKILL);
		do
			os_watch_wait(watch, OS_NEVER);
		while (!is_dead(child[i].pid));
		told++;
	}
	is_int(told, 40, "each death ends a wait without end");
	ok(is_quiet(watch), "and one wait only");
	for (uint32_t i = 0; i < 40; i++) {
		os_watch_remove(watch, i);
		child_end(&child[i]);
	}
}

static int ringer(const struct child *parent, void *argument)
{
	hear_byte(parent);
	os_bell_ring(*(int *)argument, "bell");
	return 0;
}

static void test_bell(int folder)
{
	struct os_watch *watch = NULL;
	struct child child;
	int bell;

	is_int(os_bell_create(folder, "bell"), CARAFE_STATUS_SUCCESS, "a bell is made");
	is_int(os_bell_create(folder, "bell"), CARAFE_STATUS_OBJECT_NAME_COLLISION, "once");
	os_bell_ring(folder, "bell");
	os_bell_ring(folder, "no bell");
	pass("ringing to nobody does nothing");
	if (!CARAFE_SUCCESS(os_bell_open(folder, "bell", &bell)) ||
	    !CARAFE_SUCCESS(os_watch_open(bell, &watch)))
		bail_out("no bell");
	ok(is_quiet(watch), "and is not heard by who comes later");
	child = child_start(ringer, &folder);
	say_byte(&child);
	os_watch_wait(watch, OS_NEVER);
	pass("another process' ring ends a wait");
	child_end(&child);
	ok(is_quiet(watch), "once");
	for (int i = 0; i < 100000; i++)
		os_bell_ring(folder, "bell");
	os_watch_wait(watch, OS_NEVER);
	while (!is_quiet(watch))
		continue;
	pass("a bell rung more often than it can hold neither blocks nor sticks");
	os_watch_close(watch);
	os_close(bell);
	if (mknodat(folder, "file", S_IFREG | 0600, 0) == 0)
		is_int(os_bell_open(folder, "file", &bell), CARAFE_STATUS_ACCESS_DENIED,
		       "a plain file is no bell");
}

static void interrupt(void *argument)
{
	os_watch_interrupt(argument);
}

static void test_interrupt(struct os_watch *watch)
{
	struct os_thread *thread;

	os_watch_interrupt(watch);
	os_watch_wait(watch, OS_NEVER);
	pass("an interrupt ends the next wait");
	ok(is_quiet(watch), "and one only");
	if (!CARAFE_SUCCESS(os_thread_start(interrupt, watch, &thread)))
		bail_out("no threads");
	os_watch_wait(watch, OS_NEVER);
	pass("and ends a present wait");
	os_thread_join(thread);
}

int main(void)
{
	struct os_watch *watch;
	int folder;

	alarm(CHILD_SECONDS);
	folder = scratch_open();
	is_int(os_watch_open(-1, &watch), CARAFE_STATUS_SUCCESS, "a watch is opened");
	test_identity(watch);
	test_death(watch);
	test_interrupt(watch);
	test_bell(folder);
	os_watch_close(watch);
	return done_testing();
}
