/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/handover.c - from who signals to who waits, and what a death on the way leaves to
 * others.
 *
 * Every process has its own handle to the object, so that it stays whoever dies.
 * "keep" holds the handles and does nothing; "round" goes a round once somebody is dead.
 *
 * What happens if a process dies here: who goes a round finishes what it owed.
 */
#include "core/environment.h"
#include "core/region.h"
#include "core/round.h"
#include "core/wake.h"
#include "tests/sim/base.h"
#include "tests/sim/scenario.h"

enum progress { NOTHING, BEGUN, RETURNED };

struct handover {
	uint32_t object;
	carafe_handle handle[SIM_MOST_PROCESSES];
	uint8_t progress[SIM_MOST_THREADS];
	uint64_t round[SIM_MOST_THREADS]; /* when the one began that is over, or 0 */
	carafe_status status[SIM_MOST_THREADS];
	bool is_dead;	   /* the one who signals */
	bool was_granted; /* thread 0, when that one died */
};

#define HANDOVER SCRATCH_OF(struct handover)

/* ---- Making the object ------------------------------------------------------------------ */

/* The first thread's is everybody's. */
static void share(carafe_handle handle)
{
	HANDOVER->handle[sim_process()] = handle;
	if (sim_self() == 0)
		HANDOVER->object = base_object(handle);
	else
		base_share(handle, HANDOVER->object);
}

static void make_event(void)
{
	carafe_handle handle;

	base_must(carafe_event_create(base_environment(), CARAFE_EVENT_ALL_ACCESS, 0,
				      CARAFE_SYNCHRONIZATION_EVENT, 0, &handle),
		  "carafe_event_create");
	share(handle);
}

static void prepare_event(void)
{
	base_prepare();
	make_event();
}

/* Owned by the first thread. */
static void make_mutant(void)
{
	carafe_handle handle;

	base_must(carafe_mutant_create(base_environment(), CARAFE_MUTANT_ALL_ACCESS, 0,
				       sim_self() == 0, &handle),
		  "carafe_mutant_create");
	share(handle);
}

static void prepare_mutant(void)
{
	base_prepare();
	make_mutant();
}

/* The last process offers itself as janitor. */
static void open_for_janitor(void)
{
	base_open(sim_process() + 1 == scenario_present->processes ? 0 : CARAFE_NO_JANITOR);
}

static void prepare_janitor(void)
{
	open_for_janitor();
	make_event();
}

static void prepare_mutant_and_janitor(void)
{
	open_for_janitor();
	make_mutant();
}

/* ---- Programs --------------------------------------------------------------------------- */

static carafe_handle own_handle(void)
{
	return HANDOVER->handle[sim_process()];
}

static void report(carafe_status status)
{
	HANDOVER->status[sim_self()] = status;
	HANDOVER->progress[sim_self()] = RETURNED;
}

static void begin(void)
{
	sim_point();
	HANDOVER->progress[sim_self()] = BEGUN;
}

static void wait_for_ever(void)
{
	begin();
	report(carafe_wait_one(base_environment(), own_handle(), 0, NULL));
	sim_rest();
}

static void wait_a_second(void)
{
	int64_t second = -10000000;

	begin();
	report(carafe_wait_one(base_environment(), own_handle(), 0, &second));
	sim_rest();
}

static void set(void)
{
	begin();
	report(carafe_event_set(base_environment(), own_handle(), NULL));
	sim_rest();
}

static void keep(void)
{
	sim_rest();
}

static void leave(void)
{
	sim_point();
	sim_exit();
}

static bool is_anybody_dead(void)
{
	unsigned i;

	for (i = 0; i < scenario_present->processes; i++)
		if (!sim_is_alive(i))
			return true;
	return false;
}

/* Who is stopped in the middle of a set owes it still; no round helps that began before. */
static bool is_anybody_halted(void)
{
	unsigned i;

	for (i = 0; i < sim_threads(); i++)
		if (sim_halted(i) != UINT64_MAX && sim_is_alive(sim_process_of(i)))
			return true;
	return false;
}

static void go_round(void)
{
	uint64_t began;

	sim_await(is_anybody_dead);
	sim_forget(0);
	sim_note(0);
	began = sim_now();
	base_must(cf_round(base_environment()), "cf_round");
	HANDOVER->round[sim_self()] = began;
	sim_rest();
}

/* Goes one round once somebody is stopped. */
static void go_round_halted(void)
{
	sim_await(is_anybody_halted);
	sim_forget(0);
	sim_note(0);
	base_must(cf_round(base_environment()), "cf_round");
	HANDOVER->progress[sim_self()] = RETURNED;
	sim_rest();
}

