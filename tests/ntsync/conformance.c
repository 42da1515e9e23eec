/* SPDX-License-Identifier: MIT */
/*
 * conformance - does whoever serves /dev/ntsync behave as the kernel's driver does?
 *
 *	conformance [--list] [CASE...]
 *
 * Runs all cases, or those whose name (subject/case) contains one of the words, and
 * prints TAP.  Exit status 0: all passed; 1: not; 64: usage.
 *
 * Cases are run one after the other, each in a process group of its own which is killed
 * when the case ends or is over its time; so a case that crashes or hangs fails alone.
 */
#include "nt.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CASE_LIMIT_S 90

static const struct {
	const char *name;
	const struct nt_case *cases;
} subjects[] = {
	{ "semaphore", semaphore_cases }, { "mutex", mutex_cases },
	{ "event", event_cases },	  { "wait", wait_cases },
	{ "error", error_cases },	  { "block", block_cases },
	{ "signal", signal_cases },	  { "descriptor", descriptor_cases },
	{ "process", process_cases },	  { "stress", stress_cases },
};

static bool wanted(const char *subject, const char *name, int argc, char **argv)
{
	char full[128];

	if (argc == 0)
		return true;
	snprintf(full, sizeof(full), "%s/%s", subject, name);
	for (int i = 0; i < argc; i++) {
		if (strstr(full, argv[i]) != NULL)
			return true;
	}
	return false;
}

/* True when the child ended in time; its status is then reaped. */
static bool ended_in_time(pid_t pid, int *status)
{
	struct timespec limit = { CASE_LIMIT_S, 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (;;) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		if (sigtimedwait(&set, NULL, &limit) < 0 && errno == EAGAIN)
			return false;
	}
}

static void run_case(const char *subject, const struct nt_case *c)
{
	unsigned int before = atomic_load(&nt_tap->checks);
	int status = 0;
	sigset_t set;
	pid_t pid;

	nt_note("%s/%s: would catch %s", subject, c->name, c->catches);
	pid = fork();
	if (pid < 0)
		nt_give_up("%s/%s: fork: %s", subject, c->name, strerror(errno));
	if (pid == 0) {
		setpgid(0, 0);
		sigemptyset(&set);
		sigprocmask(SIG_SETMASK, &set, NULL);
		alarm(CASE_LIMIT_S + 5);
		c->run();
		_exit(0);
	}
	setpgid(pid, pid);
	if (!ended_in_time(pid, &status)) {
		kill(-pid, SIGKILL);
		waitpid(pid, &status, 0);
		ok(false, "%s/%s: not over after %d s", subject, c->name, CASE_LIMIT_S);
	} else if (!WIFEXITED(status)) {
		kill(-pid, SIGKILL);
		ok(false, "%s/%s: ended by signal %d", subject, c->name, WTERMSIG(status));
	} else {
		kill(-pid, SIGKILL);
		if (atomic_load(&nt_tap->checks) == before)
			ok(false, "%s/%s: checked nothing", subject, c->name);
	}
}

int main(int argc, char **argv)
{
	bool list = false;
	sigset_t set;
	int dev;

	if (argc > 1 && strcmp(argv[1], "--after-exec") == 0)
		return after_exec(argc - 2, argv + 2);
	if (argc > 1 && strcmp(argv[1], "--list") == 0) {
		list = true;
		argc--;
		argv++;
	}
	if (argc > 1 && argv[1][0] == '-') {
		fprintf(stderr, "usage: conformance [--list] [CASE...]\n");
		return 64;
	}
	nt_tap = mmap(NULL, sizeof(*nt_tap), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (nt_tap == MAP_FAILED) {
		perror("conformance: mmap");
		return 1;
	}
	dev = list ? -1 : open("/dev/ntsync", O_RDONLY | O_CLOEXEC);
	if (!list && dev < 0) {
		printf("Bail out! cannot open /dev/ntsync: %s\n", strerror(errno));
		return 1;
	}
	close(dev);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);

	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		for (const struct nt_case *c = subjects[i].cases; c->name != NULL; c++) {
			if (!wanted(subjects[i].name, c->name, argc - 1, argv + 1))
				continue;
			if (list)
				printf("%s/%s: %s\n", subjects[i].name, c->name, c->catches);
			else
				run_case(subjects[i].name, c);
		}
	}
	if (list)
		return 0;
	printf("1..%u\n", atomic_load(&nt_tap->checks));
	if (atomic_load(&nt_tap->failed) > 0)
		printf("# %u of %u failed\n", atomic_load(&nt_tap->failed),
		       atomic_load(&nt_tap->checks));
	return atomic_load(&nt_tap->failed) > 0 || atomic_load(&nt_tap->checks) == 0;
}
