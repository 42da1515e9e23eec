/* SPDX-License-Identifier: MIT */
/*
 * Threads that act as processes, all through one mapping of the environment: at other times each
 * opening maps it at an address of its own, where ThreadSanitizer cannot see that two of them
 * touch the same word.  Here it sees every plain access of core/ that is a race, also those of the
 * sweep of the dead.
 */
#include <config.h>

#include <pthread.h>
#include <sys/stat.h>

#include <carafe/carafe.h>

#include "core/process.h"
#include "core/round.h"
#include "core/table.h"
#include "tests/unit/fixture.h"
#include "tests/unit/seed.h"

#define ACTORS 4u
#define VICTIMS 2u /* of them */
#define OBJECTS 4u /* an event of each kind, a mutant, a semaphore */
#define STEPS 3000u

carafe_status __real_os_map(int folder, int file, uint64_t size, bool read_only, void **base);
carafe_status __wrap_os_map(int folder, int file, uint64_t size, bool read_only, void **base);
void __real_os_unmap(void *base, uint64_t size);
void __wrap_os_unmap(void *base, uint64_t size);

static struct {
	void *base;
	ino_t file;
	uint32_t users;
} shared;

/* The linker gives core/ this instead of os_map(): the environment's memory is mapped once. */
carafe_status __wrap_os_map(int folder, int file, uint64_t size, bool read_only, void **base)
{
	carafe_status status;
	struct stat info;

	if (size != CF_REGION_SIZE || read_only || fstat(file, &info) < 0)
		return __real_os_map(folder, file, size, read_only, base);
	if (shared.users > 0 && shared.file != info.st_ino)
		bail_out("there are two environments");
	if (shared.users == 0) {
		status = __real_os_map(folder, file, size, read_only, &shared.base);
		if (!CARAFE_SUCCESS(status))
			return status;
		shared.file = info.st_ino;
	}
	shared.users++;
	*base = shared.base;
	return CARAFE_STATUS_SUCCESS;
}

void __wrap_os_unmap(void *base, uint64_t size)
{
	if (base != shared.base || --shared.users == 0)
		__real_os_unmap(base, size);
}

struct actor {
	struct carafe_environment *environment;
	uint64_t random;
	pthread_t thread;
	bool is_victim;
	const char *fault;
};

static struct carafe_environment *first;
static carafe_handle handle[OBJECTS];

static uint32_t draw(struct actor *actor, uint32_t below)
{
	actor->random = actor->random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(actor->random >> 33) % below;
}

static carafe_status wait_for_some(struct actor *actor)
{
	const int64_t timeouts[] = { 0, -1000, -5000 };
	carafe_handle some[2] = { handle[draw(actor, OBJECTS)], 0 };

	do {
		some[1] = handle[draw(actor, OBJECTS)];
	} while (some[1] == some[0]);
	return carafe_wait_many(actor->environment, 1 + draw(actor, 2), some,
				draw(actor, 2) != 0 ? CARAFE_WAIT_ALL : CARAFE_WAIT_ANY, 0,
				&timeouts[draw(actor, 3)]);
}

static carafe_status make_and_close(struct actor *actor)
{
	carafe_handle made;
	carafe_status status;

	status = carafe_semaphore_create(actor->environment, CARAFE_SEMAPHORE_ALL_ACCESS, 0, 1, 1,
					 &made);
	return CARAFE_SUCCESS(status) ? carafe_close(actor->environment, made) : status;
}

static carafe_status act(struct actor *actor)
{
	switch (draw(actor, 8)) {
	case 0:
		return carafe_event_set(actor->environment, handle[draw(actor, 2)], NULL);
	case 1:
		return carafe_event_reset(actor->environment, handle[draw(actor, 2)], NULL);
	case 2:
		return carafe_event_pulse(actor->environment, handle[draw(actor, 2)], NULL);
	case 3:
		return carafe_mutant_release(actor->environment, handle[2], NULL);
	case 4:
		return carafe_semaphore_release(actor->environment, handle[3], 1, NULL);
	case 5:
		return make_and_close(actor);
	default:
		return wait_for_some(actor);
	}
}

