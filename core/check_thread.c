/* SPDX-License-Identifier: MIT */
/*
 * core/check_thread.c - thread slots, their waits, what they own and the changes they make.  See
 * core/check_part.h.
 *
 * While a wait word is the same, so are the wait's count and flags; while an owner word is, the
 * slot is in the same use.
 *
 * What happens if a process dies here: nothing.
 */
#include "core/check_part.h"
#include "core/kcas.h"
#include "core/queue.h"
#include "core/region.h"
#include "core/satisfy.h"
#include "core/thread.h"
#include "core/type.h"
#include "core/wake.h"

/* ---- Changes ---------------------------------------------------------------------------- */

const char *cf_check_entries(const struct cf_region *region, const struct cf_descriptor *descriptor)
{
	uint32_t count = cf_load32_relaxed(&descriptor->count), last = 0, i;

	if (count == 0 || count > CF_CHANGES)
		return "describes a change of # words";
	for (i = 0; i < count; i++) {
		uint32_t where = cf_load32_relaxed(&descriptor->entry[i].where) & ~1u;

		/* Looks at an offset only; that it can write is of no account here. */
		if (cf_word_at((struct cf_region *)(uintptr_t)region, where) == NULL)
			return "describes a change of # words, one of which cannot be changed";
		if (where <= last)
			return "describes a change of # words, which are not in order";
		if (cf_described(cf_load_relaxed(&descriptor->entry[i].old)))
			return "describes a change of # words, one of which is in another change";
		last = where;
	}
	return NULL;
}

static void check_descriptor(struct cf_check *check, uint32_t index, uint32_t depth, bool free)
{
	const struct cf_thread *thread = &check->region->thread[index];
	const struct cf_descriptor *descriptor = &thread->descriptor[depth];
	uint64_t status = cf_load(&descriptor->status), owner;
	const char *text;

	/* Zeros are a descriptor that was never used. */
	if ((status & 3) == CF_CHANGE_WRITING || status >> 2 == 0)
		return;
	text = cf_check_entries(check->region, descriptor);
	if (text == NULL && (status & 3) == CF_CHANGE_UNDECIDED) {
		if (check->exact)
			text = "describes a change of # words that is in progress";
		else if (free && cf_check_peek(check, &thread->owner, &owner) &&
			 cf_owner_process(owner) == 0)
			text = "describes a change of # words in progress, and nobody has the slot";
	}
	cf_fence_loads();
	if (text != NULL && cf_load_relaxed(&descriptor->status) == status)
		cf_check_tell(check, CF_FINDING_DESCRIPTOR, index, text,
			      cf_load32_relaxed(&descriptor->count), 0);
}

/* ---- Waits ------------------------------------------------------------------------------ */

/* A wait as read while its word was the same. */
struct wait {
	uint64_t bits;
	uint32_t count;
	uint32_t flags;
	uint32_t blocks; /* with the alert object's */
};

static const struct cf_object *object_of(struct cf_check *check, const struct cf_block *block)
{
	uint32_t number = cf_load32_relaxed(&block->object);

	return number < cf_bound(&check->region->header.reserved_objects, CF_OBJECTS)
		       ? &check->region->object[number]
		       : NULL;
}

/* Could the object let somebody through?  An owner who can wait for what he has is left out. */
static bool is_available(struct cf_check *check, const struct cf_block *block)
{
	const struct cf_object *object = object_of(check, block);
	const struct cf_type *type;
	struct cf_view view;

	if (object == NULL || !cf_check_peek(check, &object->state, &view.state) ||
	    !cf_check_peek(check, &object->info, &view.info))
		return false;
	type = cf_type_of(view.info);
	/* The type looks at the other words of the object only. */
	view.object = (struct cf_object *)(uintptr_t)object;
	return type != NULL && (!type->owned || cf_value(view.state) == 0) &&
	       type->available(&view);
}

/* Exact mode: nobody waits for what he could have. */
static const char *should_end(struct cf_check *check, const struct cf_thread *thread,
			      const struct wait *wait)
{
	uint32_t available = 0, i;
	uint64_t alert;

	if ((wait->flags & CF_WAIT_ALERT) != 0 && cf_check_peek(check, &thread->alert, &alert) &&
	    cf_value(alert) != 0)
		return "goes on although the thread was alerted";
	for (i = 0; i < wait->count; i++)
		available += is_available(check, &thread->block[i]);
	if ((wait->flags & CF_WAIT_EVENT) != 0 && is_available(check, &thread->block[wait->count]))
		return "goes on although its alert object is signalled";
	if (wait->count == 0 || available < ((wait->flags & CF_WAIT_ALL) != 0 ? wait->count : 1))
		return NULL;
	return "goes on although # of # objects are signalled";
}

