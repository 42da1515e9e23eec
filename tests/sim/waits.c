/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/waits.c - whole waits: who signals, who waits, who comes between.
 *
 * What happens if a process dies here: see tests/sim/record.h.
 */
#include "core/region.h"
#include "core/type.h"
#include "tests/sim/plan.h"

static const struct plan old_place = {
	.object = { AUTO(0), AUTO(0), SEMAPHORE(0, 2) },
	.thread = { { SET(0), SET(1) },
		    { ANY(0, 1, EVER), WAIT(2, EVER), WAIT(1, TIMED) },
		    { SWITCH(2, 1, TIMED) } },
};

/* Catches a place of an earlier wait that is taken for one of the present wait. */
const struct scenario scenario_old_place = {
	PLANNED("old-place", "who waits anew comes after those who waited meanwhile", &old_place),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 1 },
};

static const struct plan close_and_wait = {
	.object = { AUTO(0), MUTANT(0) },
	.thread = { { WAIT(0, TIMED), WAIT(0, TRY), MAKE(4, 1, 0) },
		    { SHUT(0), MAKE(4, 0, 1), SHUT(1) },
		    { ANY(1, 0, TIMED), FREE_IT(1) } },
};

/* Catches an object that is freed while threads wait for it, or never. */
const struct scenario scenario_close_and_wait = {
	PLANNED("close-and-wait", "an object is gone with its last handle and its last waiter",
		&close_and_wait),
	.processes = 1,
	.threads = 3,
	.thread = { RUNS(0), RUNS(0), RUNS(0) },
	.bounds = { .preemptions = SCENARIO_ANY, .late = 2 },
	.exhaustive = { .preemptions = 1 },
};

/* The end of a thread takes its places away. */
static bool never(void)
{
	return false;
}

static bool is_first_asleep(void)
{
	return sim_standing(0) == SIM_ASLEEP;
}

static bool has_second_left(void)
{
	return !sim_is_alive(1);
}

static bool has_last_ended(void)
{
	return sim_standing(3) == SIM_FINISHED;
}

/* All handles are closed, and all waits were over when the last one was. */
static void still_free(void)
{
	struct cf_region *region = base_region();
	uint32_t i;

	for (i = 0; i < cf_value(cf_load(&region->header.high_objects)); i++)
		if ((cf_value(cf_load(&region->object[i].info)) & CF_TYPE_MASK) != CF_FREE)
			sim_fail("object %u has no handle, nobody waits for it, and it is not free",
				 i);
}

#define STALE(title, text, table) \
	.name = title, .about = text, .plan = table, .prepare = plan_prepare, .step = plan_step, \
	.still = still_free, .quiet = plan_quiet, .join = base_join, .finish = base_finish, \
	.end = base_end

static const struct plan stale_places = {
	.object = { AUTO(0), AUTO(0) },
	.thread = { { ANY(0, 1, EVER), SHUT(0), SHUT(1), UNTIL(never) },
		    { SET(1), SHUT(0), SHUT(1) } },
};

/* Catches a place of a wait that is over and keeps an object whose last handle is closed. */
const struct scenario scenario_stale_places = {
	STALE("stale-places", "an object that was waited for is gone with its last handle",
	      &stale_places),
	.processes = 2,
	.threads = 2,
	.thread = { RUNS(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 1 },
};

static const struct plan stale_and_dead = {
	.object = { AUTO(0), AUTO(0) },
	.thread = { { ANY(0, 1, EVER), UNTIL(never) },
		    { UNTIL(has_last_ended), SET(1), LEAVE },
		    { SHUT(0), SHUT(1), UNTIL(has_second_left), ROUND },
		    { UNTIL(is_first_asleep), SHUT(0), SHUT(1) } },
};

/* The same of one whose last handle is closed by a sweep. */
const struct scenario scenario_stale_and_dead = {
	STALE("stale-and-dead", "an object that was waited for is gone with the last who had it",
	      &stale_and_dead),
	.processes = 3,
	.threads = 4,
	.thread = { RUNS(0), RUNS(1), RUNS(2), RUNS(0) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 1 },
};

static const struct plan set_and_wait = {
	.object = { AUTO(0) },
	.thread = { { SET(0) }, { WAIT(0, EVER) }, { WAIT(0, EVER) } },
};

static const struct plan pulse_of_set = {
	.object = { AUTO(1), SEMAPHORE(0, 1) },
	.thread = { { POST(1, 1) }, { ALL(0, 1, EVER) }, { PULSE(0) } },
};

/* Catches a pulse that tells of a set event and still releases who waits for it. */
const struct scenario scenario_pulse_of_set = {
	PLANNED("pulse-of-set", "a pulse of an event that is set is a reset", &pulse_of_set),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 1 },
};

