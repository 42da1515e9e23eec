/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/sim.c - the program carafe-sim: explores the scenarios, and replays what it found.
 *
 * Exit status: 0 nothing wrong was found, 1 something was, 2 the command line makes no sense.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#include <config.h>

#include <fnmatch.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/sim/orders.h"
#include "tests/sim/search.h"

#define TEXT 65536

struct wishes {
	const char *scenario; /* NULL: all of them */
	const char *replay;
	int strategy; /* enum strategy, or -1: all of them */
	uint64_t seed, schedules;
	bool has_seed, trace, shrink, first, json, list, plain, compare;
	unsigned preemptions, deaths;
	bool has_preemptions, has_deaths;
	unsigned stale;
	bool orders;
	const char *place; /* with orders: the only one; NULL: all */
};

static const char *const strategy_names[] = { "exhaustive", "random", "pct" };

static const char usage[] =
	"usage: carafe-sim [OPTION]...\n"
	"Runs Carafe's core on a simulated system and looks for executions that go wrong.\n"
	"\n"
	"  --list                 names the scenarios\n"
	"  --scenario NAME        one scenario, or a pattern like 'kcas-*'; without: all\n"
	"  --strategy STRATEGY    exhaustive, random or pct; without: all that the scenario has\n"
	"  --seed S               of the first schedule; without: from the clock\n"
	"  --schedules N          at the most, each scenario and strategy (2000; 0: no limit)\n"
	"  --preemptions K        instead of the scenario's bound\n"
	"  --deaths D             instead of the scenario's bound\n"
	"  --stale N              on a weak processor, where N loads may give a value one older\n"
	"  --orders               weakens the memory orders of core/ one by one; tells what that "
	"breaks\n"
	"  --place PLACE          of these orders only the one at FUNCTION:LINE, or a pattern\n"
	"  --weaken PLACE:ORDER   that place gets no more than relaxed, acquire, release or acq_rel\n"
	"  --unwatched            looks at the environment in the end only, not after each change\n"
	"  --plain                exhaustive: without reduction\n"
	"  --compare              whether the plain and the reduced search have the same outcomes\n"
	"  --replay SCHEDULE      follows a schedule, or the one in a file of that name\n"
	"  --trace                shows every step of a replay\n"
	"  --shrink               makes a failing replay shorter\n"
	"  --first                stops at the first fault, which it does not make shorter\n"
	"  --json                 one object a line\n"
	"\n"
	"A schedule: 0*57,1*12,K1,0 lets thread 0 make 57 steps and thread 1 then 12, kills "
	"process 1\n"
	"and goes on with thread 0; H halts a thread, S wakes it for no reason, L lets its "
	"deadline pass,\n"
	"I interrupts it, G runs its signal handler, F fills the disk under it, O lets its next load give an older value, P "
	"lets time\n"
	"pass while nobody can go on.\n"
	"\n"
	"Exit status: 0 nothing wrong was found, 1 something was, 2 the command line makes no "
	"sense.\n";

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- What is shown ---------------------------------------------------------------------- */

static double began;
static double shown;

/* For whoever looks on, and only when it takes long. */
static void show_progress(const struct search *search)
{
	double now = seconds();

	if (now - began < 2 || now - shown < 0.2)
		return;
	shown = now;
	fprintf(stderr, "\r%s %s: %" PRIu64 " schedules, %.0f a second", search->scenario->name,
		strategy_names[search->strategy], search->done,
		(double)search->done / (now - began));
	fflush(stderr);
}

static void hide_progress(void)
{
	if (shown > 0)
		fprintf(stderr, "\r\033[K");
	shown = 0;
}

static void print_quoted(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++)
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			printf("\\u%04x", (unsigned)*text);
		else
			putchar(*text);
	putchar('"');
}

