/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/linear.c - the search for an order of the steps of a history.
 *
 * A position is the world of the model and how far each thread has come.  From it the search tries
 * each step that may come next, and goes back when nothing is left to try.  What was tried once is
 * remembered by a hash of 128 bits.
 *
 * Invariants:
 * - A step may come next if it may happen at or before the end of everything that has still to
 *   happen.  So an order in which only such steps follow each other has a moment for each of them.
 * - Everything with an end has to happen.  A call of a dead thread that was swept happened or did
 * not: each way is searched by itself, with the call as one that has to happen and as one that
 * there was not.
 *
 * What happens if a process dies here: nothing; all of it belongs to the test.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include <carafe/status.h>

#include "tests/sim/linear.h"
#include "tests/sim/model.h"
#include "tests/sim/words.h"

#define MOST_CALLS 256u
#define NO_OBJECT (1u << 31) /* in `named`: the handle was not open */
#define DEFAULT_BOUND 1000000u

struct position {
	struct model model;
	uint32_t named[MODEL_THREADS]
		      [SIM_WAIT_OBJECTS]; /* what each handle of the call has named */
	uint16_t next[MODEL_THREADS];	  /* the place of a thread's call in its list */
	uint8_t looked[MODEL_THREADS];	  /* so many objects of a wait for any were not signalled */
};

struct step {
	const struct sim_call *call; /* or NULL */
	uint32_t thread;
	const char *what;
};

struct search {
	const struct sim_history *history;
	struct linear_result *result;
	uint64_t bound;

	/* The calls of each thread, in order, and how many of them are to be placed. */
	uint16_t list[MODEL_THREADS][MOST_CALLS], listed[MODEL_THREADS];
	/* Handles by small numbers, those of arguments and those that were made. */
	uint8_t handle[MOST_CALLS][SIM_WAIT_OBJECTS], made[MOST_CALLS];
	uint32_t value[MODEL_HANDLES], values;
	/* Until when a call has to happen. */
	uint64_t end[MOST_CALLS];

	uint64_t (*memory)[2];
	size_t room, remembered;

	/* How the present position was reached, and the longest such way. */
	struct step path[MOST_CALLS * 3];
	uint32_t depth, best_depth;
	struct step best[MOST_CALLS * 3];
	struct position farthest;
	bool out_of_bound;
};

/* ---- threads and their calls ---- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t death_of(const struct search *search, uint32_t thread)
{
	const struct sim_thread *it = &search->history->thread[thread];

	return earlier(it->ended, search->history->process[it->process].died);
}

static uint64_t swept(const struct search *search, uint32_t thread)
{
	const struct sim_thread *it = &search->history->thread[thread];

	return earlier(it->swept, search->history->process[it->process].swept);
}

static bool is_dead(const struct search *search, uint32_t thread)
{
	return death_of(search, thread) != SIM_NEVER;
}

static const struct sim_call *call_of(const struct search *search, const struct position *at,
				      uint32_t thread)
{
	uint32_t next = at->next[thread];

	if (next >= search->listed[thread])
		return NULL;
	return &search->history->call[search->list[thread][next]];
}

static uint32_t number_of(const struct search *search, const struct sim_call *call)
{
	return (uint32_t)(call - search->history->call);
}

static uint32_t process_of(const struct search *search, uint32_t thread)
{
	return search->history->thread[thread].process;
}

static bool is_wait(const struct sim_call *call)
{
	return call->operation == SIM_WAIT_ANY || call->operation == SIM_WAIT_ALL ||
	       call->operation == SIM_SIGNAL_AND_WAIT;
}

static bool makes(const struct sim_call *call)
{
	return call->operation == SIM_EVENT_CREATE || call->operation == SIM_MUTANT_CREATE ||
	       call->operation == SIM_SEMAPHORE_CREATE;
}

/* A signal handler of the thread is in a call that did not return. */
static bool is_interrupted(const struct search *search, uint32_t thread)
{
	for (uint32_t i = 0; i < search->history->threads; i++) {
		uint32_t listed = search->listed[i];

		if (search->history->thread[i].handler_of == thread + 1 && listed > 0 &&
		    search->history->call[search->list[i][listed - 1]].returned == SIM_NEVER)
			return true;
	}
	return false;
}

/* It did not return, and its thread neither died nor stands still: it waits, or the run was cut. */
static bool goes_on(const struct search *search, const struct sim_call *call)
{
	return call->returned == SIM_NEVER && !is_dead(search, call->thread) &&
	       search->history->thread[call->thread].halted == SIM_NEVER &&
	       !is_interrupted(search, call->thread);
}