static const char *waiting_fault(struct cf_check *check, const struct cf_thread *thread,
				 const struct wait *wait)
{
	uint32_t i;

	for (i = 0; i < wait->blocks; i++) {
		const struct cf_object *object = object_of(check, &thread->block[i]);
		uint64_t next, info;

		if (object == NULL)
			return "is for an object that has no memory";
		if (!cf_check_peek(check, &thread->block[i].next, &next) ||
		    !cf_check_peek(check, &object->info, &info))
			return NULL;
		if (cf_value(next) == CF_UNLINKED)
			return "is for # objects, and not in the queue of each";
		if (cf_type_of(info) == NULL)
			return "is for # objects, one of which is free";
	}
	return check->exact ? should_end(check, thread, wait) : NULL;
}

static const char *wait_fault(struct cf_check *check, const struct cf_thread *thread,
			      const struct wait *wait)
{
	uint32_t value = cf_value(wait->bits), index = value >> CF_GRANT_SHIFT;

	if ((value & CF_STATE) == CF_IDLE && value == 0)
		return NULL;
	if ((value & CF_STATE) == CF_STATE ||
	    ((value & CF_STATE) != CF_GRANTED && value > CF_WAITING))
		return "is in a state that does not exist";
	if (wait->count > CF_WAIT_OBJECTS)
		return "is for # objects";
	if ((wait->flags & ~CF_WAIT_MASK) != 0)
		return "is for # objects in a way that does not exist";
	if (cf_wait_waiting(wait->bits))
		return waiting_fault(check, thread, wait);
	if ((value & CF_GRANT_ALERTED) == 0 && index >= wait->blocks)
		return "is for # objects, and was granted another one";
	return check->exact ? "was granted and goes on" : NULL;
}

/* In the use of the slot that its owner word tells. */
static void check_wait(struct cf_check *check, uint32_t index, uint64_t owner)
{
	const struct cf_thread *thread = &check->region->thread[index];
	struct wait wait;
	const char *text;

	if (!cf_check_peek(check, &thread->wait, &wait.bits))
		return;
	wait.count = cf_load32_relaxed(&thread->count);
	wait.flags = cf_load32_relaxed(&thread->flags);
	wait.blocks = wait.count + ((wait.flags & CF_WAIT_EVENT) != 0);
	text = wait_fault(check, thread, &wait);
	if (text != NULL && cf_check_same(check, &thread->wait, wait.bits) &&
	    cf_check_same(check, &thread->owner, owner))
		cf_check_tell(check, CF_FINDING_WAIT, index, text, wait.count, wait.count);
}

/* ---- Slots ------------------------------------------------------------------------------ */

static void check_owner(struct cf_check *check, uint32_t index, uint64_t owner)
{
	const struct cf_thread *thread = &check->region->thread[index];
	uint32_t slot = cf_owner_process(owner) - 1;
	const char *text = NULL;
	uint64_t state;

	if (slot >= cf_bound(&check->region->header.reserved_processes, CF_PROCESSES))
		text = "belongs to process #, which has no slot";
	else if (!cf_check_peek(check, &check->region->process[slot].state, &state))
		return;
	else if (cf_value(state) == 0)
		text = "belongs to process #, which is free";
	else if (cf_value(owner) >> 16 == 0)
		text = "belongs to process # and has no id";
	else if (index >= cf_load32_relaxed(&check->region->header.high_threads))
		text = "belongs to process # beyond the last used slot";
	if (text != NULL && cf_check_same(check, &thread->owner, owner))
		cf_check_tell(check, CF_FINDING_THREAD, index, text, slot, 0);
}

static void check_free_thread(struct cf_check *check, uint32_t index, uint64_t owner)
{
	const struct cf_thread *thread = &check->region->thread[index];
	const char *text = NULL;
	uint64_t bits;
	uint32_t i;

	if (cf_check_peek(check, &thread->wait, &bits) && cf_value(bits) != CF_IDLE)
		text = "is free and in a wait";
	for (i = 0; i < CF_BLOCKS; i++)
		if (cf_check_peek(check, &thread->block[i].next, &bits) &&
		    cf_value(bits) != CF_UNLINKED)
			text = "is free and has a block in a queue";
	if (text != NULL && cf_check_same(check, &thread->owner, owner))
		cf_check_tell(check, CF_FINDING_THREAD, index, text, 0, 0);
}