static void report_json(const struct search *search, double took, const char *schedule)
{
	printf("{\"scenario\": ");
	print_quoted(search->scenario->name);
	printf(", \"strategy\": \"%s\", \"seed\": %" PRIu64 ", \"schedules\": %" PRIu64
	       ", \"ended\": %" PRIu64 ", \"steps\": %" PRIu64 ", \"states\": %" PRIu64
	       ", \"complete\": %s, \"seconds\": %.3f, \"fault\": ",
	       strategy_names[search->strategy], search->seed, search->done, search->ended,
	       search->steps, search->states, search->complete ? "true" : "false", took);
	if (!search->failed) {
		printf("null}\n");
		return;
	}
	print_quoted(search->failure);
	printf(", \"schedule\": ");
	print_quoted(schedule);
	printf("}\n");
}

static void report_text(const struct search *search, double took, const char *schedule)
{
	printf("%-24s %-10s", search->scenario->name, strategy_names[search->strategy]);
	if (search->strategy != STRATEGY_EXHAUSTIVE)
		printf("  seed %" PRIu64, search->seed);
	printf("  %" PRIu64 " schedules, %" PRIu64 " to their end, %" PRIu64 " steps", search->done,
	       search->ended, search->steps);
	if (search->strategy == STRATEGY_EXHAUSTIVE)
		printf(", %" PRIu64 " states%s", search->states,
		       search->complete ? ", complete" : ", not complete");
	printf(", %.1f s%s\n", took, search->failed ? ", FAULT" : "");
	if (!search->failed)
		return;
	printf("  %s\n", search->failure);
	if (search->strategy != STRATEGY_EXHAUSTIVE)
		printf("  seed      %" PRIu64 "\n", search->failed_seed);
	printf("  schedule  %s\n", schedule);
	printf("  again     carafe-sim --scenario %s --replay '%s' --trace\n",
	       search->scenario->name, schedule);
}

/* ---- What is done ----------------------------------------------------------------------- */

static struct scenario_bounds bounds_for(const struct wishes *wishes,
					 const struct scenario *scenario, enum strategy strategy)
{
	struct scenario_bounds bounds =
		strategy == STRATEGY_EXHAUSTIVE ? scenario->exhaustive : scenario->bounds;

	if (wishes->has_preemptions)
		bounds.preemptions = wishes->preemptions;
	if (wishes->has_deaths)
		bounds.deaths = wishes->deaths;
	if (wishes->stale != 0)
		bounds.stale = wishes->stale;
	return bounds;
}

/* Without bounds of its own it is never explored so, unless the command line has some. */
static bool has_exhaustive(const struct wishes *wishes, const struct scenario *scenario)
{
	static const struct scenario_bounds none;

	return wishes->has_preemptions || wishes->has_deaths ||
	       memcmp(&scenario->exhaustive, &none, sizeof(none)) != 0;
}

static struct search present;

/* Following the schedule of a fault shows the same one. */
static bool is_repeated(const struct scenario *scenario)
{
	return schedule_replay(scenario, &present.schedule) == SIM_END_FAILED &&
	       strcmp(sim_failure(), present.failure) == 0;
}

static bool search_one(const struct wishes *wishes, const struct scenario *scenario,
		       enum strategy strategy)
{
	static char text[TEXT];
	bool replays;

	present = (struct search){
		.scenario = scenario,
		.bounds = bounds_for(wishes, scenario, strategy),
		.strategy = strategy,
		.seed = wishes->seed,
		.schedules = wishes->schedules,
		.plain = wishes->plain,
		.progress = isatty(STDERR_FILENO) ? show_progress : NULL,
	};
	began = seconds();
	(void)search_run(&present);
	hide_progress();
	replays = !present.failed || is_repeated(scenario);
	if (present.failed && !wishes->first)
		(void)schedule_shrink(scenario, &present.schedule);
	schedule_write(&present.schedule, text, sizeof(text));
	(wishes->json ? report_json : report_text)(&present, seconds() - began, text);
	if (!replays)
		printf("  the simulator itself is wrong: following the schedule shows something "
		       "else\n");
	else if (scenario->wrong)
		printf("  %s\n",
		       present.failed ? "as it must be" : "the search is wrong: there is a fault");
	fflush(stdout);
	return replays && present.failed == scenario->wrong;
}