/* It should have returned, but for a wait that sleeps. */
static bool is_overdue(const struct search *search, const struct sim_call *call)
{
	return goes_on(search, call) && search->history->quiescent;
}

/* Nobody knows what became of the call, and nobody has to. */
static bool is_optional(const struct search *search, const struct sim_call *call)
{
	if (call->returned != SIM_NEVER || search->end[number_of(search, call)] != SIM_NEVER)
		return false;
	return !is_overdue(search, call);
}

static bool owns_a_mutant(const struct model *model, uint32_t thread)
{
	if (model->flavour == SIM_NTSYNC)
		return false;
	for (uint32_t i = 0; i < MODEL_OBJECTS; i++)
		if (model->object[i].kind == MODEL_MUTANT && model->object[i].owner == thread + 1)
			return true;
	return false;
}

/* Until when something has to happen for a thread.  Who was seen to sleep had its places. */
static uint64_t end_of(const struct search *search, const struct position *at, uint32_t thread)
{
	const struct sim_call *call = call_of(search, at, thread);
	uint64_t end = call ? search->end[number_of(search, call)] : SIM_NEVER;

	if (call && call->asleep != 0 && at->model.wait[thread].phase == MODEL_AWAKE)
		end = earlier(end, call->asleep);
	if (!is_dead(search, thread))
		return end;
	if (at->model.wait[thread].phase != MODEL_AWAKE || owns_a_mutant(&at->model, thread))
		end = earlier(end, swept(search, thread));
	return end;
}

static uint64_t first_end(const struct search *search, const struct position *at)
{
	uint64_t end = SIM_NEVER;

	for (uint32_t i = 0; i < search->history->threads; i++)
		end = earlier(end, end_of(search, at, i));
	return end;
}

/* ---- what has been tried ---- */

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 29;
}

static void hash_position(const struct position *at, uint64_t hash[2])
{
	const unsigned char *bytes = (const unsigned char *)at;

	hash[0] = 1;
	hash[1] = 2;
	for (size_t i = 0; i < sizeof(*at); i += sizeof(uint64_t)) {
		uint64_t word = 0;

		memcpy(&word, bytes + i,
		       sizeof(*at) - i < sizeof(word) ? sizeof(*at) - i : sizeof(word));
		hash[0] = mix(hash[0], word);
		hash[1] = mix(hash[1], word + hash[0]);
	}
	hash[0] |= 1; /* 0 is an empty place */
}

/* The place of a hash in the memory, or the empty one where it belongs. */
static uint64_t *place_of(const struct search *search, const uint64_t hash[2])
{
	size_t i = (size_t)hash[1] & (search->room - 1);

	while (search->memory[i][0] != 0 &&
	       (search->memory[i][0] != hash[0] || search->memory[i][1] != hash[1]))
		i = (i + 1) & (search->room - 1);
	return search->memory[i];
}

static bool grow(struct search *search)
{
	uint64_t(*old)[2] = search->memory;
	size_t room = search->room;

	search->room = room ? room * 2 : 1024;
	search->memory = calloc(search->room, sizeof(*search->memory));
	if (!search->memory) {
		search->memory = old;
		search->room = room;
		return false;
	}
	for (size_t i = 0; i < room; i++)
		if (old[i][0] != 0)
			memcpy(place_of(search, old[i]), old[i], sizeof(*old));
	free(old);
	return true;
}

/* False if the position was tried before, or no more may be. */
static bool remember(struct search *search, const struct position *at)
{
	uint64_t hash[2], *place;

	if (search->remembered * 2 >= search->room && !grow(search)) {
		search->out_of_bound = true;
		return false;
	}
	hash_position(at, hash);
	place = place_of(search, hash);
	if (place[0] != 0)
		return false;
	if (search->result->positions >= search->bound) {
		search->out_of_bound = true;
		return false;
	}
	memcpy(place, hash, sizeof(hash));
	search->remembered++;
	search->result->positions++;
	return true;
}

/* ---- what follows of itself from a position ---- */

static void next_call(struct position *at, uint32_t thread)
{
	at->next[thread]++;
	at->looked[thread] = 0;
	memset(at->named[thread], 0, sizeof(at->named[thread]));
}

/* A wait has ended in the model: false if the call says otherwise. */
static bool wake(const struct search *search, struct position *at, uint32_t thread)
{
	const struct sim_call *call = call_of(search, at, thread);
	const struct model_wait *wait = &at->model.wait[thread];

	if (!call) /* of a dead thread, which is looked at below */
		return true;
	if (call->returned != SIM_NEVER) {
		if (wait->status != call->status)
			return false;
		model_keep(&at->model, thread);
		next_call(at, thread);
		return true;
	}
	if (is_dead(search, thread))
		next_call(at, thread);
	return !is_overdue(search, call);
}

