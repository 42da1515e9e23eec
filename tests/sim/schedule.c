/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/schedule.c - a schedule as text, following one, and making it shorter.
 *
 * A schedule lists what was done: "0*57,1*12,K1,0*3" lets thread 0 make 57 steps and thread 1 then
 * 12, kills process 1, and goes on with thread 0.  H halts a thread, S lets it wake for no reason,
 * L lets its deadline pass, I interrupts it, G runs its signal handler, F fills the disk under it, P lets time pass while
 * nobody can go on.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/sim/weak.h"
#include "tests/sim/search.h"

static const char letters[SIM_ACT_VERBS] = {
	[SIM_ACT_PASS] = 'P',	  [SIM_ACT_KILL] = 'K',	  [SIM_ACT_HALT] = 'H',
	[SIM_ACT_SPURIOUS] = 'S', [SIM_ACT_LATE] = 'L',	  [SIM_ACT_INTERRUPT] = 'I',
	[SIM_ACT_FULL] = 'F',	  [SIM_ACT_SIGNAL] = 'G', [SIM_ACT_STALE] = 'O',
};

/* ---- Text ------------------------------------------------------------------------------- */

static bool same(struct sim_action a, struct sim_action b)
{
	return a.verb == b.verb && a.who == b.who;
}

void schedule_taken(struct schedule *schedule)
{
	size_t count, i;
	const struct sim_taken *taken = sim_taken(&count);
	struct item *last = NULL;

	schedule->count = 0;
	for (i = 0; i < count; i++) {
		uint64_t end = i + 1 < count ? taken[i + 1].step : sim_now();
		uint64_t steps = taken[i].action.verb == SIM_ACT_RUN ? end - taken[i].step : 0;

		if (last != NULL && last->action.verb == SIM_ACT_RUN &&
		    same(last->action, taken[i].action)) {
			last->steps += steps;
			continue;
		}
		if (schedule->count == SCHEDULE_ITEMS)
			return;
		last = &schedule->item[schedule->count++];
		*last = (struct item){ taken[i].action, steps };
	}
}

void schedule_write(const struct schedule *schedule, char *text, size_t size)
{
	size_t length = 0;
	unsigned i;

	text[0] = '\0';
	for (i = 0; i < schedule->count && length + 32 < size; i++) {
		const struct item *item = &schedule->item[i];
		const char *comma = i > 0 ? "," : "";

		if (item->action.verb == SIM_ACT_RUN)
			length +=
				(size_t)snprintf(text + length, size - length, "%s%u*%llu", comma,
						 item->action.who, (unsigned long long)item->steps);
		else if (item->action.verb == SIM_ACT_PASS)
			length += (size_t)snprintf(text + length, size - length, "%sP", comma);
		else
			length += (size_t)snprintf(text + length, size - length, "%s%c%u", comma,
						   letters[item->action.verb], item->action.who);
	}
}

static bool read_item(const char **text, struct item *item)
{
	const char *letter =
		**text >= 'A' ? memchr(letters + 1, **text, sizeof(letters) - 1) : NULL;
	char *end;

	*item = (struct item){ .action = { .verb = SIM_ACT_RUN } };
	if (letter != NULL) {
		item->action.verb = (uint8_t)(letter - letters);
		(*text)++;
	}
	if (item->action.verb == SIM_ACT_PASS)
		return true;
	item->action.who = (uint8_t)strtoul(*text, &end, 10);
	if (end == *text || item->action.who >= SIM_MOST_THREADS)
		return false;
	*text = end;
	if (item->action.verb != SIM_ACT_RUN)
		return true;
	item->steps = UINT64_MAX;
	if (*end == '*') {
		item->steps = strtoull(end + 1, &end, 10);
		*text = end;
	}
	return true;
}

bool schedule_read(struct schedule *schedule, const char *text)
{
	schedule->count = 0;
	while (*text != '\0' && *text != '\n') {
		if (schedule->count == SCHEDULE_ITEMS ||
		    !read_item(&text, &schedule->item[schedule->count]))
			return false;
		schedule->count++;
		if (*text == ',')
			text++;
		else if (*text != '\0' && *text != '\n')
			return false;
	}
	return true;
}

/* ---- Following -------------------------------------------------------------------------- */

struct follow {
	const struct schedule *schedule;
	unsigned next;
	bool begun;	/* the present item is one that runs, and it does */
	uint64_t start; /* since this step */
};

static int find(const struct sim_action *options, unsigned count, struct sim_action action)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (same(options[i], action))
			return (int)i;
	return -1;
}

