/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/waiter.h - thread slots that wait, without threads that sleep.
 *
 * A slot is brought where core/wait.c brings it before it parks: all blocks linked, WAITING, and
 * the park word as if the thread slept.  What others grant it then can be read at leisure.
 */
#ifndef CARAFE_TESTS_WAITER_H
#define CARAFE_TESTS_WAITER_H

#include "core/queue.h"
#include "core/satisfy.h"
#include "core/wake.h"
#include "tests/unit/fixture.h"

/* flags as in core/satisfy.h; with CF_WAIT_EVENT the last of the objects is the alert object. */
static inline void wait_for_many(struct cf_self *self, uint32_t flags, uint32_t count,
				 struct cf_view *const views[])
{
	struct cf_view now;

	for (uint32_t i = 0; i < count; i++) {
		now = *views[i];
		if (!cf_view_again(self->region, &now) || cf_queue_link(self, i, &now) != CF_DONE)
			bail_out("cannot queue for an object");
	}
	cf_store32(&self->thread->count, (flags & CF_WAIT_EVENT) != 0 ? count - 1 : count);
	cf_store32(&self->thread->flags, flags);
	cf_store32(&self->thread->identity, self->id);
	cf_store32(&self->thread->signal, 0);
	cf_store32(&self->thread->park, CF_PARKED);
	put(self->environment, &self->thread->wait, CF_WAITING);
}

/* wait_for(SELF, FLAGS, VIEW...) */
#define wait_for(self, flags, ...) \
	wait_for_many(self, flags, sizeof((struct cf_view *[]){ __VA_ARGS__ }) / sizeof(void *), \
		      (struct cf_view *[]){ __VA_ARGS__ })

/* What a grant of an object with this index says. */
static inline uint32_t grant(uint32_t index)
{
	return CF_GRANTED | index << CF_GRANT_SHIFT;
}

static inline uint32_t grant_of_pulse(uint32_t index)
{
	return grant(index) | CF_GRANT_PULSE;
}

static inline uint32_t wait_of(const struct cf_self *self)
{
	return value_of(self->environment, &self->thread->wait);
}

static inline bool woken(const struct cf_self *self)
{
	return cf_load32(&self->thread->park) == CF_KICKED;
}

/* Whether others may be released with it, of which is_granted() says nothing. */
static inline bool is_shared(const struct cf_self *self)
{
	return (wait_of(self) & CF_GRANT_SHARED) != 0;
}

/* Whether the wait was granted like this and the thread woken; else it must wait and sleep on. */
static inline bool is_granted(const struct cf_self *self, uint32_t how)
{
	return (wait_of(self) & ~CF_GRANT_SHARED) == how && woken(self);
}

static inline bool still_waits(const struct cf_self *self)
{
	return wait_of(self) == CF_WAITING && !woken(self);
}

/* The wait is over, and all its blocks are out of their queues. */
static inline void leave(struct cf_self *self)
{
	put(self->environment, &self->thread->wait, CF_IDLE);
	for (uint32_t i = 0; i < CF_BLOCKS; i++)
		if (cf_queue_unlink(self, self->thread, i, NULL, 0) != CF_DONE)
			bail_out("cannot leave a queue");
	cf_store32(&self->thread->park, CF_RUNNING);
}

#endif
