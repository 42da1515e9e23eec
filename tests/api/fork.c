/* SPDX-License-Identifier: MIT */
/*
 * fork.c - tests of what a child has: the inheritable handles, a place of its own, and no mutant.
 * And of exec(), which leaves the new program nothing.
 */
#include <config.h>

#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "tests/api/support.h"

/* A child cannot write results: its exit status is the number of its first check that failed. */
#define CHECK(condition) \
	do { \
		checks++; \
		if (!(condition)) \
			return checks; \
	} while (0)

/* Of the child; the parent's stays 0. */
static int checks;

static void
child_is_well(pid_t child, const char *what)
{
	int result = reap(child);

	if (!ok(result == 0, "%s", what))
		diag("the child ended with %d: the number of its check, or 256 + a signal", result);
}

static carafe_handle kept_event, kept_mutant, kept_semaphore, kept_reading, not_kept;
static uint32_t parent_id;

static int
child_with_handles(void *argument)
{
	struct carafe_event_information information;
	uint32_t id;
	carafe_handle created;

	(void)argument;
	CHECK(carafe_event_query(env, kept_event, &information) == CARAFE_STATUS_SUCCESS);
	CHECK(information.state == 0);
	CHECK(carafe_event_set(env, kept_event, NULL) == CARAFE_STATUS_SUCCESS);
	CHECK(poll_one(kept_semaphore) == CARAFE_STATUS_WAIT_0);
	CHECK(carafe_event_query(env, not_kept, &information) == CARAFE_STATUS_INVALID_HANDLE);
	CHECK(carafe_close(env, not_kept) == CARAFE_STATUS_INVALID_HANDLE);
	CHECK(carafe_event_query(env, kept_reading, &information) == CARAFE_STATUS_SUCCESS);
	CHECK(carafe_event_set(env, kept_reading, NULL) == CARAFE_STATUS_ACCESS_DENIED);
	CHECK(poll_one(kept_reading) == CARAFE_STATUS_ACCESS_DENIED);
	CHECK(carafe_thread_id(env, &id) == CARAFE_STATUS_SUCCESS);
	CHECK(id != parent_id && id % 4 == 0);
	CHECK(carafe_mutant_release(env, kept_mutant, NULL) == CARAFE_STATUS_MUTANT_NOT_OWNED);
	CHECK(poll_one(kept_mutant) == CARAFE_STATUS_TIMEOUT);
	CHECK(mutant_state(kept_mutant).owned_by_caller == 0);
	CHECK(mutant_state(kept_mutant).count == 0);
	CHECK(carafe_event_create(env, CARAFE_GENERIC_ALL, 0, CARAFE_NOTIFICATION_EVENT, 1,
		      &created) == CARAFE_STATUS_SUCCESS);
	CHECK(created != kept_event && created != kept_mutant && created != kept_semaphore &&
		created != kept_reading);
	CHECK(poll_one(created) == CARAFE_STATUS_WAIT_0);
	CHECK(carafe_close(env, kept_event) == CARAFE_STATUS_SUCCESS);
	return 0;
}

static void
test_handles(void)
{
	must(carafe_thread_id(env, &parent_id), "carafe_thread_id");
	must(carafe_event_create(env, CARAFE_GENERIC_ALL, 0, CARAFE_NOTIFICATION_EVENT, 0,
		     &not_kept), "create");
	kept_event = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	kept_mutant = new_mutant(1);
	kept_semaphore = new_semaphore(2, 2);
	must(carafe_event_create(env, CARAFE_EVENT_QUERY_STATE, CARAFE_INHERIT,
		     CARAFE_NOTIFICATION_EVENT, 0, &kept_reading), "create");
	child_is_well(spawn(child_with_handles, NULL),
		"a child has the inheritable handles, with their rights, and nothing else");
	is_int(event_state(kept_event), 1, "what it set is set here, though it closed its handle");
	is_int(semaphore_count(kept_semaphore), 1, "what it took is gone here");
	ok(mutant_state(kept_mutant).owned_by_caller && !mutant_state(kept_mutant).abandoned,
		"its end does not touch our mutant");
	is_int(event_state(not_kept), 0, "our handle that it did not get is good");
	must(carafe_mutant_release(env, kept_mutant, NULL), "release");
}

/* Catches a grandchild that gets nothing because a child's copies are not inheritable. */
static int
child_of_child(void *argument)
{
	pid_t child = fork();

	(void)argument;
	if (child == 0)
		_exit(carafe_event_reset(env, kept_event, NULL) == CARAFE_STATUS_SUCCESS ? 0 : 1);
	return reap(child);
}