static const struct plan pulse_and_release = {
	.object = { MANUAL(0), MUTANT(0) },
	.first = { [1] = WAIT(1, EVER) },
	.thread = { { ALL(1, 0, EVER) }, { WAIT(0, EVER), FREE_IT(1) }, { PULSE(0) } },
};

/* Released, and the mutant free, before the pulse is over. */
static const char *const pulse_and_release_found[] = { "0*400,1*400,2*66,1*400", NULL };

/* Catches a thread that a pulse released and that goes on before the pulse is over. */
const struct scenario scenario_pulse_and_release = {
	PLANNED("pulse-and-release", "who is released by a pulse gives it to nobody else",
		&pulse_and_release),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1 },
	.exhaustive = { .preemptions = 2 },
	.regressions = pulse_and_release_found,
};

static const struct plan post_and_release = {
	.object = { SEMAPHORE(0, 2), MUTANT(0), AUTO(0) },
	.first = { [1] = WAIT(1, EVER) },
	.thread = { { ALL(1, 0, EVER) },
		    { WAIT(0, EVER), FREE_IT(1) },
		    { SWITCH(2, 0, EVER) },
		    { WAIT(2, EVER), POST(0, 2) } },
};

static const char *const post_and_release_found[] = { "0*138,1*72,2*181,3*151,1*69", NULL };

/* The same of what a release of several counts still has to give. */
const struct scenario scenario_post_and_release = {
	PLANNED("post-and-release", "a release of two goes to the two who could have it then",
		&post_and_release),
	.processes = 4,
	.threads = 4,
	.thread = { RUNS(0), RUNS(1), RUNS(2), RUNS(3) },
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1 },
	.exhaustive = { .preemptions = 2 },
	.regressions = post_and_release_found,
};

static const struct plan switch_and_wait = {
	.object = { AUTO(0), AUTO(0), SEMAPHORE(1, 2) },
	.thread = { { SWITCH(0, 2, EVER), SET(1) },
		    { WAIT(0, EVER), SET(1), COUNT(2) },
		    { ALL(1, 2, EVER), WAIT(1, EVER) } },
};

/* Catches a signal that others see while what its caller waits for can still be taken from him. */
const struct scenario scenario_switch_and_wait = {
	PLANNED("switch-and-wait", "a signal and the end of its wait are one", &switch_and_wait),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 1 },
};

static const struct plan set_for_two = {
	.object = { MANUAL(0) },
	.thread = { { WAIT(0, EVER) }, { WAIT(0, EVER) }, { SET(0) } },
};

/* Catches a signal that is offered to the first only. */
const struct scenario scenario_set_for_two = {
	PLANNED("set-for-two", "a notification event releases everybody", &set_for_two),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 1 },
};

static const struct plan other_queue = {
	.object = { AUTO(0), AUTO(0) },
	.thread = { { WAIT(0, TIMED), WAIT(1, EVER) }, { WAIT(0, EVER) }, { SET(0) } },
};

/* Not of core/, but of one whose walks do not look back. */
static const char *const other_queue_found[] = { "0*400,1*400,L0,0*8,2*15,0*400,2*400", NULL };

/* Catches a walk over a queue that goes on in another one, to which a block has moved. */
const struct scenario scenario_other_queue = {
	PLANNED("other-queue", "a set reaches who waits behind somebody who leaves", &other_queue),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .late = 1 },
	.exhaustive = { .preemptions = 2, .late = 1 },
	.regressions = other_queue_found,
};

static const struct plan two_pulses = {
	.object = { AUTO(0), MANUAL(0) },
	.thread = { { PULSE(0) }, { ALL(0, 1, EVER) }, { IS_SET(0), SET(1), PULSE(0) } },
};

/* Offered the first pulse; the second begins before that offer goes on. */
static const char *const two_pulses_found[] = { "1*400,0*32,2*100,0*400", NULL };

/* Catches a pulse that is ended by somebody who has offered another one to the queue. */
const struct scenario scenario_two_pulses = {
	PLANNED("two-pulses", "each pulse is offered to everybody who waits", &two_pulses),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 2 },
	.regressions = two_pulses_found,
};

