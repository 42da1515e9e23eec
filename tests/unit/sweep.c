/* SPDX-License-Identifier: MIT */
/*
 * What a dead thread leaves is put right, one thing after the other (core/sweep.c).
 *
 * The dead process is an opening whose lock was let go.  It is brought to the point at which it
 * died by the same calls that a living one makes.
 */
#include <config.h>

#include "core/event.h"
#include "core/mutant.h"
#include "core/process.h"
#include "core/round.h"
#include "core/semaphore.h"
#include "core/sweep.h"
#include "tests/unit/forge.h"
#include "tests/unit/waiter.h"

static struct carafe_environment *environment;
static struct cf_self *self;
static struct cf_self peer;

static struct cf_view event, manual, semaphore, mutant, second_mutant;

/* A process that is about to die; its mapping is another one than ours. */
struct victim {
	struct carafe_environment *environment;
	struct cf_self *self;
	struct cf_self mine; /* the same slot, seen through our mapping */
	uint64_t state;
};

static struct victim be_born(void)
{
	struct victim victim = { .environment = open_again() };

	victim.self = self_in(victim.environment);
	victim.mine = *victim.self;
	victim.mine.environment = environment;
	victim.mine.region = environment->region;
	victim.mine.thread = &environment->region->thread[victim.self->index];
	return victim;
}

static struct cf_process *process_of(const struct victim *victim)
{
	return &environment->region->process[victim->environment->process];
}

static carafe_status sweep(struct victim *victim)
{
	die(victim->environment);
	if (!cf_process_dead(environment, victim->environment->process, &victim->state))
		bail_out("a dead process seems to live");
	return cf_sweep_process(self, victim->environment->process, victim->state);
}

/* Nothing of it is left, and its slots can be used again. */
static bool is_gone(const struct victim *victim)
{
	return value_of(environment, &process_of(victim)->state) == 0 &&
	       cf_owner_process(bits_of(environment, &victim->mine.thread->owner)) == 0 &&
	       wait_of(&victim->mine) == CF_IDLE && sound(environment);
}

/* The slot is free: the next opening takes it, and we do not need this one any more. */
static void bury(struct victim *victim)
{
	must(carafe_environment_close(victim->environment), "close a dead opening");
}

static void test_idle(void)
{
	struct victim victim = be_born();

	is_int(sweep(&victim), CARAFE_STATUS_SUCCESS, "a dead process that did nothing is swept");
	ok(is_gone(&victim), "and gone");
	is_int(cf_sweep_process(self, victim.environment->process, victim.state),
	       CARAFE_STATUS_SUCCESS, "to sweep it again does no harm");
	bury(&victim);
}

static void test_waiting(void)
{
	struct victim victim = be_born();

	wait_for(&victim.mine, 0, &event, &semaphore);
	must(sweep(&victim), "sweep");
	ok(is_gone(&victim), "a wait of a dead thread ends");
	ok(!cf_waiters(bits_of(environment, &event.object->state)) &&
		   !cf_waiters(bits_of(environment, &semaphore.object->state)),
	   "and nobody queues");
	put(environment, &semaphore.object->state, 0);
	bury(&victim);
}

/* Blocks of a wait that was over, or of one that was not quite begun. */
static void test_stale_blocks(void)
{
	struct victim victim = be_born();

	wait_for(&victim.mine, 0, &event, &semaphore, &mutant);
	put(environment, &victim.mine.thread->wait, CF_IDLE);
	must(sweep(&victim), "sweep");
	ok(is_gone(&victim) && !cf_waiters(bits_of(environment, &mutant.object->state)),
	   "blocks of a thread that does not wait are unlinked");
	bury(&victim);
}

/* Lets the victim have what it waits for, as a signaller would; it does not get to notice. */
static void give(struct victim *victim)
{
	struct cf_thread *thread = victim->mine.thread;
	enum cf_outcome outcome;

	for (uint32_t i = 0; i < CF_BLOCKS; i++) {
		uint32_t object = cf_load32(&thread->block[i].object);

		if (cf_satisfy(self, thread, cf_object_at(environment->region, object), &outcome) ==
		    CF_SATISFIED)
			return;
	}
	bail_out("a wait cannot be satisfied");
}

static void test_granted_any(void)
{
	struct victim victim = be_born();

	wait_for(&victim.mine, 0, &event, &semaphore);
	put(environment, &semaphore.object->state, 2);
	give(&victim);
	is_int(value_of(environment, &semaphore.object->state), 1,
	       "a dead thread was given a unit");
	must(sweep(&victim), "sweep");
	is_int(value_of(environment, &semaphore.object->state), 2, "which is given back");
	is_int(value_of(environment, &event.object->state), 0, "what it was not given is not");
	ok(is_gone(&victim), "and it is gone");
	put(environment, &semaphore.object->state, 0);
	bury(&victim);
}

