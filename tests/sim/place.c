/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/place.c - environments are opened, left and forked while others come, go and die.
 *
 * Right is: whoever opens gets an environment that works, all who are in one at the same time are in the
 * same generation of it, and a child has what it inherits.
 *
 * What happens if a process dies here: its place in the environment is taken by the next one, or
 * swept.
 */
#include "core/environment.h"
#include "tests/sim/base.h"
#include "tests/sim/scenario.h"

struct fork_state {
	carafe_handle handle;
	unsigned child; /* thread, or 0: not yet */
	bool is_set, is_released;
};

/* After what fork-set has. */
struct guests {
	struct fork_state fork;
	uint32_t number[SIM_MOST_PROCESSES]; /* of the generation that each is in, or 0 */
	bool leaves, has_left; /* the first one */
};

#define FORK SCRATCH_OF(struct fork_state)
#define GUESTS SCRATCH_OF(struct guests)

/* Says in which generation the process is, and looks at the others; 0: in none any more. */
static void be_in(uint32_t number)
{
	uint32_t *present = GUESTS->number;
	unsigned i;

	for (i = 0; number != 0 && i < sim_processes(); i++)
		if (present[i] != 0 && present[i] != number && sim_is_alive(i))
			sim_fail("processes %u and %u are in generations %u and %u", i,
				 sim_process(), present[i], number);
	present[sim_process()] = number;
}

static carafe_environment *come(void)
{
	carafe_environment *environment;

	base_must(carafe_environment_open(NULL, CARAFE_NO_JANITOR, &environment),
		  "carafe_environment_open");
	be_in(environment->place.number);
	return environment;
}

static void go(carafe_environment *environment)
{
	be_in(0);
	base_must(carafe_environment_close(environment), "carafe_environment_close");
}

static void come_and_go(void)
{
	carafe_environment *environment;
	carafe_handle handle;

	sim_point();
	environment = come();
	base_must(carafe_event_create(environment, CARAFE_EVENT_ALL_ACCESS, 0,
				      CARAFE_NOTIFICATION_EVENT, 1, &handle),
		  "carafe_event_create");
	base_must(carafe_wait_one(environment, handle, 0, NULL), "carafe_wait_one");
	go(environment);
	sim_rest();
}

static void go_first(void)
{
	carafe_environment *environment = come();

	GUESTS->leaves = true;
	go(environment);
	GUESTS->has_left = true;
	sim_rest();
}

static bool does_first_leave(void)
{
	return GUESTS->leaves;
}

static bool is_third_in(void)
{
	return GUESTS->number[2] != 0;
}

static bool is_second_alone(void)
{
	return GUESTS->has_left && GUESTS->number[1] != 0;
}

static void come_second(void)
{
	carafe_environment *environment;

	sim_await(does_first_leave);
	environment = come();
	sim_await(is_third_in);
	go(environment);
	sim_rest();
}

static void come_third(void)
{
	sim_await(is_second_alone);
	go(come());
	sim_rest();
}

static void finish_last(void)
{
	if (BASE->environment[sim_process()] != NULL)
		base_finish();
}

static void prepare_fork(void)
{
	base_prepare();
	if (sim_self() == 0)
		base_must(carafe_event_create(base_environment(), CARAFE_EVENT_ALL_ACCESS,
					      CARAFE_INHERIT, CARAFE_SYNCHRONIZATION_EVENT, 0,
					      &FORK->handle),
			  "carafe_event_create");
}

static void child(void)
{
	BASE->environment[sim_process()] = BASE->environment[0];
	base_must(carafe_wait_one(base_environment(), FORK->handle, 0, NULL), "the child's wait");
	FORK->is_released = true;
	sim_rest();
}

static void fork_and_set(void)
{
	unsigned thread = sim_fork(child);

	if (thread == SIM_NONE)
		sim_fail("no room for a child");
	FORK->child = thread;
	base_must(carafe_event_set(base_environment(), FORK->handle, NULL), "carafe_event_set");
	FORK->is_set = true;
	sim_rest();
}

static void quiet_fork(void)
{
	if (FORK->is_set && sim_standing(FORK->child) == SIM_ASLEEP)
		sim_fail("the event is set, and the child sleeps");
}

const struct scenario scenario_open_close = {
	.name = "open-close",
	.about = "whoever opens gets an environment, while others come, go and die",
	.processes = 3,
	.threads = 3,
	.thread = { { 0, come_and_go, NULL }, { 1, come_and_go, NULL }, { 2, come_and_go, NULL } },
	.join = base_prepare,
	.finish = finish_last,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 2 },
	.exhaustive = { .preemptions = 0, .deaths = 1 },
};

/* The second one finds the environment in use, and locks its slot when the first one is out. */
static const char *const last_and_first_found[] = { "1*1,0*130,1*16,0*400,1*400,2*400", NULL };

/* Catches who takes away an environment into which somebody came since it looked. */
const struct scenario scenario_last_and_first = {
	.name = "last-and-first",
	.about = "who comes while the last one leaves is where everybody goes who comes later",
	.processes = 3,
	.threads = 3,
	.thread = { { 0, go_first, NULL }, { 1, come_second, NULL }, { 2, come_third, NULL } },
	.join = base_prepare,
	.finish = finish_last,
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 1 },
	.regressions = last_and_first_found,
};

const struct scenario scenario_fork_set = {
	.name = "fork-set",
	.about = "a child inherits a handle, and is released by its parent's set, while another "
		 "process comes and goes",
	.processes = 2,
	.threads = 2,
	.thread = { { 0, fork_and_set, NULL }, { 1, come_and_go, NULL } },
	.prepare = prepare_fork,
	.quiet = quiet_fork,
	.join = base_prepare,
	.finish = base_finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1 },
	.exhaustive = { .preemptions = 0, .deaths = 1 },
};
