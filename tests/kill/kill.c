/* SPDX-License-Identifier: MIT */
/*
 * kill.c - kills and stops processes at each instruction of each public call (kill.t), or of each
 * request of the ntsync ABI (requests.t), and sees that nobody else is harmed.
 *
 * For each scenario a peer opens an environment and forks victims.  A victim does one call step by
 * step (step.h); at one of the steps it is killed, or stopped as by SIGSTOP.  Then the peer works
 * with the same objects, goes a round as the janitor does, and its threads' waits end; who was
 * stopped goes on and must be right.  Afterwards everything is as before: core/check.h finds
 * nothing, and as many processes, threads, objects and chunks of handles are in use as in the
 * beginning.  An alarm ends a peer that does not get on.
 *
 * While it is stopped or dead, and nobody has looked yet, core/check.h finds nothing either, as
 * `carafe fsck' would look.
 *
 * It takes a few steps of each scenario, at random; with --all it takes each step, and with
 * --most=N, of a call that has more, about so many at random distances.  The choice follows from
 * CARAFE_TEST_SEED or --seed=N; --only=TEXT takes the scenarios with that in their name; --jobs=N
 * shares the steps of a scenario among so many peers, each with an environment of its own.
 *
 * Catches an instruction between which and the next a death or a delay leaves others with something
 * that they cannot finish, lose or wait for.
 *
 * What happens if the test dies here: its folders stay behind; victims die with their peer.
 */
#include <config.h>

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/check.h"
#include "core/environment.h"
#include "core/query.h"
#include "core/round.h"
#include "tests/api/support.h"
#include "tests/kill/scenario.h"
#include "tests/kill/step.h"
#include "tests/unit/seed.h"

/* For a case, or of a victim that is seen at each step for so many of them. */
#define CASE_SECONDS 60
#define CASE_STEPS 1000u
#define MOST_JOBS 64u
/*
 * Steps of a scenario at which a victim is killed in the short version: of a short and a long one.
 */
#define SHORT_FEW 3u
#define SHORT_ONE 1u
#define SHORT_LONG 4000u

enum mode { KILL, STOP, MODES };

static const char *const mode_names[] = { "killed", "stopped" };

/* What a peer tells; in memory that it shares with the test. */
struct result {
	unsigned steps;
	unsigned done[MODES];
	enum mode mode;
	unsigned at; /* the case that is on, or that failed */
	char why[512];
};

/* What all peers of a scenario told, in the end. */
struct sum {
	const char *name;
	unsigned steps, done[MODES], failures;
};

static struct result *results, *result; /* of all peers; our own */
static unsigned jobs = 1, job;

static const struct scenario *scenario;
static struct trail trail;
static pid_t victim; /* 0: it is gone */
static struct cf_query_snapshot base, now;
static bool whole, show;
static unsigned most = UINT_MAX;
static unsigned seed;

/* ---- Failing ---------------------------------------------------------------------------- */

static void fail_case(const char *why)
{
	strncat(result->why, why, sizeof(result->why) - strlen(result->why) - 1);
}

/* A victim that was stopped would stay for ever. */
static void leave(void)
{
	if (victim > 0)
		kill(victim, SIGKILL);
	_exit(1);
}

static void hung_case(int signal_number)
{
	(void)signal_number;
	fail_case("it hangs");
	leave();
}

static void expect(bool right, const char *why)
{
	if (right)
		return;
	fail_case(why);
	leave();
}

/* Says also what the call returned. */
static void expect_success(carafe_status status, const char *why)
{
	char line[128];

	snprintf(line, sizeof(line), "%s: %s", why, carafe_status_name(status));
	expect(CARAFE_SUCCESS(status), line);
}

/* ---- What must be so afterwards ----------------------------------------------------------- */

static bool note(void *context, const struct cf_finding *finding)
{
	char line[CF_FINDING_TEXT + 80];

	(void)context;
	snprintf(line, sizeof(line), "%s %u %s; ", cf_finding_name(finding->kind),
		 (unsigned)finding->index, finding->sentence);
	fail_case(line);
	return true;
}

static void count(struct cf_query_snapshot *snapshot)
{
	struct cf_query query;

	expect_success(cf_query_open(NULL, &query), "the peer's environment cannot be looked at");
	expect_success(cf_query_take(&query, snapshot), "the peer's environment cannot be counted");
	cf_query_close(&query);
}

static void expect_sound(enum cf_check_mode mode, const char *when)
{
	expect_success(cf_check(env->region, mode, note, NULL),
		       "the peer's environment cannot be checked");
	expect(result->why[0] == '\0', when);
}