static const struct plan pulse_and_reset = {
	.object = { AUTO(0) },
	.thread = { { PULSE(0), PULSE(0) }, { WAIT(0, EVER), WAIT(0, EVER) }, { RESET(0) } },
};

/* The reset gives the first pulse, and the second begins before it looks again. */
static const char *const pulse_and_reset_found[] = { "1*400,0*12,2*50,1*400,0*14,2*100", NULL };

/* Catches who gives a pulse before he moves the event, and moves it in the middle of the next one. */
const struct scenario scenario_pulse_and_reset = {
	PLANNED("pulse-and-reset", "a reset leaves alone a pulse that is being given",
		&pulse_and_reset),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 2 },
	.regressions = pulse_and_reset_found,
};

static const struct plan close_and_set = {
	.object = { AUTO(0), AUTO(0) },
	.thread = { { SET(0), IS_SET(0) }, { SHUT(0) }, { SHUT(1) }, { SHUT(0) } },
};

/* The attempt fails because the other handle is closed; the set has looked its handle up before. */
static const char *const close_and_set_found[] = { "3*400,0*8,1*13,2*400,1*21,0*400", NULL };

/* Catches a handle that is told to be closed by an attempt to close it that failed. */
const struct scenario scenario_close_and_set = {
	PLANNED("close-and-set", "a handle that is being closed is good until it is closed",
		&close_and_set),
	.regressions = close_and_set_found,
	.processes = 2,
	.threads = 4,
	.thread = { RUNS(0), RUNS(0), RUNS(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 2 },
};

static const struct plan close_and_go = {
	.object = { AUTO(0), AUTO(0) },
	.thread = { { WAIT(0, TIMED), WAIT(1, TIMED) }, { SHUT(0) } },
};

/* The last one leaves the queue when who closes the object has seen it there. */
static const char *const close_and_go_found[] = { "0*400,1*16,L0,0*400", NULL };

/* Catches who drops the last reference of an object in whose queue nobody is any more. */
const struct scenario scenario_close_and_go = {
	PLANNED("close-and-go", "an object is freed by who closes it or by who leaves it last",
		&close_and_go),
	.processes = 1,
	.threads = 2,
	.thread = { RUNS(0), RUNS(0) },
	.bounds = { .preemptions = SCENARIO_ANY, .late = 2 },
	.exhaustive = { .preemptions = 1, .late = 1 },
	.regressions = close_and_go_found,
};

static const struct plan switch_and_pulse = {
	.object = { AUTO(0), MANUAL(0) },
	.thread = { { SWITCH(0, 1, EVER) }, { WAIT(1, EVER), IS_SET(0) }, { PULSE(1) } },
};

/* Catches a signal whose caller is released by a pulse that was over before it. */
const struct scenario scenario_switch_and_pulse = {
	PLANNED("switch-and-pulse", "who signals and waits is not waiting before the signal",
		&switch_and_pulse),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 2 },
};

static const struct plan switch_and_alert = {
	.object = { AUTO(0), AUTO(0) },
	.thread = { { SWITCH(0, 1, EVER, .alertable = true) },
		    { ALERT(0) },
		    { WAIT(0, EVER), SET(1) } },
};

/* Catches a signal after which an alert that was there before it comes second. */
const struct scenario scenario_switch_and_alert = {
	PLANNED("switch-and-alert", "an alert before the signal ends the wait with it",
		&switch_and_alert),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 2 },
};

static const struct plan switch_and_all = {
	.object = { AUTO(1), AUTO(0) },
	.thread = { { SWITCH(1, 0, EVER), SET(0) },
		    { ALL(0, 1, EVER), SET(0) },
		    { WAIT(1, TIMED) } },
};

/* The second sleeps when the first signals; behind the third, whose time is over right before. */
static const char *const switch_and_all_found[] = {
	"1*400,0*400",
	"2*400,1*400,0*70,L2,2*400,0*400",
	/* The time of who would use the signal up is over before he is given it. */
	"2*35,0*39,1*51,0*20,2*36,1*19,0*4,2*4,1*31,0*46,1*33,0*106,L2,2*4,0*2,2*12",
	NULL,
};

/* Catches a signaller that takes what its signal gives to somebody who waits for all of both. */
const struct scenario scenario_switch_and_all = {
	PLANNED("switch-and-all", "the signal comes before the wait", &switch_and_all),
	.regressions = switch_and_all_found,
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .late = 1 },
	.exhaustive = { .preemptions = 2, .late = 1 },
};