static int decide(void *context, const struct sim_action *options, unsigned count)
{
	struct follow *follow = context;
	int choice;

	for (; follow->next < follow->schedule->count; follow->next++, follow->begun = false) {
		const struct item *item = &follow->schedule->item[follow->next];

		choice = find(options, count, item->action);
		if (choice < 0 || (follow->begun && sim_now() - follow->start >= item->steps))
			continue;
		if (item->action.verb == SIM_ACT_RUN) {
			if (!follow->begun)
				follow->start = sim_now();
			follow->begun = true;
			return choice;
		}
		follow->next++;
		return choice;
	}
	return 0;
}

static enum sim_end follow_once(const struct scenario *scenario, const struct schedule *schedule)
{
	struct follow follow = { .schedule = schedule };
	struct sim_decider decider = { decide, &follow, false };
	/* What the schedule says happens, whatever the bounds of a search are. */
	struct scenario_bounds bounds = {
		.preemptions = SCENARIO_ANY,
		.deaths = SCENARIO_ANY,
		.halts = SCENARIO_ANY,
		.spurious = SCENARIO_ANY,
		.late = SCENARIO_ANY,
		.interrupts = SCENARIO_ANY,
		.signals = SCENARIO_ANY,
		.failures = SCENARIO_ANY,
		.stale = SCENARIO_ANY,
		.rounds = scenario->bounds.rounds > scenario->exhaustive.rounds
				  ? scenario->bounds.rounds
				  : scenario->exhaustive.rounds,
	};

	return scenario_execute(scenario, &decider, &bounds);
}

/*
 * On a weak processor a word gives old values, and orders what was seen through it, only once it is
 * known to be contended, which the search knew from its executions before: each time round at least
 * one more word is known.
 */
enum sim_end schedule_replay(const struct scenario *scenario, const struct schedule *schedule)
{
	enum sim_end end;

	do {
		(void)sim_contended_grew();
		end = follow_once(scenario, schedule);
	} while (sim_weak && sim_contended_grew());
	return end;
}

/* ---- Shrinking -------------------------------------------------------------------------- */

/* Neighbours that are one. */
static void merge(struct schedule *schedule)
{
	unsigned from, to = 0;

	for (from = 0; from < schedule->count; from++) {
		const struct item *item = &schedule->item[from];

		if (to > 0 && item->action.verb == SIM_ACT_RUN &&
		    same(schedule->item[to - 1].action, item->action))
			schedule->item[to - 1].steps += item->steps;
		else
			schedule->item[to++] = *item;
	}
	schedule->count = to;
}

/* Does it fail as well and is shorter? Then it is the schedule. */
static bool take_if_shorter(const struct scenario *scenario, struct schedule *schedule,
			    struct schedule *other, uint64_t *executions)
{
	static struct schedule taken;

	merge(other);
	if (other->count >= schedule->count)
		return false;
	++*executions;
	if (schedule_replay(scenario, other) != SIM_END_FAILED)
		return false;
	schedule_taken(&taken);
	/* What is left to the end of the schedule may be less than what was done then. */
	*schedule = taken.count < other->count ? taken : *other;
	return true;
}

static bool try_without(const struct scenario *scenario, struct schedule *schedule, unsigned first,
			unsigned count, uint64_t *executions)
{
	static struct schedule other;

	other.count = schedule->count - count;
	memcpy(other.item, schedule->item, first * sizeof(struct item));
	memcpy(other.item + first, schedule->item + first + count,
	       (schedule->count - first - count) * sizeof(struct item));
	return take_if_shorter(scenario, schedule, &other, executions);
}

/* Two neighbours the other way round: then one of them may be one with its new neighbour. */
static bool try_exchanged(const struct scenario *scenario, struct schedule *schedule,
			  unsigned first, uint64_t *executions)
{
	static struct schedule other;

	memcpy(&other, schedule,
	       offsetof(struct schedule, item) + schedule->count * sizeof(struct item));
	other.item[first] = schedule->item[first + 1];
	other.item[first + 1] = schedule->item[first];
	return take_if_shorter(scenario, schedule, &other, executions);
}

uint64_t schedule_shrink(const struct scenario *scenario, struct schedule *schedule)
{
	uint64_t executions = 0;
	unsigned size, first;
	bool shrunk;

	do {
		shrunk = false;
		for (size = (schedule->count + 1) / 2; size > 0; size /= 2)
			for (first = 0; first + size <= schedule->count;) {
				if (try_without(scenario, schedule, first, size, &executions))
					shrunk = true;
				else
					first += size;
			}
		for (first = 0; first + 1 < schedule->count; first++)
			shrunk |= try_exchanged(scenario, schedule, first, &executions);
	} while (shrunk);
	return executions;
}
