/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/random.c - schedules drawn from a seed: at random, or by priorities (PCT).
 *
 * Random: after each step the thread goes on, or, with a probability drawn for each schedule, any
 * thread does. PCT (Burckhardt and others, 2010): every thread has a random priority, the highest
 * that can goes on, and at d - 1 steps, drawn beforehand, the running thread falls below all
 * others; a fault that needs d steps in a certain order is found with a probability that is known.
 * In both, deaths, halts and the like come at steps drawn beforehand, as many as drawn.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#include <string.h>

#include "os/sim/weak.h"
#include "tests/sim/search.h"

#define MOST_POINTS 16

struct draw {
	uint64_t random;
	enum strategy strategy;
	unsigned turn; /* random: one of so many steps may switch */
	unsigned stale; /* one of so many loads that may give an older value does */
	unsigned priority[SIM_MOST_THREADS];
	unsigned lowest;
	unsigned points, next_point; /* PCT: where the running thread falls behind */
	uint64_t point[MOST_POINTS];
	unsigned strokes, next_stroke; /* deaths and the like */
	uint64_t stroke[MOST_POINTS];
};

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next(struct draw *draw)
{
	uint64_t z = draw->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static unsigned below(struct draw *draw, uint64_t limit)
{
	return (unsigned)(next(draw) % limit);
}

static void draw_points(struct draw *draw, uint64_t *point, unsigned count, uint64_t steps)
{
	unsigned i, j;

	for (i = 0; i < count; i++) {
		uint64_t drawn = below(draw, steps);

		for (j = i; j > 0 && point[j - 1] > drawn; j--)
			point[j] = point[j - 1];
		point[j] = drawn;
	}
}

static unsigned strokes_of(const struct scenario_bounds *bounds)
{
	unsigned sum = bounds->deaths + bounds->halts + bounds->spurious + bounds->late +
		       bounds->interrupts + bounds->signals + bounds->failures;

	return sum < MOST_POINTS ? sum : MOST_POINTS;
}

/* steps: how long an execution is, about. */
static void prepare(struct draw *draw, const struct search *search, uint64_t seed, uint64_t steps)
{
	static const unsigned turns[] = { 1, 2, 4, 8, 32 };
	unsigned i;

	*draw = (struct draw){ .random = seed, .strategy = search->strategy };
	(void)next(draw);
	draw->turn = turns[below(draw, sizeof(turns) / sizeof(turns[0]))];
	if (search->bounds.stale != 0)
		draw->stale = 2u << below(draw, 8);
	for (i = 0; i < SIM_MOST_THREADS; i++)
		draw->priority[i] = MOST_POINTS + below(draw, 1u << 20);
	draw->lowest = MOST_POINTS;
	draw->points = below(draw, 4);
	draw_points(draw, draw->point, draw->points, steps);
	draw->strokes = below(draw, strokes_of(&search->bounds) + 1);
	draw_points(draw, draw->stroke, draw->strokes, steps);
}

static unsigned count_runs(const struct sim_action *options, unsigned count)
{
	unsigned runs = 0;

	while (runs < count && options[runs].verb <= SIM_ACT_PASS)
		runs++;
	return runs;
}

/* What is neither to go on nor an old value: those are the last. */
static unsigned count_others(const struct sim_action *options, unsigned count)
{
	while (count > 0 && options[count - 1].verb == SIM_ACT_STALE)
		count--;
	return count - count_runs(options, count);
}

static unsigned by_priority(struct draw *draw, const struct sim_action *options, unsigned runs)
{
	unsigned best = 0, i;

	if (draw->next_point < draw->points && sim_now() >= draw->point[draw->next_point]) {
		draw->next_point++;
		draw->priority[options[0].who] = --draw->lowest;
	}
	for (i = 1; i < runs; i++)
		if (draw->priority[options[i].who] > draw->priority[options[best].who])
			best = i;
	return best;
}

static int decide(void *context, const struct sim_action *options, unsigned count)
{
	struct draw *draw = context;
	unsigned runs = count_runs(options, count);
	unsigned others = count_others(options, count);

	/* What is old is soon gone, so it is not waited for. */
	if (runs + others < count && below(draw, draw->stale) == 0)
		return (int)(runs + others + below(draw, count - runs - others));
	count = runs + others;
	if (runs < count && draw->next_stroke < draw->strokes &&
	    sim_now() >= draw->stroke[draw->next_stroke]) {
		draw->next_stroke++;
		return (int)(runs + below(draw, count - runs));
	}
	if (runs == 1)
		return 0;
	if (draw->strategy == STRATEGY_PCT)
		return (int)by_priority(draw, options, runs);
	return below(draw, draw->turn) == 0 ? (int)below(draw, runs) : 0;
}

void search_random(struct search *search)
{
	struct draw draw;
	struct sim_decider decider = { decide, &draw, false };
	uint64_t seed = search->seed, steps;
	enum sim_end end;

	/* The length of an execution without any disturbance. */
	end = scenario_execute(search->scenario, NULL, &search->bounds);
	steps = scenario_steps() + 1;
	if (end == SIM_END_FAILED) {
		(void)search_count(search, end, seed);
		return;
	}
	do {
		/* On a weak processor words must be known to be contended: see schedule_replay(). */
		do {
			(void)sim_contended_grew();
			prepare(&draw, search, seed, steps + steps / 2);
			end = scenario_execute(search->scenario, &decider, &search->bounds);
		} while (sim_weak && sim_contended_grew());
	} while (search_count(search, end, seed++));
}