/* Comes once somebody is dead, and waits as well. */
static void follow(void)
{
	sim_await(is_anybody_dead);
	wait_for_ever();
}

/* Comes once somebody is dead, and only looks. */
static void visit(void)
{
	struct carafe_event_information information;

	sim_await(is_anybody_dead);
	begin();
	report(carafe_event_query(base_environment(), own_handle(), &information));
	sim_rest();
}

/* Its sleep makes it offer its janitor's thread, which then looks after the others. */
static void offer(void)
{
	cf_round_offer(base_environment());
	sim_rest();
}

/* ---- Checks ----------------------------------------------------------------------------- */

static bool is_asleep(unsigned thread)
{
	return sim_standing(thread) == SIM_ASLEEP;
}

static const struct cf_thread *slot_of(unsigned thread)
{
	return &base_region()->thread[thread];
}

/* Nobody may sleep on what he has been granted, nor beside a signalled event. */
static void check_sleepers(void)
{
	uint64_t state = cf_load(&base_region()->object[HANDOVER->object].state);
	unsigned i;

	for (i = 0; i < scenario_present->threads; i++) {
		if (!is_asleep(i) || HANDOVER->progress[i] != BEGUN)
			continue;
		if (cf_wait_granted(cf_load(&slot_of(i)->wait)))
			sim_fail("thread %u sleeps, and its wait is granted", i);
		if (!cf_described(state) && cf_value(state) == 1)
			sim_fail("thread %u sleeps, and the event is signalled", i);
	}
}

static unsigned count_released(void)
{
	unsigned i, released = 0;

	for (i = 0; i < scenario_present->threads; i++)
		released += scenario_present->thread[i].run == wait_for_ever &&
			    HANDOVER->progress[i] == RETURNED;
	return released;
}

/* One that began after the last death. */
static bool is_round_over(void)
{
	uint64_t last = 0;
	unsigned i;

	for (i = 0; i < sim_processes(); i++)
		if (!sim_is_alive(i) && sim_died(i) > last)
			last = sim_died(i);
	for (i = 0; i < scenario_present->threads; i++)
		if (HANDOVER->round[i] != 0 && HANDOVER->round[i] >= last)
			return true;
	return false;
}

/* All threads are alive and have come as far as they can. */
static bool is_undisturbed(void)
{
	unsigned i;

	for (i = 0; i < scenario_present->threads; i++)
		if (sim_standing(i) != SIM_FINISHED && sim_standing(i) != SIM_ASLEEP)
			return false;
	return true;
}

static void quiet_event(void)
{
	/* The set counts once it began, and releases one at the most. */
	if (count_released() > 1)
		sim_fail("one set released %u threads", count_released());
	if (count_released() == 1 && HANDOVER->progress[1] == NOTHING)
		sim_fail("a thread was released without a set");
	if (is_undisturbed() || (is_round_over() && !is_anybody_halted()))
		check_sleepers();
}

/* Nobody has gone a round, and where nobody died or was stopped none is needed. */
static void still_undisturbed(void)
{
	if (is_undisturbed())
		check_sleepers();
}

/* Nobody has gone a round: who sleeps on the same object must have woken who was granted it before. */
static void still_followed(void)
{
	uint64_t wait = cf_load(&slot_of(0)->wait);

	if (HANDOVER->progress[2] == BEGUN && is_asleep(2) && is_asleep(0) &&
	    (cf_described(wait) || cf_wait_granted(wait)))
		sim_fail("thread 0 sleeps, its wait is granted, and thread 2 depends on it");
}

static void step_visited(void)
{
	uint64_t wait = cf_load(&slot_of(0)->wait);

	if (HANDOVER->is_dead || sim_is_alive(1))
		return;
	HANDOVER->is_dead = true;
	HANDOVER->was_granted = !cf_described(wait) && cf_wait_granted(wait);
}

/* Nobody has gone a round: who finished the grant of the dead must have woken who was granted. */
static void still_visited(void)
{
	uint64_t wait = cf_load(&slot_of(0)->wait);

	if (HANDOVER->is_dead && !HANDOVER->was_granted && is_asleep(0) && !cf_described(wait) &&
	    cf_wait_granted(wait))
		sim_fail("thread 0 sleeps, and thread 2 has granted its wait");
}

/* One round is enough for who was about to sleep, too. */
static void still_halted(void)
{
	if (HANDOVER->progress[2] == RETURNED)
		check_sleepers();
}

/* Somebody has gone a round. */
static void quiet_halted(void)
{
	if (count_released() > 1)
		sim_fail("one set released %u threads", count_released());
	check_sleepers();
}

