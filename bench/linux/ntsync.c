/* SPDX-License-Identifier: MIT */
/*
 * bench/linux/ntsync.c - the ntsync ABI: the kernel's driver where there is one, and Carafe's.
 *
 * A process has either the one or the other, so Carafe's is measured by the worker.
 *
 * What happens if a process dies here: see bench/linux/worker.h.
 */
#include <config.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <carafe/linux/ntsync.h>

#include "bench/linux/cases.h"
#include "bench/linux/worker.h"
#include "bench/partner.h"
#include "tools/preload.h"

#define MANY 64
#define KERNEL "ntsync (kernel)"
#define SERVED "ntsync (carafe)"

/* A request as this C library's ioctl() takes it: some declare what POSIX once had, an int. */
#define REQUEST(number) _Generic(&ioctl, int (*)(int, int, ...): (int)(number), default: (number))

struct device {
	int device;
	int object[MANY];
	uint32_t count;
};

static struct device *open_device(void)
{
	struct device *device;
	int fd = open("/dev/ntsync", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	device = calloc(1, sizeof(*device));
	bench_must(device != NULL, "memory");
	device->device = fd;
	return device;
}

static void close_device(void *state)
{
	struct device *device = state;

	for (uint32_t i = 0; i < device->count; i++)
		close(device->object[i]);
	close(device->device);
	free(device);
}

static void add_event(struct device *device, bool manual, bool signaled)
{
	struct ntsync_event_args event = { .manual = manual, .signaled = signaled };
	int fd = ioctl(device->device, REQUEST(NTSYNC_IOC_CREATE_EVENT), &event);

	bench_must(fd >= 0, "creating an ntsync event");
	device->object[device->count++] = fd;
}

static void wait_on(const struct device *device, uint32_t first, uint32_t count,
		    unsigned long request)
{
	struct ntsync_wait_args wait = {
		.timeout = UINT64_MAX,
		.objs = (uintptr_t)&device->object[first],
		.count = count,
		.owner = 1
	};

	bench_must(ioctl(device->device, REQUEST(request), &wait) == 0, "an ntsync wait");
}

static void set(int fd)
{
	unsigned previous;

	bench_must(ioctl(fd, REQUEST(NTSYNC_IOC_EVENT_SET), &previous) == 0,
		   "setting an ntsync event");
}

/* ---- Alone ------------------------------------------------------------------------------ */

static void *open_event(const struct bench_case *this_case)
{
	struct device *device = open_device();

	(void)this_case;
	if (device != NULL)
		add_event(device, false, false);
	return device;
}

static void *open_mutex(const struct bench_case *this_case)
{
	struct device *device = open_device();
	struct ntsync_mutex_args mutex = { 0, 0 };

	(void)this_case;
	if (device == NULL)
		return NULL;
	device->object[0] = ioctl(device->device, REQUEST(NTSYNC_IOC_CREATE_MUTEX), &mutex);
	bench_must(device->object[0] >= 0, "creating an ntsync mutex");
	device->count = 1;
	return device;
}

static void *open_semaphores(const struct bench_case *this_case)
{
	struct device *device = open_device();
	struct ntsync_sem_args semaphore = {
		.count = this_case->number == 1 ? 0 : UINT32_MAX,
		.max = UINT32_MAX
	};

	for (uint32_t i = 0; device != NULL && i < this_case->number; i++) {
		device->object[i] = ioctl(device->device, REQUEST(NTSYNC_IOC_CREATE_SEM), &semaphore);
		bench_must(device->object[i] >= 0, "creating an ntsync semaphore");
		device->count++;
	}
	return device;
}

static void *open_many(const struct bench_case *this_case)
{
	struct device *device = open_device();

	(void)this_case;
	for (uint32_t i = 0; device != NULL && i < MANY; i++)
		add_event(device, true, i == MANY - 1);
	return device;
}

static double run_set(void *state, uint64_t count)
{
	const struct device *device = state;
	uint64_t start = bench_now();

	for (uint64_t i = 0; i < count; i++)
		set(device->object[0]);
	return (double)(bench_now() - start);
}

static double run_set_wait(void *state, uint64_t count)
{
	const struct device *device = state;
	uint64_t start;

	set(device->object[0]);
	wait_on(device, 0, 1, NTSYNC_IOC_WAIT_ANY);
	start = bench_now();
	for (uint64_t i = 0; i < count; i++) {
		set(device->object[0]);
		wait_on(device, 0, 1, NTSYNC_IOC_WAIT_ANY);
	}
	return (double)(bench_now() - start);
}

static double run_mutex(void *state, uint64_t count)
{
	const struct device *device = state;
	struct ntsync_mutex_args mutex;
	uint64_t start = bench_now();

	for (uint64_t i = 0; i < count; i++) {
		wait_on(device, 0, 1, NTSYNC_IOC_WAIT_ANY);
		mutex = (struct ntsync_mutex_args){ .owner = 1 };
		bench_must(ioctl(device->object[0], REQUEST(NTSYNC_IOC_MUTEX_UNLOCK), &mutex) == 0,
			   "releasing an ntsync mutex");
	}
	return (double)(bench_now() - start);
}

static double run_semaphore(void *state, uint64_t count)
{
	const struct device *device = state;
	uint64_t start = bench_now();
	unsigned number;

	for (uint64_t i = 0; i < count; i++) {
		number = 1;
		bench_must(ioctl(device->object[0], REQUEST(NTSYNC_IOC_SEM_RELEASE), &number) == 0,
			   "releasing an ntsync semaphore");
		wait_on(device, 0, 1, NTSYNC_IOC_WAIT_ANY);
	}
	return (double)(bench_now() - start);
}

static double run_any(void *state, uint64_t count)
{
	uint64_t start = bench_now();

	for (uint64_t i = 0; i < count; i++)
		wait_on(state, 0, MANY, NTSYNC_IOC_WAIT_ANY);
	return (double)(bench_now() - start);
}

static double run_all(void *state, uint64_t count)
{
	uint64_t start = bench_now();

	for (uint64_t i = 0; i < count; i++)
		wait_on(state, 0, MANY, NTSYNC_IOC_WAIT_ALL);
	return (double)(bench_now() - start);
}

static double run_create(void *state, uint64_t count)
{
	const struct device *device = state;
	struct ntsync_event_args event = { 0, 0 };
	uint64_t start = bench_now();
	int fd;

	for (uint64_t i = 0; i < count; i++) {
		fd = ioctl(device->device, REQUEST(NTSYNC_IOC_CREATE_EVENT), &event);
		bench_must(fd >= 0 && close(fd) == 0, "creating an ntsync event");
	}
	return (double)(bench_now() - start);
}

/* ---- Handing over ----------------------------------------------------------------------- */

/* object[0]: side 0 waits for it; the last: side 1. */
static void *make_one(void)
{
	struct device *device = open_device();

	for (int i = 0; device != NULL && i < 2; i++)
		add_event(device, false, false);
	return device;
}

static void *make_many(void)
{
	struct device *device = open_device();

	for (int i = 0; device != NULL && i < MANY; i++)
		add_event(device, false, false);
	return device;
}

static void give(void *lane, int side)
{
	const struct device *device = lane;

	set(device->object[side == 0 ? 0 : device->count - 1]);
}

static void take(void *lane, int side)
{
	const struct device *device = lane;

	wait_on(device, side == 0 ? 0 : 1, side == 0 ? 1 : device->count - 1, NTSYNC_IOC_WAIT_ANY);
}

static const struct lane one_lane = { make_one, close_device, give, take };
static const struct lane many_lane = { make_many, close_device, give, take };

/* ---- In this process, and in the worker ------------------------------------------------- */

#define ALONE(id, opener, runner, parameter) \
	{ .row = id, .by = KERNEL, .open = opener, .run = runner, .close = close_device, \
	  .number = parameter }

const struct bench_case bench_ntsync_local[] = {
	ALONE("event-set", open_event, run_set, 0),
	ALONE("event-set-wait", open_event, run_set_wait, 0),
	ALONE("mutant", open_mutex, run_mutex, 0),
	ALONE("semaphore", open_semaphores, run_semaphore, 1),
	ALONE("any-64", open_many, run_any, 0),
	ALONE("all-64", open_semaphores, run_all, MANY),
	ALONE("create-close", open_event, run_create, 0),
	PARTNER_CASE("handoff-thread-1", KERNEL, PARTNER_THREAD, 1, &one_lane),
	PARTNER_CASE("handoff-thread-2", KERNEL, PARTNER_THREAD, 2, &one_lane),
	PARTNER_CASE("handoff-process-1", KERNEL, PARTNER_PROCESS, 1, &one_lane),
	PARTNER_CASE("handoff-process-2", KERNEL, PARTNER_PROCESS, 2, &one_lane),
	PARTNER_CASE("handoff-any-64", KERNEL, PARTNER_THREAD, 1, &many_lane),
	{ .row = NULL }
};

/* The kernel's own device, unless this process has Carafe's. */
static void *open_local(const struct bench_case *this_case)
{
	const struct bench_case *local = &bench_ntsync_local[this_case->number];

	return preload_is_set() ? NULL : local->open(local);
}

#define TWICE(id, n, runner, closer) \
	WORKER_CASE(id, SERVED), \
	{ .row = id, .by = KERNEL, .open = open_local, .run = runner, .close = closer, .number = n }

const struct bench_case bench_ntsync_cases[] = {
	TWICE("event-set", 0, run_set, close_device),
	TWICE("event-set-wait", 1, run_set_wait, close_device),
	TWICE("mutant", 2, run_mutex, close_device),
	TWICE("semaphore", 3, run_semaphore, close_device),
	TWICE("any-64", 4, run_any, close_device),
	TWICE("all-64", 5, run_all, close_device),
	TWICE("create-close", 6, run_create, close_device),
	TWICE("handoff-thread-1", 7, partner_run, partner_close),
	TWICE("handoff-thread-2", 8, partner_run, partner_close),
	TWICE("handoff-process-1", 9, partner_run, partner_close),
	TWICE("handoff-process-2", 10, partner_run, partner_close),
	TWICE("handoff-any-64", 11, partner_run, partner_close),
	{ .row = NULL }
};
