/* SPDX-License-Identifier: MIT */
/*
 * Who is the janitor, and that the next in line takes over (core/janitor.c).
 *
 * Real processes; who is the janitor is read in the environment's head, and what he did in the
 * slots.  Nothing here takes a time for a result: what does not come is the alarm's business.
 */
#include <config.h>

#include "core/round.h"
#include "tests/unit/fixture.h"

static struct carafe_environment *environment;

static uint32_t janitor(void)
{
	return cf_load32(&environment->region->header.janitor);
}

/* Its slot + 1 is the answer; then it offers itself, and lives until it is told or killed. */
static int offer(const struct child *parent, void *argument)
{
	uint32_t mine = environment->process + 1;

	(void)argument;
	environment->flags = 0;
	environment->offered = 0;
	cf_round_offer(environment);
	say(parent, &mine, sizeof(mine));
	hear_byte(parent);
	cf_round_stop(environment);
	return 0;
}

static struct child start(uint32_t *slot)
{
	struct child child = child_start(offer, NULL);

	if (!hear(&child, slot, sizeof(*slot)))
		bail_out("a child does not answer");
	return child;
}

static void await_janitor(uint32_t slot)
{
	while (janitor() != slot)
		os_yield();
}

static void await_swept(uint32_t slot)
{
	while (value_of(environment, &environment->region->process[slot - 1].state) != 0)
		os_yield();
}

static void test_unwanted(void)
{
	cf_round_offer(environment);
	ok(environment->janitor == NULL, "an opening without a janitor has none");
	cf_round_stop(environment);
	pass("and none to stop");
}

static void test_succession(void)
{
	uint32_t first, second, third, victim;
	struct child one = start(&first), two, other, gone;

	await_janitor(first);
	pass("the first who offers himself is the janitor");
	two = start(&second);
	gone = start(&victim);
	is_int(child_kill(&gone), 1000 + SIGKILL, "another one is killed");
	await_swept(victim);
	pass("and swept by the janitor");
	is_int(janitor(), first, "who still is the same");
	is_int(child_kill(&one), 1000 + SIGKILL, "the janitor is killed");
	await_janitor(second);
	await_swept(first);
	pass("the next in line is the janitor, and sweeps him");
	other = start(&third);
	say_byte(&two);
	is_int(child_end(&two), 0, "the janitor leaves");
	await_janitor(third);
	pass("and the next one is");
	say_byte(&other);
	is_int(child_end(&other), 0, "the last one leaves, too");
}

int main(void)
{
	environment = open_first();
	test_unwanted();
	test_succession();
	return done_testing();
}