/* Times out, or is released; a set that was given to nobody is there still. */
static void quiet_timed(void)
{
	carafe_status status = HANDOVER->status[0];

	if (HANDOVER->progress[0] != RETURNED) {
		if (is_undisturbed())
			sim_fail("a wait for a second sleeps for ever");
		return;
	}
	if (status != CARAFE_STATUS_SUCCESS && status != CARAFE_STATUS_TIMEOUT)
		sim_fail("the wait says 0x%08x", (unsigned)status);
	if (HANDOVER->progress[1] == RETURNED &&
	    (status == CARAFE_STATUS_SUCCESS) ==
		    (cf_value(cf_load(&base_region()->object[HANDOVER->object].state)) == 1))
		sim_fail("a set was lost, or given twice: the wait says 0x%08x", (unsigned)status);
}

/* The janitor's thread does without anybody's help what a round owes to the waiters. */
static void quiet_janitor(void)
{
	quiet_event();
	if (sim_is_alive(scenario_present->processes - 1) && !is_anybody_halted())
		check_sleepers();
}

/* No time has passed, so the janitor was told of the death, and has done all that a round does. */
static void still_heard(void)
{
	if (!sim_is_alive(1) || !sim_is_alive(2))
		return;
	if (HANDOVER->progress[1] != RETURNED ||
	    HANDOVER->status[1] != CARAFE_STATUS_ABANDONED_WAIT_0)
		sim_fail("the owner has left, and who waits for its mutant does not have it");
}

/*
 * Once the owner is dead and a round after that is over, the mutant is abandoned and who waits for
 * it has it.
 */
static void quiet_mutant(void)
{
	if (HANDOVER->progress[1] == RETURNED &&
	    HANDOVER->status[1] != CARAFE_STATUS_ABANDONED_WAIT_0)
		sim_fail("the wait says 0x%08x", (unsigned)HANDOVER->status[1]);
	if (HANDOVER->progress[1] == RETURNED && sim_is_alive(0))
		sim_fail("the owner lives, and somebody else owns its mutant");
	if (!sim_is_alive(0) && is_round_over() && is_asleep(1))
		sim_fail("the owner is dead, and the next one sleeps");
}

/* ---- Scenarios -------------------------------------------------------------------------- */

/* The set comes right before the waiter says that it sleeps. */
static const char *const set_wait_found[] = { "0*71,1*400,0*400", NULL };

const struct scenario scenario_set_wait = {
	.name = "set-wait",
	.about = "a set releases who waits, whatever steps they take in turn",
	.processes = 2,
	.threads = 2,
	.thread = { { 0, wait_for_ever, NULL }, { 1, set, NULL } },
	.prepare = prepare_event,
	.still = still_undisturbed,
	.quiet = quiet_event,
	.join = base_prepare,
	.finish = base_finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY, .spurious = 2, .halts = 1 },
	.exhaustive = { .preemptions = SCENARIO_ANY, .spurious = 1 },
	.regressions = set_wait_found,
};

const struct scenario scenario_set_wait_late = {
	.name = "set-wait-late",
	.about = "a deadline and a set in the same moment: the set is taken or still there",
	.processes = 2,
	.threads = 2,
	.thread = { { 0, wait_a_second, NULL }, { 1, set, NULL } },
	.prepare = prepare_event,
	.still = still_undisturbed,
	.quiet = quiet_timed,
	.join = base_prepare,
	.finish = base_finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY, .spurious = 1, .late = 1, .interrupts = 1 },
	.exhaustive = { .preemptions = SCENARIO_ANY, .spurious = 1, .late = 1 },
};

/* The round passed while the waiter had looked at its objects and did not sleep yet. */
static const char *const set_death_found[] = { "0*71,1*29,K1", NULL };

const struct scenario scenario_set_death = {
	.name = "set-death",
	.about = "who signals may die at any step: after a round nobody sleeps beside a signalled "
		 "event",
	.processes = 3,
	.threads = 3,
	.thread = { { 0, wait_for_ever, NULL }, { 1, set, NULL }, { 2, go_round, NULL } },
	.prepare = prepare_event,
	.quiet = quiet_event,
	.join = base_prepare,
	.finish = base_finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1, .halts = 1 },
	.exhaustive = { .preemptions = 2, .deaths = 1 },
	.regressions = set_death_found,
};

const struct scenario scenario_grant_death = {
	.name = "grant-death",
	.about = "who signals and who is granted may die: a round gives the set to the other one",
	.processes = 4,
	.threads = 4,
	.thread = { { 0, wait_for_ever, NULL }, { 1, set, NULL }, { 2, go_round, NULL },
		    { 3, wait_for_ever, NULL } },
	.prepare = prepare_event,
	.quiet = quiet_event,
	.join = base_prepare,
	.finish = base_finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 2, .halts = 1 },
	.exhaustive = { .preemptions = 1, .deaths = 1 },
};

