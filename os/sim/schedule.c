/* SPDX-License-Identifier: MIT */
/*
 * os/sim/schedule.c - who goes on: what can be done next, asking the decider, and doing it.
 *
 * It runs on the stack of the thread that is about to make a step, or on the outside stack at the
 * beginning; so going on with the same thread costs no switch.  A thread that was killed meanwhile
 * goes on deciding on its stack until it switches to another one.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/sim/run.h"
#include "os/sim/weak.h"
#include "os/sim/world.h"

void (*sim_observer)(const struct sim_event *event);

static struct fibre outside;
static const struct sim_decider *decider;
static enum sim_end end;
static char failure[8192];

static void (*check)(void);
static uint64_t most_steps, most_alone;

static struct sim_taken *taken;
static size_t taken_count, taken_room;

void sim_schedule_check(void (*step)(void), uint64_t steps, uint64_t alone)
{
	check = step;
	most_steps = steps;
	most_alone = alone;
}

void sim_schedule_forget(void)
{
	taken_count = 0;
	end = SIM_END_QUIET;
	failure[0] = '\0';
}

const struct sim_taken *sim_taken(size_t *count)
{
	*count = taken_count;
	return taken;
}

const char *sim_failure(void)
{
	return failure;
}

/* Where a thread is left: of one that never runs again that is of no use. */
static struct fibre *left_at(unsigned thread)
{
	static struct fibre nowhere;

	if (thread == SIM_NONE)
		return &outside;
	return sim_world.thread[thread].standing == SIM_READY ? &sim_world.thread[thread].fibre
							      : &nowhere;
}

/* Goes back to who called sim_execute(). */
static void leave(void)
{
	sim_inside = false;
	if (sim_world.current != SIM_NONE)
		fibre_switch(left_at(sim_world.current), &outside);
	sim_inside = sim_world.current != SIM_NONE;
}

void sim_fail(const char *format, ...)
{
	va_list arguments;

	if (end == SIM_END_FAILED)
		return;
	va_start(arguments, format);
	vsnprintf(failure, sizeof(failure), format, arguments);
	va_end(arguments);
	end = SIM_END_FAILED;
	if (sim_inside)
		leave();
}

static void observe(struct sim_action action)
{
	const struct sim_event event = { .kind = SIM_EVENT_ACTION,
					 .step = sim_world.step,
					 .thread = sim_world.current,
					 .action = action };

	if (sim_observer != NULL)
		sim_observer(&event);
}

static void record(struct sim_action action)
{
	if (taken_count == taken_room) {
		taken_room = taken_room * 2 + 1024;
		taken = realloc(taken, taken_room * sizeof(*taken));
		if (taken == NULL)
			abort(); /* a test program without memory */
	}
	taken[taken_count++] = (struct sim_taken){ sim_world.step, action };
	observe(action);
}

/* ---- What can be done ------------------------------------------------------------------- */

static bool is_over(const struct virtual_thread *thread)
{
	switch (thread->blocked) {
	case SIM_FREE:
		return true;
	case SIM_ON_WATCH:
		return thread->woken != 0 || sim_watch_ready(thread->on);
	case SIM_ON_JOIN:
		return ((const struct virtual_thread *)thread->on)->standing == SIM_FINISHED;
	case SIM_ON_LOCAL_LOCK:
		return sim_world.process[thread->process].local == 0;
	case SIM_ON_NOTHING:
		return false;
	case SIM_ON_CONDITION:
		return thread->condition();
	default:
		return thread->woken != 0;
	}
}

bool sim_can_run(const struct virtual_thread *thread)
{
	return thread->standing == SIM_READY && is_over(thread);
}

static bool sleeps(const struct virtual_thread *thread)
{
	return thread->standing == SIM_READY && thread->woken == 0 &&
	       (thread->blocked == SIM_ON_PARK || thread->blocked == SIM_ON_WATCH);
}

/* A handler does not interrupt itself, nor a thread's end. */
static bool can_be_signalled(const struct virtual_thread *thread)
{
	return thread->handler != NULL && thread->standing == SIM_READY && !thread->signalled &&
	       !thread->handling && thread->ending == UINT64_MAX &&
	       (thread->blocked == SIM_FREE ||
		(thread->blocked == SIM_ON_PARK && thread->woken == 0));
}

