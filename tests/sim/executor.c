/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/executor.c - random histories made by the model.
 *
 * What happens if a process dies here: nothing; the deaths are modelled.
 */
#include <config.h>

#include <string.h>

#include <carafe/status.h>

#include "tests/sim/executor.h"
#include "tests/sim/model.h"

#define OBJECTS 4u

enum stage {
	IDLE,
	INVOKED,
	WAITS,
	DONE, /* and has still to return */
	DEAD,
	SWEPT
};

struct run {
	struct executor *executor;
	struct model model;
	uint64_t random, now;
	enum stage stage[EXECUTOR_THREADS];
	struct sim_call *call[EXECUTOR_THREADS];
	uint32_t calls;
	bool apart;
};

static uint32_t pick(struct run *run, uint32_t below)
{
	run->random ^= run->random << 13;
	run->random ^= run->random >> 7;
	run->random ^= run->random << 17;
	return (uint32_t)((run->random * UINT64_C(0x2545F4914F6CDD1D)) >> 33) % below;
}

static struct sim_call *new_call(struct run *run, uint32_t thread)
{
	struct sim_history *history = &run->executor->history;
	struct sim_call *call = &history->call[history->calls++];

	memset(call, 0, sizeof(*call));
	call->thread = thread;
	call->invoked = ++run->now;
	call->returned = SIM_NEVER;
	call->due = SIM_NEVER;
	if (history->flavour == SIM_NTSYNC)
		call->owner = thread + 1;
	return call;
}

/* ---- what is there from the beginning ---- */

static void make(struct run *run, uint32_t object, enum sim_operation operation, int32_t first,
		 int32_t second)
{
	struct sim_call *call = new_call(run, 0);

	call->operation = operation;
	call->object = object;
	call->argument[0] = first;
	call->argument[1] = second;
	call->inherit = true;
	call->made = 4 * (object + 1);
	model_create(&run->model, call, 0, object);
	call->returned = ++run->now;
}

static void make_all(struct run *run)
{
	struct sim_call *fork;

	make(run, 0, SIM_EVENT_CREATE, 1, (int32_t)pick(run, 2));
	make(run, 1, SIM_EVENT_CREATE, 0, (int32_t)pick(run, 2));
	make(run, 2, SIM_MUTANT_CREATE, (int32_t)pick(run, 2), 0);
	make(run, 3, SIM_SEMAPHORE_CREATE, (int32_t)pick(run, 2), 2);
	fork = new_call(run, 0);
	fork->operation = SIM_FORK;
	fork->target = 1;
	model_fork(&run->model, 0, 1);
	fork->returned = ++run->now;
}

/* ---- calls ---- */

static void choose_wait(struct run *run, struct sim_call *call)
{
	uint32_t first = pick(run, OBJECTS);

	call->handles = 1 + pick(run, 2);
	call->handle[0] = 4 * (first + 1);
	call->handle[1] = 4 * ((first + 1 + pick(run, OBJECTS - 1)) % OBJECTS + 1);
	if (call->operation == SIM_SIGNAL_AND_WAIT)
		call->handles = 2;
	call->timeout = (enum sim_timeout)pick(run, 3);
	call->alertable = run->executor->history.flavour == SIM_NT && pick(run, 3) == 0;
}

static void choose(struct run *run, struct sim_call *call)
{
	static const struct {
		enum sim_operation operation;
		uint32_t object, objects;
	} choices[] = {
		{ SIM_EVENT_SET, 0, 2 },	 { SIM_EVENT_SET, 0, 2 },
		{ SIM_EVENT_RESET, 0, 2 },	 { SIM_EVENT_PULSE, 0, 2 },
		{ SIM_EVENT_QUERY, 0, 2 },	 { SIM_MUTANT_RELEASE, 2, 1 },
		{ SIM_MUTANT_RELEASE, 2, 1 },	 { SIM_MUTANT_QUERY, 2, 1 },
		{ SIM_SEMAPHORE_RELEASE, 3, 1 }, { SIM_SEMAPHORE_QUERY, 3, 1 },
		{ SIM_WAIT_ANY, 0, 0 },		 { SIM_WAIT_ANY, 0, 0 },
		{ SIM_WAIT_ANY, 0, 0 },		 { SIM_WAIT_ALL, 0, 0 },
		{ SIM_SIGNAL_AND_WAIT, 0, 0 },	 { SIM_ALERT, 0, 0 },
	};
	uint32_t i = pick(run, sizeof(choices) / sizeof(choices[0]));

	call->operation = choices[i].operation;
	if (choices[i].objects) {
		call->handles = 1;
		call->handle[0] = 4 * (choices[i].object + pick(run, choices[i].objects) + 1);
		call->argument[0] =
			call->operation == SIM_SEMAPHORE_RELEASE ? 1 + (int32_t)pick(run, 2) : 0;
	} else if (call->operation == SIM_ALERT) {
		call->target = pick(run, 2);
	} else {
		choose_wait(run, call);
	}
}

/* The step of a call that was invoked. */
static void happen(struct run *run, uint32_t thread)
{
	struct sim_call *call = run->call[thread];
	struct model_answer answer;
	uint32_t object[SIM_WAIT_OBJECTS];

	run->now++;
	for (uint32_t i = 0; i < call->handles; i++)
		object[i] = call->handle[i] / 4 - 1;
	if (call->operation == SIM_WAIT_ANY || call->operation == SIM_WAIT_ALL ||
	    call->operation == SIM_SIGNAL_AND_WAIT)
		model_enter(&run->model, call, object, &answer);
	else
		model_call(&run->model, call, object[0], &answer);
	if (answer.sleeps) {
		run->stage[thread] = WAITS;
		return;
	}
	call->status = answer.status;
	if (answer.status == CARAFE_STATUS_SUCCESS)
		memcpy(call->out, answer.out, sizeof(call->out));
	if (run->stage[thread] == INVOKED) {
		model_keep(&run->model, thread);
		run->stage[thread] = DONE;
	}
}