/* Catches a mutant that is told to be abandoned though it was not, or is forgotten. */
static void test_granted_mutants(void)
{
	struct victim victim = be_born();

	put(environment, &mutant.object->second, CF_ABANDONED);
	wait_for(&victim.mine, CF_WAIT_ALL, &mutant, &second_mutant, &semaphore);
	put(environment, &semaphore.object->state, 1);
	give(&victim);
	must(sweep(&victim), "sweep");
	ok(value_of(environment, &mutant.object->second) == CF_ABANDONED &&
		   value_of(environment, &second_mutant.object->second) == CF_ABANDONED &&
		   value_of(environment, &semaphore.object->state) == 0,
	   "of several mutants one was abandoned: the dead had all");
	put(environment, &mutant.object->second, 0);
	put(environment, &second_mutant.object->second, 0);
	bury(&victim);
}

static void test_granted_all(void)
{
	struct victim victim = be_born();

	put(environment, &mutant.object->second, CF_ABANDONED);
	put(environment, &second_mutant.object->state, victim.mine.id);
	put(environment, &second_mutant.object->second, 2);
	wait_for(&victim.mine, CF_WAIT_ALL, &event, &semaphore, &manual, &mutant);
	put(environment, &event.object->state, 1);
	put(environment, &semaphore.object->state, 1);
	put(environment, &manual.object->state, 1);
	give(&victim);
	is_int(wait_of(&victim.mine), grant(0) | CF_GRANT_ABANDONED | CF_GRANT_SHARED,
	       "a dead thread was given all");
	must(sweep(&victim), "sweep");
	ok(value_of(environment, &event.object->state) == 1 &&
		   value_of(environment, &semaphore.object->state) == 1 &&
		   value_of(environment, &manual.object->state) == 1,
	   "all are given back");
	ok(value_of(environment, &mutant.object->state) == 0 &&
		   value_of(environment, &mutant.object->second) == CF_ABANDONED,
	   "the abandoned mutant is as abandoned as it was");
	is_int(value_of(environment, &second_mutant.object->state), victim.mine.id,
	       "what it owned but did not note is not found");
	put(environment, &second_mutant.object->state, 0);
	put(environment, &second_mutant.object->second, 0);
	put(environment, &event.object->state, 0);
	put(environment, &semaphore.object->state, 0);
	put(environment, &manual.object->state, 0);
	put(environment, &mutant.object->second, 0);
	ok(is_gone(&victim), "and it is gone");
	bury(&victim);
}

static void test_granted_by_alert(void)
{
	struct victim victim = be_born();

	wait_for(&victim.mine, CF_WAIT_ALERT, &semaphore);
	put(environment, &victim.mine.thread->alert, 1);
	give(&victim);
	must(sweep(&victim), "sweep");
	is_int(value_of(environment, &semaphore.object->state), 0,
	       "an alert is given back to no object");
	ok(is_gone(&victim), "and its thread is gone");
	bury(&victim);

	victim = be_born();
	wait_for(&victim.mine, CF_WAIT_ALL | CF_WAIT_EVENT, &semaphore, &manual, &event);
	put(environment, &event.object->state, 1);
	give(&victim);
	is_int(wait_of(&victim.mine), grant(2), "an alert object ended a wait for all");
	must(sweep(&victim), "sweep");
	ok(value_of(environment, &event.object->state) == 1 &&
		   value_of(environment, &semaphore.object->state) == 0,
	   "it is given back, and nothing else");
	put(environment, &event.object->state, 0);
	ok(is_gone(&victim), "and its thread is gone");
	bury(&victim);
}

/* What is given back was somebody else's to have. */
static void test_given_back_is_distributed(void)
{
	struct victim victim = be_born();

	wait_for(&victim.mine, 0, &event);
	wait_for(&peer, 0, &event);
	put(environment, &event.object->state, 1);
	give(&victim);
	ok(still_waits(&peer), "a dead thread was given what another one waits for, too");
	must(sweep(&victim), "sweep");
	ok(is_granted(&peer, grant(0)), "which has it after the sweep");
	leave(&peer);
	ok(is_gone(&victim), "and the dead one is gone");
	bury(&victim);
}

/* The block was met by somebody who unlinked it; the object lives on. */
static void test_given_back_without_a_block(void)
{
	struct victim victim = be_born();

	wait_for(&victim.mine, 0, &semaphore);
	put(environment, &semaphore.object->state, 1);
	give(&victim);
	must(cf_queue_prune(self, semaphore.object), "prune");
	must(sweep(&victim), "sweep");
	is_int(value_of(environment, &semaphore.object->state), 1,
	       "a unit is given back also when its taker queues no more");
	put(environment, &semaphore.object->state, 0);
	bury(&victim);
}