const struct scenario scenario_janitor_wakes = {
	.name = "janitor-wakes",
	.about = "the janitor's thread finishes a hand-over that a death cut off",
	.processes = 3,
	.threads = 3,
	.thread = { { 0, wait_for_ever, NULL }, { 1, set, NULL }, { 2, offer, NULL } },
	.prepare = prepare_janitor,
	.quiet = quiet_janitor,
	.join = base_prepare,
	.finish = base_finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1, .halts = 1, .rounds = 2 },
	.exhaustive = { .preemptions = 0, .deaths = 1, .rounds = 1 },
};

/* Catches a janitor that is told of no death, or does nothing about it, but in its regular rounds. */
const struct scenario scenario_janitor_hears = {
	.name = "janitor-hears",
	.about = "the janitor's thread sweeps who dies at once, and not when it goes round next",
	.processes = 3,
	.threads = 3,
	.thread = { { 0, leave, NULL }, { 1, wait_for_ever, NULL }, { 2, offer, NULL } },
	.prepare = prepare_mutant_and_janitor,
	.still = still_heard,
	.join = base_prepare,
	.finish = base_finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 1 },
};

const struct scenario scenario_janitors_die = {
	.name = "janitors-die",
	.about = "an owner dies, and the first who sweeps it in the middle of that; the second "
		 "finishes",
	.processes = 4,
	.threads = 4,
	.thread = { { 0, keep, NULL }, { 1, wait_for_ever, NULL }, { 2, go_round, NULL },
		    { 3, go_round, NULL } },
	.prepare = prepare_mutant,
	.quiet = quiet_mutant,
	.join = base_prepare,
	.finish = base_finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 3, .halts = 1 },
	.exhaustive = { .preemptions = 0, .deaths = 2 },
};

/* Catches who goes to sleep behind somebody who was granted the object and not woken. */
const struct scenario scenario_follower_wakes = {
	.name = "follower-wakes",
	.about = "who sleeps on the same object wakes whom the dead had granted it, without a round",
	.processes = 3,
	.threads = 3,
	.thread = { { 0, wait_for_ever, NULL }, { 1, set, NULL }, { 2, follow, NULL } },
	.prepare = prepare_event,
	.still = still_followed,
	.quiet = quiet_event,
	.join = base_join,
	.finish = base_finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1 },
	.exhaustive = { .preemptions = 0, .deaths = 1 },
};

/* Who signalled died where its grant was decided and the waiter not woken. */
static const char *const visitor_wakes_found[] = { "0*400,1*33,K1,2*400", NULL };

/* Catches who finishes a grant and wakes nobody. */
const struct scenario scenario_visitor_wakes = {
	.name = "visitor-wakes",
	.about = "who finishes a grant of the dead wakes who was granted, without a round",
	.processes = 3,
	.threads = 3,
	.thread = { { 0, wait_for_ever, NULL }, { 1, set, NULL }, { 2, visit, NULL } },
	.prepare = prepare_event,
	.step = step_visited,
	.still = still_visited,
	.quiet = quiet_event,
	.join = base_join,
	.finish = base_finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1 },
	.exhaustive = { .preemptions = 0, .deaths = 1 },
	.regressions = visitor_wakes_found,
};

/* Catches a round that helps only after deaths. */
const struct scenario scenario_set_halt = {
	.name = "set-halt",
	.about = "who signals may be stopped at any step: after a round nobody sleeps beside a "
		 "signalled event",
	.processes = 2,
	.threads = 2,
	.thread = { { 0, wait_for_ever, NULL }, { 1, set, NULL } },
	.prepare = prepare_event,
	.quiet = quiet_halted,
	.join = base_join,
	.finish = base_finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY, .halts = 1 },
	.exhaustive = { .preemptions = 0, .halts = 1 },
};

/* The waiter had looked at its objects, and the round came before it slept. */
static const char *const halt_round_found[] = { "0*62,1*11,H1,2*3000", NULL };

/* Catches a round that passes over who has looked at its objects and does not sleep yet. */
const struct scenario scenario_halt_round = {
	.name = "halt-round",
	.about = "who signals may be stopped at any step: one round after that is enough",
	.processes = 3,
	.threads = 3,
	.thread = { { 0, wait_for_ever, NULL }, { 1, set, NULL }, { 2, go_round_halted, NULL } },
	.prepare = prepare_event,
	.still = still_halted,
	.quiet = quiet_halted,
	.join = base_join,
	.finish = base_finish,
	.end = base_end,
	.bounds = { .preemptions = SCENARIO_ANY, .halts = 1 },
	.exhaustive = { .preemptions = 1, .halts = 1 },
	.regressions = halt_round_found,
};
