/* SPDX-License-Identifier: MIT */
/*
 * os/sim/thread.c - threads of a virtual process, its local lock, and fork().
 *
 * What happens if a process dies here: its local lock is its own, and gone with it.
 */
#include <string.h>

#include "os/sim/world.h"

void os_local_lock(void)
{
	sim_call("os_local_lock", 0);
	if (sim_process_now()->local != 0)
		sim_block(SIM_ON_LOCAL_LOCK, NULL);
	sim_process_now()->local = (uint8_t)(sim_world.current + 1);
	sim_note(1);
}

void os_local_unlock(void)
{
	sim_call("os_local_unlock", 0);
	sim_process_now()->local = 0;
	sim_note(0);
}

carafe_status os_thread_at_exit(void (*hook)(void))
{
	sim_process_now()->at_exit = hook;
	return CARAFE_STATUS_SUCCESS;
}

void os_thread_arm(void)
{
	sim_thread_now()->armed = true;
}

carafe_status os_thread_start(void (*run)(void *), void *argument, struct os_thread **thread)
{
	unsigned number;

	sim_call("os_thread_start", 0);
	number = sim_add_thread(sim_process(), run, argument);
	sim_saw(number);
	sim_note(number);
	if (number == SIM_NONE)
		return CARAFE_STATUS_INSUFFICIENT_RESOURCES;
	sim_world.thread[number].hosted = true;
	*thread = (struct os_thread *)(void *)&sim_world.thread[number];
	return CARAFE_STATUS_SUCCESS;
}

void os_thread_join(struct os_thread *thread)
{
	sim_call("os_thread_join", 0);
	sim_block(SIM_ON_JOIN, thread);
	sim_world.alone = 0;
}

void os_yield(void)
{
	sim_call("os_yield", 0);
}

carafe_status os_at_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
	struct virtual_process *process = sim_process_now();

	process->prepare = prepare;
	process->parent = parent;
	process->child = child;
	return CARAFE_STATUS_SUCCESS;
}

static void run_begun(void *argument)
{
	void (*run)(void);

	memcpy(&run, &argument, sizeof(run));
	run();
}

unsigned sim_begin(void (*run)(void))
{
	void *argument;
	unsigned thread;

	memcpy(&argument, &run, sizeof(argument));
	sim_call("begin", 0);
	thread = sim_add_thread(sim_process(), run_begun, argument);
	sim_saw(thread);
	sim_note(thread);
	return thread;
}

static void run_child(void *argument)
{
	void (*child)(void);

	memcpy(&child, &argument, sizeof(child));
	if (sim_process_now()->child != NULL)
		sim_process_now()->child();
	child();
}

/* The new process, a copy of the present one; its thread is not on its way yet. */
static unsigned copy_process(void (*child)(void))
{
	unsigned parent = sim_process(), process = sim_add_process(), thread;
	void *argument;

	if (process == SIM_NONE)
		return SIM_NONE;
	sim_save();
	sim_world.process[process] = sim_world.process[parent];
	sim_copy_descriptors(parent, process);
	sim_copy_heap(parent, process);
	memcpy(&argument, &child, sizeof(argument));
	thread = sim_add_thread(process, run_child, argument);
	if (thread == SIM_NONE)
		return SIM_NONE;
	memcpy(sim_world.thread[thread].locals, sim_thread_now()->locals, SIM_LOCALS);
	sim_world.thread[thread].armed = sim_thread_now()->armed;
	return thread;
}

unsigned sim_fork(void (*child)(void))
{
	struct virtual_process *process = sim_process_now();
	unsigned thread;

	if (process->prepare != NULL)
		process->prepare();
	sim_call("fork", 0);
	thread = copy_process(child);
	sim_saw(thread);
	sim_note(thread);
	if (process->parent != NULL)
		process->parent();
	return thread;
}
