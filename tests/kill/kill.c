/* SPDX-License-Identifier: MIT */
/*
 * kill.c - kills and stops processes at each instruction of each public call, and sees that nobody
 * else is harmed.
 *
 * For each scenario a peer opens an environment and forks victims.  A victim does one call step by
 * step (step.h); at one of the steps it is killed, or stopped as by SIGSTOP.  Then the peer works
 * with the same objects, goes a round as the janitor does, and its threads' waits end; who was
 * stopped goes on and must be right.  Afterwards everything is as before: core/check.h finds
 * nothing, and as many processes, threads, objects and chunks of handles are in use as in the
 * beginning.  An alarm ends a peer that does not get through.
 *
 * kill.t takes a few steps of each scenario, at random; kill.t --all takes each step, or of a long
 * call LONG_MANY at random distances; kill.t --each takes each step of each.  --seed=N repeats a
 * choice, --only=TEXT takes the scenarios with that in their name.
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
#include <time.h>
#include <unistd.h>

#include "core/check.h"
#include "core/environment.h"
#include "core/query.h"
#include "core/round.h"
#include "tests/api/support.h"
#include "tests/kill/scenario.h"
#include "tests/kill/step.h"

#define CASE_SECONDS 60
/*
 * Steps of a scenario at which a victim is killed in the short version: of a short and a long one.
 */
#define SHORT_FEW 3u
#define SHORT_ONE 1u
#define SHORT_LONG 4000u

/* The most of them at which one is killed, and stopped, in the long version. */
#define LONG_MANY 3000u

enum mode { KILL, STOP, MODES };

static const char *const mode_names[] = { "killed", "stopped" };

/* What a peer tells; in memory that it shares with the test. */
static struct result {
	unsigned steps;
	unsigned done[MODES];
	enum mode mode;
	unsigned at; /* the case that is on, or that failed */
	char why[512];
} * result;

static const struct scenario *scenario;
static struct cf_query_snapshot base, now;
static bool whole, each, show;
static unsigned seed;

/* ---- Failing ---------------------------------------------------------------------------- */

static void fail_case(const char *why)
{
	strncat(result->why, why, sizeof(result->why) - strlen(result->why) - 1);
}

static void hung_case(int signal_number)
{
	(void)signal_number;
	fail_case("it hangs");
	_exit(1);
}

static void expect(bool right, const char *why)
{
	if (right)
		return;
	fail_case(why);
	_exit(1);
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

static void expect_as_before(void)
{
	const char *left;

	expect_success(cf_check(env->region, CF_CHECK_EXACT, note, NULL),
		       "the peer's environment cannot be checked");
	expect(result->why[0] == '\0', "is found afterwards");
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
	const char *failed = scenario_work();

	expect(failed == NULL, failed);
	expect_success(cf_round(env), "a round");
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

/* One victim, which is killed or stopped after so many steps, if it gets there; how far it got. */
static unsigned try(enum mode mode, unsigned steps)
{
	enum stepped stepped;
	unsigned done;
	pid_t victim;

	alarm(CASE_SECONDS);
	result->mode = mode;
	result->at = steps;
	victim_is_gone = false;
	if (scenario->arrange != NULL)
		scenario->arrange();
	victim = step_start(scenario->prepare, scenario->call);
	expect(victim > 0, "the victim does not get to its call");
	if (scenario->beside != NULL) {
		scenario->beside();
		step_turn_to(victim);
	}
	stepped = steps == UINT_MAX ? step_to(victim, steps, scenario->release, &done)
				    : step_run_to(victim, steps, scenario->release, &done);
	expect(stepped != GONE, "the victim died by itself");
	if (mode == KILL) {
		step_kill(victim);
		look_after();
	} else {
		step_stop(victim);
		look_after();
		expect(step_finish(victim, scenario->release) == 0,
		       "the victim went on and was wrong");
	}
	clear_up();
	return done;
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
		return each ? UINT_MAX : LONG_MANY;
	return mode == STOP || result->steps > SHORT_LONG ? SHORT_ONE : SHORT_FEW;
}

/* Each step, or from a random one on at random distances so many. */
static void take_steps(enum mode mode)
{
	unsigned stride = result->steps / steps_wanted(mode) + 1, step;

	for (step = (unsigned)rand_r(&seed) % stride; step <= result->steps;
	     step += stride > 1 ? 1 + (unsigned)rand_r(&seed) % (2 * stride - 1) : 1) {
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
	(void)try(STOP, UINT_MAX);
	count(&base);
	result->steps = try(STOP, UINT_MAX);
	expect_as_before();
	progress();
	take_steps(KILL);
	take_steps(STOP);
	return 0;
}

static void test_scenario(void)
{
	pid_t child;
	int status = 0;

	memset(result, 0, sizeof(*result));
	fflush(NULL);
	child = fork();
	if (child == 0)
		exit(peer());
	if (child < 0 || waitpid(child, &status, 0) != child)
		bail_out("fork failed: raise the limit of processes (ulimit -u)");
	if (show)
		fprintf(stderr, "\r\033[K");
	if (!ok(status == 0 && result->why[0] == '\0',
		"%s, %u instructions: killed at %u and stopped at %u of them, nobody is harmed",
		scenario->name, result->steps, result->done[KILL], result->done[STOP]))
		diag("%s at step %u (status %d): %s", mode_names[result->mode], result->at, status,
		     result->why);
	seed += 17;
}

/* ---- The campaign ----------------------------------------------------------------------- */

static void campaign(const char *only)
{
	unsigned long instructions = 0, cases = 0;

	for (size_t i = 0; i < scenario_count; i++) {
		scenario = &scenarios[i];
		if (only != NULL && strstr(scenario->name, only) == NULL)
			continue;
		test_scenario();
		instructions += result->steps;
		cases += result->done[KILL] + result->done[STOP];
	}
	diag("%lu instructions in all, %lu deaths and stops among them", instructions, cases);
}

int main(int argc, char **argv)
{
	static const struct option known[] = { { "all", no_argument, NULL, 'a' },
					       { "each", no_argument, NULL, 'e' },
					       { "only", required_argument, NULL, 'o' },
					       { "seed", required_argument, NULL, 's' },
					       { NULL, 0, NULL, 0 } };
	const char *only = NULL, *sanitizer = getenv("CARAFE_SANITIZER"), *unable;
	int option;

	seed = (unsigned)time(NULL);
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'a')
			whole = true;
		else if (option == 'e')
			whole = each = true;
		else if (option == 'o')
			only = optarg;
		else if (option == 's')
			seed = (unsigned)strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	if (sanitizer != NULL && sanitizer[0] != '\0')
		skip_all("a sanitizer's own instructions would be stepped over too");
	unable = step_unable();
	if (unable != NULL)
		skip_all("%s", unable);
	show = whole && isatty(STDERR_FILENO);
	setenv("CARAFE_SPIN", "2", 1);
	result = shared_memory(sizeof(*result));
	diag("seed %u", seed);
	campaign(only);
	return done_testing();
}
