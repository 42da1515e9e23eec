/* SPDX-License-Identifier: MIT */
/*
 * core/thread.c - see core/thread.h.
 *
 * A slot is free while its owner word names no process.  Taking it is one CAS of that word;
 * everything else in it is as the last owner's end or the sweep left it: no wait, no linked block,
 * no owned mutant.
 *
 * What happens if a process dies here: a slot that it took is found by its owner word.
 */
#include "core/thread.h"

#include "core/environment.h"
#include "core/kcas.h"
#include "core/region.h"
#include "core/sweep.h"
#include "core/wake.h"
#include "os/os.h"

/*
 * Handlers use this, so it must be there from the thread's start and never be allocated on first
 * use.
 */
#if defined(__GNUC__)
#define STATIC_TLS __attribute__((__tls_model__("initial-exec")))
#else
#define STATIC_TLS
#endif

static _Thread_local struct cf_self selves[CF_ENVIRONMENTS] STATIC_TLS;

/*
 * Which slot the thread has in an opening: its serial * CF_THREADS + the slot's index.  One word,
 * by CAS: when a handler interrupts its thread while it takes a slot, and takes one itself, one of
 * the two is the thread's, and all that the thread knows of it follows from this word.
 */
static _Thread_local cf_word claims[CF_ENVIRONMENTS] STATIC_TLS;

uint32_t cf_thread_id(const struct cf_region *region, const struct cf_thread *thread,
		      uint64_t owner)
{
	return ((cf_value(owner) >> 16) * CF_THREADS + cf_thread_index(region, thread)) * 4;
}

_Static_assert(CF_PROCESSES < 0xffff, "an owner word holds a process slot in 16 bits");

_Static_assert(CF_THREADS == 1u << 14, "a thread id is generation 16 | index 14 | 00");

struct cf_thread *cf_thread_of_id(struct cf_region *region, uint32_t id, uint64_t *owner)
{
	struct cf_thread *thread = cf_thread_at(region, id / 4 % CF_THREADS);

	if (id == 0 || id % 4 != 0 || thread == NULL || !cf_read(region, &thread->owner, owner) ||
	    cf_owner_process(*owner) == 0 || cf_thread_id(region, thread, *owner) != id)
		return NULL;
	return thread;
}

/* What the owner word says in the next use.  Generation 0 is left out: a thread id is never 0. */
static uint32_t next_owner(uint64_t owner, uint32_t process)
{
	uint32_t generation = (cf_value(owner) >> 16) + 1;

	if (generation > 0xffff)
		generation = 1;
	return generation << 16 | (process + 1);
}

static bool take(struct carafe_environment *environment, uint32_t index)
{
	struct cf_region *region = environment->region;
	struct cf_thread *thread = cf_thread_at(region, index);
	uint64_t owner, alert;
	uint32_t i;

	if (thread == NULL || !cf_read(region, &thread->owner, &owner) ||
	    cf_owner_process(owner) != 0)
		return false;
	if (!cf_cas(&thread->owner, owner,
		    cf_next(owner, next_owner(owner, environment->process))))
		return false;
	/* Who sees any of it sees that this is another use. */
	cf_fence_stores();
	cf_store32_relaxed(&thread->count, 0);
	cf_store32_relaxed(&thread->flags, 0);
	for (i = 0; i < CF_OWNED; i++)
		cf_store32_relaxed(&thread->owned[i], 0);
	cf_store32_relaxed(&thread->owned_overflow, 0);
	while (cf_read(region, &thread->alert, &alert) && cf_value(alert) != 0)
		(void)cf_cas(&thread->alert, alert, cf_next(alert, 0));
	return true;
}

static carafe_status take_any(struct carafe_environment *environment, uint32_t *index)
{
	struct cf_region *region = environment->region;
	uint32_t *high = &region->header.high_threads;
	carafe_status status;
	uint32_t seen, hint, i;

	for (;;) {
		seen = cf_bound(high, CF_THREADS);
		hint = cf_load32_relaxed(&environment->thread_hint);
		for (i = 0; i < seen; i++) {
			*index = (hint + i) % seen;
			if (take(environment, *index)) {
				cf_store32_relaxed(&environment->thread_hint, *index + 1);
				return CARAFE_STATUS_SUCCESS;
			}
		}
		/*
		 * The bound first: a slot beyond it would never be found again if its owner died.
		 */
		status = cf_reserve_thread(region, environment->place.memory, seen);
		if (!CARAFE_SUCCESS(status))
			return status;
		(void)cf_cas32(high, seen, seen + 1);
	}
}

/* Fills in what a thread knows of a slot that it has, but for the serial. */
static carafe_status describe(struct carafe_environment *environment, uint32_t index,
			      struct cf_self *self)
{
	struct cf_region *region = environment->region;
	struct cf_thread *thread = cf_thread_at(region, index);
	uint64_t owner;

	if (thread == NULL || !cf_read(region, &thread->owner, &owner))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	*self = (struct cf_self){
		.environment = environment,
		.region = region,
		.thread = thread,
		.index = index,
		.id = cf_thread_id(region, thread, owner),
		.spin = environment->spin,
	};
	return CARAFE_STATUS_SUCCESS;
}

