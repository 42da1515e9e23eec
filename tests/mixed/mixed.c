/* SPDX-License-Identifier: MIT */
/*
 * mixed.c - the driver: `mixed OTHER', OTHER being the same program of the other width.
 *
 * Catches a layout that depends on the width, an operation of one width that the other can see half
 * of, and a sweep, a wake-up or a lock that only reaches processes of its own sort.
 *
 * What happens if the test dies here: see mate.h.
 */
#include <config.h>

#include "tests/mixed/mate.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/check.h"
#include "core/query.h"
#include "core/round.h"
#include "os/os.h"
#include "tests/tap.h"

#define WORKERS 6
#define KILLS 200

static const char *program[2]; /* of this width, of the other */
static const char *const width[2] = {
	sizeof(void *) == 8 ? "64-bit" : "32-bit",
	sizeof(void *) == 8 ? "32-bit" : "64-bit"
};

static char folder[256];
static struct stage stage;

struct mate {
	pid_t pid;
	int in;	 /* closing it ends the mate */
	int out; /* what it tells */
};

/* ---- mates ---- */

static void become(int sort, const char *what, unsigned seed)
{
	char numbers[OBJECTS + 1][16];

	for (int i = 0; i < OBJECTS; i++)
		snprintf(numbers[i], sizeof(numbers[i]), "%u", stage.index[i]);
	snprintf(numbers[OBJECTS], sizeof(numbers[OBJECTS]), "%u", seed);
	execl(program[sort], program[sort], what, folder, numbers[0], numbers[1], numbers[2],
	      numbers[3], (char *)NULL);
	_exit(127);
}

static char heard(const struct mate *mate)
{
	char byte = 0;

	return read(mate->out, &byte, 1) == 1 ? byte : '-';
}

/* Starts a mate, and returns when it said that it is about to do what it is to do. */
static struct mate start(int sort, const char *what, unsigned seed)
{
	int down[2], up[2];
	struct mate mate;

	fflush(NULL);
	if (pipe(down) < 0 || pipe(up) < 0 || (mate.pid = fork()) < 0)
		bail_out("no processes");
	if (mate.pid == 0) {
		dup2(down[0], STDIN_FILENO);
		dup2(up[1], STDOUT_FILENO);
		for (int fd = 3; fd < 256; fd++)
			close(fd);
		become(sort, what, seed);
	}
	close(down[0]);
	close(up[1]);
	mate.in = down[1];
	mate.out = up[0];
	if (heard(&mate) != 'r')
		bail_out("a %s mate cannot %s", width[sort], what);
	return mate;
}

static void end(struct mate *mate)
{
	kill(mate->pid, SIGKILL);
	close(mate->in);
	close(mate->out);
	waitpid(mate->pid, NULL, 0);
}

/* ---- one thing after the other ---- */

static carafe_status driver_wait(int object, uint64_t nanoseconds)
{
	return object_wait(&stage, 1, &object, false, nanoseconds, NULL);
}

static void test_any(int sort)
{
	struct mate mate = start(sort, "any", 0);

	object_set(&stage, EVENT);
	is_int(heard(&mate), 'd', "an event set here ends a wait for any of a %s process",
	       width[sort]);
	end(&mate);
}

static void test_all(int sort)
{
	struct mate owner = start(sort, "own", 0), waiter;
	unsigned abandoned;

	waiter = start(!sort, "all", 0);
	object_set(&stage, EVENT);
	object_release(&stage, SEMAPHORE);
	end(&owner);
	abandoned = heard(&waiter) == 'a';
	ok(abandoned, "a wait for all of a %s process gets the mutant that a %s one died with",
	   width[!sort], width[sort]);
	end(&waiter);
	is_int(driver_wait(MUTANT, OS_NEVER), CARAFE_STATUS_ABANDONED_WAIT_0,
	       "and when that dies too, this process gets it");
	object_release(&stage, MUTANT);
}

/* This process offers no janitor. */
static void test_janitor(int sort)
{
	struct mate janitor = start(sort, "stand", 0), owner = start(!sort, "own", 0);

	end(&owner);
	is_int(driver_wait(MUTANT, OS_NEVER), CARAFE_STATUS_ABANDONED_WAIT_0,
	       "a %s janitor finds a dead %s process", width[sort], width[!sort]);
	object_release(&stage, MUTANT);
	end(&janitor);
}

/* ---- everything at once ---- */

static void pause_until(unsigned rounds)
{
	const struct timespec little = { .tv_nsec = 1000000 };

	while (atomic_load(&stage.ledger->rounds) < rounds)
		nanosleep(&little, NULL);
}

static bool report(void *context, const struct cf_finding *finding)
{
	++*(int *)context;
	diag("%s %u: %s", cf_finding_name(finding->kind), (unsigned)finding->index,
	     finding->sentence);
	return true;
}

