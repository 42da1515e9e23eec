/* SPDX-License-Identifier: MIT */
/*
 * bench/handoff.c - round trips between two who sleep for each other, by Carafe's events.
 *
 * What happens if a process dies here: the partner ends with us.
 */
#include <config.h>

#include <stdlib.h>

#include "bench/partner.h"

#define MANY 64u

/* side 0 waits for back; side 1 for the only, or the last, of forth. */
struct road {
	carafe_environment *environment;
	uint32_t count;
	carafe_handle back;
	carafe_handle forth[MANY];
};

static carafe_handle make_event(carafe_environment *environment)
{
	carafe_handle handle;

	bench_must(CARAFE_SUCCESS(carafe_event_create(environment, CARAFE_EVENT_ALL_ACCESS,
						      CARAFE_INHERIT, CARAFE_SYNCHRONIZATION_EVENT,
						      0, &handle)),
		   "creating an event");
	return handle;
}

static void *make_road(uint32_t count)
{
	struct road *road = calloc(1, sizeof(*road));

	bench_must(road != NULL, "memory");
	road->environment = bench_environment();
	road->count = count;
	road->back = make_event(road->environment);
	for (uint32_t i = 0; i < count; i++)
		road->forth[i] = make_event(road->environment);
	return road;
}

static void *make_one(void)
{
	return make_road(1);
}

static void *make_many(void)
{
	return make_road(MANY);
}

static void drop(void *lane)
{
	struct road *road = lane;

	carafe_close(road->environment, road->back);
	for (uint32_t i = 0; i < road->count; i++)
		carafe_close(road->environment, road->forth[i]);
	free(road);
}

static void give(void *lane, int side)
{
	const struct road *road = lane;
	carafe_handle handle = side == 0 ? road->back : road->forth[road->count - 1];

	bench_must(carafe_event_set(road->environment, handle, NULL) == CARAFE_STATUS_SUCCESS,
		   "setting an event");
}

static void take(void *lane, int side)
{
	const struct road *road = lane;
	carafe_status status;

	if (side == 1 && road->count > 1)
		status = carafe_wait_many(road->environment, road->count, road->forth,
					  CARAFE_WAIT_ANY, 0, NULL);
	else
		status = carafe_wait_one(road->environment, side == 0 ? road->back : road->forth[0],
					 0, NULL);
	bench_must(status < MANY, "waiting for an event");
}

static const struct lane one_lane = { make_one, drop, give, take };
static const struct lane many_lane = { make_many, drop, give, take };

const struct bench_case bench_handoff_cases[] = {
	PARTNER_CASE("handoff-thread-1", BENCH_CARAFE, PARTNER_THREAD, 1, &one_lane),
	PARTNER_CASE("handoff-thread-2", BENCH_CARAFE, PARTNER_THREAD, 2, &one_lane),
	PARTNER_CASE("handoff-process-1", BENCH_CARAFE, PARTNER_PROCESS, 1, &one_lane),
	PARTNER_CASE("handoff-process-2", BENCH_CARAFE, PARTNER_PROCESS, 2, &one_lane),
	PARTNER_CASE("handoff-any-64", BENCH_CARAFE, PARTNER_THREAD, 1, &many_lane),
	{ .row = NULL }
};
