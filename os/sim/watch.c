/* SPDX-License-Identifier: MIT */
/*
 * os/sim/watch.c - who a process is, and being told of its death.
 *
 * The watch is told at once; how late its thread hears of it is the scheduler's choice.
 *
 * What happens if a process dies here: its watches are gone.
 */
#include <string.h>

#include "os/sim/world.h"

#define FIRST_PID 100u

static void changed(void)
{
	sim_world.system.version++;
}

void os_self(struct os_process *process)
{
	*process =
		(struct os_process){ .start = sim_process() + 1, .pid = FIRST_PID + sim_process() };
}

carafe_status os_watch_open(int bell, struct os_watch **watch)
{
	unsigned i;

	sim_call("os_watch_open", (uint64_t)bell);
	for (i = 0; i < SIM_WATCHES; i++) {
		struct os_watch *free = &sim_world.system.watch[i];

		if (free->used)
			continue;
		changed();
		*free = (struct os_watch){ .used = true,
					   .process = (uint8_t)sim_process(),
					   .bell = (int16_t)(bell >= 0 ? sim_bell_node(bell)
								       : -1) };
		*watch = free;
		sim_saw(i);
		sim_note(i);
		return CARAFE_STATUS_SUCCESS;
	}
	return CARAFE_STATUS_INSUFFICIENT_RESOURCES;
}

void os_watch_close(struct os_watch *watch)
{
	sim_call("os_watch_close", 0);
	changed();
	/* In a forked child it is a copy, and the parent's goes on. */
	if (watch->process == sim_process())
		watch->used = false;
	sim_note(0);
}

carafe_status os_watch_add(struct os_watch *watch, const struct os_process *process, uint32_t key)
{
	unsigned number = process->pid - FIRST_PID;
	carafe_status status = CARAFE_STATUS_INVALID_CID;

	sim_call("os_watch_add", key);
	if (sim_is_alive(number)) {
		changed();
		watch->watched[number] = 1;
		watch->key[number] = key;
		status = CARAFE_STATUS_SUCCESS;
	}
	sim_saw(status);
	sim_note(status);
	return status;
}

void os_watch_remove(struct os_watch *watch, uint32_t key)
{
	unsigned i;

	sim_call("os_watch_remove", key);
	changed();
	for (i = 0; i < SIM_MOST_PROCESSES; i++)
		if (watch->watched[i] != 0 && watch->key[i] == key)
			watch->watched[i] = 0;
	sim_note(key);
}

void sim_watch_died(unsigned process)
{
	unsigned i;

	changed();
	for (i = 0; i < SIM_WATCHES; i++) {
		struct os_watch *watch = &sim_world.system.watch[i];

		if (watch->process == process)
			watch->used = false;
		if (watch->watched[process] == 1)
			watch->watched[process] = 2;
	}
}

static bool tells_death(const struct os_watch *watch)
{
	return memchr(watch->watched, 2, sizeof(watch->watched)) != NULL;
}

bool sim_watch_ready(const struct os_watch *watch)
{
	return watch->rung || watch->interrupted || tells_death(watch);
}

/* One death ends one wait. */
static void take_news(struct os_watch *watch)
{
	unsigned i;

	changed();
	watch->rung = false;
	watch->interrupted = false;
	for (i = 0; i < SIM_MOST_PROCESSES; i++)
		if (watch->watched[i] == 2)
			watch->watched[i] = 0;
}

void os_watch_wait(struct os_watch *watch, uint64_t nanoseconds)
{
	struct virtual_thread *thread = sim_thread_now();
	uint64_t now;

	sim_call("os_watch_wait", nanoseconds);
	now = sim_world.clock[OS_CLOCK_UPTIME];
	thread->clock = OS_CLOCK_UPTIME;
	thread->deadline = nanoseconds < OS_NEVER - now ? now + nanoseconds : OS_NEVER;
	sim_block(SIM_ON_WATCH, watch);
	take_news(watch);
	sim_note(thread->woken);
	/* A watchman goes round again and again; only what he does in one round is one call. */
	sim_world.alone = 0;
}

void os_watch_interrupt(struct os_watch *watch)
{
	sim_call("os_watch_interrupt", 0);
	changed();
	watch->interrupted = true;
	sim_note(0);
}
