/* SPDX-License-Identifier: MIT */
/*
 * Linking and unlinking the blocks of an object's queue (core/queue.c), one after the other.
 */
#include <config.h>

#include "core/event.h"
#include "core/object.h"
#include "core/satisfy.h"
#include "core/wake.h"
#include "tests/unit/queue.h"

static struct carafe_environment *environment;
static struct cf_self one, two, three;

static enum cf_outcome link_block(struct cf_self *self, uint32_t number, struct cf_view *view)
{
	return cf_queue_link(self, number, again(environment, view));
}

static enum cf_outcome unlink_block(struct cf_self *self, uint32_t number)
{
	return cf_queue_unlink(&one, self->thread, number, NULL, 0);
}

static uint32_t next_of(const struct cf_self *self, uint32_t number)
{
	return value_of(environment, &self->thread->block[number].next);
}

static void test_link(void)
{
	carafe_handle handle;
	struct cf_view view;

	handle = new_object(environment, cf_event_birth(true, false), &view);
	ok(queue_empty(environment, view.object), "a new object has an empty queue");
	is_int(link_block(&one, 0, &view), CF_DONE, "the first block is linked");
	ok(queue_has(environment, view.object, link_of(&one, 0)), "and is the only one");
	is_int(link_block(&two, 64, &view), CF_DONE, "a second one, of another thread");
	is_int(link_block(&one, 1, &view), CF_DONE, "and another one of the first thread");
	ok(queue_has(environment, view.object, link_of(&one, 0), link_of(&two, 64),
		     link_of(&one, 1)),
	   "are behind it in turn");
	ok(cf_queue_last(environment->region, one.thread, 1, view.object),
	   "the newest one is known as such");
	ok(!cf_queue_last(environment->region, two.thread, 64, view.object) &&
		   !cf_queue_last(environment->region, one.thread, 2, view.object),
	   "an older one is not, nor is one that is not linked");
	ok(!cf_queue_last(environment->region, one.thread, 1, view.object + 1),
	   "nor for another object");
	is_int(link_block(&one, 1, &view), CF_DAMAGED, "a linked block cannot be linked again");
	ok(queue_has(environment, view.object, link_of(&one, 0), link_of(&two, 64),
		     link_of(&one, 1)),
	   "and stays where it is");
	unlink_block(&one, 0);
	unlink_block(&two, 64);
	unlink_block(&one, 1);
	must(cf_handle_close(environment, handle), "close");
}

/* A view that is out of date: the object may have been signalled, or be another one by now. */
static void test_link_to_what_changed(void)
{
	carafe_handle handle;
	struct cf_view view, old;

	handle = new_object(environment, cf_event_birth(true, false), &view);
	old = view;
	put(environment, &view.object->state, 1);
	is_int(cf_queue_link(&one, 0, &old), CF_MISSED,
	       "no block is linked to an object that changed since it was viewed");
	ok(queue_empty(environment, view.object), "its queue stays empty");
	is_int(next_of(&one, 0), CF_UNLINKED, "and the block is free");
	must(cf_handle_close(environment, handle), "close");
	old = view;
	handle = new_object(environment, cf_event_birth(true, true), &view);
	ok(view.object == old.object, "the next object is at the same place");
	is_int(cf_queue_link(&one, 0, &old), CF_MISSED, "and is not taken for the one before");
	must(cf_handle_close(environment, handle), "close");
}

/* Unlinks each of three in turn, and looks at the two that are left. */
static void test_unlink(void)
{
	struct cf_self *const threads[] = { &one, &two, &three };
	static const char *const names[] = { "oldest", "middle", "newest" };
	carafe_handle handle;
	struct cf_view view;
	uint32_t left[2], count;

	handle = new_object(environment, cf_event_birth(true, false), &view);
	for (uint32_t odd = 0; odd < 3; odd++) {
		count = 0;
		for (uint32_t i = 0; i < 3; i++) {
			link_block(threads[i], i, &view);
			if (i != odd)
				left[count++] = link_of(threads[i], i);
		}
		is_int(unlink_block(threads[odd], odd), CF_DONE, "the %s block is unlinked",
		       names[odd]);
		is_int(next_of(threads[odd], odd), CF_UNLINKED, "and is in no queue");
		ok(queue_is(environment, view.object, 2, left), "the others close up");
		is_int(unlink_block(threads[odd], odd), CF_DONE, "to unlink it again does nothing");
		ok(queue_is(environment, view.object, 2, left), "to nobody");
		unlink_block(threads[(odd + 1) % 3], (odd + 1) % 3);
		is_int(unlink_block(threads[(odd + 2) % 3], (odd + 2) % 3), CF_DONE,
		       "the only block is unlinked");
		ok(queue_empty(environment, view.object), "and the queue is empty");
	}
	must(cf_handle_close(environment, handle), "close");
}

