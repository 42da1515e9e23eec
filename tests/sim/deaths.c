/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/deaths.c - processes that die at any step of what they do, of the sweep of others, and
 * of the sweep of the sweeper.
 *
 * Thread 1, in process 1, is who has something to lose; the last threads go rounds as a janitor
 * does.  Who dies is up to the scheduler.
 *
 * What happens if a process dies here: that is the question.
 */
#include "tests/sim/plan.h"

#define ONE_DEATH \
	.bounds = { .preemptions = SCENARIO_ANY, .deaths = 1 }, \
	.exhaustive = { .preemptions = 0, .deaths = 1 }
#define TWO_DEATHS .bounds = { .preemptions = SCENARIO_ANY, .deaths = 2, .halts = 1 }
#define THREE_PROCESSES .processes = 3, .threads = 3, .thread = { RUNS(0), RUNS(1), RUNS(2) }
#define FOUR_PROCESSES \
	.processes = 4, .threads = 4, .thread = { RUNS(0), RUNS(1), RUNS(2), RUNS(3) }

static const struct plan owner = {
	.object = { MUTANT(0), AUTO(0) },
	.first = { [1] = WAIT(0, EVER) },
	.thread = { { WAIT(0, EVER), WHOSE(0), FREE_IT(0) },
		    { WAIT(0, EVER), SET(1), FREE_IT(0) },
		    { ROUND, WHOSE(0), ROUND } },
};

const struct scenario scenario_death_of_owner = {
	PLANNED("death-of-owner", "the mutants of the dead are abandoned once", &owner),
	THREE_PROCESSES,
	ONE_DEATH,
};

static const struct plan waiter = {
	.object = { AUTO(0) },
	.thread = { { SET(0), IS_SET(0) },
		    { WAIT(0, EVER), SET(0) },
		    { ROUND, WAIT(0, TRY), ROUND } },
};

const struct scenario scenario_death_of_waiter = {
	PLANNED("death-of-waiter", "what the dead were granted is lost with them or given back",
		&waiter),
	THREE_PROCESSES,
	ONE_DEATH,
};

static const struct plan released = {
	.object = { MANUAL(0) },
	.thread = { { SET(0), RESET(0) }, { WAIT(0, EVER) }, { ROUND, IS_SET(0) } },
};

/* Catches what a notification event gave to the dead and is given back after a reset. */
const struct scenario scenario_death_of_released = {
	PLANNED("death-of-released", "an event that was reset stays so, whoever it had released",
		&released),
	THREE_PROCESSES,
	ONE_DEATH,
};

static const struct plan counted = {
	.object = { SEMAPHORE(0, 1) },
	.thread = { { POST(0, 1), POST(0, 1) }, { WAIT(0, EVER) }, { ROUND, COUNT(0) } },
};

/* The dead was granted the first unit, and the second one fills the semaphore. */
static const char *const counted_found[] = { "1*100,0*500,K1,2*2000", NULL };

/* Catches a count that goes over its maximum when what the dead were granted is given back. */
const struct scenario scenario_death_of_counted = {
	PLANNED("death-of-counted", "what the dead were granted is lost if there is no room for it",
		&counted),
	THREE_PROCESSES,
	ONE_DEATH,
	.regressions = counted_found,
};

static const struct plan queue = {
	.object = { AUTO(0), SEMAPHORE(0, 2) },
	.thread = { { SET(0), POST(1, 1) },
		    { ANY(0, 1, EVER) },
		    { WAIT(0, EVER) },
		    { ROUND, ROUND } },
};

const struct scenario scenario_death_in_queue = {
	PLANNED("death-in-queue", "the dead leave the queues, and those behind them are served",
		&queue),
	FOUR_PROCESSES,
	ONE_DEATH,
};

static const struct plan for_all = {
	.object = { AUTO(0), MUTANT(0), SEMAPHORE(0, 2) },
	.thread = { { SET(0), POST(2, 1) },
		    { A_CALL(WAIT_ALL, .objects = 3, .object = { 0, 1, 2 }), FREE_IT(1) },
		    { ROUND, WAIT(1, TIMED), COUNT(2), IS_SET(0) } },
};