static void
test_grandchild(void)
{
	must(carafe_event_set(env, kept_event, NULL), "set");
	is_int(reap(spawn(child_of_child, NULL)), 0, "a child's child has the handles too");
	is_int(event_state(kept_event), 0, "and uses them");
}

/* ---- parent and child wait for each other ---- */

enum { TURNS = 3000 };

static carafe_handle ping, pong;

static int
child_pongs(void *argument)
{
	(void)argument;
	for (int i = 0; i < TURNS; i++) {
		if (carafe_wait_one(env, ping, 0, NULL) != CARAFE_STATUS_WAIT_0 ||
		    carafe_event_set(env, pong, NULL) != CARAFE_STATUS_SUCCESS)
			return 1;
	}
	return 0;
}

static void
test_ping_pong(void)
{
	pid_t child;
	int i;

	ping = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	pong = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	child = spawn(child_pongs, NULL);
	for (i = 0; i < TURNS; i++) {
		if (carafe_signal_and_wait(env, ping, pong, 0, NULL) != CARAFE_STATUS_WAIT_0)
			break;
	}
	is_int(i, TURNS, "%d turns between parent and child", TURNS);
	is_int(reap(child), 0, "and the child saw them all");
	ok(event_state(ping) == 0 && event_state(pong) == 0, "and nothing is left over");
	carafe_close(env, ping);
	carafe_close(env, pong);
}

/* Many processes on one mutant and one semaphore. */
enum { CHILDREN = 6, ADDS = 3000 };

static struct {
	int sum; /* no atomic: the mutant is what protects it */
	atomic_int inside;
	atomic_int crowded;
} *common;

static carafe_handle gate;

static int
child_adds(void *argument)
{
	(void)argument;
	for (int i = 0; i < ADDS; i++) {
		if (carafe_wait_one(env, kept_mutant, 0, NULL) != CARAFE_STATUS_WAIT_0)
			return 1;
		common->sum++;
		if (carafe_mutant_release(env, kept_mutant, NULL) != CARAFE_STATUS_SUCCESS)
			return 2;
		if (carafe_wait_one(env, gate, 0, NULL) != CARAFE_STATUS_WAIT_0)
			return 3;
		if (atomic_fetch_add(&common->inside, 1) >= 2)
			atomic_store(&common->crowded, 1);
		atomic_fetch_sub(&common->inside, 1);
		if (carafe_semaphore_release(env, gate, 1, NULL) != CARAFE_STATUS_SUCCESS)
			return 4;
	}
	return 0;
}

static void
test_many_processes(void)
{
	pid_t children[CHILDREN];
	int wrong = 0;

	common = shared_memory(sizeof(*common));
	gate = new_semaphore(2, 2);
	for (int i = 0; i < CHILDREN; i++)
		children[i] = spawn(child_adds, NULL);
	for (int i = 0; i < CHILDREN; i++)
		wrong += reap(children[i]);
	is_int(wrong, 0, "%d processes did all they had to", CHILDREN);
	is_int(common->sum, CHILDREN * ADDS, "one at a time in the mutant");
	ok(!atomic_load(&common->crowded), "two at a time in the semaphore");
	ok(mutant_state(kept_mutant).count == 1 && semaphore_count(gate) == 2,
		"and both are free in the end");
	carafe_close(env, gate);
}

/* ---- the parent ends before the child ---- */

static int
orphan(void *argument)
{
	int *result = argument;

	if (carafe_wait_one(env, kept_event, 0, NULL) != CARAFE_STATUS_WAIT_0)
		return 1;
	return write(*result, "x", 1) == 1 ? 0 : 2;
}

static int
leaving_parent(void *argument)
{
	carafe_handle own = new_event(CARAFE_NOTIFICATION_EVENT, 0);

	(void)own;
	return spawn(orphan, argument) > 0 ? 0 : 1;
}

static void
test_orphan(void)
{
	int ends[2];
	char byte = 0;

	must(carafe_event_reset(env, kept_event, NULL), "reset");
	if (pipe(ends) != 0)
		bail_out("pipe failed");
	is_int(reap(spawn(leaving_parent, &ends[1])), 0, "a process forks and ends");
	close(ends[1]);
	must(carafe_event_set(env, kept_event, NULL), "set");
	ok(read(ends[0], &byte, 1) == 1 && byte == 'x', "its child has its handles still");
	close(ends[0]);
}

/* ---- fork in a process with threads ---- */

static struct worker waiter;

static int
child_of_threads(void *argument)
{
	(void)argument;
	/* The thread that waits is not in the child, and its wait goes on in the parent. */
	CHECK(carafe_event_set(env, kept_event, NULL) == CARAFE_STATUS_SUCCESS);
	CHECK(mutant_state(kept_mutant).owned_by_caller == 0);
	CHECK(poll_one(kept_mutant) == CARAFE_STATUS_TIMEOUT);
	return 0;
}

