/* SPDX-License-Identifier: MIT */
/*
 * core/queue.h - the queue of wait blocks of an object: circular, doubly linked, oldest first.
 *
 * A link is the value of a cf_word: CF_HEAD means the object itself, CF_UNLINKED no queue, anything
 * else a block.  Invariants, kept by making each change in one KCAS:
 *   - following next from the object and prev from the object gives the same blocks in opposite
 *     orders;
 *   - a block is in at most one queue, and its next is CF_UNLINKED exactly when it is in none;
 *   - the waiters bit of the object's state is set exactly when its queue is not empty; an object
 *     with that bit is never freed, so a linked block's object stays the same object.
 *
 * Blocks may stay linked after their wait: a thread that waits for the same objects again, as most
 * do, then finds its place made.  A block that belongs to no present wait is stale; whoever meets
 * it may unlink it, comparing the thread's wait word, so that it cannot be in use when it goes.
 *
 * What happens if a process dies here: a KCAS is whole or not at all; the sweep unlinks a dead
 * thread's blocks.
 */
#ifndef CF_QUEUE_H
#define CF_QUEUE_H

#include "core/kcas.h"
#include "core/thread.h"
#include "core/type.h"

#define CF_UNLINKED 0u
#define CF_HEAD 1u
#define CF_LINK_BASE 2u

/* More steps than a walk takes over all blocks that there are, each of which it may unlink. */
#define CF_QUEUE_STEPS (2u * CF_THREADS * CF_BLOCKS)

/* A place in a queue while it is walked: the word that leads to the present block. */
struct cf_walk {
	struct cf_object *object;
	cf_word *link;		/* of the previous block, or the object's first */
	uint64_t seen;		/* what *link said */
	struct cf_thread *thread; /* present block: whose, and which of its blocks */
	uint32_t number;
	uint64_t next;		/* what the present block's next said, while link led to it */
};

enum cf_step {
	CF_STEP_BLOCK,	 /* walk->thread and walk->number are the next block */
	CF_STEP_END,	 /* there are no more */
	CF_STEP_CHANGED, /* the queue changed under the walk; begin again */
	CF_STEP_DAMAGED
};

/* Begins before the oldest block. */
bool cf_walk_begin(struct cf_region *region, struct cf_walk *walk, struct cf_object *object);

/* Looks at the block that *link leads to. */
enum cf_step cf_walk_look(struct cf_region *region, struct cf_walk *walk);

/* Leaves the present block behind. */
void cf_walk_pass(struct cf_walk *walk);

/* After the present block was unlinked: look where *link leads now. */
bool cf_walk_stay(struct cf_region *region, struct cf_walk *walk);

/*
 * Puts a block that is in no queue at the end of the view's object's queue, if the object is still
 * as viewed. By the thread that owns the block.
 */
enum cf_outcome cf_queue_link(struct cf_self *self, uint32_t number, const struct cf_view *view);

/*
 * True when the block is the newest of that object's queue, so that linking it anew would change
 * nothing.
 */
bool cf_queue_last(struct cf_region *region, struct cf_thread *thread, uint32_t number,
		   struct cf_object *object);

/* The thread whose block is the newest of the object's queue; NULL: there is none. */
struct cf_thread *cf_queue_newest(struct cf_region *region, struct cf_object *object);

/*
 * Takes a block out of whatever queue it is in; frees the object when that was its last tie.
 * guard, unless NULL, is a word that must still be as guarded (the owner's wait or owner word); it
 * counts as changed. CF_MISSED: the guard changed.  CF_DONE also when the block was in no queue.
 */
enum cf_outcome cf_queue_unlink(struct cf_self *self, struct cf_thread *thread, uint32_t number,
				cf_word *guard, uint64_t guarded);

/*
 * Whether the walk's present block belongs to a wait that goes on; *wait is the thread's wait word
 * to compare when it is to be unlinked because it does not.
 */
bool cf_queue_current(struct cf_region *region, const struct cf_walk *walk, uint64_t *wait);

/*
 * Whether a signal of the viewed object reaches another thread that waits for all of it and the other
 * one: before anybody who would use it up.  *found is false: adds that it does not, as long as the
 * object is as viewed.  CF_MISSED: look again.
 */
enum cf_outcome cf_queue_find_both(struct cf_self *self, const struct cf_view *view,
				   const struct cf_object *other, struct cf_changes *changes,
				   bool *found);

/* False: its queue is empty.  A change in progress may be of an object that has waiters. */
static inline bool cf_queue_used(const struct cf_object *object)
{
	return (cf_load_relaxed(&object->state) & (CF_WAITERS | CF_DESCRIPTOR)) != 0;
}

/*
 * Unlinks the blocks that belong to no present wait, so that the object can go with its last
 * reference.
 */
carafe_status cf_queue_prune(struct cf_self *self, struct cf_object *object);

#endif