/* What a dead thread was granted is still to be given back or lost; nothing of both can be seen. */
static void forget(const struct search *search, struct position *at, uint32_t thread)
{
	struct model_wait *wait = &at->model.wait[thread];

	if (is_dead(search, thread) && wait->phase == MODEL_ENDED && wait->taken == 0)
		model_keep(&at->model, thread);
}

static bool wake_all(const struct search *search, struct position *at)
{
	for (uint32_t i = 0; i < search->history->threads; i++) {
		if (at->model.wait[i].phase == MODEL_ENDED && !wake(search, at, i))
			return false;
		forget(search, at, i);
	}
	return true;
}

static uint32_t handle_bit(const struct search *search, const struct position *at,
			   const struct sim_call *call, uint32_t place)
{
	uint32_t object = model_named(&at->model, process_of(search, call->thread),
				      search->handle[number_of(search, call)][place]);

	return object == SIM_NOBODY ? NO_OBJECT : 1u << object;
}

/* One of the objects that a handle of a wait has named is not signalled. */
static bool looks_idle(const struct position *at, const struct sim_call *call, uint32_t named)
{
	for (uint32_t object = 0; object < MODEL_OBJECTS; object++)
		if ((named >> object & 1) != 0 && !model_signalled(&at->model, call, object))
			return true;
	return false;
}

/* What a call that has begun, and has not happened, can see in this position. */
static void observe(const struct search *search, struct position *at, const struct sim_call *call)
{
	uint32_t thread = call->thread;

	for (uint32_t i = 0; i < call->handles; i++)
		at->named[thread][i] |= handle_bit(search, at, call, i);
	if (call->operation != SIM_WAIT_ANY)
		return;
	while (at->looked[thread] < call->handles &&
	       looks_idle(at, call, at->named[thread][at->looked[thread]]))
		at->looked[thread]++;
}

/* False if the position contradicts what came back. */
static bool settle(const struct search *search, struct position *at)
{
	uint64_t end;

	if (!wake_all(search, at))
		return false;
	end = first_end(search, at);
	for (uint32_t i = 0; i < search->history->threads; i++) {
		const struct sim_call *call = call_of(search, at, i);

		if (call && at->model.wait[i].phase == MODEL_AWAKE && call->invoked <= end)
			observe(search, at, call);
	}
	return true;
}

/* ---- steps ---- */

static bool explore(struct search *search, struct position *at);

/* Goes on from the position that a step leads to; `call` is what takes the step, if any. */
static bool try(struct search *search, struct position *to, const struct sim_call *call,
		uint32_t thread, const char *what)
{
	bool found;

	search->path[search->depth++] = (struct step){ call, thread, what };
	found = explore(search, to);
	search->depth--;
	return found;
}

static bool same_answer(const struct sim_call *call, const struct model_answer *answer)
{
	if (call->returned == SIM_NEVER)
		return true;
	if (call->status != answer->status)
		return false;
	return call->status != CARAFE_STATUS_SUCCESS ||
	       memcmp(call->out, answer->out, sizeof(call->out)) == 0;
}

static bool try_call_on(struct search *search, const struct position *at,
			const struct sim_call *call, uint32_t object)
{
	struct position to = *at;
	struct model_answer answer;

	model_call(&to.model, call, object, &answer);
	if (!same_answer(call, &answer))
		return false;
	next_call(&to, call->thread);
	return try(search, &to, call, call->thread, "happens");
}

static bool try_plain_call(struct search *search, const struct position *at,
			   const struct sim_call *call)
{
	uint32_t named = at->named[call->thread][0];

	for (uint32_t object = 0; object < MODEL_OBJECTS; object++)
		if ((named >> object & 1) != 0 && try_call_on(search, at, call, object))
			return true;
	return (named & NO_OBJECT) != 0 && try_call_on(search, at, call, SIM_NOBODY);
}

/* Whom an alert is for must live when it is given, and be dead when it is refused. */
static bool try_alert(struct search *search, const struct position *at, const struct sim_call *call)
{
	uint64_t end = first_end(search, at);

	if (call->returned != SIM_NEVER && call->status == CARAFE_STATUS_INVALID_CID) {
		struct position to = *at;

		if (death_of(search, call->target) > end)
			return false;
		next_call(&to, call->thread);
		return try(search, &to, call, call->thread, "is refused");
	}
	if (call->invoked > swept(search, call->target))
		return false;
	return try_call_on(search, at, call, SIM_NOBODY);
}

