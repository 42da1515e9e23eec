/* SPDX-License-Identifier: MIT */
/*
 * corrupt.c - healthy processes in a damaged environment: none crashes or goes on for ever, every
 * call gives a documented status, and damage to one object leaves others usable.
 *
 * Each case is two processes with threads that wait in an environment of their own (patient.h),
 * which is then damaged: by one of the list there, by a forged change (wound.h), or at random,
 * before they work or while they do. The environment is mapped amid much that cannot be touched, so
 * that a wild index is seen.
 *
 * corrupt.t takes some cases of each kind, at random; corrupt.t --all takes all of the lists, and
 * --cases=N at random.  CARAFE_TEST_SEED or --seed=N repeats a choice; --only=KIND and --case=N do
 * one case in this process, for a debugger.
 *
 * Catches a count, index or link that is believed, a walk without a bound, and a wait for somebody
 * who does not exist.
 *
 * What happens if the test dies here: its folder stays behind; its processes end by their own
 * watchdogs.
 */
#include <config.h>

#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/os.h"
#include "tests/corrupt/patient.h"
#include "tests/corrupt/work.h"
#include "tests/corrupt/wound.h"
#include "tests/unit/seed.h"

#define NOT_USABLE 45
#define TURNS 2u
#define SHORT 25u /* cases of a kind in the short version */

enum kind { LISTED, FORGED, RANDOM, MEANWHILE, KINDS };

static const char *const kind_names[] = { "listed", "forged", "random", "meanwhile" };

/* What a case tells; in memory that its processes share. */
static struct shared {
	struct watch watch[2];
	char name[200];
} * shared;

/* ---- The mapping ------------------------------------------------------------------------ */

/* So far an index may be out of its array, times the size of a slot, and be seen. */
#define GUARD (UINT64_C(1) << 36)

carafe_status __real_os_map(int folder, int file, uint64_t size, bool read_only, void **base);
carafe_status __wrap_os_map(int folder, int file, uint64_t size, bool read_only, void **base);