/* A schedule with old values is one of a weak processor. */
static bool build_for(const struct wishes *wishes, const struct scenario *scenario,
		      const struct schedule *schedule)
{
	struct scenario_bounds bounds = scenario->bounds;
	unsigned i;

	bounds.stale = wishes->stale;
	for (i = 0; i < schedule->count; i++)
		if (schedule->item[i].action.verb == SIM_ACT_STALE)
			bounds.stale = SCENARIO_ANY;
	return scenario_build(scenario, &bounds);
}

/* ---- The reductions, compared with the plain search -------------------------------------- */

struct outcomes {
	uint64_t *state;
	size_t count, room;
};

static void add_outcome(void *context, uint64_t state)
{
	struct outcomes *outcomes = context;

	if (outcomes->count == outcomes->room) {
		outcomes->room = outcomes->room * 2 + 1024;
		outcomes->state =
			realloc(outcomes->state, outcomes->room * sizeof(*outcomes->state));
		if (outcomes->state == NULL)
			abort(); /* a test program without memory */
	}
	outcomes->state[outcomes->count++] = state;
}

static int compare_states(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Each one once, in order. */
static void sort_outcomes(struct outcomes *outcomes)
{
	size_t from, to = 0;

	if (outcomes->count == 0)
		return;
	qsort(outcomes->state, outcomes->count, sizeof(*outcomes->state), compare_states);
	for (from = 0; from < outcomes->count; from++)
		if (to == 0 || outcomes->state[to - 1] != outcomes->state[from])
			outcomes->state[to++] = outcomes->state[from];
	outcomes->count = to;
}

static void search_outcomes(const struct wishes *wishes, const struct scenario *scenario,
			    bool plain, struct outcomes *outcomes)
{
	present = (struct search){
		.scenario = scenario,
		.bounds = bounds_for(wishes, scenario, STRATEGY_EXHAUSTIVE),
		.strategy = STRATEGY_EXHAUSTIVE,
		.plain = plain,
		.outcome = add_outcome,
		.context = outcomes,
	};
	*outcomes = (struct outcomes){ .count = 0 };
	(void)search_run(&present);
	sort_outcomes(outcomes);
}

static bool compare_one(const struct wishes *wishes, const struct scenario *scenario)
{
	struct outcomes plain, reduced;
	uint64_t plainly;
	bool same;

	search_outcomes(wishes, scenario, true, &plain);
	plainly = present.done;
	search_outcomes(wishes, scenario, false, &reduced);
	same = plain.count == reduced.count && plain.count > 0 &&
	       memcmp(plain.state, reduced.state, plain.count * sizeof(*plain.state)) == 0;
	printf("%-24s compare     %" PRIu64 " schedules plain, %" PRIu64
	       " reduced, %zu and %zu outcomes, %s\n",
	       scenario->name, plainly, present.done, plain.count, reduced.count,
	       same ? "the same" : "DIFFERENT");
	free(plain.state);
	free(reduced.state);
	return same;
}

static bool replay_one(const struct wishes *wishes, const struct scenario *scenario,
		       const char *text)
{
	static char shorter[TEXT];
	static struct schedule schedule;
	enum sim_end end;

	if (!schedule_read(&schedule, text)) {
		fprintf(stderr, "carafe-sim: \"%s\" is no schedule; see carafe-sim --help\n", text);
		exit(2);
	}
	if (!build_for(wishes, scenario, &schedule)) {
		printf("%s: before the first step: %s\n", scenario->name, sim_failure());
		return false;
	}
	if (wishes->shrink)
		(void)schedule_shrink(scenario, &schedule);
	if (wishes->trace)
		trace_print(scenario, &schedule);
	end = schedule_replay(scenario, &schedule);
	schedule_write(&schedule, shorter, sizeof(shorter));
	printf("%-24s replay      %s%s\n", scenario->name, shorter,
	       end == SIM_END_FAILED ? ", FAULT" : "");
	if (end == SIM_END_FAILED)
		printf("  %s\n", sim_failure());
	return end != SIM_END_FAILED;
}

static bool replay_regressions(const struct wishes *wishes, const struct scenario *scenario)
{
	const char *const *text = scenario->regressions;
	bool right = true;

	for (; text != NULL && *text != NULL; text++)
		right &= replay_one(wishes, scenario, *text);
	return right;
}

static bool explore(const struct wishes *wishes, const struct scenario *scenario)
{
	bool right = wishes->json || replay_regressions(wishes, scenario);
	int strategy;

	for (strategy = STRATEGY_EXHAUSTIVE; strategy <= STRATEGY_PCT; strategy++) {
		if (wishes->strategy >= 0 && wishes->strategy != strategy)
			continue;
		if (!right && wishes->first)
			break;
		if (strategy == STRATEGY_EXHAUSTIVE && !has_exhaustive(wishes, scenario))
			continue;
		right &= search_one(wishes, scenario, (enum strategy)strategy);
	}
	return right;
}

static bool is_meant(const struct wishes *wishes, const struct scenario *scenario)
{
	return wishes->scenario == NULL || fnmatch(wishes->scenario, scenario->name, FNM_PATHNAME) == 0;
}

static void list(const struct wishes *wishes)
{
	const struct scenario *scenario;
	unsigned i;

	for (i = 0; (scenario = scenario_at(i)) != NULL; i++)
		if (is_meant(wishes, scenario))
			printf("%-24s %s\n", scenario->name, scenario->about);
}

/* ---- A wild access ---------------------------------------------------------------------- */

/* The schedule up to here is known, so say it before the signal does its work. */
static void crashed(int signal_number)
{
	static char text[TEXT];

	schedule_taken(&present.schedule);
	schedule_write(&present.schedule, text, sizeof(text));
	printf("%s: signal %d in schedule %" PRIu64 "\n  schedule  %s\n",
	       present.scenario != NULL ? present.scenario->name : "replay", signal_number,
	       present.done + 1, text);
	fflush(stdout);
	_exit(1);
}

static void catch_crashes(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	static char stack[65536];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = crashed, .sa_flags = SA_ONSTACK };
	size_t i;

	sigaltstack(&alternate, NULL);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
}