static void check_plain(struct cf_check *check, uint32_t index)
{
	const struct cf_thread *thread = &check->region->thread[index];
	uint32_t i, noted;
	uint64_t alert;

	if (cf_load32_relaxed(&thread->park) > CF_KICKED)
		cf_check_tell(check, CF_FINDING_THREAD, index,
			      "sleeps in a way that does not exist (#)",
			      cf_load32_relaxed(&thread->park), 0);
	if (cf_check_peek(check, &thread->alert, &alert) && cf_value(alert) > 1)
		cf_check_tell(check, CF_FINDING_THREAD, index,
			      "was alerted in a way that does not exist (#)", cf_value(alert), 0);
	for (i = 0; i < CF_OWNED; i++) {
		/* Who sees the note sees that the object has memory. */
		noted = cf_load32(&thread->owned[i]);
		if (noted > cf_bound(&check->region->header.reserved_objects, CF_OBJECTS))
			cf_check_tell(check, CF_FINDING_THREAD, index,
				      "noted that it may own object #, which has no memory",
				      noted - 1, 0);
	}
}

static void check_thread(struct cf_check *check, uint32_t index)
{
	const struct cf_thread *thread = &check->region->thread[index];
	uint32_t depth;
	uint64_t owner;
	bool free;

	if (!cf_check_peek(check, &thread->owner, &owner))
		return;
	free = cf_owner_process(owner) == 0;
	if (free)
		check_free_thread(check, index, owner);
	else
		check_owner(check, index, owner);
	check_plain(check, index);
	check_wait(check, index, owner);
	for (depth = 0; depth < CF_DESCRIPTORS; depth++)
		check_descriptor(check, index, depth, free);
}

/* ---- What is owned ---------------------------------------------------------------------- */

static bool is_noted(const struct cf_thread *thread, uint32_t object)
{
	uint32_t i;

	for (i = 0; i < CF_OWNED; i++)
		if (cf_load32_relaxed(&thread->owned[i]) == object + 1)
			return true;
	return cf_load32_relaxed(&thread->owned_overflow) != 0;
}

/*
 * What is owned is noted by its owner, before and until after, unless a wait for it was granted and
 * not acknowledged.  An owner that is gone would own it for ever.
 */
static const char *owner_fault(struct cf_check *check, uint32_t object, uint32_t id)
{
	uint32_t index = id / 4 % CF_THREADS;
	const struct cf_thread *thread;
	uint64_t owner, wait;

	if (id % 4 != 0 || index >= cf_bound(&check->region->header.reserved_threads, CF_THREADS))
		return "is owned by thread id #, which cannot be";
	thread = &check->region->thread[index];
	if (!cf_check_peek(check, &thread->owner, &owner) ||
	    !cf_check_peek(check, &thread->wait, &wait))
		return NULL;
	if (cf_owner_process(owner) == 0 || cf_thread_id(check->region, thread, owner) != id)
		return "is owned by thread id #, which is gone";
	/* The next user of the slot begins without notes. */
	return cf_wait_granted(wait) || is_noted(thread, object) ||
			       !cf_check_same(check, &thread->owner, owner)
		       ? NULL
		       : "is owned by thread id #, which has not noted it";
}

static void check_owned(struct cf_check *check, uint32_t index)
{
	const struct cf_object *object = &check->region->object[index];
	const struct cf_type *type;
	uint64_t info, state;
	const char *text;

	if (!cf_check_peek(check, &object->info, &info))
		return;
	type = cf_type_of(info);
	if (type == NULL || !type->owned || (cf_value(info) & CF_EXTERNAL) != 0 ||
	    !cf_check_peek(check, &object->state, &state) || cf_value(state) == 0)
		return;
	text = owner_fault(check, index, cf_value(state));
	if (text != NULL && cf_check_same(check, &object->state, state) &&
	    cf_check_same(check, &object->info, info))
		cf_check_tell(check, CF_FINDING_OBJECT, index, text, cf_value(state), 0);
}

void cf_check_threads(struct cf_check *check)
{
	uint32_t i;

	for (i = 0; i < check->threads && !check->enough; i++)
		check_thread(check, i);
	for (i = 0; i < check->objects && !check->enough; i++)
		check_owned(check, i);
}