static bool is_expected(carafe_status status)
{
	return CARAFE_SUCCESS(status) || status == CARAFE_STATUS_MUTANT_NOT_OWNED ||
	       status == CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED;
}

/* A victim ends between two calls with whatever it owns then; to the others its process died. */
static void *run(void *argument)
{
	struct actor *actor = argument;
	uint32_t steps = actor->is_victim ? draw(actor, STEPS) : STEPS, i;
	carafe_status status;

	for (i = 0; i < steps && actor->fault == NULL; i++) {
		status = act(actor);
		if (!is_expected(status))
			actor->fault = carafe_status_name(status);
	}
	if (!actor->is_victim)
		return NULL;
	die(actor->environment);
	/* A thread of a dead process never ends, and its hook never runs. */
	for (;;)
		pause();
}

/* One more process that has the first one's handles. */
static void begin(struct actor *actor, uint64_t seed, bool is_victim)
{
	actor->environment = open_again();
	actor->random = seed;
	actor->is_victim = is_victim;
	must(cf_table_inherit(self_in(first),
			      cf_process_at(first->region, actor->environment->process)),
	     "inherit handles");
	if (pthread_create(&actor->thread, NULL, run, actor) != 0)
		bail_out("no threads");
}

static void make_objects(void)
{
	must(carafe_event_create(first, CARAFE_EVENT_ALL_ACCESS, CARAFE_INHERIT,
				 CARAFE_NOTIFICATION_EVENT, 0, &handle[0]), "create an event");
	must(carafe_event_create(first, CARAFE_EVENT_ALL_ACCESS, CARAFE_INHERIT,
				 CARAFE_SYNCHRONIZATION_EVENT, 0, &handle[1]), "create an event");
	must(carafe_mutant_create(first, CARAFE_MUTANT_ALL_ACCESS, CARAFE_INHERIT, 0, &handle[2]),
	     "create a mutant");
	must(carafe_semaphore_create(first, CARAFE_SEMAPHORE_ALL_ACCESS, CARAFE_INHERIT, 0, 3,
				     &handle[3]), "create a semaphore");
}

static bool count_finding(void *context, const struct cf_finding *finding)
{
	diag("%s %u: %s", cf_finding_name(finding->kind), finding->index, finding->sentence);
	++*(unsigned *)context;
	return true;
}

static bool all_victims_died(const struct actor *actor)
{
	uint64_t state;
	uint32_t i;

	for (i = 0; i < VICTIMS; i++)
		if (cf_value(cf_load(
			    &first->region->process[actor[i].environment->process].state)) != 0 &&
		    !cf_process_dead(first, actor[i].environment->process, &state))
			return false;
	return true;
}

static void check_rest(const struct actor *actor)
{
	static const int64_t at_once = 0;
	unsigned findings = 0;
	carafe_status status;
	uint32_t i;

	while (!all_victims_died(actor))
		os_yield();
	must(cf_round(first), "go a round");
	status = carafe_wait_one(first, handle[2], 0, &at_once);
	ok(status == CARAFE_STATUS_WAIT_0 || status == CARAFE_STATUS_ABANDONED_WAIT_0,
	   "the mutant is free, or abandoned by a dead process");
	for (i = 0; i < VICTIMS; i++)
		is_int(cf_value(cf_load(
			       &first->region->process[actor[i].environment->process].state)),
		       0, "the slot of a dead process is free");
	must(cf_check(first->region, CF_CHECK_EXACT, count_finding, &findings), "check");
	is_int(findings, 0, "everything in the environment is as it must be");
}

int main(void)
{
	static struct actor actor[ACTORS];
	uint64_t seed = test_seed();
	uint32_t i;

	first = open_first();
	make_objects();
	for (i = 0; i < ACTORS; i++)
		begin(&actor[i], seed + i, i < VICTIMS);
	for (i = VICTIMS; i < ACTORS; i++) {
		pthread_join(actor[i].thread, NULL);
		ok(actor[i].fault == NULL, "every call says what it may");
		if (actor[i].fault != NULL)
			diag("%s", actor[i].fault);
		must(carafe_environment_close(actor[i].environment), "close the environment");
	}
	check_rest(actor);
	scratch_remove();
	fflush(stdout);
	_exit(done_testing());
}