static void check(void)
{
	struct cf_query query;
	int findings = 0;

	if (!CARAFE_SUCCESS(cf_query_open(folder, &query)))
		bail_out("cannot look at the environment");
	is_int(cf_check(query.region, CF_CHECK_EXACT, report, &findings), CARAFE_STATUS_SUCCESS,
	       "the environment is looked at");
	is_int(findings, 0, "and nothing is wrong in it");
	cf_query_close(&query);
}

static void test_kills(unsigned seed)
{
	struct mate mates[WORKERS];
	unsigned drawn = seed;

	for (unsigned i = 0; i < WORKERS; i++)
		mates[i] = start((int)(i % 2), "work", seed + i);
	for (unsigned i = 0; i < KILLS; i++) {
		unsigned victim = (unsigned)rand_r(&drawn) % WORKERS;

		pause_until(atomic_load(&stage.ledger->rounds) +
			    (unsigned)rand_r(&drawn) % 64);
		end(&mates[victim]);
		/* What the dead had taken is lost with them. */
		object_set(&stage, EVENT);
		object_release(&stage, SEMAPHORE);
		mates[victim] = start((int)(victim % 2), "work", seed + WORKERS + i);
	}
	for (unsigned i = 0; i < WORKERS; i++)
		end(&mates[i]);
	diag("seed %u: %u rounds, %u repaired", seed, atomic_load(&stage.ledger->rounds),
	     atomic_load(&stage.ledger->repaired));
	is_int(atomic_load(&stage.ledger->broken), 0, "two never had the mutant at once");
	is_int(atomic_load(&stage.ledger->refused), 0, "no call said what it must not say");
}

/* ---- */

static void made(carafe_status status, const carafe_handle *handle, int object)
{
	if (!CARAFE_SUCCESS(status))
		bail_out("cannot make an object");
	stage.index[object] = object_of(stage.environment, *handle);
}

static void set_up(void)
{
	carafe_environment *env;
	carafe_handle handle;
	const carafe_access all = CARAFE_MAXIMUM_ALLOWED;

	snprintf(folder, sizeof(folder), "%s/carafe-test-XXXXXX",
		 getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	if (mkdtemp(folder) == NULL)
		bail_out("cannot make a folder");
	strcat(folder, "/e");
	if (!stage_open(&stage, folder, CARAFE_NO_JANITOR, true))
		bail_out("cannot open an environment");
	env = stage.environment;
	made(carafe_event_create(env, all, 0, CARAFE_SYNCHRONIZATION_EVENT, 0, &handle), &handle,
	     EVENT);
	made(carafe_mutant_create(env, all, 0, 0, &handle), &handle, MUTANT);
	made(carafe_semaphore_create(env, all, 0, 0, INT32_MAX, &handle), &handle, SEMAPHORE);
}

static void tear_down(void)
{
	char command[600];

	carafe_environment_close(stage.environment);
	*strrchr(folder, '/') = '\0';
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	if (system(command) != 0)
		diag("%s is left over", folder);
}

static int drive(const char *self, const char *other)
{
	const char *chosen = getenv("CARAFE_TEST_SEED");
	unsigned seed = chosen != NULL ? (unsigned)atoi(chosen) : (unsigned)time(NULL);
	struct mate janitor;

	program[0] = self;
	program[1] = other;
	set_up();
	diag("CARAFE_TEST_SEED=%u", seed);
	for (int sort = 0; sort < 2; sort++) {
		test_janitor(sort);
		janitor = start(sort, "stand", 0);
		test_any(sort);
		test_all(sort);
		end(&janitor);
	}
	for (int i = 0; i < TOKENS; i++)
		object_release(&stage, SEMAPHORE);
	object_set(&stage, EVENT);
	test_kills(seed);
	janitor = start(1, "stand", 0);
	(void)driver_wait(MUTANT, OS_NEVER);
	object_release(&stage, MUTANT);
	end(&janitor);
	is_int(cf_round(stage.environment), CARAFE_STATUS_SUCCESS, "a round is made");
	check();
	tear_down();
	return done_testing();
}

static int be_mate(char **argv)
{
	const char *what = argv[1];
	uint32_t flags = strcmp(what, "stand") == 0 ? 0 : CARAFE_NO_JANITOR;

	snprintf(folder, sizeof(folder), "%s", argv[2]);
	for (int i = 0; i < OBJECTS; i++)
		stage.index[i] = (uint32_t)strtoul(argv[3 + i], NULL, 10);
	if (strcmp(what, "work") == 0)
		flags = 0;
	if (!stage_open(&stage, folder, flags, false))
		return 1;
	if (strcmp(what, "own") == 0)
		return mate_own(&stage);
	if (strcmp(what, "stand") == 0)
		return mate_stand(&stage);
	if (strcmp(what, "work") == 0)
		return mate_work(&stage, (unsigned)strtoul(argv[3 + OBJECTS], NULL, 10));
	return mate_wait(&stage, strcmp(what, "all") == 0);
}

int main(int argc, char **argv)
{
	alarm(MATE_SECONDS);
	signal(SIGPIPE, SIG_IGN);
	if (argc == 4 + OBJECTS)
		return be_mate(argv);
	if (argc != 2)
		return 2;
	return drive(argv[0], argv[1]);
}
