/* SPDX-License-Identifier: MIT */
/*
 * bench/linux/eventfd.c - the kernel's own event: a descriptor, and a system call for everything.
 *
 * What happens if a process dies here: the partner ends with us.
 */
#include <config.h>

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bench/linux/cases.h"
#include "bench/partner.h"

#define MANY 64

static int make_eventfd(void)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	bench_must(fd >= 0, "an eventfd");
	return fd;
}

static void set(int fd)
{
	uint64_t one = 1;

	bench_must(write(fd, &one, sizeof(one)) == (ssize_t)sizeof(one), "setting an eventfd");
}

static void wait_for(int fd)
{
	uint64_t value;

	bench_must(read(fd, &value, sizeof(value)) == (ssize_t)sizeof(value),
		   "waiting for an eventfd");
}

/* ---- Alone ------------------------------------------------------------------------------ */

static void *open_eventfd(const struct bench_case *this_case)
{
	int *fd = malloc(sizeof(*fd));

	(void)this_case;
	bench_must(fd != NULL, "memory");
	*fd = make_eventfd();
	return fd;
}

static void close_eventfd(void *state)
{
	close(*(int *)state);
	free(state);
}

static double run_set_wait(void *state, uint64_t count)
{
	int fd = *(int *)state;
	uint64_t start = bench_now();

	for (uint64_t i = 0; i < count; i++) {
		set(fd);
		wait_for(fd);
	}
	return (double)(bench_now() - start);
}

static double run_set(void *state, uint64_t count)
{
	int fd = *(int *)state;
	uint64_t start = bench_now();

	for (uint64_t i = 0; i < count; i++)
		set(fd);
	start = bench_now() - start;
	wait_for(fd);
	return (double)start;
}

static double run_create(void *state, uint64_t count)
{
	uint64_t start = bench_now();

	(void)state;
	for (uint64_t i = 0; i < count; i++)
		close(make_eventfd());
	return (double)(bench_now() - start);
}

/* ---- Polling 64 ------------------------------------------------------------------------- */

struct many {
	int back;
	struct pollfd forth[MANY];
};

static void *make_many(void)
{
	struct many *many = calloc(1, sizeof(*many));

	bench_must(many != NULL, "memory");
	many->back = make_eventfd();
	for (int i = 0; i < MANY; i++)
		many->forth[i] = (struct pollfd){ .fd = make_eventfd(), .events = POLLIN };
	return many;
}

static void drop_many(void *lane)
{
	struct many *many = lane;

	close(many->back);
	for (int i = 0; i < MANY; i++)
		close(many->forth[i].fd);
	free(many);
}

static void *open_many(const struct bench_case *this_case)
{
	struct many *many = make_many();

	(void)this_case;
	set(many->forth[MANY - 1].fd);
	return many;
}

static double run_poll(void *state, uint64_t count)
{
	struct many *many = state;
	uint64_t start = bench_now();
	bool right = true;

	for (uint64_t i = 0; i < count; i++)
		right &= poll(many->forth, MANY, 0) == 1;
	bench_must(right, "polling 64 eventfds");
	return (double)(bench_now() - start);
}

/* ---- Handing over ----------------------------------------------------------------------- */

static void give(void *lane, int side)
{
	struct many *many = lane;

	set(side == 0 ? many->back : many->forth[MANY - 1].fd);
}

static void take_one(void *lane, int side)
{
	struct many *many = lane;

	wait_for(side == 0 ? many->back : many->forth[MANY - 1].fd);
}

static void take_any(void *lane, int side)
{
	struct many *many = lane;

	if (side == 1)
		bench_must(poll(many->forth, MANY, -1) == 1, "polling 64 eventfds");
	take_one(lane, side);
}

static const struct lane one_lane = { make_many, drop_many, give, take_one };
static const struct lane many_lane = { make_many, drop_many, give, take_any };

const struct bench_case bench_eventfd_cases[] = {
	{ .row = "event-set", .by = "eventfd", .open = open_eventfd, .run = run_set,
	  .close = close_eventfd },
	{ .row = "event-set-wait", .by = "eventfd", .open = open_eventfd, .run = run_set_wait,
	  .close = close_eventfd },
	{ .row = "create-close", .by = "eventfd", .open = open_eventfd, .run = run_create,
	  .close = close_eventfd },
	{ .row = "any-64", .by = "poll", .open = open_many, .run = run_poll, .close = drop_many },
	PARTNER_CASE("handoff-thread-1", "eventfd", PARTNER_THREAD, 1, &one_lane),
	PARTNER_CASE("handoff-thread-2", "eventfd", PARTNER_THREAD, 2, &one_lane),
	PARTNER_CASE("handoff-process-1", "eventfd", PARTNER_PROCESS, 1, &one_lane),
	PARTNER_CASE("handoff-process-2", "eventfd", PARTNER_PROCESS, 2, &one_lane),
	PARTNER_CASE("handoff-any-64", "poll", PARTNER_THREAD, 1, &many_lane),
	{ .row = NULL }
};