static bool may(enum sim_verb verb, unsigned who)
{
	const struct virtual_thread *thread = &sim_world.thread[who];

	if (sim_world.budget.verb[verb] == 0)
		return false;
	switch (verb) {
	case SIM_ACT_KILL:
		return sim_is_alive(who);
	case SIM_ACT_HALT:
		return thread->standing == SIM_READY;
	case SIM_ACT_SPURIOUS:
		return sleeps(thread);
	case SIM_ACT_LATE:
		return sleeps(thread) && thread->blocked == SIM_ON_PARK &&
		       thread->deadline != OS_NEVER;
	case SIM_ACT_INTERRUPT:
		return sleeps(thread) && thread->blocked == SIM_ON_PARK;
	case SIM_ACT_SIGNAL:
		return can_be_signalled(thread);
	case SIM_ACT_STALE:
		return thread->standing == SIM_READY && sim_may_age(thread);
	default:
		return who == sim_world.current && thread->standing == SIM_READY &&
		       thread->reserving && !thread->full;
	}
}

static unsigned add(struct sim_action *options, unsigned count, enum sim_verb verb, unsigned who)
{
	options[count] = (struct sim_action){ (uint8_t)verb, (uint8_t)who };
	return count + 1;
}

/* The thread that runs first, then the others in a circle; those only, if no preemption is left. */
static unsigned add_runs(struct sim_action *options)
{
	unsigned present = sim_world.current != SIM_NONE ? sim_world.current : 0;
	unsigned count = 0, i;

	for (i = 0; i < sim_world.threads; i++) {
		unsigned who = (present + i) % sim_world.threads;

		if (!sim_can_run(&sim_world.thread[who]))
			continue;
		count = add(options, count, SIM_ACT_RUN, who);
		if (who == sim_world.current && sim_world.budget.preemptions == 0)
			break;
	}
	return count;
}

static unsigned collect(struct sim_action *options)
{
	unsigned count = add_runs(options), verb, i;

	if (count == 0)
		count = add(options, count, SIM_ACT_PASS, 0);
	for (verb = SIM_ACT_KILL; verb < SIM_ACT_VERBS; verb++) {
		unsigned most = verb == SIM_ACT_KILL ? sim_world.processes : sim_world.threads;

		for (i = 0; sim_world.budget.verb[verb] != 0 && i < most; i++)
			if (may((enum sim_verb)verb, i))
				count = add(options, count, (enum sim_verb)verb, i);
	}
	return count;
}

/* ---- Doing it --------------------------------------------------------------------------- */

static void wake(struct virtual_thread *thread, enum os_parked how)
{
	thread->woken = (uint8_t)(how + 1);
}

static void interrupt(struct virtual_thread *thread)
{
	thread->interrupted = sim_world.step;
	wake(thread, OS_INTERRUPTED);
}

static void pass_deadline(struct virtual_thread *thread)
{
	uint64_t *clock = &sim_world.clock[thread->clock];
	uint64_t past = *clock < thread->deadline ? thread->deadline - *clock : 0;

	/* Both clocks go on together. */
	sim_world.clock[OS_CLOCK_UPTIME] += past;
	sim_world.clock[OS_CLOCK_REALTIME] += past;
	thread->late = sim_world.step;
	wake(thread, OS_LATE);
}

static uint64_t time_left(const struct virtual_thread *thread)
{
	uint64_t now = sim_world.clock[thread->clock];

	return thread->deadline > now ? thread->deadline - now : 0;
}

/* The earliest deadline passes; false when there is none. Those of watches only so many times. */
static bool pass(void)
{
	struct virtual_thread *first = NULL;
	unsigned i;

	for (i = 0; i < sim_world.threads; i++) {
		struct virtual_thread *thread = &sim_world.thread[i];

		if (!sleeps(thread) || thread->deadline == OS_NEVER ||
		    (thread->blocked == SIM_ON_WATCH && sim_world.budget.rounds == 0))
			continue;
		if (first == NULL || time_left(thread) < time_left(first))
			first = thread;
	}
	if (first == NULL)
		return false;
	if (first->blocked == SIM_ON_WATCH)
		sim_world.budget.rounds--;
	pass_deadline(first);
	return true;
}

