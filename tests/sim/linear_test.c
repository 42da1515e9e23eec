/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/linear_test.c - tests of the model and of the checker: right histories are accepted and
 * wrong ones refused.
 */
#include <config.h>

#include <string.h>

#include "tests/sim/examples.h"
#include "tests/sim/executor.h"
#include "tests/sim/linear.h"
#include "tests/tap.h"

#define THREADS 4u
#define PRELUDE (EXAMPLE_OBJECTS + 1u)

static struct sim_call calls[PRELUDE + EXAMPLE_CALLS];
static struct sim_thread threads[THREADS];
static struct sim_process processes[2];

static uint64_t or_never(uint64_t stamp)
{
	return stamp ? stamp : SIM_NEVER;
}

static void add_call(struct sim_history *history, const struct sim_call *call)
{
	calls[history->calls] = *call;
	calls[history->calls].due = or_never(call->due);
	calls[history->calls].interrupted = or_never(call->interrupted);
	history->calls++;
}

static void add_prelude(struct sim_history *history, const struct example *example)
{
	struct sim_call fork = {
		.operation = SIM_FORK, .invoked = 18, .returned = 19, .due = SIM_NEVER, .target = 1
	};

	for (uint32_t i = 0; i < EXAMPLE_OBJECTS; i++) {
		struct sim_call create = { .operation = example->object[i].operation,
					   .invoked = 2 * i + 1,
					   .returned = 2 * i + 2,
					   .object = i,
					   .inherit = true,
					   .made = H(i) };

		memcpy(create.argument, example->object[i].argument, sizeof(create.argument));
		if (example->object[i].made)
			add_call(history, &create);
	}
	add_call(history, &fork);
}

static void build(struct sim_history *history, const struct example *example)
{
	*history = (struct sim_history){ .flavour = example->ntsync ? SIM_NTSYNC : SIM_NT,
					 .quiescent = !example->cut,
					 .threads = THREADS,
					 .processes = 2,
					 .call = calls,
					 .thread = threads,
					 .process = processes };
	add_prelude(history, example);
	for (uint32_t i = 0; i < EXAMPLE_CALLS && example->call[i].invoked; i++)
		add_call(history, &example->call[i]);
	for (uint32_t i = 0; i < THREADS; i++)
		threads[i] = (struct sim_thread){ i == 3, SIM_NEVER, SIM_NEVER, SIM_NEVER, 0 };
	threads[2].handler_of = example->handler ? 1 + 1 : 0;
	threads[2].ended = or_never(example->ended);
	threads[2].swept = or_never(example->tidied);
	threads[2].halted = or_never(example->halted);
	for (uint32_t i = 0; i < 2; i++)
		processes[i] = (struct sim_process){ SIM_NEVER, SIM_NEVER };
	processes[1].died = or_never(example->died);
	processes[1].swept = or_never(example->swept);
}

static struct linear_result result;

static void is_judged(const struct example *example)
{
	struct sim_history history;
	enum linear_verdict want = example->mistake ? LINEAR_WRONG : LINEAR_RIGHT;
	bool passed;

	build(&history, example);
	linear_check(&history, 0, &result);
	if (example->mistake)
		passed = ok(result.verdict == want, "%s; refused: %s", example->name,
			    example->mistake);
	else
		passed = ok(result.verdict == want, "%s", example->name);
	if (!passed)
		diag("%s\n%s", linear_name(result.verdict), result.text);
}

static void are_judged(const struct example *example)
{
	for (; example->name; example++)
		is_judged(example);
}

/* ---- histories that the model itself made ---- */

static struct executor executor;

/* Catches a checker that refuses what is right: order, windows, deaths, waits that end elsewhere.
 */
static void random_ones_are_right(enum sim_flavour flavour, bool deadly, const char *what)
{
	unsigned seed;
	uint64_t most = 0;

	for (seed = 0; seed < 3000; seed++) {
		executor_run(&executor, seed, flavour, 12 + seed % 24, seed % 5 == 0, deadly);
		linear_check(&executor.history, 0, &result);
		if (result.verdict != LINEAR_RIGHT)
			break;
		most = result.positions > most ? result.positions : most;
	}
	if (!ok(seed == 3000, "random histories %s are right", what))
		diag("seed %u: %s\n%s", seed, linear_name(result.verdict), result.text);
	diag("at most %u positions", (unsigned)most);
}

/* Where nothing overlaps every answer follows, so that another one is wrong. */
static bool falsify(struct sim_call *call)
{
	if (call->returned == SIM_NEVER || call->made || call->operation == SIM_FORK)
		return false;
	if (call->operation == SIM_ALERT)
		call->status = CARAFE_STATUS_ALERTED;
	else if (call->operation == SIM_WAIT_ANY || call->operation == SIM_WAIT_ALL ||
		 call->operation == SIM_SIGNAL_AND_WAIT)
		call->status ^= 1;
	else if (call->status == CARAFE_STATUS_SUCCESS)
		call->out[0] ^= 1;
	else
		call->status = CARAFE_STATUS_SUCCESS;
	return true;
}

static bool sleeps(const struct sim_history *history)
{
	for (uint32_t i = 0; i + 1 < history->calls; i++)
		if (history->call[i].returned > history->call[i + 1].invoked)
			return true;
	return false;
}

static void falsified_ones_are_wrong(void)
{
	unsigned seed, falsified = 0, accepted = 0;

	for (seed = 0; seed < 3000; seed++) {
		executor_run(&executor, seed, SIM_NT, 10 + seed % 8, true, false);
		if (sleeps(&executor.history))
			continue;
		for (uint32_t i = 0; i < executor.history.calls; i++) {
			struct sim_call kept = executor.call[i];

			if (!falsify(&executor.call[i]))
				continue;
			falsified++;
			linear_check(&executor.history, 0, &result);
			accepted += result.verdict != LINEAR_WRONG;
			executor.call[i] = kept;
		}
	}
	ok(falsified > 200 && accepted == 0, "with one answer changed they are wrong");
	diag("%u of %u accepted", accepted, falsified);
}

int main(void)
{
	are_judged(event_examples);
	are_judged(mutant_examples);
	are_judged(semaphore_examples);
	are_judged(wait_examples);
	are_judged(death_examples);
	are_judged(handle_examples);
	are_judged(ntsync_examples);
	random_ones_are_right(SIM_NT, false, "of four threads");
	random_ones_are_right(SIM_NT, true, "in which two of four threads die");
	random_ones_are_right(SIM_NTSYNC, false, "by the driver's rules");
	falsified_ones_are_wrong();
	return done_testing();
}
