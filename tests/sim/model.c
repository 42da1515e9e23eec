/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/model.c - what the calls mean, one after the other.
 *
 * Written to be compared with the specification by reading: no rule is here for speed.
 *
 * Invariants and what happens if a process dies here: see model.h.
 */
#include <config.h>

#include <string.h>

#include <carafe/status.h>

#include "tests/sim/model.h"

#define NTSYNC_DEEPEST UINT32_MAX

void model_begin(struct model *model, enum sim_flavour flavour)
{
	memset(model, 0, sizeof(*model));
	model->flavour = (uint8_t)flavour;
}

/* ---- handles ---- */

uint32_t model_named(const struct model *model, uint32_t process, uint32_t handle)
{
	uint32_t entry = model->handle[process][handle];

	return entry == 0 ? SIM_NOBODY : (entry & ~MODEL_INHERIT) - 1;
}

static uint32_t owner_of(const struct model *model, const struct sim_call *call)
{
	return model->flavour == SIM_NTSYNC ? call->owner : call->thread + 1;
}

bool model_create(struct model *model, const struct sim_call *call, uint32_t process,
		  uint32_t handle)
{
	struct model_object *object = &model->object[call->object];
	uint32_t first = (uint32_t)call->argument[0], second = (uint32_t)call->argument[1];

	if (object->kind != MODEL_NOTHING || model->handle[process][handle] != 0)
		return false;
	switch (call->operation) {
	case SIM_EVENT_CREATE:
		object->kind = MODEL_EVENT;
		object->manual = first == 0;
		object->count = second != 0;
		break;
	case SIM_MUTANT_CREATE:
		object->kind = MODEL_MUTANT;
		object->count = first;
		object->owner = first ? owner_of(model, call) : 0;
		break;
	default:
		object->kind = MODEL_SEMAPHORE;
		object->count = first;
		object->maximum = second;
	}
	model->handle[process][handle] =
		(uint8_t)(call->object + 1 + (call->inherit ? MODEL_INHERIT : 0));
	return true;
}

bool model_close(struct model *model, uint32_t process, uint32_t handle)
{
	bool open = model->handle[process][handle] != 0;

	model->handle[process][handle] = 0;
	return open;
}

void model_fork(struct model *model, uint32_t parent, uint32_t child)
{
	for (uint32_t i = 0; i < MODEL_HANDLES; i++) {
		uint8_t entry = model->handle[parent][i];

		model->handle[child][i] = (entry & MODEL_INHERIT) ? entry : 0;
	}
}

/* ---- being signalled, and what a satisfied wait does to an object ---- */

static bool signalled_for(const struct model *model, uint32_t object, uint32_t owner)
{
	const struct model_object *it = &model->object[object];

	if (it->kind != MODEL_MUTANT)
		return it->count != 0;
	if (model->flavour == SIM_NTSYNC && it->count == NTSYNC_DEEPEST)
		return false;
	return it->owner == 0 || it->owner == owner;
}

bool model_signalled(const struct model *model, const struct sim_call *call, uint32_t object)
{
	return signalled_for(model, object, owner_of(model, call));
}

/* Takes the object at a place of a wait; true if it is a mutant that was abandoned. */
static bool take(struct model *model, struct model_wait *wait, uint32_t place)
{
	struct model_object *it = &model->object[wait->object[place]];
	bool abandoned = it->abandoned;

	if (it->kind == MODEL_EVENT && it->manual)
		return false;
	wait->taken |= (uint8_t)(1u << place);
	if (abandoned)
		wait->afresh |= (uint8_t)(1u << place);
	switch (it->kind) {
	case MODEL_EVENT:
		it->count = 0;
		break;
	case MODEL_MUTANT:
		it->count++;
		it->owner = wait->owner;
		it->abandoned = 0;
		break;
	default:
		it->count--;
	}
	return abandoned;
}

/* ---- waits ---- */

static bool can_have(const struct model *model, const struct model_wait *wait, uint32_t place)
{
	return signalled_for(model, wait->object[place], wait->owner);
}

