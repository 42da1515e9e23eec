/* SPDX-License-Identifier: MIT */
/*
 * Process slots, and who is dead (core/process.c).
 */
#include <config.h>

#include "core/process.h"
#include "core/round.h"
#include "tests/unit/fixture.h"

static struct carafe_environment *environment;

static struct cf_process *slot(uint32_t number)
{
	return &environment->region->process[number];
}

static void test_enter(void)
{
	uint32_t last = environment->region->header.reserved_processes - 1, high;
	struct cf_region *region = environment->region;
	uint64_t before = bits_of(environment, &slot(last)->state);

	is_int(cf_process_enter(region, environment->place.memory, last), CARAFE_STATUS_SUCCESS,
	       "a free slot is entered");
	ok(value_of(environment, &slot(last)->state) != 0, "and says so");
	is_int(cf_load32(&slot(last)->pid), getpid(), "who is in it");
	is_int(cf_load32(&region->header.high_processes), last + 1,
	       "and walks over all come by it");
	high = cf_load32(&region->header.high_processes);
	is_int(cf_process_enter(region, environment->place.memory, last),
	       CARAFE_STATUS_SHARING_VIOLATION, "what somebody left in a slot must be swept first");
	before = bits_of(environment, &slot(last)->state);
	put(environment, &slot(last)->state, 0);
	must(cf_process_enter(region, environment->place.memory, last), "enter again");
	ok(value_of(environment, &slot(last)->state) != cf_value(before),
	   "each incarnation has a number of its own");
	put(environment, &slot(last)->state, 0);
	must(cf_process_enter(region, environment->place.memory, 1), "enter a lower one");
	is_int(cf_load32(&region->header.high_processes), high, "the bound only grows");
	put(environment, &slot(1)->state, 0);
	is_int(cf_process_enter(region, environment->place.memory, CF_PROCESSES),
	       CARAFE_STATUS_INSUFFICIENT_RESOURCES, "there is none past the end");
}

static void test_dead(void)
{
	struct carafe_environment *other = open_again();
	uint64_t state;

	ok(!cf_process_dead(environment, other->process, &state), "a process with its lock lives");
	ok(!cf_process_dead(environment, environment->process, &state), "and so does our own");
	ok(!cf_process_dead(environment, CF_PROCESSES - 1, &state) &&
		   !cf_process_dead(environment, CF_PROCESSES, &state) &&
		   !cf_process_dead(environment, UINT32_MAX, &state),
	   "there is none without memory");
	die(other);
	ok(cf_process_dead(environment, other->process, &state), "one without its lock is dead");
	ok(state == bits_of(environment, &slot(other->process)->state), "as of that incarnation");
	ok(!cf_process_dead(other, other->process, &state), "nobody takes himself for dead");
	must(cf_round(environment), "go a round");
	ok(!cf_process_dead(environment, other->process, &state),
	   "an empty slot is not dead, whoever holds its lock");
	must(carafe_environment_close(other), "close");
}

static int live_and_die(const struct child *parent, void *argument)
{
	(void)argument;
	say_byte(parent);
	hear_byte(parent);
	return 0;
}

/* A real one, stopped and then killed. */
static void test_child(void)
{
	struct child child = child_start(live_and_die, NULL);
	uint32_t number = 0;
	uint64_t state;
	int status;

	hear_byte(&child);
	while (number < CF_PROCESSES - 1 && (uint32_t)child.pid != cf_load32(&slot(number)->pid))
		number++;
	ok(number < cf_load32(&environment->region->header.high_processes),
	   "a forked child has a slot of its own");
	ok(!cf_process_dead(environment, number, &state), "and lives");
	kill(child.pid, SIGSTOP);
	waitpid(child.pid, &status, WUNTRACED);
	ok(!cf_process_dead(environment, number, &state), "it lives while it is stopped");
	child_kill(&child);
	ok(cf_process_dead(environment, number, &state), "it is dead once it was killed");
	must(cf_round(environment), "go a round");
	is_int(value_of(environment, &slot(number)->state), 0, "and swept by the next round");
}

static void test_still(void)
{
	uint64_t state = bits_of(environment, &slot(0)->state);

	put(environment, &slot(0)->state, cf_value(state));
	ok(cf_process_still(environment->region, slot(0), &state),
	   "an incarnation goes on when somebody compared its word");
	ok(state == cf_load(&slot(0)->state), "and the word is the present one");
	put(environment, &slot(0)->state, cf_value(state) + 1);
	ok(!cf_process_still(environment->region, slot(0), &state), "it does not in another one");
	put(environment, &slot(0)->state, cf_value(state) - 1);
}

int main(void)
{
	environment = open_first();
	test_enter();
	test_dead();
	test_child();
	test_still();
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
