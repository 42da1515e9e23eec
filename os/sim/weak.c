/* SPDX-License-Identifier: MIT */
/*
 * os/sim/weak.c - see os/sim/weak.h.
 *
 * What happens if a process dies here: see os/sim/weak.h.
 */
#include "os/sim/weak.h"

#include <stdlib.h>
#include <string.h>

#include "os/sim/world.h"

#define NUMBERS 1024u
#define VALUES 65535u /* of all words; a place among those of one has 16 bits */

/* How far in the values of each word; 0: the first one. */
struct view {
	uint16_t at[NUMBERS];
};

/* One value of a word. */
struct value {
	uint64_t bits;
	uint32_t before; /* the word's value before it, or 0 */
	uint16_t at;	 /* its place among the word's values */
	struct view published;
};

bool sim_weak;

static struct value *values; /* from 1 */
static uint32_t value_count;
static uint32_t newest_of[NUMBERS]; /* value, or 0: never written */
static unsigned numbers;

static struct {
	struct view seen;   /* what its loads must respect */
	struct view loaded; /* what was published with all that it loaded */
	struct view own;    /* its own stores */
	struct view fenced; /* what its relaxed stores publish besides themselves */
} threads[SIM_MOST_THREADS];

static struct view fences; /* seen by all full fences so far */

static void join(struct view *into, const struct view *from)
{
	unsigned i;

	for (i = 0; i < numbers; i++)
		if (into->at[i] < from->at[i])
			into->at[i] = from->at[i];
}

void sim_weak_reset(void)
{
	value_count = 0;
	memset(newest_of, 0, sizeof(newest_of));
	memset(threads, 0, sizeof(threads));
	memset(&fences, 0, sizeof(fences));
}

void sim_weak_forget(void)
{
	numbers = 1;
	free(values);
	values = NULL;
	sim_weak_reset();
}

unsigned sim_weak_number(void)
{
	if (numbers == NUMBERS)
		abort(); /* a scenario far too large for this table */
	return numbers++;
}

void sim_weak_begin_thread(unsigned child)
{
	memset(&threads[child], 0, sizeof(threads[child]));
	if (sim_world.current == SIM_NONE)
		return;
	join(&threads[child].seen, &threads[sim_world.current].seen);
	join(&threads[child].loaded, &threads[child].seen);
}

void sim_weak_end_thread(unsigned thread)
{
	join(&fences, &threads[thread].seen);
}

static uint32_t add_value(unsigned number, uint64_t bits)
{
	uint32_t before = newest_of[number];
	struct value *value;

	if (values == NULL)
		values = calloc(VALUES + 1, sizeof(*values));
	if (values == NULL || value_count == VALUES)
		abort(); /* a test program without memory, or an execution far too long */
	value = &values[++value_count];
	value->bits = bits;
	value->before = before;
	value->at = (uint16_t)(before != 0 ? values[before].at + 1 : 0);
	/* Nothing was ever published of words beyond. */
	memset(&value->published, 0, numbers * sizeof(value->published.at[0]));
	newest_of[number] = value_count;
	return value_count;
}

/*
 * The value that is `age` values older than the newest; 0: there is none that the thread may still
 * see.
 */
static uint32_t aged(unsigned thread, unsigned number, unsigned age)
{
	uint32_t value = newest_of[number];

	while (value != 0 && age-- > 0)
		value = values[value].before;
	return value != 0 && values[value].at >= threads[thread].seen.at[number] ? value : 0;
}

bool sim_weak_can_age(unsigned thread, unsigned number)
{
	return aged(thread, number, sim_world.thread[thread].age + 1u) != 0;
}

/* The present thread sees a value of a word, or, 0, what the word says that was never written. */
static uint64_t see(unsigned number, uint32_t given, uint64_t newest, enum sim_order order)
{
	const struct value *value = &values[given];

	if (given == 0)
		return newest;
	sim_saw(value->at);
	threads[sim_world.current].seen.at[number] = value->at;
	join(&threads[sim_world.current].loaded, &value->published);
	if ((order & SIM_ACQUIRE) != 0)
		join(&threads[sim_world.current].seen, &value->published);
	return value->bits;
}

/* What the scheduler chose for the present thread's load. */
static uint32_t chosen(unsigned number)
{
	struct virtual_thread *thread = sim_thread_now();
	uint32_t given = aged(sim_world.current, number, thread->age);

	thread->age = 0;
	return given != 0 ? given : newest_of[number];
}

uint64_t sim_weak_load(unsigned number, uint64_t newest, enum sim_order order)
{
	return see(number, chosen(number), newest, order);
}

uint64_t sim_weak_miss(unsigned number, uint64_t newest, uint64_t expected, enum sim_order order)
{
	uint32_t given = chosen(number);

	if (given != 0 && values[given].bits == expected)
		given = newest_of[number];
	return see(number, given, newest, order);
}

void sim_weak_store(unsigned number, uint64_t old, uint64_t new, enum sim_order order, bool swap)
{
	uint32_t before = newest_of[number] != 0 ? newest_of[number] : add_value(number, old);
	struct value *value = &values[add_value(number, new)];
	unsigned me = sim_world.current;

	threads[me].seen.at[number] = value->at;
	threads[me].own.at[number] = value->at;
	if (swap) {
		join(&threads[me].loaded, &values[before].published);
		if ((order & SIM_ACQUIRE) != 0)
			join(&threads[me].seen, &values[before].published);
		join(&value->published, &values[before].published);
	}
	join(&value->published,
	     (order & SIM_RELEASE) != 0 ? &threads[me].seen : &threads[me].fenced);
	value->published.at[number] = value->at;
	sim_world.order = sim_mix(sim_world.order, sim_mix(me, number));
}

void sim_weak_fence(unsigned thread, enum sim_order order)
{
	if ((order & SIM_ACQUIRE) != 0)
		join(&threads[thread].seen, &threads[thread].loaded);
	if (order == SIM_RELEASE)
		join(&threads[thread].fenced, &threads[thread].own);
	if (order == SIM_FULL) {
		join(&threads[thread].seen, &fences);
		join(&fences, &threads[thread].seen);
	}
	if ((order & SIM_ACQ_REL) == SIM_ACQ_REL)
		join(&threads[thread].fenced, &threads[thread].seen);
}