/* What a sweeper compares, so that it cannot take out the block of the slot's next use. */
static void test_guard(void)
{
	carafe_handle handle;
	struct cf_view view;
	uint64_t wait;

	handle = new_object(environment, cf_event_birth(true, false), &view);
	link_block(&two, 0, &view);
	wait = bits_of(environment, &two.thread->wait);
	put(environment, &two.thread->wait, CF_IDLE);
	is_int(cf_queue_unlink(&one, two.thread, 0, &two.thread->wait, wait), CF_MISSED,
	       "a block is not unlinked when the guard changed");
	ok(queue_has(environment, view.object, link_of(&two, 0)), "and stays");
	wait = bits_of(environment, &two.thread->wait);
	is_int(cf_queue_unlink(&one, two.thread, 0, &two.thread->wait, wait), CF_DONE,
	       "it is when the guard is as given");
	ok(bits_of(environment, &two.thread->wait) == cf_next(wait, CF_IDLE),
	   "which counts as a change of the guard: whoever was about to wait looks again");
	ok(queue_empty(environment, view.object), "and the queue is empty");
	must(cf_handle_close(environment, handle), "close");
}

/* Everybody who queued had their chance, so a pulse is over. */
static void test_pulse_ends_with_the_queue(void)
{
	carafe_handle handle;
	struct cf_view view;

	handle = new_object(environment, cf_event_birth(true, false), &view);
	link_block(&one, 0, &view);
	link_block(&two, 0, &view);
	put(environment, &view.object->state, CF_PULSING);
	unlink_block(&one, 0);
	is_int(value_of(environment, &view.object->state), CF_PULSING,
	       "a pulse goes on while somebody queues");
	unlink_block(&two, 0);
	is_int(value_of(environment, &view.object->state), 0, "and ends with the last one");
	put(environment, &view.object->state, 1);
	link_block(&one, 0, &view);
	unlink_block(&one, 0);
	is_int(value_of(environment, &view.object->state), 1, "an event that is set stays set");
	must(cf_handle_close(environment, handle), "close");
}

/* Says WAITING for the first `count` blocks. */
static void wait_for(struct cf_self *self, uint32_t count, uint32_t flags)
{
	cf_store32(&self->thread->count, count);
	cf_store32(&self->thread->flags, flags);
	put(environment, &self->thread->wait, CF_WAITING);
}

static void end_wait(struct cf_self *self)
{
	put(environment, &self->thread->wait, CF_IDLE);
}

static void test_prune(void)
{
	carafe_handle handle;
	struct cf_view view;

	handle = new_object(environment, cf_event_birth(true, false), &view);
	must(cf_queue_prune(&one, view.object), "prune an empty queue");
	link_block(&one, 0, &view);
	link_block(&two, 0, &view);
	link_block(&two, 1, &view);
	link_block(&three, 1, &view);
	wait_for(&two, 1, 0);
	wait_for(&three, 1, CF_WAIT_EVENT);
	is_int(cf_queue_prune(&one, view.object), CARAFE_STATUS_SUCCESS, "a queue is pruned");
	ok(queue_has(environment, view.object, link_of(&two, 0), link_of(&three, 1)),
	   "blocks that belong to a present wait stay, the alert object's among them, others go");
	end_wait(&two);
	put(environment, &three.thread->wait, CF_GRANTED);
	must(cf_queue_prune(&one, view.object), "prune");
	ok(queue_empty(environment, view.object), "when the waits have ended all are stale");
	end_wait(&three);
	must(cf_handle_close(environment, handle), "close");
}

/* The object lives for those who wait for it, and goes with the last of them. */
static void test_last_block_frees(void)
{
	carafe_handle handle;
	struct cf_view view, next;

	handle = new_object(environment, cf_event_birth(true, false), &view);
	link_block(&one, 0, &view);
	link_block(&two, 0, &view);
	wait_for(&one, 1, 0);
	wait_for(&two, 1, 0);
	is_int(cf_handle_close(environment, handle), CARAFE_STATUS_SUCCESS,
	       "the only handle of an object with waiters is closed");
	ok(!is_free(environment, &view), "the object stays");
	is_int(value_of(environment, &view.object->refs), CF_UNREFERENCED,
	       "and its queue alone keeps it");
	unlink_block(&one, 0);
	ok(!is_free(environment, &view), "it stays when one of two has gone");
	unlink_block(&two, 0);
	ok(is_free(environment, &view), "and is free when the last one has");
	is_int(value_of(environment, &view.object->refs), 0, "counts no reference");
	ok(queue_empty(environment, view.object), "and has an empty queue");
	handle = new_object(environment, cf_event_birth(true, false), &next);
	ok(next.object == view.object, "it can be made anew");
	end_wait(&one);
	end_wait(&two);
	must(cf_handle_close(environment, handle), "close");
}

int main(void)
{
	environment = open_first();
	one = another(environment);
	two = another(environment);
	three = another(environment);
	test_link();
	test_link_to_what_changed();
	test_unlink();
	test_guard();
	test_pulse_ends_with_the_queue();
	test_prune();
	test_last_block_frees();
	ok(sound(environment), "and everything is as it must be");
	return done_testing();
}