/* A call that makes something and came back with an error did nothing. */
static bool may_lack_room(const struct search *search, const struct sim_call *call)
{
	return search->history->full && call->returned != SIM_NEVER &&
	       (call->status == CARAFE_STATUS_INSUFFICIENT_RESOURCES ||
		call->status == CARAFE_STATUS_DISK_FULL || call->status == CARAFE_STATUS_NO_MEMORY);
}

static bool try_create(struct search *search, const struct position *at,
		       const struct sim_call *call)
{
	struct position to = *at;
	uint32_t process = process_of(search, call->thread);

	next_call(&to, call->thread);
	if (may_lack_room(search, call))
		return try(search, &to, call, call->thread, "finds no room");
	if (call->returned != SIM_NEVER && call->status != CARAFE_STATUS_SUCCESS)
		return false;
	if (call->returned != SIM_NEVER &&
	    !model_create(&to.model, call, process, search->made[number_of(search, call)]))
		return false;
	return try(search, &to, call, call->thread, "happens");
}

static bool try_close(struct search *search, const struct position *at, const struct sim_call *call)
{
	struct position to = *at;
	uint32_t handle = search->handle[number_of(search, call)][0];
	bool fails = call->returned != SIM_NEVER && call->status == CARAFE_STATUS_INVALID_HANDLE;

	if (call->returned != SIM_NEVER && !fails && call->status != CARAFE_STATUS_SUCCESS)
		return false;
	if (fails ? (at->named[call->thread][0] & NO_OBJECT) == 0
		  : !model_close(&to.model, process_of(search, call->thread), handle))
		return false;
	next_call(&to, call->thread);
	return try(search, &to, call, call->thread, "happens");
}

static bool try_fork(struct search *search, const struct position *at, const struct sim_call *call)
{
	struct position to = *at;

	if (call->target != SIM_NOBODY)
		model_fork(&to.model, process_of(search, call->thread), call->target);
	next_call(&to, call->thread);
	return try(search, &to, call, call->thread, "happens");
}

/* ---- waits ---- */

/* The wait is over without having slept. */
static bool try_over(struct search *search, struct position *to, const struct sim_call *call,
		     const struct model_answer *answer, const char *what)
{
	if (is_overdue(search, call))
		return false;
	if (call->returned != SIM_NEVER) {
		if (call->status != answer->status)
			return false;
		model_keep(&to->model, call->thread);
	} else if (call->timeout == SIM_POLL) {
		model_keep(&to->model, call->thread); /* a poll takes by itself what it takes */
	}
	next_call(to, call->thread);
	return try(search, to, call, call->thread, what);
}

static bool try_entering(struct search *search, const struct position *at,
			 const struct sim_call *call, const uint32_t *object)
{
	struct position to = *at;
	struct model_answer answer;

	model_enter(&to.model, call, object, &answer);
	if (!answer.sleeps)
		return try_over(search, &to, call, &answer, "is over at once");
	return try(search, &to, call, call->thread, "falls asleep");
}

/* It looked at all objects before this one while they were not signalled, and takes this one. */
static bool try_taking(struct search *search, const struct position *at,
		       const struct sim_call *call, const uint32_t *object)
{
	for (uint32_t i = 0; i < call->handles && i <= at->looked[call->thread]; i++) {
		struct position to = *at;
		struct model_answer answer;

		if (!model_signalled(&at->model, call, object[i]))
			continue;
		model_take(&to.model, call, object, i, &answer);
		if (try_over(search, &to, call, &answer, "looked, and takes one"))
			return true;
	}
	return false;
}

/* It looked at all objects while they were not signalled: the alert and the poll are next. */
static bool try_in_vain(struct search *search, const struct position *at,
			const struct sim_call *call)
{
	struct position to = *at;
	struct model_answer answer = { .status = CARAFE_STATUS_TIMEOUT };

	if (at->looked[call->thread] < call->handles)
		return false;
	if (search->history->flavour == SIM_NT && call->alertable &&
	    model_take_alert(&to.model, call->thread))
		answer.status = CARAFE_STATUS_ALERTED;
	else if (call->timeout != SIM_POLL)
		return false;
	return try_over(search, &to, call, &answer, "looked in vain");
}

/*
 * It has looked at all objects while they were not signalled, has taken its place in the queues,
 * and has not looked again: a pulse may reach it before it does.
 */
static bool try_sleeping(struct search *search, const struct position *at,
			 const struct sim_call *call, const uint32_t *object)
{
	struct position to = *at;

	if (at->looked[call->thread] < call->handles || call->timeout == SIM_POLL ||
	    (call->handles < 2 && !(at->model.alerted >> call->thread & 1)))
		return false;
	model_sleep(&to.model, call, object);
	return try(search, &to, call, call->thread, "takes its places");
}

