/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/reorder_check.c - checks beside somebody at work, where one memory order decides.
 *
 * As in tests/sim/reorder.c, but without a history of the calls, whose ends would order what they
 * do.
 *
 * What happens if a process dies here: it does not, but at random.
 */
#include "core/check_part.h"
#include "core/environment.h"
#include "core/kcas.h"
#include "core/region.h"
#include "core/thread.h"
#include "tests/sim/base.h"
#include "tests/sim/scenario.h"

#define RANDOMLY .bounds = { .preemptions = SCENARIO_ANY, .alone = 100000 }

static bool tell(void *context, const struct cf_finding *finding)
{
	(void)context;
	sim_fail("%s %u %s, while others work", cf_finding_name(finding->kind), finding->index,
		 finding->sentence);
	return false;
}

/* Looks at the slot of the first thread, and who owns the first objects. */
static void look_at(uint32_t objects)
{
	struct cf_check check = {
		.region = base_region(),
		.report = tell,
		.threads = 1,
		.objects = objects,
	};

	cf_check_threads(&check);
	sim_rest();
}

/* ---- Changes ---------------------------------------------------------------------------- */

static cf_word *word(uint32_t number)
{
	return &base_region()->object[number].second;
}

static void prepare(void)
{
	base_prepare();
	base_must(cf_reserve_object(base_region(), base_environment()->place.memory, 3),
		  "cf_reserve_object");
}

/* Changes two neighbouring words, then two others, with the same descriptor. */
static void change(void)
{
	struct cf_self *self;
	struct cf_changes changes;
	uint64_t bits;
	uint32_t round, i;

	base_must(cf_self(base_environment(), &self), "cf_self");
	for (round = 0; round < 3; round++) {
		changes.count = 0;
		for (i = 0; i < 2; i++) {
			if (!cf_read(self->region, word(round % 2 + i), &bits))
				sim_fail("a word cannot be read");
			cf_change(&changes, word(round % 2 + i), bits, cf_value(bits) + 1);
		}
		if (cf_kcas(self, &changes) != CF_DONE)
			sim_fail("nobody else changes these words");
	}
	sim_rest();
}

/* Looks at the words and at the descriptor, and at what else belongs to the thread's slot. */
static void look(void)
{
	struct cf_check check = { .region = base_region(), .report = tell, .threads = 1 };
	uint64_t bits;
	uint32_t i;

	for (i = 0; i < 3; i++)
		(void)cf_check_peek(&check, word(i), &bits);
	cf_check_threads(&check);
	sim_rest();
}

static const char *const changes_found[] = { "0*48,1*78,O1", NULL };

const struct scenario scenario_reorder_check = {
	.name = "reorder-check",
	.about = "a check never takes two changes by one descriptor for one",
	.processes = 2,
	.threads = 2,
	.thread = { { 0, change, NULL }, { 1, look, NULL } },
	.prepare = prepare,
	.finish = base_finish,
	.end = base_end,
	RANDOMLY,
	.regressions = changes_found,
};

/* ---- Waits ------------------------------------------------------------------------------ */

struct calls {
	carafe_handle handle[2]; /* in the first process */
	carafe_handle mutant;
};

#define CALLS SCRATCH_OF(struct calls)

static void prepare_events(void)
{
	uint32_t i;

	base_prepare();
	for (i = 0; i < 2 && sim_self() == 0; i++)
		base_must(carafe_event_create(base_environment(), CARAFE_EVENT_ALL_ACCESS, 0,
					      CARAFE_SYNCHRONIZATION_EVENT, 0, &CALLS->handle[i]),
			  "carafe_event_create");
}

/* For any of two, then, if the second was granted, for the first, where it has a place already. */
static void wait_twice(void)
{
	carafe_status status =
		carafe_wait_many(base_environment(), 2, CALLS->handle, CARAFE_WAIT_ANY, 0, NULL);

	if (status == CARAFE_STATUS_WAIT_0 + 1)
		status = carafe_wait_one(base_environment(), CALLS->handle[0], 0, NULL);
	base_must(status, "a wait");
	sim_rest();
}

static void set_both(void)
{
	base_must(carafe_event_set(base_environment(), CALLS->handle[1], NULL), "a set");
	sim_point();
	base_must(carafe_event_set(base_environment(), CALLS->handle[0], NULL), "a set");
	sim_rest();
}

static void look_at_waits(void)
{
	look_at(0);
}

