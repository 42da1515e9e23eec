/* SPDX-License-Identifier: MIT */
/*
 * core/thread.h - a thread of this process and its slot in an environment.
 *
 * A thread gets a slot when it first needs one (a wait, a mutant, anything that meets a waiter) and
 * keeps it to its end.  The operations' fast paths need none.
 *
 * What happens if a process dies here: its threads' slots name it as their owner; the sweep finds
 * them so.
 */
#ifndef CF_THREAD_H
#define CF_THREAD_H

#include <carafe/status.h>

#include "core/layout.h"
#include "core/word.h"

struct carafe_environment;

/*
 * The owner word of a slot, value: generation 16 | process slot + 1, or 0 there when the slot is
 * free.  The generation counts the uses of the slot and is part of the same word, so that no moment
 * exists in which a new use looks like the last one.
 */
static inline uint32_t cf_owner_process(uint64_t owner)
{
	return cf_value(owner) & 0xffff;
}

/*
 * What this process knows of one of its threads in one environment; lives in thread-local storage.
 */
struct cf_self {
	struct carafe_environment *environment;
	struct cf_region *region;
	struct cf_thread *thread;
	uint64_t serial;	 /* of the environment this belongs to; 0: none */
	uint32_t index;		 /* of the slot */
	uint32_t id; /* NT thread id: unique among all incarnations of the slot, a multiple of 4 */
	volatile uint32_t depth; /* descriptors in use; handlers nest */
	volatile bool waiting;	 /* inside a wait that has a place in queues */
	volatile uint32_t noting; /* functions between a note and what it is for; handlers nest */
	uint32_t spin;		 /* how long spinning has been worth while lately */
};

/* The calling thread, with a slot. */
carafe_status cf_self(struct carafe_environment *environment, struct cf_self **self);

/* The calling thread if it is inside a wait already, else NULL.  Takes no slot. */
struct cf_self *cf_self_waiting(struct carafe_environment *environment);

/*
 * A second slot for a wait inside a signal handler that interrupted a wait.  Fills in *borrowed; to
 * be given back with cf_self_return().
 */
carafe_status cf_self_borrow(struct carafe_environment *environment, struct cf_self *borrowed);
void cf_self_return(struct cf_self *borrowed);

/*
 * The slot that a thread id names, or NULL; *owner is its owner word, for a KCAS that must not
 * miss.
 */
struct cf_thread *cf_thread_of_id(struct cf_region *region, uint32_t id, uint64_t *owner);

/* The id of the use of a slot that its owner word tells. */
uint32_t cf_thread_id(const struct cf_region *region, const struct cf_thread *thread,
		      uint64_t owner);

/*
 * Notes that the thread is about to own a mutant, or does no more.  By the thread itself; the
 * former between cf_noting_begin() and, once it owns it, cf_noting_end().  alone: nothing else is
 * noted between them.
 */
void cf_owned_note(struct cf_self *self, uint32_t object, bool alone);
void cf_owned_drop(struct cf_self *self, uint32_t object);

static inline void cf_noting_begin(struct cf_self *self)
{
	self->noting++;
}

static inline void cf_noting_end(struct cf_self *self)
{
	self->noting--;
}

/* Forgets what this thread had in all environments: it ends, or its slots are its parent's. */
void cf_self_forget(void);

/* Sets up what runs at the end of threads. Once a process. */
carafe_status cf_thread_setup(void);

#endif