static bool try_wait_for(struct search *search, const struct position *at,
			 const struct sim_call *call, const uint32_t *object)
{
	if (try_entering(search, at, call, object))
		return true;
	if (call->operation != SIM_WAIT_ANY)
		return false;
	return try_taking(search, at, call, object) || try_in_vain(search, at, call) ||
	       try_sleeping(search, at, call, object);
}

/* With everything that its handles may have named, one after the other. */
static bool try_wait(struct search *search, const struct position *at, const struct sim_call *call,
		     uint32_t *object, uint32_t place)
{
	uint32_t named;

	if (place == call->handles)
		return try_wait_for(search, at, call, object);
	named = at->named[call->thread][place];
	for (object[place] = 0; object[place] < MODEL_OBJECTS; object[place]++)
		if ((named >> object[place] & 1) != 0 &&
		    try_wait(search, at, call, object, place + 1))
			return true;
	if ((named & NO_OBJECT) != 0) {
		struct position to = *at;
		struct model_answer answer = { .status = CARAFE_STATUS_INVALID_HANDLE };

		return try_over(search, &to, call, &answer, "is refused");
	}
	return false;
}

static bool try_looking_again(struct search *search, const struct position *at,
			      const struct sim_call *call)
{
	struct position to = *at;

	return call->operation == SIM_WAIT_ANY && model_look(&to.model, call->thread) &&
	       try(search, &to, call, call->thread, "looks again");
}

static bool try_time_out(struct search *search, const struct position *at,
			 const struct sim_call *call)
{
	struct position to = *at;

	if (call->timeout != SIM_UNTIL || call->due > first_end(search, at) ||
	    model_look(&to.model, call->thread))
		return false;
	model_time_out(&to.model, call->thread);
	return try(search, &to, call, call->thread, "times out");
}

/* A signal ended its sleep, and it found nothing that it waits for. */
static bool try_interrupted(struct search *search, const struct position *at,
			    const struct sim_call *call)
{
	struct position to = *at;

	if (call->returned == SIM_NEVER || call->status != CARAFE_STATUS_CANCELLED ||
	    call->interrupted > first_end(search, at) || model_look(&to.model, call->thread))
		return false;
	model_vanish(&to.model, call->thread);
	next_call(&to, call->thread);
	return try(search, &to, call, call->thread, "is interrupted");
}

/*
 * By the ntsync ABI a handler that requests something takes the wait that it interrupted out of the
 * queues first.  That is over then, or begins anew.
 */
static bool try_suspending(struct search *search, const struct position *at, uint32_t thread)
{
	const struct sim_call *call = call_of(search, at, thread);
	struct position to = *at;

	model_vanish(&to.model, thread);
	if (call->returned != SIM_NEVER && call->status == CARAFE_STATUS_CANCELLED)
		next_call(&to, thread);
	else
		to.looked[thread] = 0;
	return try(search, &to, call, thread, "is taken out by a handler");
}

/* Whose wait the handler that makes this call would have to take out first, or SIM_NOBODY. */
static uint32_t to_suspend(const struct search *search, const struct position *at,
			   const struct sim_call *call)
{
	uint32_t outer = search->history->thread[call->thread].handler_of;

	if (search->history->flavour != SIM_NTSYNC || call->operation == SIM_CLOSE || outer == 0)
		return SIM_NOBODY;
	return at->model.wait[outer - 1].phase == MODEL_ASLEEP ? outer - 1 : SIM_NOBODY;
}

/* A handler of the thread sleeps in a wait, so that the thread itself does nothing. */
static bool stands_aside(const struct search *search, const struct position *at, uint32_t thread)
{
	for (uint32_t i = 0; i < search->history->threads; i++)
		if (search->history->thread[i].handler_of == thread + 1 &&
		    at->model.wait[i].phase == MODEL_ASLEEP)
			return true;
	return false;
}

/* ---- the steps of a thread ---- */

static bool try_next_call(struct search *search, const struct position *at,
			  const struct sim_call *call)
{
	uint32_t object[SIM_WAIT_OBJECTS], outer;

	if (at->model.wait[call->thread].phase == MODEL_ASLEEP)
		return try_looking_again(search, at, call) || try_time_out(search, at, call) ||
		       try_interrupted(search, at, call);
	if (at->model.wait[call->thread].phase == MODEL_ENDED ||
	    call->invoked > first_end(search, at) || stands_aside(search, at, call->thread))
		return false;
	outer = to_suspend(search, at, call);
	if (outer != SIM_NOBODY)
		return try_suspending(search, at, outer);
	if (is_wait(call))
		return try_wait(search, at, call, object, 0);
	if (is_overdue(search, call))
		return false;
	if (makes(call))
		return try_create(search, at, call);
	switch (call->operation) {
	case SIM_ALERT:
		return try_alert(search, at, call);
	case SIM_CLOSE:
		return try_close(search, at, call);
	case SIM_FORK:
		return try_fork(search, at, call);
	default:
		return try_plain_call(search, at, call);
	}
}