/* The object went while the grant was on its way, and another one is at its place. */
static void test_given_back_to_nobody(void)
{
	struct victim victim = be_born();
	struct cf_view old, next;
	carafe_handle handle;

	handle = new_object(environment, cf_semaphore_birth(1, 5), &old);
	wait_for(&victim.mine, 0, &old);
	give(&victim);
	must(cf_handle_close(environment, handle), "close");
	handle = new_object(environment, cf_semaphore_birth(1, 5), &next);
	ok(next.object == old.object, "the object of a grant is gone; another one has its place");
	must(sweep(&victim), "sweep");
	is_int(value_of(environment, &next.object->state), 1,
	       "and is not given what was not its own");
	must(cf_handle_close(environment, handle), "close");
	ok(is_gone(&victim), "and the dead one is gone");
	bury(&victim);
}

static void note(struct cf_self *whose, struct cf_view *what)
{
	cf_noting_begin(whose);
	cf_owned_note(whose, cf_object_index(environment->region, what->object), true);
	put(environment, &what->object->state, whose->id);
	cf_noting_end(whose);
}

static void test_owned(void)
{
	struct victim victim = be_born();

	note(&victim.mine, &mutant);
	note(&victim.mine, &second_mutant);
	put(environment, &second_mutant.object->second, 3);
	must(sweep(&victim), "sweep");
	ok(value_of(environment, &mutant.object->state) == 0 &&
		   value_of(environment, &mutant.object->second) == CF_ABANDONED,
	   "a mutant that a dead thread owned is abandoned");
	ok(value_of(environment, &second_mutant.object->state) == 0 &&
		   value_of(environment, &second_mutant.object->second) == CF_ABANDONED,
	   "and so is one that it had acquired four times");
	ok(is_gone(&victim), "and it is gone");
	put(environment, &mutant.object->second, 0);
	put(environment, &second_mutant.object->second, 0);
	bury(&victim);
}

/* It died before it acquired what it noted, or after it released it and somebody else acquired it.
 */
static void test_noted_and_not_owned(void)
{
	struct victim victim = be_born();

	note(&victim.mine, &mutant);
	put(environment, &mutant.object->state, peer.id);
	note(&victim.mine, &second_mutant);
	put(environment, &second_mutant.object->state, 0);
	cf_store32(&victim.mine.thread->owned[20], CF_OBJECTS + 5);
	must(sweep(&victim), "sweep");
	ok(value_of(environment, &mutant.object->state) == peer.id &&
		   value_of(environment, &mutant.object->second) == 0,
	   "a noted mutant that is somebody else's stays so");
	ok(value_of(environment, &second_mutant.object->state) == 0 &&
		   value_of(environment, &second_mutant.object->second) == 0,
	   "and a free one is not abandoned");
	put(environment, &mutant.object->state, 0);
	bury(&victim);
}

static void test_owned_with_a_waiter(void)
{
	struct victim victim = be_born();

	note(&victim.mine, &mutant);
	wait_for(&peer, 0, &mutant);
	must(sweep(&victim), "sweep");
	ok(is_granted(&peer, grant(0) | CF_GRANT_ABANDONED),
	   "who waits for an abandoned mutant has it, and is told");
	is_int(value_of(environment, &mutant.object->state), peer.id, "and owns it");
	put(environment, &mutant.object->state, 0);
	leave(&peer);
	bury(&victim);
}

/* More mutants than notes: they are looked for among all objects. */
static void test_overflow(void)
{
	struct victim victim = be_born();

	cf_store32(&victim.mine.thread->owned_overflow, 1);
	put(environment, &mutant.object->state, victim.mine.id);
	put(environment, &second_mutant.object->state, peer.id);
	must(sweep(&victim), "sweep");
	is_int(value_of(environment, &mutant.object->second), CF_ABANDONED,
	       "a mutant without a note is found when there were too many");
	is_int(value_of(environment, &second_mutant.object->state), peer.id,
	       "and another one's is left alone");
	put(environment, &mutant.object->second, 0);
	put(environment, &second_mutant.object->state, 0);
	bury(&victim);
}

/* The driver's mutants have owners of their own making, which may look like thread ids. */
static void test_external_mutant(void)
{
	struct victim victim = be_born();
	struct cf_view external;

	new_external(environment, cf_mutant_birth(victim.mine.id, 1), 1, &external);
	cf_store32(&victim.mine.thread->owned_overflow, 1);
	must(sweep(&victim), "sweep");
	is_int(value_of(environment, &external.object->state), victim.mine.id,
	       "a driver's mutant is not abandoned by a thread's death");
	must(cf_external_drop(environment, &external), "drop");
	bury(&victim);
}