/* In the ntsync flavour the object after the last is the alert. */
static bool alert_is_object(const struct model *model, const struct model_wait *wait)
{
	return model->flavour == SIM_NTSYNC && wait->alertable;
}

/* Whether a place may be taken when an object is offered; SIM_NOBODY: all are looked at. */
static bool is_offered(const struct model_wait *wait, uint32_t place, uint32_t offered)
{
	return offered == SIM_NOBODY || wait->object[place] == offered;
}

static bool satisfy_any(struct model *model, struct model_wait *wait, uint32_t offered)
{
	for (uint32_t i = 0; i < wait->objects; i++) {
		if (!is_offered(wait, i, offered) || !can_have(model, wait, i))
			continue;
		wait->status = CARAFE_STATUS_WAIT_0 + i;
		if (take(model, wait, i))
			wait->status = CARAFE_STATUS_ABANDONED_WAIT_0 + i;
		return true;
	}
	return false;
}

static bool satisfy_all(struct model *model, struct model_wait *wait)
{
	for (uint32_t i = 0; i < wait->objects; i++)
		if (!can_have(model, wait, i))
			return false;
	wait->status = CARAFE_STATUS_WAIT_0;
	for (uint32_t i = 0; i < wait->objects; i++)
		if (take(model, wait, i))
			wait->status = CARAFE_STATUS_ABANDONED_WAIT_0;
	return true;
}

/*
 * Satisfies a wait if its objects, or its alert, allow it now.  A sleeper for any is satisfied by
 * the object that is offered.
 */
static bool satisfy(struct model *model, struct model_wait *wait, uint32_t offered)
{
	if (wait->all ? satisfy_all(model, wait) : satisfy_any(model, wait, offered))
		return true;
	if (!alert_is_object(model, wait) || !is_offered(wait, wait->objects, offered) ||
	    !can_have(model, wait, wait->objects))
		return false;
	wait->status = CARAFE_STATUS_WAIT_0 + wait->objects;
	take(model, wait, wait->objects);
	return true;
}

static void sleep_last(struct model *model, uint32_t thread)
{
	model->wait[thread].phase = MODEL_ASLEEP;
	model->sleeper[model->sleepers++] = (uint8_t)thread;
}

static void leave_queues(struct model *model, uint32_t thread)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < model->sleepers; i++)
		if (model->sleeper[i] != thread)
			model->sleeper[kept++] = model->sleeper[i];
	for (uint32_t i = kept; i < model->sleepers; i++)
		model->sleeper[i] = 0;
	model->sleepers = (uint8_t)kept;
}

/* A wait of which nothing is remembered but, for a sleeper, how it ended. */
static void end_wait(struct model *model, uint32_t thread, uint32_t status)
{
	leave_queues(model, thread);
	memset(&model->wait[thread], 0, sizeof(model->wait[thread]));
	model->wait[thread].phase = MODEL_ENDED;
	model->wait[thread].status = status;
}

static bool waits_for(const struct model *model, const struct model_wait *wait, uint32_t object)
{
	uint32_t places = wait->objects + (alert_is_object(model, wait) ? 1u : 0u);

	for (uint32_t i = 0; i < places; i++)
		if (wait->object[i] == object)
			return true;
	return false;
}

/* The thread that sleeps first of those that this object, as it is now, can satisfy; then it is. */
static bool hand_to_one(struct model *model, uint32_t object, bool all)
{
	for (uint32_t i = 0; i < model->sleepers; i++) {
		uint32_t thread = model->sleeper[i];
		struct model_wait *wait = &model->wait[thread];

		if (model->flavour == SIM_NTSYNC && wait->all != all)
			continue;
		if (!waits_for(model, wait, object) || !satisfy(model, wait, object))
			continue;
		wait->phase = MODEL_ENDED;
		leave_queues(model, thread);
		return true;
	}
	return false;
}

/* The driver tries the waits for all before those for any; NT walks one queue. */
static void hand_over(struct model *model, uint32_t object)
{
	while (hand_to_one(model, object, true))
		continue;
	if (model->flavour == SIM_NTSYNC)
		while (hand_to_one(model, object, false))
			continue;
}

/* ---- the calls that never sleep ---- */