static bool try_vanishing(struct search *search, const struct position *at, uint32_t thread)
{
	struct position to = *at;

	model_vanish(&to.model, thread);
	if (call_of(search, &to, thread))
		next_call(&to, thread);
	return try(search, &to, NULL, thread, "leaves the queues, dead");
}

static bool try_losing(struct search *search, const struct position *at, uint32_t thread)
{
	struct position to = *at;

	if (at->model.wait[thread].returning)
		return false;
	model_keep(&to.model, thread);
	return try(search, &to, NULL, thread, "had what it was granted, and died");
}

static bool try_giving_back(struct search *search, const struct position *at, uint32_t thread)
{
	for (uint32_t i = 0; i < SIM_WAIT_OBJECTS; i++) {
		struct position to = *at;

		if ((at->model.wait[thread].taken >> i & 1) == 0)
			continue;
		model_give_back(&to.model, thread, i);
		if (try(search, &to, NULL, thread, "died without what it was granted"))
			return true;
	}
	return false;
}

/* What was granted and may be given back is not abandoned. */
static bool is_granted(const struct model_wait *wait, uint32_t object)
{
	for (uint32_t i = 0; i < SIM_WAIT_OBJECTS; i++)
		if ((wait->taken >> i & 1) != 0 && wait->object[i] == object)
			return true;
	return false;
}

static bool try_abandoning(struct search *search, const struct position *at, uint32_t thread)
{
	for (uint32_t i = 0; i < MODEL_OBJECTS; i++) {
		const struct model_object *it = &at->model.object[i];
		struct position to = *at;

		if (it->kind != MODEL_MUTANT || it->owner != thread + 1 ||
		    is_granted(&at->model.wait[thread], i))
			continue;
		model_abandon(&to.model, i);
		if (try(search, &to, NULL, thread, "abandons a mutant"))
			return true;
	}
	return false;
}

static bool try_death(struct search *search, const struct position *at, uint32_t thread)
{
	const struct sim_call *call = call_of(search, at, thread);
	uint8_t phase = at->model.wait[thread].phase;

	if ((call && call->returned != SIM_NEVER) ||
	    death_of(search, thread) > first_end(search, at))
		return false;
	if (phase == MODEL_ASLEEP && try_vanishing(search, at, thread))
		return true;
	if (phase == MODEL_ENDED &&
	    (try_losing(search, at, thread) || try_giving_back(search, at, thread)))
		return true;
	return search->history->flavour == SIM_NT && try_abandoning(search, at, thread);
}

/* ---- the search ---- */

/* In quiescence the thread rightly sleeps. */
static bool sleeps_rightly(const struct position *at, const struct sim_call *call)
{
	struct model model = at->model;

	return model.wait[call->thread].phase == MODEL_ASLEEP &&
	       !model_look(&model, call->thread) &&
	       (call->timeout != SIM_UNTIL || call->due == SIM_NEVER);
}

static bool is_end(const struct search *search, const struct position *at)
{
	if (first_end(search, at) != SIM_NEVER)
		return false;
	for (uint32_t i = 0; i < search->history->threads; i++) {
		const struct sim_call *call = call_of(search, at, i);

		if (call && !is_optional(search, call) && !sleeps_rightly(at, call))
			return false;
	}
	return true;
}

static void note_farthest(struct search *search, const struct position *at)
{
	if (search->depth < search->best_depth)
		return;
	search->best_depth = search->depth;
	search->farthest = *at;
	memcpy(search->best, search->path, search->depth * sizeof(search->path[0]));
}

/* The thread whose time is over first goes first: what is refused is refused early. */
static void order_threads(const struct search *search, const struct position *at,
			  uint32_t order[MODEL_THREADS])
{
	uint64_t end[MODEL_THREADS];

	for (uint32_t i = 0; i < search->history->threads; i++) {
		uint32_t place = i;

		end[i] = end_of(search, at, i);
		while (place > 0 && end[order[place - 1]] > end[i]) {
			order[place] = order[place - 1];
			place--;
		}
		order[place] = i;
	}
}

static bool explore(struct search *search, struct position *at)
{
	uint32_t order[MODEL_THREADS];

	if (!settle(search, at) || !remember(search, at))
		return false;
	note_farthest(search, at);
	if (is_end(search, at))
		return true;
	order_threads(search, at, order);
	for (uint32_t i = 0; i < search->history->threads && !search->out_of_bound; i++) {
		const struct sim_call *call = call_of(search, at, order[i]);

		if (call && try_next_call(search, at, call))
			return true;
		if (is_dead(search, order[i]) && try_death(search, at, order[i]))
			return true;
	}
	return false;
}