static void expect_as_before(void)
{
	const char *left;

	expect_sound(CF_CHECK_EXACT, "is found afterwards");
	count(&now);
	left = now.processes.used != base.processes.used ? "a process is left"
	       : now.threads.used != base.threads.used	 ? "a thread is left"
	       : now.objects.used != base.objects.used	 ? "an object is left, or lost"
	       : now.chunks.used != base.chunks.used	 ? "a chunk of handles is left"
	       : now.waiting != 0 || now.dead != 0	 ? "somebody waits, or is dead"
							 : NULL;
	expect(left == NULL, left);
}

/* ---- One case --------------------------------------------------------------------------- */

static void look_after(void)
{
	const char *failed;

	expect_sound(CF_CHECK_LIVE, "is found beside it");
	failed = scenario_work();
	expect(failed == NULL, failed);
	expect_success(cf_round(env), "a round");
	expect_sound(CF_CHECK_LIVE, "is found after a round");
	if (scenario->finish != NULL)
		scenario->finish();
}

/* Until the victim's children, which the peer inherits, are gone. */
static void reap_all(void)
{
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

static void clear_up(void)
{
	const char *failed;

	victim_is_gone = true;
	if (scenario->finish != NULL)
		scenario->finish();
	reap_all();
	expect_success(cf_round(env), "a round after the victim");
	failed = scenario_reset();
	expect(failed == NULL, failed);
}

/* A victim before its first step. */
static void start(void)
{
	victim_is_gone = false;
	if (scenario->arrange != NULL)
		scenario->arrange();
	victim = scenario->newborn ? step_start_child(scenario->prepare, scenario->call)
				   : step_start(scenario->prepare, scenario->call);
	expect(victim > 0, "the victim does not get to its call");
	if (scenario->beside != NULL) {
		scenario->beside();
		step_turn_to(victim);
	}
}

static void finish(enum mode mode)
{
	if (mode == KILL) {
		step_kill(victim);
		victim = 0;
		look_after();
	} else {
		step_stop(victim);
		look_after();
		expect(step_finish(victim, scenario->release) == 0,
		       "the victim went on and was wrong");
		victim = 0;
	}
	clear_up();
}

/* One victim, which is killed or stopped after so many steps, if it gets there; how far it got. */
static unsigned try(enum mode mode, unsigned steps)
{
	unsigned done;

	alarm(CASE_SECONDS);
	result->mode = mode;
	result->at = steps;
	start();
	expect(step_run_to(victim, &trail, steps, scenario->release, &done) != GONE,
	       "the victim died by itself");
	finish(mode);
	return done;
}

/* One victim that is seen at each step, and goes on; how many there are. */
static unsigned measure(void)
{
	enum stepped stepped;

	alarm(CASE_SECONDS);
	result->mode = STOP;
	start();
	do {
		alarm(CASE_SECONDS);
		stepped = step_noting(victim, CASE_STEPS, scenario->release, &trail);
	} while (stepped == STEPPED || stepped == ASLEEP);
	expect(stepped == OVER, "the victim died by itself");
	alarm(CASE_SECONDS);
	finish(STOP);
	return trail.length - 1;
}

/* ---- A peer ----------------------------------------------------------------------------- */

static void progress(void)
{
	if (show)
		fprintf(stderr, "\r%-60s %6u of %6u steps, %s \033[K", scenario->name, result->at,
			result->steps, mode_names[result->mode]);
}

/* At how many of the steps to kill or stop. */
static unsigned steps_wanted(enum mode mode)
{
	if (whole)
		return most;
	return mode == STOP || result->steps > SHORT_LONG ? SHORT_ONE : SHORT_FEW;
}

/* Each step that is ours, or from a random one on at random distances so many. */
static void take_steps(enum mode mode)
{
	unsigned stride = result->steps / steps_wanted(mode) + 1, step;

	for (step = job + jobs * ((unsigned)rand_r(&seed) % stride); step <= result->steps;
	     step += jobs * (stride > 1 ? 1 + (unsigned)rand_r(&seed) % (2 * stride - 1) : 1)) {
		/* A victim may have been spared an instruction that another one did. */
		result->done[mode] += try(mode, step) == step;
		expect_as_before();
		if (result->done[mode] % 16 == 0)
			progress();
	}
}

static int peer(void)
{
	begin();
	must(carafe_environment_close(env), "carafe_environment_close");
	must(carafe_environment_open(NULL, CARAFE_NO_JANITOR, &env), "carafe_environment_open");
	signal(SIGALRM, hung_case);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	scenario_begin();
	/* The first call of all may make what stays, and looks longer for it. */
	(void)try(STOP, 0);
	count(&base);
	result->steps = measure();
	expect_as_before();
	progress();
	take_steps(KILL);
	take_steps(STOP);
	return 0;
}

static void start_peer(pid_t *peers)
{
	result = &results[job];
	memset(result, 0, sizeof(*result));
	fflush(NULL);
	peers[job] = fork();
	if (peers[job] == 0)
		exit(peer());
	if (peers[job] < 0)
		bail_out("fork failed: raise the limit of processes (ulimit -u)");
}

/* Takes what a peer told into the sum. */
static void end_peer(pid_t peer_id, const struct result *told, struct sum *sum)
{
	int status = 0;

	if (waitpid(peer_id, &status, 0) != peer_id)
		bail_out("waitpid: %s", strerror(errno));
	sum->steps = told->steps > sum->steps ? told->steps : sum->steps;
	sum->done[KILL] += told->done[KILL];
	sum->done[STOP] += told->done[STOP];
	if (status == 0 && told->why[0] == '\0')
		return;
	sum->failures++;
	diag("%s at step %u (status %d): %s", mode_names[told->mode], told->at, status, told->why);
}

static void test_scenario(struct sum *sum)
{
	pid_t peers[MOST_JOBS];

	*sum = (struct sum){ .name = scenario->name };
	for (job = 0; job < jobs; job++)
		start_peer(peers);
	for (job = 0; job < jobs; job++)
		end_peer(peers[job], &results[job], sum);
	if (show)
		fprintf(stderr, "\r\033[K");
	ok(sum->failures == 0,
	   "%s, %u instructions: killed at %u and stopped at %u of them, nobody is harmed",
	   sum->name, sum->steps, sum->done[KILL], sum->done[STOP]);
}

/* ---- The campaign ----------------------------------------------------------------------- */

static void print_table(const struct sum *sums, size_t count)
{
	struct sum all = { .name = "all" };

	diag("| call | instructions | killed at | stopped at | failures |");
	diag("| --- | ---: | ---: | ---: | ---: |");
	for (size_t i = 0; i < count; i++) {
		diag("| %s | %u | %u | %u | %u |", sums[i].name, sums[i].steps, sums[i].done[KILL],
		     sums[i].done[STOP], sums[i].failures);
		all.steps += sums[i].steps;
		all.done[KILL] += sums[i].done[KILL];
		all.done[STOP] += sums[i].done[STOP];
		all.failures += sums[i].failures;
	}
	diag("| %s | %u | %u | %u | %u |", all.name, all.steps, all.done[KILL], all.done[STOP],
	     all.failures);
}

/* The scenario of that number in all lists; NULL: there are no more. */
static const struct scenario *scenario_at(size_t number)
{
	const struct scenario *const *list, *each;

	for (list = scenario_lists; *list != NULL; list++)
		for (each = *list; each->name != NULL; each++)
			if (number-- == 0)
				return each;
	return NULL;
}

static void campaign(const char *only)
{
	size_t taken = 0, i;
	struct sum *sums;
	unsigned first = seed;

	for (i = 0; scenario_at(i) != NULL; i++)
		;
	sums = calloc(i, sizeof(*sums));
	for (i = 0; sums != NULL && (scenario = scenario_at(i)) != NULL; i++) {
		/* The same choice whether others are taken or not. */
		seed = first + 17 * (unsigned)i;
		if (only == NULL || strstr(scenario->name, only) != NULL)
			test_scenario(&sums[taken++]);
	}
	print_table(sums, taken);
	free(sums);
}

/* A whole number above 0. */
static bool parse(const char *text, unsigned limit, unsigned *number)
{
	*number = (unsigned)strtoul(text, NULL, 10);
	return *number > 0 && *number <= limit;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "all", no_argument, NULL, 'a' },	  { "jobs", required_argument, NULL, 'j' },
		{ "most", required_argument, NULL, 'm' }, { "only", required_argument, NULL, 'o' },
		{ "seed", required_argument, NULL, 's' }, { NULL, 0, NULL, 0 }
	};
	const char *only = NULL, *unable = step_unable();
	int option;

	if (unable == NULL)
		unable = scenario_enable(argv);
	if (unable != NULL)
		skip_all("%s", unable);
	seed = (unsigned)test_seed();
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'a')
			whole = true;
		else if (option == 'o')
			only = optarg;
		else if (option == 's')
			seed = (unsigned)strtoul(optarg, NULL, 10);
		else if ((option != 'j' || !parse(optarg, MOST_JOBS, &jobs)) &&
			 (option != 'm' || !parse(optarg, UINT_MAX, &most)))
			return 2;
	}
	show = whole && jobs == 1 && isatty(STDERR_FILENO);
	setenv("CARAFE_SPIN", "2", 1);
	results = shared_memory(jobs * sizeof(*results));
	campaign(only);
	return done_testing();
}