static void set_event(struct model *model, uint32_t object)
{
	model->object[object].count = 1;
	hand_over(model, object);
}

/* What a pulse gave cannot be given back: the event is not signalled after it, whoever died. */
static void pulse_event(struct model *model, uint32_t object)
{
	bool slept[MODEL_THREADS];

	for (uint32_t i = 0; i < MODEL_THREADS; i++)
		slept[i] = model->wait[i].phase == MODEL_ASLEEP;
	set_event(model, object);
	model->object[object].count = 0;
	for (uint32_t i = 0; i < MODEL_THREADS; i++) {
		struct model_wait *wait = &model->wait[i];

		if (!slept[i] || wait->phase != MODEL_ENDED)
			continue;
		for (uint32_t place = 0; place < SIM_WAIT_OBJECTS; place++)
			if (wait->object[place] == object)
				wait->taken &= (uint8_t) ~(1u << place);
	}
}

static void call_event(struct model *model, enum sim_operation operation, uint32_t object,
		       struct model_answer *answer)
{
	struct model_object *it = &model->object[object];

	answer->out[0] = (int32_t)it->count;
	switch (operation) {
	case SIM_EVENT_SET:
		set_event(model, object);
		break;
	case SIM_EVENT_RESET:
		it->count = 0;
		break;
	case SIM_EVENT_PULSE:
		pulse_event(model, object);
		break;
	default:
		answer->out[0] = it->manual ? 0 : 1;
		answer->out[1] = (int32_t)it->count;
	}
}

static void free_mutant(struct model *model, uint32_t object, bool abandoned)
{
	struct model_object *it = &model->object[object];

	it->owner = 0;
	it->count = 0;
	it->abandoned = abandoned;
	hand_over(model, object);
}

static uint32_t release_mutant(struct model *model, uint32_t owner, uint32_t object,
			       int32_t *previous)
{
	struct model_object *it = &model->object[object];

	if (it->owner == 0 || it->owner != owner)
		return CARAFE_STATUS_MUTANT_NOT_OWNED;
	*previous = model->flavour == SIM_NTSYNC ? (int32_t)it->count : 1 - (int32_t)it->count;
	if (--it->count == 0)
		free_mutant(model, object, false);
	return CARAFE_STATUS_SUCCESS;
}

static uint32_t kill_owner(struct model *model, uint32_t owner, uint32_t object)
{
	struct model_object *it = &model->object[object];

	if (it->owner == 0 || it->owner != owner)
		return CARAFE_STATUS_MUTANT_NOT_OWNED;
	free_mutant(model, object, true);
	return CARAFE_STATUS_SUCCESS;
}

static void query_mutant(const struct model *model, const struct sim_call *call, uint32_t object,
			 int32_t out[3])
{
	const struct model_object *it = &model->object[object];

	if (model->flavour == SIM_NTSYNC) {
		out[0] = (int32_t)it->owner;
		out[1] = (int32_t)it->count;
	} else {
		out[0] = 1 - (int32_t)it->count;
		out[1] = it->owner == call->thread + 1;
	}
	out[2] = it->abandoned;
}

static void call_mutant(struct model *model, const struct sim_call *call, uint32_t object,
			struct model_answer *answer)
{
	uint32_t owner = owner_of(model, call);

	switch (call->operation) {
	case SIM_MUTANT_RELEASE:
		answer->status = release_mutant(model, owner, object, &answer->out[0]);
		break;
	case SIM_MUTANT_KILL:
		answer->status = kill_owner(model, owner, object);
		break;
	default:
		query_mutant(model, call, object, answer->out);
	}
}

static uint32_t release_semaphore(struct model *model, int32_t count, uint32_t object,
				  int32_t *previous)
{
	struct model_object *it = &model->object[object];

	if (model->flavour == SIM_NT && count <= 0)
		return CARAFE_STATUS_INVALID_PARAMETER;
	if ((uint32_t)count > it->maximum - it->count)
		return CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED;
	*previous = (int32_t)it->count;
	it->count += (uint32_t)count;
	hand_over(model, object);
	return CARAFE_STATUS_SUCCESS;
}