static void act(struct sim_action action)
{
	struct virtual_thread *thread = &sim_world.thread[action.who];

	if (sim_world.budget.verb[action.verb] != 0)
		sim_world.budget.verb[action.verb]--;
	switch (action.verb) {
	case SIM_ACT_KILL:
		sim_kill(action.who);
		break;
	case SIM_ACT_HALT:
		thread->standing = SIM_HALTED;
		thread->halted = sim_world.step;
		break;
	case SIM_ACT_SPURIOUS:
		wake(thread, OS_LOOK);
		break;
	case SIM_ACT_LATE:
		pass_deadline(thread);
		break;
	case SIM_ACT_INTERRUPT:
		interrupt(thread);
		break;
	case SIM_ACT_FULL:
		thread->full = true;
		break;
	case SIM_ACT_SIGNAL:
		thread->signalled = true;
		if (thread->blocked == SIM_ON_PARK)
			interrupt(thread);
		break;
	case SIM_ACT_STALE:
		thread->age++;
		break;
	default:
		break;
	}
}

/* Lets the thread run; comes back when this one is to go on. */
static void go(unsigned who)
{
	unsigned before = sim_world.current;

	if (who == before)
		return;
	if (before != SIM_NONE && sim_can_run(&sim_world.thread[before]) &&
	    sim_world.budget.preemptions != UINT32_MAX)
		sim_world.budget.preemptions--;
	sim_load(who);
	sim_world.current = who;
	sim_world.alone = 0;
	fibre_switch(left_at(before), &sim_world.thread[who].fibre);
}

/*
 * The present thread is to go on: if it was signalled its handler runs first, on its stack, and then
 * it is asked again who goes on.  What the thread was about to do stays as it was.
 */
static bool handle_signal(void)
{
	struct virtual_thread *thread = sim_thread_now(), before = *thread;

	if (!thread->signalled)
		return false;
	thread->signalled = false;
	thread->handling = true;
	thread->blocked = SIM_FREE;
	thread->next = NULL;
	thread->age = 0;
	sim_inside = true;
	sim_saw(SIM_ACT_SIGNAL);
	thread->handler();
	thread->handling = false;
	thread->blocked = before.blocked;
	thread->on = before.on;
	thread->woken = before.woken;
	thread->deadline = before.deadline;
	thread->clock = before.clock;
	thread->reserving = before.reserving;
	thread->next = before.next;
	thread->age = before.age;
	return true;
}

static int decide(const struct sim_action *options, unsigned count)
{
	return decider != NULL ? decider->decide(decider->context, options, count) : 0;
}

void sim_schedule(void)
{
	struct sim_action options[SIM_MOST_OPTIONS];
	unsigned me = sim_world.current;
	int choice;

	for (;;) {
		sim_inside = false;
		if (check != NULL && decider != NULL)
			check();
		choice = end == SIM_END_FAILED ? SIM_CUT : decide(options, collect(options));
		if (choice == SIM_CUT) {
			if (end != SIM_END_FAILED)
				end = SIM_END_CUT;
			leave();
			return;
		}
		record(options[choice]);
		if (options[choice].verb == SIM_ACT_RUN) {
			go(options[choice].who);
			if (me != SIM_NONE && handle_signal())
				continue;
			sim_inside = sim_world.current != SIM_NONE;
			return;
		}
		if (options[choice].verb == SIM_ACT_PASS && !pass()) {
			leave();
			return;
		}
		act(options[choice]);
	}
}

enum sim_end sim_execute(const struct sim_decider *how, const struct sim_budget *budget)
{
	if (end == SIM_END_FAILED)
		return end;
	decider = how;
	sim_world.budget =
		budget != NULL ? *budget : (struct sim_budget){ .preemptions = UINT32_MAX };
	sim_world.current = SIM_NONE;
	end = SIM_END_QUIET;
	sim_schedule();
	sim_inside = false;
	sim_world.current = SIM_NONE;
	return end;
}