static carafe_status attach(struct carafe_environment *environment, struct cf_self *self)
{
	uint32_t index;
	carafe_status status = take_any(environment, &index);

	return CARAFE_SUCCESS(status) ? describe(environment, index, self) : status;
}

/* The slot that the thread claimed, perhaps in what this handler interrupted; else a new one. */
static carafe_status claim(struct carafe_environment *environment, uint32_t *index)
{
	cf_word *word = &claims[environment->number];
	uint64_t seen = cf_load_relaxed(word);
	struct cf_self fresh;
	carafe_status status;

	if (seen / CF_THREADS != environment->serial) {
		status = attach(environment, &fresh);
		if (!CARAFE_SUCCESS(status))
			return status;
		if (!cf_cas(word, seen, environment->serial * CF_THREADS + fresh.index))
			cf_self_return(&fresh); /* a handler was faster */
	}
	*index = (uint32_t)(cf_load_relaxed(word) % CF_THREADS);
	return CARAFE_STATUS_SUCCESS;
}

carafe_status cf_self(struct carafe_environment *environment, struct cf_self **self)
{
	struct cf_self *mine = &selves[environment->number];
	carafe_status status;
	uint32_t index;

	*self = mine;
	if (mine->serial == environment->serial)
		return CARAFE_STATUS_SUCCESS;
	if (environment->process >= CF_PROCESSES)
		return CARAFE_STATUS_INSUFFICIENT_RESOURCES;
	status = claim(environment, &index);
	/* A handler that did this before us, or in the middle of it, wrote the same. */
	if (CARAFE_SUCCESS(status))
		status = describe(environment, index, mine);
	if (!CARAFE_SUCCESS(status))
		return status;
	cf_fence_stores();
	mine->serial = environment->serial;
	os_thread_arm();
	return CARAFE_STATUS_SUCCESS;
}

struct cf_self *cf_self_waiting(struct carafe_environment *environment)
{
	struct cf_self *mine = &selves[environment->number];

	return mine->serial == environment->serial && mine->waiting ? mine : NULL;
}

carafe_status cf_self_borrow(struct carafe_environment *environment, struct cf_self *borrowed)
{
	return attach(environment, borrowed);
}

void cf_self_return(struct cf_self *borrowed)
{
	(void)cf_sweep_own(borrowed);
}

/*
 * A mutant's note has a home, where it stays after the release, so that whoever acquires the same
 * mutants again and again writes nothing.  It makes room when the thread does not own the mutant.
 */
static uint32_t *home_of(const struct cf_self *self, uint32_t object)
{
	return &self->thread->owned[object % CF_OWNED];
}

static bool is_owned(const struct cf_self *self, uint32_t noted)
{
	struct cf_object *object = cf_object_at(self->region, noted - 1);
	uint64_t state;

	return object != NULL && (!cf_read(self->region, &object->state, &state) ||
				  cf_value(state) == self->id);
}

void cf_owned_note(struct cf_self *self, uint32_t object, bool alone)
{
	bool outermost = self->noting == 1;
	uint32_t *home = home_of(self, object);
	uint32_t noted = cf_load32_relaxed(home);
	uint32_t i;

	/*
	 * A function that a handler interrupted may be about to own what is noted here, or to take
	 * its place.
	 */
	if (outermost && noted == object + 1)
		return;
	if ((noted == 0 || (outermost && alone && !is_owned(self, noted))) &&
	    cf_cas32(home, noted, object + 1))
		return;
	for (i = 0; i < CF_OWNED; i++)
		if (cf_load32_relaxed(&self->thread->owned[i]) == 0 &&
		    cf_cas32(&self->thread->owned[i], 0, object + 1))
			return;
	cf_store32_relaxed(&self->thread->owned_overflow, 1);
}

void cf_owned_drop(struct cf_self *self, uint32_t object)
{
	uint32_t *owned = self->thread->owned;
	uint32_t i;

	if (cf_load32_relaxed(home_of(self, object)) == object + 1)
		return;
	for (i = 0; i < CF_OWNED; i++)
		if (cf_load32_relaxed(&owned[i]) == object + 1) {
			cf_store32(&owned[i], 0);
			return;
		}
}

void cf_self_forget(void)
{
	uint32_t number;

	for (number = 0; number < CF_ENVIRONMENTS; number++) {
		selves[number].serial = 0;
		cf_store_relaxed(&claims[number], 0);
	}
}

/* The thread ends: what it owns is abandoned, its slots are free again. */
static void leave(void)
{
	uint32_t number;

	os_local_lock();
	for (number = 0; number < CF_ENVIRONMENTS; number++) {
		struct carafe_environment *environment = cf_environment_at(number);
		struct cf_self *mine = &selves[number];

		if (environment != NULL && mine->serial == environment->serial)
			cf_self_return(mine);
	}
	cf_self_forget();
	os_local_unlock();
}

carafe_status cf_thread_setup(void)
{
	return os_thread_at_exit(leave);
}
