/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/words.c - calls and the state of the model in words.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include <carafe/status.h>

#include "tests/sim/words.h"

void words_add(struct words *words, const char *format, ...)
{
	size_t room = words->room - words->used;
	va_list args;
	int length;

	if (room <= 1)
		return;
	va_start(args, format);
	length = vsnprintf(words->text + words->used, room, format, args);
	va_end(args);
	if (length > 0)
		words->used += (size_t)length < room ? (size_t)length : room - 1;
}

static const char *const operation_names[SIM_OPERATIONS] = {
	[SIM_EVENT_CREATE] = "event_create",
	[SIM_EVENT_SET] = "event_set",
	[SIM_EVENT_RESET] = "event_reset",
	[SIM_EVENT_PULSE] = "event_pulse",
	[SIM_EVENT_QUERY] = "event_query",
	[SIM_MUTANT_CREATE] = "mutant_create",
	[SIM_MUTANT_RELEASE] = "mutant_release",
	[SIM_MUTANT_QUERY] = "mutant_query",
	[SIM_MUTANT_KILL] = "mutant_kill",
	[SIM_SEMAPHORE_CREATE] = "semaphore_create",
	[SIM_SEMAPHORE_RELEASE] = "semaphore_release",
	[SIM_SEMAPHORE_QUERY] = "semaphore_query",
	[SIM_WAIT_ANY] = "wait_any",
	[SIM_WAIT_ALL] = "wait_all",
	[SIM_SIGNAL_AND_WAIT] = "signal_and_wait",
	[SIM_ALERT] = "alert",
	[SIM_CLOSE] = "close",
	[SIM_FORK] = "fork",
};

const char *words_operation(enum sim_operation operation)
{
	return (unsigned)operation < SIM_OPERATIONS ? operation_names[operation] : "unknown";
}

/* How many numbers come out of a call. */
static unsigned outs(enum sim_operation operation)
{
	switch (operation) {
	case SIM_EVENT_SET:
	case SIM_EVENT_RESET:
	case SIM_EVENT_PULSE:
	case SIM_MUTANT_RELEASE:
	case SIM_SEMAPHORE_RELEASE:
		return 1;
	case SIM_EVENT_QUERY:
	case SIM_SEMAPHORE_QUERY:
		return 2;
	case SIM_MUTANT_QUERY:
		return 3;
	default:
		return 0;
	}
}

static void add_status(struct words *words, uint32_t status)
{
	switch (status) {
	case CARAFE_STATUS_ALERTED:
		words_add(words, "ALERTED");
		return;
	case CARAFE_STATUS_TIMEOUT:
		words_add(words, "TIMEOUT");
		return;
	case CARAFE_STATUS_INVALID_HANDLE:
		words_add(words, "INVALID_HANDLE");
		return;
	case CARAFE_STATUS_MUTANT_NOT_OWNED:
		words_add(words, "MUTANT_NOT_OWNED");
		return;
	case CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED:
		words_add(words, "SEMAPHORE_LIMIT_EXCEEDED");
		return;
	default:
		words_add(words, "0x%08" PRIX32, status);
	}
}

void words_answer(struct words *words, const struct sim_call *call, uint32_t status,
		  const int32_t out[3])
{
	bool waits = call->operation == SIM_WAIT_ANY || call->operation == SIM_WAIT_ALL ||
		     call->operation == SIM_SIGNAL_AND_WAIT;

	if (waits && status < 64)
		words_add(words, "WAIT_0 + %" PRIu32, status);
	else if (waits && status - CARAFE_STATUS_ABANDONED_WAIT_0 < 64)
		words_add(words, "ABANDONED_WAIT_0 + %" PRIu32,
			  status - CARAFE_STATUS_ABANDONED_WAIT_0);
	else if (status == CARAFE_STATUS_SUCCESS)
		words_add(words, "SUCCESS");
	else
		add_status(words, status);
	if (status != CARAFE_STATUS_SUCCESS)
		return;
	for (unsigned i = 0; i < outs(call->operation); i++)
		words_add(words, "%s%" PRId32, i ? ", " : " -> ", out[i]);
}