static void finish(struct run *run, uint32_t thread)
{
	run->call[thread]->returned = ++run->now;
	run->stage[thread] = IDLE;
}

/* A sleeper that was woken has its result; a timed one may run out of time. False: it sleeps on. */
static bool go_on_sleeping(struct run *run, uint32_t thread)
{
	struct sim_call *call = run->call[thread];
	struct model_wait *wait = &run->model.wait[thread];

	if (wait->phase == MODEL_ASLEEP) {
		if (call->timeout != SIM_UNTIL)
			return false;
		call->due = ++run->now;
		run->now++;
		model_time_out(&run->model, thread);
	}
	call->status = wait->status;
	model_keep(&run->model, thread);
	run->stage[thread] = DONE;
	return true;
}

static void invoke(struct run *run, uint32_t thread)
{
	run->call[thread] = new_call(run, thread);
	choose(run, run->call[thread]);
	run->stage[thread] = INVOKED;
	if (!run->apart)
		return;
	happen(run, thread);
	if (run->stage[thread] == DONE)
		finish(run, thread);
}

/* ---- death ---- */

static void die(struct run *run)
{
	run->executor->process[1].died = ++run->now;
	for (uint32_t i = 2; i < EXECUTOR_THREADS; i++) {
		enum stage before = run->stage[i];

		run->stage[i] = DEAD;
		if (before == INVOKED && pick(run, 2))
			happen(run, i);
		run->stage[i] = DEAD;
	}
}

/* A poll takes by itself, so what it took is not given back. */
static void sweep_wait(struct run *run, uint32_t thread)
{
	struct model_wait *wait = &run->model.wait[thread];

	if (wait->phase == MODEL_ASLEEP)
		model_vanish(&run->model, thread);
	else if (wait->phase == MODEL_ENDED && run->call[thread]->timeout != SIM_POLL &&
		 pick(run, 2))
		for (uint32_t i = 0; i < SIM_WAIT_OBJECTS; i++)
			if ((wait->taken >> i & 1) != 0)
				model_give_back(&run->model, thread, i);
	model_keep(&run->model, thread);
}

static void sweep(struct run *run, uint32_t thread)
{
	run->now++;
	sweep_wait(run, thread);
	if (run->executor->history.flavour == SIM_NT && run->model.object[2].owner == thread + 1)
		model_abandon(&run->model, 2);
	run->stage[thread] = SWEPT;
	run->executor->process[1].swept = ++run->now + 1;
}

/* ---- all together ---- */

/* One thread, chosen at random, does something; false if it cannot. */
static bool step(struct run *run, uint32_t thread)
{
	switch (run->stage[thread]) {
	case IDLE:
		if (run->executor->history.calls >= run->calls)
			return false;
		invoke(run, thread);
		return true;
	case INVOKED:
		happen(run, thread);
		return true;
	case WAITS:
		return go_on_sleeping(run, thread);
	case DONE:
		finish(run, thread);
		return true;
	case DEAD:
		sweep(run, thread);
		return true;
	default:
		return false;
	}
}

static bool can_go_on(const struct run *run)
{
	for (uint32_t i = 0; i < EXECUTOR_THREADS; i++) {
		enum stage stage = run->stage[i];

		if (stage == INVOKED || stage == DONE || stage == DEAD)
			return true;
		if (stage == IDLE && run->executor->history.calls < run->calls)
			return true;
		if (stage == WAITS &&
		    (run->model.wait[i].phase == MODEL_ENDED || run->call[i]->timeout == SIM_UNTIL))
			return true;
	}
	return false;
}

static void begin(struct run *run, struct executor *executor, uint64_t seed,
		  enum sim_flavour flavour)
{
	memset(run, 0, sizeof(*run));
	memset(executor, 0, sizeof(*executor));
	run->executor = executor;
	run->random = (seed + 1) * UINT64_C(0x9E3779B97F4A7C15);
	executor->history = (struct sim_history){ .flavour = flavour,
						  .quiescent = true,
						  .threads = EXECUTOR_THREADS,
						  .processes = 2,
						  .call = executor->call,
						  .thread = executor->thread,
						  .process = executor->process };
	for (uint32_t i = 0; i < EXECUTOR_THREADS; i++)
		executor->thread[i] = (struct sim_thread){ i / 2, SIM_NEVER, SIM_NEVER, SIM_NEVER, 0 };
	for (uint32_t i = 0; i < 2; i++)
		executor->process[i] = (struct sim_process){ SIM_NEVER, SIM_NEVER };
	model_begin(&run->model, flavour);
	make_all(run);
}

void executor_run(struct executor *executor, uint64_t seed, enum sim_flavour flavour,
		  uint32_t calls, bool apart, bool deadly)
{
	struct run run;
	uint32_t last;

	begin(&run, executor, seed, flavour);
	run.calls = calls;
	run.apart = apart;
	last = executor->history.calls + pick(&run, calls);
	while (can_go_on(&run)) {
		if (deadly && executor->history.calls >= last) {
			deadly = false;
			die(&run);
		}
		step(&run, pick(&run, EXECUTOR_THREADS));
	}
}