static const struct plan switch_and_less = {
	.object = { AUTO(1), MANUAL(0) },
	.thread = { { SWITCH(1, 0, EVER), SET(0) },
		    { ALL(1, 0, TIMED), WAIT(1, TIMED), ALL(1, 0, EVER) },
		    { IS_SET(1) } },
};

/* The second has waited for both, waits for the event only when it is looked at, and then for both. */
static const char *const switch_and_less_found[] = {
	"1*400,0*55,L1,1*400,0*15,L1,1*400,2*400,0*400",
	NULL,
};

/* Catches a signaller that trusts a look at somebody who waits for less at that moment. */
const struct scenario scenario_switch_and_less = {
	PLANNED("switch-and-less", "who waits for both again has its places from before",
		&switch_and_less),
	.regressions = switch_and_less_found,
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .late = 2 },
	.exhaustive = { .preemptions = 2, .late = 2 },
};

static const struct plan switch_and_try = {
	.object = { AUTO(0), AUTO(0) },
	.thread = { { SWITCH(1, 0, TRY) }, { SET(0), IS_SET(1) } },
};

static const char *const switch_and_try_found[] = { "0*36,1*237,0*227,P", NULL };

/* Catches a signal that is given without a look whether what is waited for still is not there. */
const struct scenario scenario_switch_and_try = {
	PLANNED("switch-and-try", "what is there before the signal ends the wait with it",
		&switch_and_try),
	.regressions = switch_and_try_found,
	.processes = 2,
	.threads = 2,
	.thread = { RUNS(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 2 },
};

static const struct plan two_for_all = {
	.object = { MANUAL(0), AUTO(0) },
	.thread = { { ALL(0, 1, TIMED) }, { ALL(1, 0, TIMED) }, { SET(1), SET(0) } },
};

/* Catches two who take each other's places away again and again: 36,419 steps where 4,300 do. */
const struct scenario scenario_two_for_all = {
	PLANNED("two-for-all", "who begins to wait for the same as another gets on", &two_for_all),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .steps = 8000 },
};

static const struct plan switch_and_close = {
	.object = { SEMAPHORE(1, 5), MANUAL(1) },
	.thread = { { SWITCH(0, 1, TRY) },
		    { SHUT(0) },
		    { SHUT(0), A_CALL(SEMAPHORE_CREATE, .made = 2, .argument = { 1, 1 }) } },
};

static const char *const switch_and_close_found[] = { "0*32,1*1000,2*1000,0", NULL };

/* Catches a signal that is refused for the maximum of what has the semaphore's place by then. */
const struct scenario scenario_switch_and_close = {
	PLANNED("switch-and-close", "a closed semaphore takes the signal or is none",
		&switch_and_close),
	.regressions = switch_and_close_found,
	.processes = 2,
	.threads = 3,
	.thread = { RUNS(0), RUNS(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 2 },
};

static const struct plan two_switches = {
	.object = { AUTO(0), AUTO(0), AUTO(0) },
	.thread = { { SWITCH(0, 2, EVER) },
		    { SWITCH(1, 2, EVER) },
		    { WAIT(0, EVER), IS_SET(1), SET(2) } },
};

/* The first had a place in the queue before the second, and signalled after it. */
static const char *const two_switches_found[] = { "1*78,0*158,2*25,1*190", NULL };

/* Catches a place in a queue from before the signal that is kept although others came meanwhile. */
const struct scenario scenario_two_switches = {
	PLANNED("two-switches", "who signals first waits first", &two_switches),
	.regressions = two_switches_found,
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 2 },
};

static const struct plan all_and_alert = {
	.object = { MANUAL(0), AUTO(0) },
	.thread = { { ALL(0, 1, EVER, .alertable = true), WAIT(0, TRY, .alertable = true) },
		    { SET(0), SET(1), ALERT(0) } },
};

/* All objects had come between the look at them and the one at the alert. */
static const char *const all_and_alert_found[] = { "0*7,1*101", NULL };

/* Catches a wait for all that looks for its alert when all that it waits for has come. */
const struct scenario scenario_all_and_alert = {
	PLANNED("all-and-alert", "an alert after all objects ends no wait for them",
		&all_and_alert),
	.processes = 2,
	.threads = 2,
	.thread = { RUNS(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY, .halts = 1 },
	.exhaustive = { .preemptions = 2 },
	.regressions = all_and_alert_found,
};

const struct scenario scenario_set_and_wait = {
	PLANNED("set-and-wait", "a set gives to one of two waiters", &set_and_wait),
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1, .halts = 1 },
	.exhaustive = { .preemptions = 2 },
};