static void add_arguments(struct words *words, const struct sim_call *call)
{
	static const char *const timeouts[] = { "for ever", "poll", "until a moment" };

	for (uint32_t i = 0; i < call->handles; i++)
		words_add(words, "%s%" PRIu32, i ? ", " : "", call->handle[i]);
	switch (call->operation) {
	case SIM_EVENT_CREATE:
	case SIM_MUTANT_CREATE:
	case SIM_SEMAPHORE_CREATE:
		words_add(words, "%" PRId32 ", %" PRId32 "%s; object %" PRIu32, call->argument[0],
			  call->argument[1], call->inherit ? ", inherit" : "", call->object);
		break;
	case SIM_SEMAPHORE_RELEASE:
		words_add(words, ", %" PRId32, call->argument[0]);
		break;
	case SIM_ALERT:
		words_add(words, "thread %" PRIu32, call->target);
		break;
	case SIM_FORK:
		words_add(words, "process %" PRIu32, call->target);
		break;
	case SIM_WAIT_ANY:
	case SIM_WAIT_ALL:
	case SIM_SIGNAL_AND_WAIT:
		words_add(words, "; %s%s", call->alertable ? "alertable, " : "",
			  timeouts[call->timeout]);
		break;
	default:
		break;
	}
	if (call->owner)
		words_add(words, "; owner %" PRIu32, call->owner);
}

void words_call(struct words *words, const struct sim_call *call)
{
	words_add(words, "thread %" PRIu32 ": %s(", call->thread, words_operation(call->operation));
	add_arguments(words, call);
	words_add(words, ")");
	if (call->returned == SIM_NEVER) {
		words_add(words, " did not return, from %" PRIu64, call->invoked);
	} else {
		words_add(words, " = ");
		words_answer(words, call, call->status, call->out);
		if (call->made)
			words_add(words, " -> handle %" PRIu32, call->made);
		words_add(words, " in [%" PRIu64 ", %" PRIu64 "]", call->invoked, call->returned);
	}
	if (call->due != SIM_NEVER && call->timeout == SIM_UNTIL)
		words_add(words, ", due at %" PRIu64, call->due);
	if (call->asleep != 0)
		words_add(words, ", asleep at %" PRIu64, call->asleep);
}

static void add_object(struct words *words, const struct model *model, uint32_t object)
{
	const struct model_object *it = &model->object[object];

	words_add(words, "object %" PRIu32 ": ", object);
	if (it->kind == MODEL_EVENT)
		words_add(words, "%s event, %s", it->manual ? "notification" : "synchronization",
			  it->count ? "set" : "not set");
	else if (it->kind == MODEL_SEMAPHORE)
		words_add(words, "semaphore, %" PRIu32 " of %" PRIu32, it->count, it->maximum);
	else if (it->owner == 0)
		words_add(words, "mutant, free%s", it->abandoned ? ", abandoned" : "");
	else if (model->flavour == SIM_NTSYNC)
		words_add(words, "mutant, of owner %" PRIu32 ", %" PRIu32 " times", it->owner,
			  it->count);
	else
		words_add(words, "mutant, of thread %" PRIu32 ", %" PRIu32 " times", it->owner - 1,
			  it->count);
	words_add(words, "\n");
}

void words_model(struct words *words, const struct model *model)
{
	for (uint32_t i = 0; i < MODEL_OBJECTS; i++)
		if (model->object[i].kind != MODEL_NOTHING)
			add_object(words, model, i);
	for (uint32_t i = 0; i < model->sleepers; i++) {
		const struct model_wait *wait = &model->wait[model->sleeper[i]];

		words_add(words, "thread %u sleeps for %s of", model->sleeper[i],
			  wait->all ? "all" : "any");
		for (uint32_t j = 0; j < wait->objects; j++)
			words_add(words, " %u", wait->object[j]);
		words_add(words, "\n");
	}
	for (uint32_t i = 0; i < MODEL_THREADS; i++)
		if (model->alerted >> i & 1)
			words_add(words, "thread %" PRIu32 " is alerted\n", i);
}
