/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/exhaustive.c - every execution within the bounds, or at least every state that one
 * could reach.
 *
 * Depth first, without keeping states: each execution follows the path of the last one up to the
 * deepest decision that still has an option left, and takes the first option from there on.
 *
 * Two reductions, each of which the test `reduction` compares with the plain search:
 *   - Only steps on contended words are asked for (os/sim/memory.c).  A word that turns out to be
 *     contended begins the search anew.
 *   - A state that was met before is not gone on from.  What a thread will do follows from what it
 *     has seen, so the digest of memory, of what each thread has seen, of the facts for checks in
 *     their order, and of what is left of the budgets is the digest of a state (os/sim/schedule.c).
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#include <stdlib.h>
#include <string.h>

#include "os/sim/weak.h"
#include "tests/sim/search.h"

/* A decision with more than one option on the present path. */
struct node {
	uint8_t chosen, count;
};

struct walk {
	struct search *search;
	struct node *path;
	size_t length, room; /* of the path */
	size_t depth;	     /* where this execution is on it */
	uint64_t *states;    /* open addressing; 0 is an empty place */
	size_t states_room, states_count;
};

static void *grown(void *memory, size_t size)
{
	memory = realloc(memory, size);
	if (memory == NULL)
		abort(); /* a test program without memory */
	return memory;
}

static bool put(uint64_t *states, size_t room, uint64_t state)
{
	size_t place = state & (room - 1);

	while (states[place] != 0) {
		if (states[place] == state)
			return false;
		place = (place + 1) & (room - 1);
	}
	states[place] = state;
	return true;
}

static void make_room(struct walk *walk)
{
	size_t room = walk->states_room * 2, i;
	uint64_t *states = calloc(room, sizeof(*states));

	if (states == NULL)
		abort(); /* a test program without memory */
	for (i = 0; i < walk->states_room; i++)
		if (walk->states[i] != 0)
			(void)put(states, room, walk->states[i]);
	free(walk->states);
	walk->states = states;
	walk->states_room = room;
}

/* True when the state is new. */
static bool enter_state(struct walk *walk)
{
	uint64_t state = sim_state_and_budget();

	if (!put(walk->states, walk->states_room, state != 0 ? state : 1))
		return false;
	walk->states_count++;
	if (walk->states_count * 2 > walk->states_room)
		make_room(walk);
	return true;
}

static int decide(void *context, const struct sim_action *options, unsigned count)
{
	struct walk *walk = context;

	(void)options;
	if (walk->depth < walk->length)
		return count > 1 ? walk->path[walk->depth++].chosen : 0;
	if (!walk->search->plain && !enter_state(walk)) {
		walk->search->met++;
		return SIM_CUT;
	}
	if (count == 1)
		return 0;
	if (walk->length == walk->room) {
		walk->room = walk->room * 2 + 1024;
		walk->path = grown(walk->path, walk->room * sizeof(*walk->path));
	}
	walk->path[walk->length++] = (struct node){ 0, (uint8_t)count };
	walk->depth = walk->length;
	return 0;
}

/* To the next path; false when there is none. */
static bool advance(struct walk *walk)
{
	while (walk->length > 0) {
		struct node *node = &walk->path[walk->length - 1];

		if (++node->chosen < node->count)
			return true;
		walk->length--;
	}
	return false;
}

static void begin(struct walk *walk)
{
	walk->length = walk->states_count = 0;
	memset(walk->states, 0, walk->states_room * sizeof(*walk->states));
}

/* One execution; false when it was the last. */
static bool execute(struct walk *walk, const struct sim_decider *decider)
{
	struct search *search = walk->search;
	enum sim_end end;
	bool grew;

	walk->depth = 0;
	end = scenario_execute(search->scenario, decider, &search->bounds);
	if (end == SIM_END_QUIET && search->outcome != NULL)
		search->outcome(search->context, sim_outcome());
	grew = sim_contended_grew();
	/* On a weak processor words must be known to be contended: see schedule_replay(). */
	if (grew && sim_weak && end == SIM_END_FAILED)
		end = SIM_END_CUT;
	if (!search_count(search, end, 0))
		return false;
	if (grew && (sim_weak || decider->contended_only)) {
		search->restarts++;
		begin(walk);
		return true;
	}
	search->complete = !advance(walk);
	return !search->complete;
}

void search_exhaustive(struct search *search)
{
	struct walk walk = { .search = search, .states_room = 1 << 16 };
	/* A handler comes between any two steps of its thread, whoever else uses the word. */
	struct sim_decider decider = { decide, &walk,
				       !search->plain && search->bounds.signals == 0 };

	walk.states = calloc(walk.states_room, sizeof(*walk.states));
	if (walk.states == NULL)
		abort(); /* a test program without memory */
	while (execute(&walk, &decider))
		search->states = walk.states_count;
	search->states = walk.states_count;
	free(walk.states);
	free(walk.path);
}