/* ---- preparing ---- */

static bool unfit(struct linear_result *result, const char *why)
{
	struct words words = { result->text, LINEAR_TEXT, 0 };

	result->verdict = LINEAR_UNFIT;
	words_add(&words, "%s", why);
	return false;
}

/* A small number for a handle; MODEL_HANDLES if there is none left. */
static uint8_t small_handle(struct search *search, uint32_t handle)
{
	uint32_t value = handle & ~3u, i;

	for (i = 0; i < search->values; i++)
		if (search->value[i] == value)
			return (uint8_t)i;
	if (i < MODEL_HANDLES)
		search->value[search->values++] = value;
	return (uint8_t)i;
}

static bool number_handles(struct search *search, uint32_t number)
{
	const struct sim_call *call = &search->history->call[number];

	for (uint32_t i = 0; i < call->handles; i++) {
		search->handle[number][i] = small_handle(search, call->handle[i]);
		if (search->handle[number][i] == MODEL_HANDLES)
			return unfit(search->result, "more handles than the model holds");
	}
	if (!makes(call) || call->returned == SIM_NEVER || call->status != CARAFE_STATUS_SUCCESS)
		return true;
	if (call->made == 0 || (call->made & 3) != 0)
		return unfit(search->result, "a handle was made that is 0 or no multiple of 4");
	search->made[number] = small_handle(search, call->made);
	return search->made[number] < MODEL_HANDLES ||
	       unfit(search->result, "more handles than the model holds");
}

/* Until when the call has to happen: its return, what a child did, or the end of the sweep. */
static uint64_t end_of_call(const struct search *search, const struct sim_call *call)
{
	const struct sim_history *history = search->history;
	uint64_t end = call->returned;

	if (end == SIM_NEVER && is_dead(search, call->thread))
		end = swept(search, call->thread);
	if (call->operation != SIM_FORK)
		return end;
	for (uint32_t i = 0; i < history->calls; i++)
		if (process_of(search, history->call[i].thread) == call->target)
			end = earlier(end, history->call[i].invoked);
	return end;
}

static bool check_call(struct search *search, const struct sim_call *call)
{
	const struct sim_history *history = search->history;

	if (call->thread >= history->threads || (unsigned)call->operation >= SIM_OPERATIONS ||
	    call->handles > SIM_WAIT_OBJECTS || call->invoked > call->returned)
		return unfit(search->result, "a call that makes no sense");
	if ((makes(call) && call->object >= MODEL_OBJECTS) ||
	    (call->operation == SIM_ALERT && call->target >= history->threads) ||
	    (call->operation == SIM_FORK && call->target >= history->processes &&
	     call->target != SIM_NOBODY))
		return unfit(search->result, "a call for an object, thread or process that is not");
	return true;
}

static bool list_call(struct search *search, uint32_t number)
{
	const struct sim_call *call = &search->history->call[number];
	uint32_t listed;

	if (!check_call(search, call) || !number_handles(search, number))
		return false;
	listed = search->listed[call->thread];
	if (listed > 0) {
		const struct sim_call *before =
			&search->history->call[search->list[call->thread][listed - 1]];

		if (before->returned > call->invoked)
			return unfit(search->result, "two calls of a thread overlap");
	}
	search->list[call->thread][listed] = (uint16_t)number;
	search->listed[call->thread]++;
	search->end[number] = end_of_call(search, call);
	return true;
}

static bool prepare(struct search *search)
{
	const struct sim_history *history = search->history;

	if (history->calls > MOST_CALLS || history->threads > MODEL_THREADS ||
	    history->processes > MODEL_PROCESSES)
		return unfit(search->result,
			     "more calls, threads or processes than the model holds");
	for (uint32_t i = 0; i < history->threads; i++)
		if (history->thread[i].process >= history->processes)
			return unfit(search->result, "a thread of a process that is not");
	for (uint32_t i = 0; i < history->calls; i++)
		if (!list_call(search, i))
			return false;
	return true;
}

/* ---- in words ---- */

static void tell_path(const struct search *search, struct words *words)
{
	words_add(words, "The longest order that fits:\n");
	for (uint32_t i = 0; i < search->best_depth; i++) {
		const struct step *step = &search->best[i];

		words_add(words, "  ");
		if (step->call)
			words_call(words, step->call);
		else
			words_add(words, "thread %u", (unsigned)step->thread);
		words_add(words, ": %s\n", step->what);
	}
}