/* Instead of os_map(), by the linker. */
carafe_status __wrap_os_map(int folder, int file, uint64_t size, bool read_only, void **base)
{
	carafe_status status = __real_os_map(folder, file, size, read_only, base);
	char *guard;

	if (!CARAFE_SUCCESS(status) || sizeof(void *) < 8)
		return status;
	guard = mmap(NULL, (size_t)(2 * GUARD), PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (guard == MAP_FAILED)
		return status;
	*base = mremap(*base, (size_t)size, (size_t)size, MREMAP_MAYMOVE | MREMAP_FIXED,
		       guard + GUARD);
	return *base != MAP_FAILED ? status : CARAFE_STATUS_NO_MEMORY;
}

/* ---- One case --------------------------------------------------------------------------- */

/* Damage to one object, or to one thread's wait for it. */
static bool is_local(const struct damage *damage)
{
	return damage->kind == CF_FINDING_QUEUE || damage->kind == CF_FINDING_WAIT ||
	       damage->kind == CF_FINDING_BLOCK || damage->kind == CF_FINDING_REFERENCES ||
	       damage->kind == CF_FINDING_WORD || strncmp(damage->name, "event_", 6) == 0 ||
	       strncmp(damage->name, "semaphore_", 10) == 0 ||
	       strncmp(damage->name, "mutant_", 7) == 0;
}

/* Damages what is at rest; true: others must be usable. */
static bool damage(enum kind kind, uint64_t number)
{
	uint32_t count;

	switch (kind) {
	case LISTED:
		snprintf(shared->name, sizeof(shared->name), "%s", damages[number].name);
		damages[number].make();
		return is_local(&damages[number]);
	case FORGED:
		wound_forge((uint32_t)number, shared->name, sizeof(shared->name));
		return false;
	default:
		for (count = wound_random(&number) % 4 + 1; count > 0; count--)
			wound_somewhere(&number);
		return false;
	}
}

static void *damage_meanwhile(void *argument)
{
	uint64_t seed = *(uint64_t *)argument;
	const struct timespec little = { .tv_nsec = 300000 };
	unsigned left;

	for (left = 60; left > 0 && !shared->watch[0].stop; left--) {
		wound_somewhere(&seed);
		nanosleep(&little, NULL);
	}
	return NULL;
}

static void work(unsigned which)
{
	for (uint32_t turn = 0; turn < TURNS; turn++)
		work_once(&shared->watch[which], turn);
}

static pid_t start_other(void)
{
	pid_t child = fork();

	if (child == 0) {
		work_watch(&shared->watch[1]);
		work(1);
		work_leave(&shared->watch[1]);
		_exit(0);
	}
	return child;
}

/* The first process of a case; its exit status. */
static int run_case(enum kind kind, uint64_t number)
{
	bool usable = true, local;
	uint64_t seed = number;
	pthread_t thread;
	pid_t other;
	int status;

	work_watch(&shared->watch[0]);
	patient_open();
	patient_begin();
	other = start_other();
	local = kind != MEANWHILE && damage(kind, number);
	if (kind == MEANWHILE && pthread_create(&thread, NULL, damage_meanwhile, &seed) != 0)
		bail_out("pthread_create");
	if (local)
		usable = work_apart(&shared->watch[0]) == 0;
	/* Sometimes somebody who is dead is found in the damage. */
	if (wound_random(&number) % 4 == 0)
		kill(other, SIGKILL);
	work(0);
	shared->watch[0].stop = true;
	if (kind == MEANWHILE)
		pthread_join(thread, NULL);
	if (waitpid(other, &status, 0) != other)
		return 1;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGKILL ? 0 : 128 + WTERMSIG(status);
	return WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : usable ? 0 : NOT_USABLE;
}

static const char *reason_of(int status)
{
	static char text[80];

	switch (status) {
	case WORK_WRONG_STATUS:
		return "a call gave a status that is not documented";
	case WORK_HANGS:
		return "a call sleeps for ever";
	case WORK_SPINS:
		return "a call goes on for ever";
	case NOT_USABLE:
		return "an object that has nothing to do with it cannot be used";
	}
	if (status > 128)
		snprintf(text, sizeof(text), "a process was killed by signal %d", status - 128);
	else
		snprintf(text, sizeof(text), "a process ended with %d", status);
	return text;
}

/* False, and said, when somebody is harmed. */
static bool do_case(enum kind kind, uint64_t number)
{
	int status = 0;
	pid_t child;

	memset(shared, 0, sizeof(*shared));
	fflush(NULL);
	child = fork();
	if (child == 0)
		_exit(run_case(kind, number));
	if (child < 0 || waitpid(child, &status, 0) != child)
		bail_out("fork failed: raise the limit of processes (ulimit -u)");
	patient_remove(child);
	if (status == 0)
		return true;
	status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	diag("--only=%s --case=%llu (%s): %s", kind_names[kind], (unsigned long long)number,
	     shared->name, reason_of(status));
	for (unsigned i = 0; i < 2; i++)
		diag("process %u after %u calls in %s, status %s", i, shared->watch[i].calls,
		     shared->watch[i].call != NULL ? shared->watch[i].call : "none",
		     carafe_status_name(shared->watch[i].status));
	return false;
}

/* ---- All of them ------------------------------------------------------------------------ */

static uint64_t most_of(enum kind kind)
{
	return kind == LISTED ? damage_count : kind == FORGED ? wound_forgeries() : UINT64_MAX;
}

static void test_kind(enum kind kind, uint64_t cases, uint64_t seed)
{
	bool each = cases >= most_of(kind), show = isatty(STDERR_FILENO) && cases > SHORT;
	unsigned harmed = 0;
	uint64_t i, number;

	if (each)
		cases = most_of(kind);
	for (i = 0; i < cases && harmed < 10; i++) {
		number = each ? i
			      : ((uint64_t)wound_random(&seed) << 31 | wound_random(&seed)) %
					 most_of(kind);
		harmed += !do_case(kind, number);
		if (show && i % 8 == 0)
			fprintf(stderr, "\r%s: %llu of %llu\033[K", kind_names[kind],
				(unsigned long long)i, (unsigned long long)cases);
	}
	if (show)
		fprintf(stderr, "\r\033[K");
	ok(harmed == 0, "%s damage, %llu cases: nobody is harmed", kind_names[kind],
	   (unsigned long long)i);
}

/* What harmed somebody once. */
static const struct {
	enum kind kind;
	uint64_t number;
} kept[] = {
	{ FORGED,
	  95 }, /* a word refers to a change that is over, and was looked at again and again */
	{ FORGED, 99 },
	{ FORGED, 142 },
	{ FORGED, 150 },
	{ RANDOM,
	  UINT64_C(
		  1328966191526012718) }, /* a handle of an object without type was closed for long */
};

static void test_kept(void)
{
	unsigned harmed = 0;

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		harmed += !do_case(kept[i].kind, kept[i].number);
	ok(harmed == 0, "what harmed somebody once harms nobody");
}

static enum kind kind_of(const char *name)
{
	enum kind kind = 0;

	while (kind < KINDS && strcmp(name, kind_names[kind]) != 0)
		kind++;
	return kind;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "all", no_argument, NULL, 'a' },	   { "case", required_argument, NULL, 'c' },
		{ "cases", required_argument, NULL, 'n' }, { "only", required_argument, NULL, 'o' },
		{ "seed", required_argument, NULL, 's' },  { NULL, 0, NULL, 0 },
	};
	uint64_t seed = test_seed(), cases = SHORT, one = UINT64_MAX;
	enum kind only = KINDS, kind;
	bool all = false;
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'a')
			all = true;
		else if (option == 'c')
			one = strtoull(optarg, NULL, 10);
		else if (option == 'n')
			cases = strtoull(optarg, NULL, 10);
		else if (option == 'o')
			only = kind_of(optarg);
		else if (option == 's')
			seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		bail_out("mmap");
	patient_place();
	if (one != UINT64_MAX && only != KINDS)
		return run_case(only, one);
	if (only == KINDS)
		test_kept();
	for (kind = 0; kind < KINDS; kind++)
		if (only == KINDS || only == kind)
			test_kind(kind, all && kind <= FORGED ? UINT64_MAX : cases, seed + kind);
	return done_testing();
}
