/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/plan.c - see tests/sim/plan.h.
 *
 * What happens if a process dies here: see tests/sim/record.h.
 */
#include "core/check_part.h"
#include "core/round.h"
#include "tests/sim/driver.h"
#include "tests/sim/invariants.h"
#include "tests/sim/plan.h"
#include "tests/sim/record.h"

static const struct plan *present(void)
{
	return scenario_present->plan;
}

static void describe(const struct act *act, struct sim_call *call)
{
	*call = (struct sim_call){ .operation = (enum sim_operation)(act->operation - 1),
				   .handles = act->objects,
				   .argument = { act->argument[0], act->argument[1] },
				   .target = act->target,
				   .owner = act->owner,
				   .object = act->made,
				   .inherit = act->inherit,
				   .alertable = act->alertable,
				   .timeout = act->timeout };
	for (uint32_t i = 0; i < act->objects; i++)
		call->handle[i] = act->object[i];
}

static void play(const struct act *act)
{
	struct sim_call call;

	describe(act, &call);
	call.object += sim_self();
	record_call(&call);
}

static bool tell(void *context, const struct cf_finding *finding)
{
	(void)context;
	sim_fail("%s %u %s, while others work", cf_finding_name(finding->kind), finding->index,
		 finding->sentence);
	return false;
}

/* As cf_check() does, but the whole takes so many steps that others would seldom be met. */
static void look(enum plan_part part)
{
	const struct cf_header *header = &base_region()->header;
	struct cf_tally tally[PLAN_OBJECTS * PLAN_THREADS] = { { 0 } };
	uint32_t chunk_process[PLAN_THREADS] = { 0 };
	struct cf_check check = {
		.region = base_region(),
		.report = tell,
		.processes = sim_processes(),
		.threads = sim_threads(),
		.chunks = sim_processes(),
		.tally = tally,
		.chunk_process = chunk_process,
	};
	uint64_t objects;

	if (!cf_check_peek(&check, &header->high_objects, &objects))
		return;
	check.objects = cf_value(objects);
	if (part == PLAN_THREADS_AND_QUEUES) {
		cf_check_threads(&check);
		cf_check_queues(&check);
		return;
	}
	cf_check_tally(&check);
	cf_check_processes(&check);
	cf_check_handles(&check);
	cf_check_objects(&check);
}

/* Of who is gone when a round begins nothing is left when it ends. */
static void go_round(void)
{
	bool gone[SIM_MOST_PROCESSES];
	unsigned processes = sim_processes(), i;

	sim_point();
	for (i = 0; i < processes; i++)
		gone[i] = record_is_gone(i);
	base_must(cf_round(base_environment()), "a round");
	for (i = 0; i < processes; i++)
		if (gone[i] && !record_is_swept(i))
			sim_fail("process %u was gone before a round, and is not swept after it",
				 i);
}

static void do_act(const struct act *act)
{
	switch (act->operation - 1) {
	case PLAN_ROUND:
		go_round();
		break;
	case PLAN_UNTIL:
		sim_await(act->until);
		break;
	case PLAN_FORK:
		record_fork(plan_run);
		break;
	case PLAN_BEGIN:
		record_begin(plan_run);
		break;
	case PLAN_LEAVE:
		sim_point();
		sim_exit();
		break;
	case PLAN_END:
		sim_point();
		sim_thread_exit();
		break;
	case PLAN_COLLECT:
		sim_point();
		driver_collect();
		break;
	case PLAN_CHECK:
		sim_point();
		look((enum plan_part)act->argument[0]);
		break;
	default:
		play(act);
	}
}

void plan_run(void)
{
	const struct act *act = present()->thread[sim_self()];

	for (unsigned i = 0; i < PLAN_ACTS && act[i].operation != 0; i++)
		do_act(&act[i]);
}

void plan_handle(void)
{
	do_act(&present()->handler[sim_self()]);
}

static void make_objects(void)
{
	struct sim_call call;

	for (uint32_t i = 0; i < PLAN_OBJECTS && present()->object[i].operation != 0; i++) {
		describe(&present()->object[i], &call);
		call.object = i;
		record_before(&call);
	}
}

static bool waits_for_all(const struct plan *plan, unsigned thread)
{
	for (unsigned i = 0; i < PLAN_ACTS; i++)
		if (plan->thread[thread][i].operation - 1 == SIM_WAIT_ALL)
			return true;
	return false;
}

/*
 * A wait for all may pass others who sleep (ARCHITECTURE.md).  Where one thread only waits so, nobody
 * passes that one.  By the ntsync ABI a handler takes who sleeps out of the queues.
 */
static enum record_order order_of(const struct plan *plan)
{
	unsigned for_all = 0;

	for (unsigned i = 0; i < PLAN_THREADS; i++)
		if (plan->flavour == SIM_NTSYNC && plan->handler[i].operation != 0)
			return RECORD_NO_ORDER;

	for (unsigned i = 0; i < PLAN_THREADS; i++)
		for_all += waits_for_all(plan, i);
	return for_all == 0 ? RECORD_ALL_IN_ORDER :
	       for_all == 1 ? RECORD_FOR_ALL_IN_ORDER :
			      RECORD_NO_ORDER;
}

void plan_prepare(void)
{
	bool first = base_environment() == NULL;
	struct sim_call call;

	base_prepare();
	record_thread();
	record_flavour(present()->flavour);
	record_order(order_of(present()));
	if (sim_self() == 0)
		make_objects();
	else if (first)
		record_share();
	if (present()->first[sim_self()].operation == 0)
		return;
	describe(&present()->first[sim_self()], &call);
	record_before(&call);
}

void plan_step(void)
{
	record_step();
}

/* Nobody died and nobody was stopped, so nobody may need a janitor's round to be woken. */
void plan_still(void)
{
	for (unsigned i = 0; i < sim_processes(); i++)
		if (sim_died(i) != UINT64_MAX)
			return;
	for (unsigned i = 0; i < sim_threads(); i++)
		if (sim_halted(i) != UINT64_MAX)
			return;
	invariants_rest();
	record_judge();
}

void plan_quiet(void)
{
	invariants_rest();
	record_judge();
}

void plan_finish(void)
{
	if (base_environment() == NULL)
		return;
	record_finish();
	base_finish();
}
