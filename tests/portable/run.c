/* SPDX-License-Identifier: MIT */
/*
 * run.c - `run [TEST]...' runs the test programs that lie beside it, all or those named, and prints TAP:
 * one result for each.  It needs no shell and nothing else but a kernel: `make portable-tests' makes
 * a folder of it and of tests, all linked statically.
 *
 * A test is right when it ends with 0, says that nothing is wrong, and gives as many results as it
 * planned; what it says of faults is repeated as remarks.  One that does not end within
 * CARAFE_TEST_SECONDS (600) is killed with all that it started, and wrong.
 *
 * What happens if it dies here: the test that runs goes on, and ends by its own alarm.
 */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIST_SIZE 512
#define LINE_SIZE 4096

/* What a test has said. */
struct verdict {
	int planned; /* -1: nothing */
	int results;
	int wrong;
	int skipped;
	bool gave_up;	  /* Bail out! */
	bool telling;	  /* the last result was wrong: remarks about it follow */
	char reason[256]; /* why it skips everything, or "" */
};

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_test(const char *name)
{
	size_t length = strlen(name);

	return length > 2 && strcmp(name + length - 2, ".t") == 0;
}

static int list_tests(char **list)
{
	DIR *folder = opendir(".");
	struct dirent *entry;
	int count = 0;

	if (folder == NULL)
		return -1;
	while ((entry = readdir(folder)) != NULL && count < LIST_SIZE) {
		if (is_test(entry->d_name) && (list[count] = strdup(entry->d_name)) != NULL)
			count++;
	}
	closedir(folder);
	qsort(list, (size_t)count, sizeof(*list), compare);
	return count;
}

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static void hear_plan(const char *line, struct verdict *verdict)
{
	const char *skip = strstr(line, "# SKIP");

	verdict->planned = atoi(line + 3);
	if (skip != NULL)
		snprintf(verdict->reason, sizeof(verdict->reason), "%s", skip);
}

static void hear(const char *line, struct verdict *verdict)
{
	if (begins(line, "1.."))
		hear_plan(line, verdict);
	if (begins(line, "ok ") || begins(line, "not ok ")) {
		verdict->results++;
		verdict->telling = begins(line, "not ok ") && strstr(line, "# TODO") == NULL;
		verdict->wrong += verdict->telling;
		verdict->skipped += strstr(line, "# SKIP") != NULL;
	}
	if (begins(line, "Bail out!"))
		verdict->gave_up = true;
	if (begins(line, "ok ") || begins(line, "1.."))
		return;
	/* Faults, remarks about them, and what no test should say. */
	if (verdict->telling || !begins(line, "#"))
		printf("# %s\n", line);
}

static time_t uptime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static time_t allowed_seconds(void)
{
	const char *text = getenv("CARAFE_TEST_SECONDS");
	long seconds = text != NULL ? atol(text) : 0;

	return seconds > 0 ? (time_t)seconds : 600;
}

/* Hears it to its end; false when that does not come in time. */
static bool hear_all(int output, struct verdict *verdict)
{
	time_t end = uptime() + allowed_seconds();
	struct pollfd ready = { .fd = output, .events = POLLIN };
	char line[LINE_SIZE];
	size_t length = 0;

	for (;;) {
		time_t left = end - uptime();
		char byte;
		ssize_t got;

		if (left <= 0)
			return false;
		if (poll(&ready, 1, 1000) <= 0)
			continue;
		got = read(output, &byte, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		if (byte != '\n') {
			if (length < sizeof(line) - 1)
				line[length++] = byte;
			continue;
		}
		line[length] = '\0';
		hear(line, verdict);
		length = 0;
	}
	line[length] = '\0';
	if (length > 0)
		hear(line, verdict);
	return true;
}

static void become(const char *name, const int output[2])
{
	char path[PATH_MAX];
	int nothing = open("/dev/null", O_RDONLY);

	(void)setpgid(0, 0);
	if (nothing >= 0)
		(void)dup2(nothing, 0);
	(void)dup2(output[1], 1);
	(void)dup2(output[1], 2);
	close(output[0]);
	close(output[1]);
	snprintf(path, sizeof(path), "./%s", name);
	execl(path, path, (char *)NULL);
	printf("Bail out! it cannot be started: %s\n", strerror(errno));
	fflush(stdout);
	_exit(1);
}

/* Gives what waitpid() said of it, or -1. */
static int run_test(const char *name, struct verdict *verdict)
{
	int output[2], status = -1;
	pid_t child;

	*verdict = (struct verdict){ .planned = -1 };
	if (pipe(output) < 0)
		return -1;
	child = fork();
	if (child == 0)
		become(name, output);
	close(output[1]);
	if (child > 0) {
		(void)setpgid(child, child);
		if (!hear_all(output[0], verdict)) {
			printf("# it did not end in time\n");
			verdict->gave_up = true;
		}
		/* What it left behind, too. */
		if (verdict->gave_up)
			(void)kill(-child, SIGKILL);
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			continue;
	}
	close(output[0]);
	return status;
}

static bool is_right(int status, const struct verdict *verdict)
{
	if (WIFSIGNALED(status))
		printf("# it was ended by signal %d\n", WTERMSIG(status));
	else if (status == -1 || WEXITSTATUS(status) != 0)
		printf("# it ended with %d\n", status == -1 ? -1 : WEXITSTATUS(status));
	if (verdict->planned != verdict->results)
		printf("# %d results of %d\n", verdict->results, verdict->planned);
	return status == 0 && !verdict->gave_up && verdict->wrong == 0 &&
	       verdict->planned == verdict->results;
}

/* The folder of this program, where its name says it. */
static void go_there(const char *program)
{
	char folder[PATH_MAX];
	char *slash;

	snprintf(folder, sizeof(folder), "%s", program);
	slash = strrchr(folder, '/');
	if (slash == NULL)
		return;
	*slash = '\0';
	if (chdir(folder[0] != '\0' ? folder : "/") < 0)
		printf("# cannot go to %s: %s\n", folder, strerror(errno));
}

int main(int argc, char **argv)
{
	static char *found[LIST_SIZE];
	char **list = argv + 1;
	int count = argc - 1, failed = 0, results = 0, skipped = 0;

	go_there(argv[0]);
	if (count == 0) {
		list = found;
		count = list_tests(found);
	}
	if (count <= 0) {
		puts("Bail out! no tests are here");
		return 1;
	}
	printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		struct verdict verdict;
		bool right;

		fflush(stdout);
		right = is_right(run_test(list[i], &verdict), &verdict);
		failed += !right;
		results += verdict.results;
		skipped += verdict.skipped;
		printf("%s %d - %s%s%s\n", right ? "ok" : "not ok", i + 1, list[i],
		       verdict.reason[0] != '\0' ? " " : "", verdict.reason);
	}
	printf("# %d of %d programs failed; %d results, %d of them skipped\n", failed, count,
	       results, skipped);
	return failed > 0 ? 1 : 0;
}