/* ---- Steps ------------------------------------------------------------------------------ */

void sim_count(void)
{
	sim_world.step++;
	/* To have made the step is another state, whatever it does. */
	sim_thread_now()->seen++;
	if (++sim_world.alone > most_alone)
		sim_fail("no progress: thread %u made %llu steps of one call while all others "
			 "stood still",
			 sim_world.current, (unsigned long long)most_alone);
	if (sim_world.step > most_steps)
		sim_fail("no end: the execution has more than %llu steps",
			 (unsigned long long)most_steps);
}

bool sim_must_ask(const void *word)
{
	return decider == NULL || !decider->contended_only || sim_is_contended(word);
}

void sim_call(const char *name, uint64_t detail)
{
	const struct sim_event event = { .kind = SIM_EVENT_CALL,
					 .step = sim_world.step,
					 .thread = sim_world.current,
					 .where = name,
					 .old = detail };

	if (!sim_inside)
		return;
	sim_schedule();
	sim_count();
	if (sim_weak && strcmp(name, "os_park") != 0 && strcmp(name, "os_unpark") != 0)
		sim_weak_fence(sim_world.current, SIM_FULL);
	if (sim_observer != NULL)
		sim_observer(&event);
}

void sim_point(void)
{
	if (!sim_inside)
		return;
	sim_schedule();
	sim_count();
	sim_world.alone = 0;
}

void sim_meet(void)
{
	if (sim_inside && sim_weak)
		sim_weak_fence(sim_world.current, SIM_FULL);
}

void sim_relax(void)
{
	if (sim_inside)
		sim_schedule();
	sim_count();
}

void sim_block(enum sim_blocked blocked, const void *on)
{
	struct virtual_thread *thread = sim_thread_now();

	thread->blocked = (uint8_t)blocked;
	thread->on = on;
	thread->woken = 0;
	sim_schedule();
	thread->blocked = SIM_FREE;
	thread->deadline = OS_NEVER;
}

/* ---- States ----------------------------------------------------------------------------- */

static uint64_t thread_state(const struct virtual_thread *thread)
{
	uint64_t bits = thread->standing | (uint64_t)thread->blocked << 8 |
			(uint64_t)thread->woken << 16 | (uint64_t)thread->full << 24 |
			(uint64_t)thread->age << 32 | (uint64_t)thread->signalled << 40 |
			(uint64_t)thread->handling << 41;

	return sim_mix(sim_mix(thread->seen, bits), thread->deadline);
}

uint64_t sim_state(void)
{
	uint64_t state = sim_mix(sim_world.memory, sim_world.order);
	unsigned i;

	state = sim_mix(state, sim_world.clock[OS_CLOCK_UPTIME]);
	for (i = 0; i < sim_world.processes; i++)
		state = sim_mix(state, sim_is_alive(i));
	for (i = 0; i < sim_world.threads; i++)
		state = sim_mix(state, thread_state(&sim_world.thread[i]));
	return state;
}

uint64_t sim_outcome(void)
{
	uint64_t state = sim_mix(sim_world.memory, sim_world.order);
	unsigned i;

	for (i = 0; i < sim_world.threads; i++) {
		const struct virtual_thread *thread = &sim_world.thread[i];
		bool is_gone = thread->standing == SIM_KILLED || thread->standing == SIM_HALTED;

		state = sim_mix(state, is_gone ? thread->standing : thread_state(thread));
	}
	return state;
}

uint64_t sim_state_and_budget(void)
{
	const struct sim_budget *budget = &sim_world.budget;
	uint64_t state = sim_state();
	unsigned verb;

	for (verb = 0; verb < SIM_ACT_VERBS; verb++)
		state = sim_mix(state, budget->verb[verb]);
	state = sim_mix(state, budget->rounds);
	if (budget->preemptions == UINT32_MAX)
		return state;
	return sim_mix(sim_mix(state, budget->preemptions), sim_world.current);
}