/* The number of objects of the second wait was seen, and not that the first was over. */
static const char *const turn_found[] = { "0*500,1*56,2*71,0*20,2*2,O2,2*1", NULL };

const struct scenario scenario_reorder_turn = {
	.name = "reorder-turn",
	.about = "a check never takes what was granted for a grant of the next wait",
	.processes = 2,
	.threads = 3,
	.thread = { { 0, wait_twice, NULL }, { 0, set_both, NULL }, { 1, look_at_waits, NULL } },
	.prepare = prepare_events,
	.finish = base_finish,
	.end = base_end,
	RANDOMLY,
	.regressions = turn_found,
};

/* ---- Notes ------------------------------------------------------------------------------ */

/* Two mutants that have one home among the notes; what was between them is free. */
static void prepare_mutants(void)
{
	carafe_handle between[CF_OWNED - 1];
	uint32_t i;

	base_prepare();
	if (sim_self() != 0)
		return;
	for (i = 0; i <= CF_OWNED; i++)
		base_must(carafe_mutant_create(base_environment(), CARAFE_MUTANT_ALL_ACCESS, 0, 0,
					       i % CF_OWNED == 0 ? &CALLS->handle[i / CF_OWNED]
								 : &between[i - 1]),
			  "carafe_mutant_create");
	for (i = 0; i < CF_OWNED - 1; i++)
		base_must(carafe_close(base_environment(), between[i]), "carafe_close");
}

/* The note of the second one is not at home, so it goes after the release. */
static void own_both(void)
{
	uint32_t i;

	for (i = 0; i < 2; i++)
		base_must(carafe_wait_one(base_environment(), CALLS->handle[i], 0, NULL), "a wait");
	sim_point();
	base_must(carafe_mutant_release(base_environment(), CALLS->handle[1], NULL), "a release");
	sim_rest();
}

static void look_at_owned(void)
{
	look_at(CF_OWNED + 1);
}

const struct scenario scenario_reorder_note = {
	.name = "reorder-note",
	.about = "a check never misses the note of a mutant that was released",
	.processes = 2,
	.threads = 2,
	.thread = { { 0, own_both, NULL }, { 1, look_at_owned, NULL } },
	.prepare = prepare_mutants,
	.finish = base_finish,
	.end = base_end,
	RANDOMLY,
};

/* ---- The next use of a slot --------------------------------------------------------------- */

/* Two events, and a mutant in the last place. */
static void prepare_heir(void)
{
	prepare_events();
	if (sim_self() == 0)
		base_must(carafe_mutant_create(base_environment(), CARAFE_MUTANT_ALL_ACCESS, 0, 0,
					       &CALLS->mutant),
			  "carafe_mutant_create");
}

/* Ends as a thread does; its slot is free. */
static void wait_and_end(void)
{
	struct cf_self *self;

	base_must(cf_self(base_environment(), &self), "cf_self");
	base_must(carafe_wait_one(base_environment(), CALLS->mutant, 0, NULL), "a wait");
	if (!CARAFE_SUCCESS(carafe_wait_many(base_environment(), 2, CALLS->handle, CARAFE_WAIT_ANY,
					     0, NULL)))
		sim_fail("a wait fails");
	sim_point();
	cf_self_return(self);
	cf_self_forget();
	sim_rest();
}

static void set_and_inherit(void)
{
	struct cf_self borrowed;

	base_must(carafe_event_set(base_environment(), CALLS->handle[1], NULL), "a set");
	sim_point();
	base_must(cf_self_borrow(base_environment(), &borrowed), "cf_self_borrow");
	sim_rest();
}

static void look_at_heir(void)
{
	look_at(3);
}

/* The zeros that the next user of the slot begins with were seen, and not that it is the next. */
static const char *const heir_found[] = {
	"0*400,1*58,0*30,2*94,0*900,1*900,2*1,O2,O2,2*1,2*34,O2,O2,2*2",
	NULL,
};

const struct scenario scenario_reorder_heir = {
	.name = "reorder-heir",
	.about = "a check never takes what the next user of a slot wrote for the last one's",
	.processes = 2,
	.threads = 3,
	.thread = { { 0, wait_and_end, NULL },
		    { 0, set_and_inherit, NULL },
		    { 1, look_at_heir, NULL } },
	.prepare = prepare_heir,
	.finish = base_finish,
	.end = base_end,
	RANDOMLY,
	.regressions = heir_found,
};
