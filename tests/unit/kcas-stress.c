/* SPDX-License-Identifier: MIT */
/*
 * Many change the same few words at random, as threads and as processes, and some are killed at a
 * random moment: nothing is lost, nothing is done twice or in part (core/kcas.c).
 *
 * tests/unit/ledger.h says what is checked; tests/unit/kcas-wrap.c shows that those checks see what
 * they are there for.  The order of things is the machine's; the seed sets what is tried and when a
 * victim is killed.
 */
#include <config.h>

#include <pthread.h>
#include <time.h>

#include "core/round.h"
#include "tests/unit/ledger.h"
#include "tests/unit/seed.h"

#define ACTORS 4u
#define CHANGES 40000u
#define VICTIMS 80u

static struct carafe_environment *environment;
static struct ledger *ledger;
static uint64_t seed;

static void act(uint32_t number, uint32_t changes)
{
	struct actor actor =
		actor_new(environment, self_in(environment), ledger, number, seed + number);

	for (uint32_t i = 0; i < changes && actor.mine->fault == NULL; i++)
		actor_act(&actor);
}

static void check(uint32_t changes, const char *who)
{
	const char *fault = ledger_fault(environment, ledger);
	uint32_t done = 0;

	for (uint32_t i = 0; i < LEDGER_ACTORS; i++)
		done += value_of(environment, ledger_counter(environment, i));
	ok(fault == NULL, "%s: no change is lost, or done twice, or in part", who);
	if (fault != NULL)
		diag("%s", fault);
	if (changes != 0)
		is_int(done, changes, "all %u are done", changes);
	else
		diag("%u changes", done);
}

static void *run_thread(void *number)
{
	act(*(uint32_t *)number, CHANGES);
	return NULL;
}

static void test_threads(void)
{
	pthread_t threads[ACTORS];
	uint32_t numbers[ACTORS];

	ledger = ledger_new(environment);
	for (uint32_t i = 0; i < ACTORS; i++) {
		numbers[i] = i;
		if (pthread_create(&threads[i], NULL, run_thread, &numbers[i]) != 0)
			bail_out("no threads");
	}
	for (uint32_t i = 0; i < ACTORS; i++)
		pthread_join(threads[i], NULL);
	check(ACTORS * CHANGES, "threads");
}

static int run_process(const struct child *parent, void *number)
{
	(void)parent;
	act(*(uint32_t *)number, CHANGES);
	return 0;
}

static void test_processes(void)
{
	struct child children[ACTORS];
	int ended = 0;

	ledger = ledger_new(environment);
	for (uint32_t i = 0; i < ACTORS; i++)
		children[i] = child_start(run_process, &i);
	for (uint32_t i = 0; i < ACTORS; i++)
		ended += child_end(&children[i]) == 0;
	is_int(ended, (int)ACTORS, "all children end");
	check(ACTORS * CHANGES, "processes");
}

static int run_for_ever(const struct child *parent, void *number)
{
	struct actor actor = actor_new(environment, self_in(environment), ledger,
				       *(uint32_t *)number, seed + *(uint32_t *)number);

	say_byte(parent);
	while (actor.mine->fault == NULL)
		actor_act(&actor);
	return 1;
}

/* Words that still refer to a thread's change. */
static uint32_t references_to(uint32_t slot)
{
	uint32_t references = 0;

	for (uint32_t i = 0; i < LEDGER_WORDS; i++) {
		uint64_t bits = cf_load(ledger_word(environment, i));

		references += cf_described(bits) && (bits >> 3) % CF_THREADS == slot;
	}
	return references;
}

/*
 * One after the other begins to act beside two who do so all the time, and is killed a moment
 * later. What he had begun is finished while the others go on.
 */
static void test_victims(void)
{
	uint32_t ledger_numbers[2] = { 0, 1 }, killed = 0, left = 0;
	struct timespec moment = { 0, 0 };
	struct actor dice;
	struct child others[2];
	struct cf_self self = another(environment);

	ledger = ledger_new(environment);
	dice = actor_new(environment, &self, ledger, LEDGER_ACTORS - 1, seed);
	for (uint32_t i = 0; i < 2; i++) {
		others[i] = child_start(run_for_ever, &ledger_numbers[i]);
		hear_byte(&others[i]);
	}
	for (uint32_t i = 0; i < VICTIMS; i++) {
		uint32_t number = 2 + i % (LEDGER_ACTORS - 3), slot;
		struct child victim;

		if (i >= LEDGER_ACTORS - 3) {
			/* Every one after the first few takes a dead one's place in the ledger. */
			struct ledger_actor *place = &ledger->actor[number];

			place->done = value_of(environment, ledger_counter(environment, number));
		}
		victim = child_start(run_for_ever, &number);
		hear_byte(&victim);
		slot = ledger->actor[number].slot;
		moment.tv_nsec = (long)draw(&dice, 2000000);
		nanosleep(&moment, NULL);
		killed += child_kill(&victim) == 1000 + SIGKILL;
		if (!cf_kcas_finish(environment->region, &environment->region->thread[slot]))
			bail_out("a dead thread's change makes no sense");
		left += references_to(slot);
		must(cf_round(environment), "go a round");
	}
	is_int(killed, VICTIMS, "%u are killed while they change words", VICTIMS);
	is_int(left, 0, "no word refers to a dead one's change once that was finished");
	for (uint32_t i = 0; i < 2; i++)
		child_kill(&others[i]);
	must(cf_round(environment), "go a round");
	check(0, "victims");
	ok(sound(environment), "and everything is as it must be");
}

int main(void)
{
	environment = open_first();
	(void)self_in(environment);
	seed = test_seed();
	test_processes();
	test_victims();
	test_threads();
	return done_testing();
}