const struct scenario scenario_death_for_all = {
	PLANNED("death-for-all", "a wait for all of the dead took all or nothing", &for_all),
	THREE_PROCESSES,
	ONE_DEATH,
};

static bool is_owner_gone(void)
{
	return !sim_is_alive(1);
}

static const struct plan before_all = {
	.object = { MUTANT(0), AUTO(0) },
	.first = { [1] = WAIT(0, EVER) },
	.thread = { { UNTIL(is_owner_gone), ROUND, ALL(0, 1, TRY), WHOSE(0) }, { LEAVE } },
};

/* Catches a mutant of which nobody is told that it was abandoned, because somebody had looked. */
const struct scenario scenario_death_before_all = {
	PLANNED("death-before-all", "a wait for all that takes nothing leaves a mutant abandoned",
		&before_all),
	.processes = 2,
	.threads = 2,
	.thread = { RUNS(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY },
	.exhaustive = { .preemptions = 1 },
};

static const struct plan signaller = {
	.object = { AUTO(0), MANUAL(0), MUTANT(0) },
	.first = { [1] = WAIT(2, EVER) },
	.thread = { { WAIT(0, EVER), WAIT(2, EVER) },
		    { SET(0), PULSE(1), FREE_IT(2), SET(1) },
		    { WAIT(1, TIMED), ROUND, WHOSE(2) } },
};

const struct scenario scenario_death_of_signaller = {
	PLANNED("death-of-signaller", "a signal of the dead was given or was not", &signaller),
	THREE_PROCESSES,
	ONE_DEATH,
};

static const struct plan pulsed = {
	.object = { AUTO(0), AUTO(1), MUTANT(0) },
	.first = { [0] = WAIT(2, EVER) },
	.thread = { { PULSE(0), IS_SET(0), FREE_IT(2), PULSE(0) },
		    { A_CALL(WAIT_ALL, .objects = 3, .object = { 0, 1, 2 }), WAIT(0, EVER) },
		    { ROUND, WAIT(0, TIMED), WHOSE(2), IS_SET(1) } },
};

/* The mutant of a wait for all was given back, and the other event that it had taken was not. */
static const char *const pulsed_found[] = { "1*201,K1,0*358", NULL };

const struct scenario scenario_death_and_pulse = {
	PLANNED("death-and-pulse", "what a pulse gave to the dead is lost, and no event set", &pulsed),
	THREE_PROCESSES,
	ONE_DEATH,
	.regressions = pulsed_found,
};

static const struct plan half_pulse = {
	.object = { MANUAL(0), MUTANT(0) },
	.first = { [1] = WAIT(1, EVER) },
	.thread = { { ALL(1, 0, EVER) }, { FREE_IT(1) }, { PULSE(0) }, { ROUND, ROUND } },
};

static const char *const half_pulse_found[] = { "0*300,2*14,K2,3*550,1", NULL };

/* Catches a pulse that goes on after the end of whoever began it. */
const struct scenario scenario_death_in_pulse = {
	PLANNED("death-in-pulse", "a pulse of the dead is over when they are swept", &half_pulse),
	FOUR_PROCESSES,
	ONE_DEATH,
	.regressions = half_pulse_found,
};

static const struct plan maker = {
	.object = { AUTO(0), MUTANT(0) },
	.thread = { { SHUT(0), SET(0) },
		    { MAKE(4, 1, 0), SHUT(0), WAIT(1, EVER), SHUT(1), MAKE(8, 0, 1) },
		    { ROUND, SHUT(1), ROUND } },
};

const struct scenario scenario_death_of_maker = {
	PLANNED("death-of-maker", "handles and objects of the dead are gone", &maker),
	THREE_PROCESSES,
	ONE_DEATH,
};

static const struct plan janitor = {
	.object = { MUTANT(0), AUTO(0) },
	.first = { [1] = WAIT(0, EVER) },
	.thread = { { WAIT(0, EVER), SET(1), FREE_IT(0) },
		    { WAIT(1, EVER), FREE_IT(0) },
		    { ROUND, SET(1) },
		    { ROUND, WHOSE(0), ROUND } },
};

const struct scenario scenario_death_of_janitor = {
	PLANNED("death-of-janitor", "a sweep that is cut off is finished by the next", &janitor),
	FOUR_PROCESSES,
	TWO_DEATHS,
};

static const struct plan alerted = {
	.object = { AUTO(0) },
	.thread = { { ALERT(1), ALERT(2) },
		    { WAIT(0, EVER, .alertable = true), WAIT(0, EVER, .alertable = true) },
		    { WAIT(0, TIMED, .alertable = true), SET(0), ROUND } },
};

const struct scenario scenario_death_and_alert = {
	PLANNED("death-and-alert", "an alert reaches a wait or is kept", &alerted),
	THREE_PROCESSES,
	ONE_DEATH,
};

static const struct plan threads = {
	.object = { MUTANT(0), MUTANT(0) },
	.thread = { { WAIT(0, EVER), WAIT(1, EVER), WAIT(0, EVER) },
		    { WAIT(1, EVER), WAIT(0, EVER), FREE_IT(0) },
		    { WAIT(0, TIMED), WAIT(1, TIMED) } },
};

const struct scenario scenario_threads_end = {
	PLANNED("threads-end", "a thread that ends abandons its mutants", &threads),
	.processes = 2,
	.threads = 3,
	.thread = { RUNS(0), RUNS(0), RUNS(1) },
	.bounds = { .preemptions = SCENARIO_ANY, .late = 1 },
	.exhaustive = { .preemptions = 1 },
};

static const struct plan forking = {
	.object = { AUTO(0), MUTANT(1), MANUAL(0) },
	.thread = { { SET(0), FORK, WAIT(2, TIMED), FREE_IT(1), SHUT(2) },
		    { WAIT(0, TIMED), ALL(1, 2, TIMED), FREE_IT(1), ROUND },
		    { WHOSE(1), SET(2), WAIT(1, TIMED), FREE_IT(1), SHUT(0), MAKE(4, 1, 0) } },
};

/* Catches a child that has what its parent's thread has, or not what its process has. */
const struct scenario scenario_fork_and_death = {
	PLANNED("fork-and-death", "a child has the handles of its parent and nothing else", &forking),
	.processes = 2,
	.threads = 2,
	.thread = { RUNS(0), RUNS(1) },
	ONE_DEATH,
};

static const struct plan leaving = {
	.object = { MUTANT(0), AUTO(0) },
	.first = { [1] = WAIT(0, EVER) },
	.thread = { { WAIT(0, EVER), FREE_IT(0), LEAVE },
		    { SET(1), LEAVE },
		    { WAIT(1, EVER), ROUND, WHOSE(0) } },
};

const struct scenario scenario_leaving = {
	PLANNED("leaving", "a process that ends is as one that dies", &leaving),
	THREE_PROCESSES,
	ONE_DEATH,
};

static const struct plan heir = {
	.object = { MUTANT(0) },
	.first = { [1] = WAIT(0, EVER) },
	.thread = { [0] = { ROUND, WAIT(0, TRY) }, [2] = { WAIT(0, EVER) } },
};

/* The owner ends, and the one who was granted the mutant dies before it knows. */
static const char *const heir_found[] = { "2*400,1*400,K2", NULL };

/* Catches a mutant that the dead were granted as an abandoned one, and that is given back as any other. */
const struct scenario scenario_death_of_heir = {
	PLANNED("death-of-heir", "an abandoned mutant that is given back is abandoned", &heir),
	THREE_PROCESSES,
	ONE_DEATH,
	.regressions = heir_found,
};

static const struct plan several = {
	.object = { MUTANT(0), MUTANT(0), AUTO(1) },
	.first = { [1] = WAIT(0, EVER) },
	.thread = { [0] = { ROUND, WHOSE(1), IS_SET(2) },
		    [2] = { A_CALL(WAIT_ALL, .objects = 3, .object = { 0, 1, 2 }) } },
};

/* The same of a wait for all. */
static const char *const several_found[] = { "2*400,1*400,K2", NULL };

/* Catches a grant of two mutants, of which one was abandoned, that is given back by half. */
const struct scenario scenario_death_of_several = {
	PLANNED("death-of-several", "what abandoned and other mutants the dead were granted is "
				    "lost as one",
		&several),
	THREE_PROCESSES,
	ONE_DEATH,
	.regressions = several_found,
};

static const struct plan woken = {
	.object = { AUTO(0) },
	.thread = { { PULSE(0) }, { WAIT(0, EVER) }, { ROUND, IS_SET(0) } },
};

/* Released, and dead before it knows. */
static const char *const woken_found[] = { "1*400,0*400,K1", NULL };

/* Catches a pulse that is given back as if the event had been set. */
const struct scenario scenario_death_of_pulsed = {
	PLANNED("death-of-pulsed", "a pulse that released the dead is over", &woken),
	THREE_PROCESSES,
	ONE_DEATH,
	.regressions = woken_found,
};

static const struct plan late_comer = {
	.object = { AUTO(0), AUTO(0) },
	.thread = { { ROUND, SET(1) }, { PULSE(0) }, { ALL(0, 1, EVER) }, { SHUT(0) } },
};

/* The pulse of a closed handle, with nobody in the queue but who was about to wait; then the sweep. */
static const char *const late_comer_found[] = { "1*10,3*400,2*100,1*5,K1,0*3000,2*400", NULL };

/* Catches a pulse of the dead that is left to somebody who was about to wait. */
const struct scenario scenario_death_before_wait = {
	PLANNED("death-before-wait", "a pulse of the dead is over for who is about to wait, too",
		&late_comer),
	.processes = 3,
	.threads = 4,
	.thread = { RUNS(0), RUNS(1), RUNS(2), RUNS(1) },
	ONE_DEATH,
	.regressions = late_comer_found,
};

static const struct plan newer = {
	.object = { AUTO(0) },
	.thread = { { SHUT(0), MAKE(4, 1, 0), ROUND, IS_SET(4) },
		    { WAIT(0, EVER) },
		    { SET(0), SHUT(0) } },
};

/* Granted; the object goes, a newer one comes, the one who was granted it dies. */
static const char *const newer_found[] = { "1*400,2*130,0*100,K1", NULL };

/* Catches what the dead were granted and is given back to who has the place of that object now. */
const struct scenario scenario_death_and_newer = {
	PLANNED("death-and-newer", "what the dead were granted is given back to nobody else",
		&newer),
	.processes = 2,
	.threads = 3,
	.thread = { RUNS(0), RUNS(1), RUNS(1) },
	ONE_DEATH,
	.regressions = newer_found,
};

static const struct plan slow_sweep = {
	.object = { AUTO(0) },
	.thread = { [0] = { ROUND, SET(0) }, [2] = { ROUND, FORK }, [3] = { WAIT(0, EVER) } },
};

/*
 * The other sweep ends, and a child comes, before the slow one looks at the thread, ends its wait, and
 * closes the handles.
 */
static const char *const slow_sweep_found[] = {
	"K1,0*10,2*3000,3*400",
	"K1,0*181,2*3000,3*400",
	"K1,0*370,2*3000,3*400",
	/* The parent stands still in fork() and has the lock of the dead child. */
	"2*121,3*114,K3",
	NULL,
};

/* Catches a sweep that was slow and goes on with who has the slots of the dead by now. */
const struct scenario scenario_slow_sweep = {
	PLANNED("slow-sweep", "who comes to the slots of the dead is not swept with them",
		&slow_sweep),
	THREE_PROCESSES,
	ONE_DEATH,
	.regressions = slow_sweep_found,
};