static void test_handles(void)
{
	struct victim victim = be_born();
	struct cf_view view;

	(void)new_object(victim.environment, cf_event_birth(true, false), &view);
	must(sweep(&victim), "sweep");
	is_int(value_of(environment,
			&environment->region
				 ->object[cf_object_index(victim.environment->region, view.object)]
				 .info) &
		       CF_TYPE_MASK,
	       CF_FREE, "the objects of a dead process go with its handles");
	ok(is_gone(&victim), "and it is gone");
	bury(&victim);
}

/* It died between making a change known and the end of it. */
static void test_half_done_change(void)
{
	struct victim victim = be_born();
	struct cf_changes changes = { .count = 0 };
	cf_word *word[2] = { spare_word(environment, 0), spare_word(environment, 1) };

	for (int i = 0; i < 2; i++)
		cf_change(&changes, word[i], bits_of(environment, word[i]), 7);
	install(&changes, 0, forge(&victim.mine, 0, UNDECIDED, &changes));
	must(sweep(&victim), "sweep");
	ok(cf_value(cf_load(word[0])) == 7 && cf_value(cf_load(word[1])) == 7,
	   "a change that a dead thread began is finished");
	put(environment, word[0], 0);
	put(environment, word[1], 0);
	ok(is_gone(&victim), "and it is gone");
	bury(&victim);
}

/* A sweeper who was slow, and meanwhile another one was done and the slot taken anew. */
static void test_late_sweeper(void)
{
	struct victim victim = be_born(), next;
	uint32_t slot = victim.environment->process;
	uint64_t state;

	must(sweep(&victim), "sweep");
	state = victim.state;
	bury(&victim);
	next = be_born();
	ok(next.environment->process == slot, "another process has a dead one's slot");
	wait_for(&next.mine, 0, &event);
	is_int(cf_sweep_process(self, slot, state), CARAFE_STATUS_SUCCESS,
	       "a sweeper who comes late for the dead one");
	ok(wait_of(&next.mine) == CF_WAITING &&
		   cf_waiters(bits_of(environment, &event.object->state)),
	   "leaves the other one's wait");
	ok(value_of(environment, &process_of(&next)->state) != 0 &&
		   cf_owner_process(bits_of(environment, &next.mine.thread->owner)) == slot + 1,
	   "and its slots");
	leave(&next.mine);
	must(carafe_environment_close(next.environment), "close");
}

/* Several threads of one process. */
static void test_all_threads(void)
{
	struct victim victim = be_born();
	struct cf_self more = another(victim.environment), mine = victim.mine;

	mine.index = more.index;
	mine.id = more.id;
	mine.thread = &environment->region->thread[more.index];
	wait_for(&victim.mine, 0, &event);
	wait_for(&mine, 0, &semaphore);
	note(&mine, &mutant);
	must(sweep(&victim), "sweep");
	ok(is_gone(&victim) && cf_owner_process(bits_of(environment, &mine.thread->owner)) == 0,
	   "all threads of a dead process are gone");
	is_int(value_of(environment, &mutant.object->second), CF_ABANDONED,
	       "and each one's mutants abandoned");
	put(environment, &mutant.object->second, 0);
	bury(&victim);
}

/* A thread of ours that ends. */
static void test_own(void)
{
	struct cf_self ending = another(environment);

	wait_for(&ending, 0, &event);
	put(environment, &ending.thread->wait, CF_IDLE);
	note(&ending, &mutant);
	is_int(cf_sweep_own(&ending), CARAFE_STATUS_SUCCESS, "a thread ends by itself");
	ok(!cf_waiters(bits_of(environment, &event.object->state)), "it leaves its queues");
	is_int(value_of(environment, &mutant.object->second), CF_ABANDONED, "abandons its mutants");
	is_int(cf_owner_process(bits_of(environment, &ending.thread->owner)), 0,
	       "and gives its slot back");
	is_int(cf_sweep_own(&ending), CARAFE_STATUS_FILE_CORRUPT_ERROR,
	       "it has no second one to give");
	put(environment, &mutant.object->second, 0);
}

int main(void)
{
	environment = open_first();
	self = self_in(environment);
	peer = another(environment);
	new_object(environment, cf_event_birth(false, false), &event);
	new_object(environment, cf_event_birth(true, false), &manual);
	new_object(environment, cf_semaphore_birth(0, 9), &semaphore);
	new_object(environment, cf_mutant_birth(0, 0), &mutant);
	new_object(environment, cf_mutant_birth(0, 0), &second_mutant);
	test_idle();
	test_waiting();
	test_stale_blocks();
	test_granted_any();
	test_granted_all();
	test_granted_mutants();
	test_granted_by_alert();
	test_given_back_is_distributed();
	test_given_back_without_a_block();
	test_given_back_to_nobody();
	test_owned();
	test_noted_and_not_owned();
	test_owned_with_a_waiter();
	test_overflow();
	test_external_mutant();
	test_handles();
	test_half_done_change();
	test_late_sweeper();
	test_all_threads();
	test_own();
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