static void call_semaphore(struct model *model, const struct sim_call *call, uint32_t object,
			   struct model_answer *answer)
{
	if (call->operation == SIM_SEMAPHORE_RELEASE) {
		answer->status =
			release_semaphore(model, call->argument[0], object, &answer->out[0]);
		return;
	}
	answer->out[0] = (int32_t)model->object[object].count;
	answer->out[1] = (int32_t)model->object[object].maximum;
}

static void alert(struct model *model, uint32_t thread)
{
	struct model_wait *wait = &model->wait[thread];

	if (wait->phase == MODEL_ASLEEP && wait->alertable)
		end_wait(model, thread, CARAFE_STATUS_ALERTED);
	else
		model->alerted |= (uint8_t)(1u << thread);
}

static enum model_kind kind_of_call(enum sim_operation operation)
{
	switch (operation) {
	case SIM_EVENT_SET:
	case SIM_EVENT_RESET:
	case SIM_EVENT_PULSE:
	case SIM_EVENT_QUERY:
		return MODEL_EVENT;
	case SIM_MUTANT_RELEASE:
	case SIM_MUTANT_KILL:
	case SIM_MUTANT_QUERY:
		return MODEL_MUTANT;
	case SIM_SEMAPHORE_RELEASE:
	case SIM_SEMAPHORE_QUERY:
		return MODEL_SEMAPHORE;
	default:
		return MODEL_NOTHING;
	}
}

void model_call(struct model *model, const struct sim_call *call, uint32_t object,
		struct model_answer *answer)
{
	enum model_kind kind = kind_of_call(call->operation);

	memset(answer, 0, sizeof(*answer));
	if (call->operation == SIM_ALERT) {
		alert(model, call->target);
		return;
	}
	if (object == SIM_NOBODY) {
		answer->status = CARAFE_STATUS_INVALID_HANDLE;
		return;
	}
	if (model->object[object].kind != kind) {
		answer->status = CARAFE_STATUS_OBJECT_TYPE_MISMATCH;
		return;
	}
	if (kind == MODEL_EVENT)
		call_event(model, call->operation, object, answer);
	else if (kind == MODEL_MUTANT)
		call_mutant(model, call, object, answer);
	else
		call_semaphore(model, call, object, answer);
}

/* ---- entering a wait ---- */

static void describe_wait(const struct model *model, const struct sim_call *call,
			  const uint32_t *object, struct model_wait *wait)
{
	uint32_t places = call->handles;

	memset(wait, 0, sizeof(*wait));
	wait->all = call->operation == SIM_WAIT_ALL;
	wait->alertable = call->alertable;
	wait->owner = owner_of(model, call);
	if (call->operation == SIM_SIGNAL_AND_WAIT) {
		object++;
		places--;
	}
	for (uint32_t i = 0; i < places; i++)
		wait->object[i] = (uint8_t)object[i];
	wait->objects = (uint8_t)(places - (alert_is_object(model, wait) ? 1u : 0u));
}

/* The first of two: what is signalled, as an answer if it cannot be. */
static bool signal_first(struct model *model, const struct sim_call *call, uint32_t object,
			 struct model_answer *answer)
{
	static const enum sim_operation signals[] = { [MODEL_EVENT] = SIM_EVENT_SET,
						      [MODEL_MUTANT] = SIM_MUTANT_RELEASE,
						      [MODEL_SEMAPHORE] = SIM_SEMAPHORE_RELEASE };
	struct sim_call signal = { .thread = call->thread,
				   .owner = call->owner,
				   .argument = { 1, 0 },
				   .operation = signals[model->object[object].kind] };

	model_call(model, &signal, object, answer);
	return answer->status == CARAFE_STATUS_SUCCESS;
}

/* The driver counts the alert among the objects here. */
static bool same_object_twice(const struct model *model, const struct model_wait *wait)
{
	uint32_t places = wait->objects + (alert_is_object(model, wait) ? 1u : 0u);

	for (uint32_t i = 0; i < places; i++)
		for (uint32_t j = 0; j < i; j++)
			if (wait->object[i] == wait->object[j])
				return true;
	return false;
}