/* What the model would answer in the farthest position, if the handles name one object each. */
static void tell_answer(const struct search *search, struct words *words,
			const struct sim_call *call)
{
	struct model model = search->farthest.model;
	struct model_answer answer;
	uint32_t object[SIM_WAIT_OBJECTS];

	if (makes(call) || call->operation == SIM_CLOSE || call->operation == SIM_FORK)
		return;
	for (uint32_t i = 0; i < call->handles; i++) {
		object[i] = model_named(&model, process_of(search, call->thread),
					search->handle[number_of(search, call)][i]);
		if (object[i] == SIM_NOBODY)
			return;
	}
	if (is_wait(call))
		model_enter(&model, call, object, &answer);
	else
		model_call(&model, call, call->handles ? object[0] : SIM_NOBODY, &answer);
	words_add(words, "    there it would give ");
	if (answer.sleeps)
		words_add(words, "nothing yet and sleep");
	else
		words_answer(words, call, answer.status, answer.out);
	words_add(words, "\n");
}

static void tell_thread(const struct search *search, struct words *words, uint32_t thread)
{
	const struct position *at = &search->farthest;
	const struct sim_call *call = call_of(search, at, thread);
	uint8_t phase = at->model.wait[thread].phase;

	if (call) {
		words_add(words, "  ");
		words_call(words, call);
		words_add(words, phase == MODEL_ASLEEP ? "; it sleeps\n" : "\n");
		if (phase == MODEL_AWAKE)
			tell_answer(search, words, call);
	}
	if (is_dead(search, thread) && end_of(search, at, thread) == swept(search, thread) &&
	    swept(search, thread) != SIM_NEVER)
		words_add(words,
			  "  thread %u, which is dead, has still something when it is swept\n",
			  (unsigned)thread);
}

static void tell(struct search *search)
{
	struct words words = { search->result->text, LINEAR_TEXT, 0 };

	words_add(&words, "No order of the calls gives what they gave.\n");
	words_add(&words, "After the longest order that fits, these are left:\n");
	for (uint32_t i = 0; i < search->history->threads; i++)
		tell_thread(search, &words, i);
	words_add(&words, "The world is then:\n");
	words_model(&words, &search->farthest.model);
	tell_path(search, &words);
}

/* ---- all together ---- */

/* The last call of each dead thread that was swept, if it did not return: it happened or did not.
 */
static uint32_t list_doubtful(const struct search *search, uint32_t doubtful[MODEL_THREADS])
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < search->history->threads; i++) {
		const struct sim_call *last;

		if (search->listed[i] == 0)
			continue;
		last = &search->history->call[search->list[i][search->listed[i] - 1]];
		if (last->returned == SIM_NEVER && is_dead(search, i) &&
		    search->end[number_of(search, last)] != SIM_NEVER &&
		    !(last->operation == SIM_FORK &&
		      search->end[number_of(search, last)] < swept(search, i)))
			doubtful[count++] = i;
	}
	return count;
}

static bool search_once(struct search *search)
{
	struct position start;

	memset(&start, 0, sizeof(start));
	model_begin(&start.model, search->history->flavour);
	if (search->memory)
		memset(search->memory, 0, search->room * sizeof(*search->memory));
	search->remembered = 0;
	return explore(search, &start);
}

/* With each choice of the doubtful calls that happened. */
static bool search_all(struct search *search)
{
	uint32_t doubtful[MODEL_THREADS], count = list_doubtful(search, doubtful);

	for (uint32_t not = 0; not < 1u << count; not ++) {
		bool found;

		for (uint32_t i = 0; i < count; i++)
			if (not >> i & 1)
				search->listed[doubtful[i]]--;
		found = search_once(search);
		for (uint32_t i = 0; i < count; i++)
			if (not >> i & 1)
				search->listed[doubtful[i]]++;
		if (found || search->out_of_bound)
			return found;
	}
	return false;
}

void linear_check(const struct sim_history *history, uint64_t bound, struct linear_result *result)
{
	struct search *search = calloc(1, sizeof(*search));

	memset(result, 0, sizeof(*result));
	if (!search) {
		unfit(result, "no memory");
		return;
	}
	search->history = history;
	search->result = result;
	search->bound = bound ? bound : DEFAULT_BOUND;
	if (prepare(search)) {
		result->verdict = search_all(search)	 ? LINEAR_RIGHT
				  : search->out_of_bound ? LINEAR_UNDECIDED
							 : LINEAR_WRONG;
		if (result->verdict != LINEAR_RIGHT)
			tell(search);
	}
	free(search->memory);
	free(search);
}

const char *linear_name(enum linear_verdict verdict)
{
	static const char *const names[] = { "right", "wrong", "undecided", "unfit" };

	return names[verdict];
}