static carafe_status
task_poll(void *handle)
{
	return poll_one(*(carafe_handle *)handle);
}

static void
test_fork_with_threads(void)
{
	must(carafe_event_reset(env, kept_event, NULL), "reset");
	worker_start(&waiter);
	must(worker_call(&waiter, task_poll, &kept_mutant), "poll");
	ok(worker_wait(&waiter, one(kept_event)), "a thread sleeps while another forks");
	child_is_well(spawn(child_of_threads, NULL), "the child owns nothing of its threads");
	is_status(worker_end(&waiter), CARAFE_STATUS_WAIT_0, "and woke the one that sleeps");
	is_int(mutant_state(kept_mutant).count, 0, "whose mutant is still owned");
	is_int(mutant_state(kept_mutant).abandoned, 0, "and not abandoned");
	must(worker_release(&waiter, kept_mutant), "release");
	worker_stop(&waiter);
}

/* ---- the child closes, or opens anew ---- */

static int
child_reopens(void *argument)
{
	carafe_environment *fresh;
	struct carafe_event_information information;

	(void)argument;
	CHECK(carafe_environment_close(env) == CARAFE_STATUS_SUCCESS);
	CHECK(carafe_environment_open(NULL, 0, &fresh) == CARAFE_STATUS_SUCCESS);
	CHECK(carafe_event_query(fresh, kept_event, &information) == CARAFE_STATUS_INVALID_HANDLE);
	CHECK(carafe_thread_alert(fresh, parent_id) == CARAFE_STATUS_SUCCESS);
	CHECK(carafe_environment_close(fresh) == CARAFE_STATUS_SUCCESS);
	return 0;
}

static void
test_child_reopens(void)
{
	carafe_handle never = new_event(CARAFE_NOTIFICATION_EVENT, 0);

	child_is_well(spawn(child_reopens, NULL),
		"a child closes, opens anew, and has no handles then");
	is_status(carafe_wait_one(env, never, 1, NULL), CARAFE_STATUS_ALERTED,
		"and can alert a thread of its parent");
	is_int(event_state(kept_event), 1, "its close has closed nothing here");
	carafe_close(env, never);
}

/* ---- exec ---- */

/* Runs in the new program: counts the descriptors and the mappings that lead into the folder. */
static int
look_for_traces(const char *path)
{
	char link[PATH_MAX], name[300], line[PATH_MAX];
	int traces = 0;
	struct dirent *entry;
	FILE *maps = fopen("/proc/self/maps", "r");
	DIR *descriptors = opendir("/proc/self/fd");

	if (descriptors == NULL || maps == NULL)
		return 100;
	while ((entry = readdir(descriptors)) != NULL) {
		ssize_t length;

		snprintf(name, sizeof(name), "/proc/self/fd/%s", entry->d_name);
		length = readlink(name, link, sizeof(link) - 1);
		if (length > 0) {
			link[length] = '\0';
			traces += strstr(link, path) != NULL;
		}
	}
	while (fgets(line, sizeof(line), maps) != NULL)
		traces += strstr(line, path) != NULL;
	closedir(descriptors);
	fclose(maps);
	return traces;
}

/* Exit status: the system refuses to run this very program by exec(), as an emulator's may. */
#define NO_EXEC 103

static int
child_execs(void *argument)
{
	if (poll_one(kept_mutant) != CARAFE_STATUS_WAIT_0)
		return 101;
	execl("/proc/self/exe", "fork.t", "--look", folder(), (char *)NULL);
	(void)argument;
	return errno == ENOEXEC ? NO_EXEC : 102;
}

static void
test_exec(void)
{
	int result;

	ok(look_for_traces(folder()) > 1, "this process has the environment open");
	result = reap(spawn(child_execs, NULL));
	if (result == NO_EXEC)
		skip(1, "exec() of the program that this process runs is refused: %s",
			strerror(ENOEXEC));
	else
		is_int(result, 0, "after exec() no descriptor and no mapping of it is left");
	is_status(carafe_wait_one(env, kept_mutant, 0, NULL), CARAFE_STATUS_ABANDONED_WAIT_0,
		"the mutant of the thread that called exec() is abandoned");
	must(carafe_mutant_release(env, kept_mutant, NULL), "release");
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--look") == 0)
		return look_for_traces(argv[2]);
	begin();
	test_handles();
	test_grandchild();
	test_ping_pong();
	test_many_processes();
	test_orphan();
	test_fork_with_threads();
	test_child_reopens();
	test_exec();
	return end();
}