static void finish(struct model *model, uint32_t thread, const struct model_wait *wait,
		   struct model_answer *answer)
{
	model->wait[thread] = *wait;
	model->wait[thread].phase = MODEL_ENDED;
	answer->status = wait->status;
}

void model_take(struct model *model, const struct sim_call *call, const uint32_t *object,
		uint32_t place, struct model_answer *answer)
{
	struct model_wait wait;

	memset(answer, 0, sizeof(*answer));
	describe_wait(model, call, object, &wait);
	wait.status = CARAFE_STATUS_WAIT_0 + place;
	if (take(model, &wait, place))
		wait.status = CARAFE_STATUS_ABANDONED_WAIT_0 + place;
	finish(model, call->thread, &wait, answer);
}

void model_enter(struct model *model, const struct sim_call *call, const uint32_t *object,
		 struct model_answer *answer)
{
	struct model_wait wait;
	uint32_t thread = call->thread;

	memset(answer, 0, sizeof(*answer));
	describe_wait(model, call, object, &wait);
	if (wait.all && same_object_twice(model, &wait)) {
		answer->status = CARAFE_STATUS_INVALID_PARAMETER_MIX;
		return;
	}
	if (call->operation == SIM_SIGNAL_AND_WAIT && !signal_first(model, call, object[0], answer))
		return;
	memset(answer, 0, sizeof(*answer));
	if (satisfy(model, &wait, SIM_NOBODY)) {
		finish(model, thread, &wait, answer);
		return;
	}
	if (model->flavour == SIM_NT && wait.alertable && model_take_alert(model, thread)) {
		answer->status = CARAFE_STATUS_ALERTED;
		return;
	}
	if (call->timeout == SIM_POLL) {
		answer->status = CARAFE_STATUS_TIMEOUT;
		return;
	}
	model->wait[thread] = wait;
	sleep_last(model, thread);
	answer->sleeps = true;
}

void model_sleep(struct model *model, const struct sim_call *call, const uint32_t *object)
{
	describe_wait(model, call, object, &model->wait[call->thread]);
	sleep_last(model, call->thread);
}

bool model_look(struct model *model, uint32_t thread)
{
	struct model_wait *wait = &model->wait[thread];

	if (satisfy(model, wait, SIM_NOBODY)) {
		wait->phase = MODEL_ENDED;
		leave_queues(model, thread);
		return true;
	}
	if (model->flavour != SIM_NT || !wait->alertable || !model_take_alert(model, thread))
		return false;
	end_wait(model, thread, CARAFE_STATUS_ALERTED);
	return true;
}

bool model_take_alert(struct model *model, uint32_t thread)
{
	uint8_t bit = (uint8_t)(1u << thread);
	bool alerted = (model->alerted & bit) != 0;

	model->alerted &= (uint8_t)~bit;
	return alerted;
}

void model_time_out(struct model *model, uint32_t thread)
{
	end_wait(model, thread, CARAFE_STATUS_TIMEOUT);
}

/* ---- death ---- */

void model_vanish(struct model *model, uint32_t thread)
{
	leave_queues(model, thread);
	memset(&model->wait[thread], 0, sizeof(model->wait[thread]));
}

void model_keep(struct model *model, uint32_t thread)
{
	memset(&model->wait[thread], 0, sizeof(model->wait[thread]));
}

void model_give_back(struct model *model, uint32_t thread, uint32_t place)
{
	struct model_wait *wait = &model->wait[thread];
	uint32_t object = wait->object[place];
	struct model_object *it = &model->object[object];
	bool afresh = (wait->afresh >> place & 1) != 0;

	wait->returning = 1;
	wait->taken &= (uint8_t) ~(1u << place);
	if (wait->taken == 0)
		memset(wait, 0, sizeof(*wait));
	switch (it->kind) {
	case MODEL_EVENT:
		set_event(model, object);
		break;
	case MODEL_MUTANT:
		if (--it->count == 0)
			free_mutant(model, object, afresh);
		break;
	default:
		if (it->count < it->maximum)
			it->count++;
		hand_over(model, object);
	}
}

void model_abandon(struct model *model, uint32_t object)
{
	free_mutant(model, object, true);
}
