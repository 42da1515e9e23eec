/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/model.h - what the calls mean, one after the other: the rules of NT, and of the ntsync
 * driver where it differs, written from the specification and from nothing in core/.
 *
 * A model is a plain value: copying it copies the world.  Every function is one indivisible step.
 * A wait is two of them: it is entered, and if it sleeps then somebody's later step ends it.
 *
 * Invariants:
 * - Nobody sleeps who could be satisfied, but after model_sleep(): each step that signals an object
 *   hands it over before it ends, to the sleepers in the order in which they came.
 * - All unused fields and the spaces between are 0, so equal worlds are equal bytes.
 *
 * What happens if a process dies here: nothing; the model belongs to the test.  The death of a
 * modelled thread is a number of steps too: model_vanish(), model_keep(), model_give_back(),
 * model_abandon().
 */
#ifndef CF_TESTS_SIM_MODEL_H
#define CF_TESTS_SIM_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/sim/history.h"

#define MODEL_OBJECTS 16u
#define MODEL_THREADS 8u
#define MODEL_PROCESSES 8u
#define MODEL_HANDLES 24u

enum model_kind {
	MODEL_NOTHING, /* the object is not made yet */
	MODEL_EVENT,
	MODEL_MUTANT,
	MODEL_SEMAPHORE
};

struct model_object {
	uint8_t kind;	   /* of enum model_kind */
	uint8_t manual;	   /* event: a notification event */
	uint8_t abandoned; /* mutant: its last owner died owning it */
	uint8_t zero;
	uint32_t count;	  /* event: 1 if signalled; mutant: how often it is owned; semaphore */
	uint32_t maximum; /* semaphore */
	uint32_t owner;	  /* mutant: who owns it, in NT a thread + 1; 0 nobody */
};

enum model_phase {
	MODEL_AWAKE,
	MODEL_ASLEEP,
	MODEL_ENDED /* somebody ended the wait, with `status`; its thread knows nothing of it yet */
};

struct model_wait {
	uint8_t phase; /* of enum model_phase */
	uint8_t all;
	uint8_t alertable; /* NT: an alert ends it; ntsync: the last object is the alert */
	uint8_t objects;
	uint8_t object[SIM_WAIT_OBJECTS];
	uint8_t taken;	   /* a bit for each place whose object was taken and can be given back */
	uint8_t afresh;	   /* the same, for a mutant that was taken while abandoned */
	uint8_t returning; /* some of that was given back already */
	uint8_t zero;
	uint32_t owner;	 /* for whom mutants are acquired */
	uint32_t status; /* in MODEL_ENDED */
};

struct model {
	struct model_object object[MODEL_OBJECTS];
	struct model_wait wait[MODEL_THREADS];
	/* Who sleeps, the first comer first; this is the order of every queue. */
	uint8_t sleeper[MODEL_THREADS];
	uint8_t sleepers;
	uint8_t flavour; /* of enum sim_flavour */
	uint8_t alerted; /* a bit a thread */
	uint8_t zero;
	/* By process and handle: 1 + the object, and MODEL_INHERIT; 0: not open. */
	uint8_t handle[MODEL_PROCESSES][MODEL_HANDLES];
};

#define MODEL_INHERIT 0x80u

struct model_answer {
	uint32_t status;
	int32_t out[3];
	bool sleeps; /* a wait: no status yet */
};

void model_begin(struct model *model, enum sim_flavour flavour);

/* ---- handles ---- */

/* The object that a handle names in a process, or SIM_NOBODY. */
uint32_t model_named(const struct model *model, uint32_t process, uint32_t handle);

/* Makes call->object, with this handle, which must be free. */
bool model_create(struct model *model, const struct sim_call *call, uint32_t process,
		  uint32_t handle);

bool model_close(struct model *model, uint32_t process, uint32_t handle);

/* A child has the inheritable handles of its parent and nothing else. */
void model_fork(struct model *model, uint32_t parent, uint32_t child);

/* ---- calls on objects ---- */

/*
 * The calls that never sleep, on this object; SIM_ALERT, whose target lives, too.
 */
void model_call(struct model *model, const struct sim_call *call, uint32_t object,
		struct model_answer *answer);

/* True if a wait of this thread for this object alone would be satisfied now. */
bool model_signalled(const struct model *model, const struct sim_call *call, uint32_t object);

/* Takes the object at this place, which must be signalled, for a wait for any. */
void model_take(struct model *model, const struct sim_call *call, const uint32_t *object,
		uint32_t place, struct model_answer *answer);

/*
 * Enters a wait of whatever kind: satisfied at once, alerted, over because it only polls, or
 * asleep. SIM_SIGNAL_AND_WAIT signals first; if it cannot, that is the answer.
 */
void model_enter(struct model *model, const struct sim_call *call, const uint32_t *object,
		 struct model_answer *answer);

/* Falls asleep whatever is signalled: in a wait for any that has looked at all of its objects. */
void model_sleep(struct model *model, const struct sim_call *call, const uint32_t *object);

/* A sleeper looks again at what it waits for; true if that ends its wait. */
bool model_look(struct model *model, uint32_t thread);

/* Ends a wait that does not sleep by an alert that was kept; false if there is none. */
bool model_take_alert(struct model *model, uint32_t thread);

/* A sleeper's time is over. */
void model_time_out(struct model *model, uint32_t thread);

/* ---- death ---- */

/* A dead sleeper leaves the queues. */
void model_vanish(struct model *model, uint32_t thread);

/* The dead had seen that its wait ended: what it got is lost with it. */
void model_keep(struct model *model, uint32_t thread);

/* The dead had not: what it got at this place was never taken. */
void model_give_back(struct model *model, uint32_t thread, uint32_t place);

/* A mutant loses its owner, who died. */
void model_abandon(struct model *model, uint32_t object);

#endif