/* ---- The command line ------------------------------------------------------------------- */

static void refuse(const char *what, const char *text)
{
	fprintf(stderr, "carafe-sim: %s \"%s\"; see carafe-sim --help\n", what, text);
	exit(2);
}

static uint64_t number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	if (end == text || *end != '\0')
		refuse("no number:", text);
	return value;
}

static int strategy_number(const char *name)
{
	int i;

	for (i = STRATEGY_EXHAUSTIVE; i <= STRATEGY_PCT; i++)
		if (strcmp(strategy_names[i], name) == 0)
			return i;
	refuse("no strategy:", name);
	return -1;
}

/* The text, or what is in the file of that name. */
static const char *schedule_of(const char *given)
{
	static char text[TEXT];
	FILE *file = fopen(given, "r");

	if (file == NULL)
		return given;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void read_option(int option, struct wishes *wishes)
{
	switch (option) {
	case 'c':
		wishes->scenario = optarg;
		break;
	case 't':
		wishes->strategy = strategy_number(optarg);
		break;
	case 's':
		wishes->seed = number(optarg);
		wishes->has_seed = true;
		break;
	case 'n':
		wishes->schedules = number(optarg);
		break;
	case 'k':
		wishes->preemptions = (unsigned)number(optarg);
		wishes->has_preemptions = true;
		break;
	case 'd':
		wishes->deaths = (unsigned)number(optarg);
		wishes->has_deaths = true;
		break;
	case 'o':
		wishes->stale = (unsigned)number(optarg);
		break;
	case 'r':
		wishes->replay = schedule_of(optarg);
		break;
	case 'p':
		wishes->place = optarg;
		break;
	case 'w':
		if (!orders_weaken(optarg))
			refuse("no place and order:", optarg);
		break;
	case 'h':
		fputs(usage, stdout);
		exit(0);
	default:
		fputs(usage, stderr);
		exit(2);
	}
}

static void read_options(int argc, char **argv, struct wishes *wishes)
{
	static int list_wanted, plain, compare, trace, shrink, first, json, orders, unwatched;
	static const struct option options[] = {
		{ "list", no_argument, &list_wanted, 1 },
		{ "plain", no_argument, &plain, 1 },
		{ "compare", no_argument, &compare, 1 },
		{ "trace", no_argument, &trace, 1 },
		{ "shrink", no_argument, &shrink, 1 },
		{ "first", no_argument, &first, 1 },
		{ "json", no_argument, &json, 1 },
		{ "scenario", required_argument, NULL, 'c' },
		{ "strategy", required_argument, NULL, 't' },
		{ "seed", required_argument, NULL, 's' },
		{ "schedules", required_argument, NULL, 'n' },
		{ "preemptions", required_argument, NULL, 'k' },
		{ "deaths", required_argument, NULL, 'd' },
		{ "stale", required_argument, NULL, 'o' },
		{ "orders", no_argument, &orders, 1 },
		{ "place", required_argument, NULL, 'p' },
		{ "weaken", required_argument, NULL, 'w' },
		{ "unwatched", no_argument, &unwatched, 1 },
		{ "replay", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (option != 0)
			read_option(option, wishes);
	if (optind < argc)
		refuse("not understood:", argv[optind]);
	wishes->list = list_wanted;
	wishes->plain = plain;
	wishes->compare = compare;
	wishes->trace = trace;
	wishes->shrink = shrink;
	wishes->first = first;
	wishes->json = json;
	wishes->orders = orders;
	search_unwatched = unwatched;
	if (wishes->replay != NULL && wishes->scenario == NULL)
		refuse("--replay needs --scenario, for the schedule", wishes->replay);
	if (!wishes->has_seed)
		wishes->seed = (uint64_t)time(NULL) * 1000003u;
}

/* A scenario, or several by a pattern; a schedule is followed in each. */
static bool explore_meant(const struct wishes *wishes)
{
	const struct scenario *scenario;
	unsigned i, count = 0;
	bool right = true;

	for (i = 0; (scenario = scenario_at(i)) != NULL; i++) {
		if (!is_meant(wishes, scenario))
			continue;
		if (!right && wishes->first)
			break;
		count++;
		if (wishes->replay != NULL)
			right &= replay_one(wishes, scenario, wishes->replay);
		else if (wishes->compare)
			right &= compare_one(wishes, scenario);
		else
			right &= explore(wishes, scenario);
	}
	if (count == 0)
		refuse("no scenario:", wishes->scenario);
	return right;
}

static bool is_meant_for_orders(const void *wishes, const struct scenario *scenario)
{
	return is_meant(wishes, scenario);
}

static bool try_orders(const struct wishes *wishes)
{
	const struct orders_wish wish = {
		.context = wishes,
		.is_meant = is_meant_for_orders,
		.place = wishes->place,
		.stale = wishes->stale != 0 ? wishes->stale : 2,
		.seed = wishes->seed,
		.schedules = wishes->schedules,
	};

	return orders_try(&wish);
}

int main(int argc, char **argv)
{
	struct wishes wishes = { .strategy = -1, .schedules = 2000 };
	bool right = true;

	read_options(argc, argv, &wishes);
	catch_crashes();
	if (wishes.list)
		list(&wishes);
	else if (wishes.orders)
		right = try_orders(&wishes);
	else
		right = explore_meant(&wishes);
	return right ? 0 : 1;
}