static const struct plan switch_then_switch = {
	.object = { AUTO(0), AUTO(0), AUTO(0) },
	.thread = { { ANY(1, 2, EVER) },
		    { SWITCH(1, 0, EVER) },
		    { SWITCH(2, 0, EVER) },
		    { PULSE(0) } },
};

/* The third's signal was given while the second, who waits in front of it, stood still after his. */
static const char *const switch_then_switch_found[] = { "0*400,1*120,2*400,3*400", NULL };

/* Catches a place behind somebody whose signal has not been given. */
const struct scenario scenario_switch_then_switch = {
	PLANNED("switch-then-switch", "who waits first has signalled first", &switch_then_switch),
	.regressions = switch_then_switch_found,
	.processes = 4,
	.threads = 4,
	.thread = { RUNS(0), RUNS(1), RUNS(2), RUNS(3) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 2 },
};

static const struct plan switch_then_pulse = {
	.object = { AUTO(0), AUTO(0), AUTO(0) },
	.thread = { { ANY(1, 2, EVER) }, { SWITCH(1, 0, EVER) }, { PULSE(0), SET(2) } },
};

static const char *const switch_then_pulse_found[] = { "0*400,1*120,2*400", NULL };

/* Catches a signal that is given after what has released its caller. */
const struct scenario scenario_switch_then_pulse = {
	PLANNED("switch-then-pulse", "a pulse of what somebody waits for comes after his signal",
		&switch_then_pulse),
	.regressions = switch_then_pulse_found,
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 2 },
};

static const struct plan switch_then_alert = {
	.object = { AUTO(0), AUTO(0), AUTO(0) },
	.thread = { { ANY(1, 2, EVER) },
		    { SWITCH(1, 0, EVER, .alertable = true), WAIT(0, EVER, .alertable = true) },
		    { ALERT(1), ALERT(1), SET(2) } },
};

static const char *const switch_then_alert_found[] = { "0*400,1*130,2*600", NULL };

/*
 * Catches a signal that is given after the alert of its caller's wait.  Nobody is preempted: where the first
 * alert comes before the wait, that has no place and is over with its signal (ARCHITECTURE.md), and the
 * second alert shows it (0*134,2*32,1*76,2*43).
 */
const struct scenario scenario_switch_then_alert = {
	PLANNED("switch-then-alert", "an alert that ends a wait comes after its signal",
		&switch_then_alert),
	.regressions = switch_then_alert_found,
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
};

static const struct plan switch_and_poll = {
	.object = { AUTO(1), AUTO(0) },
	.thread = { { SWITCH(1, 0, TRY) }, { ALL(0, 1, EVER), SET(0) } },
};

static const char *const switch_and_poll_found[] = { "1*400,0*173,1*400", NULL };

/* Catches a poll that has what somebody gave whom its own signal released. */
const struct scenario scenario_switch_and_poll = {
	PLANNED("switch-and-poll", "a poll is over with its signal", &switch_and_poll),
	.regressions = switch_and_poll_found,
	.processes = 2,
	.threads = 2,
	.thread = { RUNS(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 2 },
};

static const struct plan switch_itself = {
	.object = { AUTO(0) },
	.thread = { { SWITCH(0, 0, TRY) }, { WAIT(0, EVER), SET(0) } },
};

static const char *const switch_itself_found[] = { "1*400,0*170,1*400", NULL };

/* Catches the same where what is signalled is what is polled. */
const struct scenario scenario_switch_itself = {
	PLANNED("switch-itself", "a poll of what it signals is over with the signal",
		&switch_itself),
	.regressions = switch_itself_found,
	.processes = 2,
	.threads = 2,
	.thread = { RUNS(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 2 },
};

static const struct plan set_for_all = {
	.object = { MANUAL(0), AUTO(0) },
	.thread = { { WAIT(0, EVER), SET(1) }, { ANY(0, 1, EVER), IS_SET(1) }, { SET(0) } },
};

/* The second had what the first set after the set of the other event had released both. */
static const char *const set_for_all_found[] = { "0*400,1*400,2*60,0*400", NULL };

/* Catches a set that is one step for a pulse, and many for an event that stays set. */
const struct scenario scenario_set_for_all = {
	PLANNED("set-for-all", "whom a set releases does nothing before all are released",
		&set_for_all),
	.regressions = set_for_all_found,
	.processes = 3,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(2) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 2 },
};
