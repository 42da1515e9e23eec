/* SPDX-License-Identifier: MIT */
/*
 * os/sim/world.c - virtual processes and threads, and the way back to the first state.
 *
 * What happens if a process dies here: sim_kill() is how.
 */
#include <config.h>

#include "os/sim/world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "os/sim/rename.h"
#undef calloc
#undef free
#include "os/sim/run.h"
#include "os/sim/weak.h"

#define STACK 262144u

struct sim_world sim_world;
bool sim_inside;
_Alignas(16) unsigned char sim_scratch[SIM_SCRATCH];

/* The globals of core/: os/sim/section.ld and os/sim/rename.h. */
extern unsigned char sim_process_begin[], sim_process_end[];
extern unsigned char __start_sim_thread[], __stop_sim_thread[];

/* Heaps by place, and what a process has while another one's is in its place. */
static _Alignas(16) unsigned char heap[SIM_MOST_PROCESSES][SIM_HEAP];
static unsigned char elsewhere[SIM_MOST_PROCESSES][SIM_HEAP];
static unsigned heap_holder[SIM_MOST_PROCESSES];

/* The first state. */
static struct sim_world kept;
static unsigned char kept_heap[SIM_MOST_PROCESSES][SIM_HEAP];
static unsigned char kept_scratch[SIM_SCRATCH];

/* Whose variables are in place, or SIM_NONE. */
static unsigned loaded_thread = SIM_NONE, loaded_process = SIM_NONE;

static unsigned char *stacks;
static struct sim_program program;

static size_t globals_size(void)
{
	return (size_t)(sim_process_end - sim_process_begin);
}

static size_t locals_size(void)
{
	return (size_t)(__stop_sim_thread - __start_sim_thread);
}

void sim_save(void)
{
	if (loaded_thread != SIM_NONE)
		memcpy(sim_world.thread[loaded_thread].locals, __start_sim_thread, locals_size());
	if (loaded_process != SIM_NONE)
		memcpy(sim_world.process[loaded_process].globals, sim_process_begin,
		       globals_size());
}

/* Forked processes have their heaps at the same addresses, so one of them is elsewhere. */
static void place_heap(unsigned process)
{
	unsigned place = sim_world.process[process].heap;
	unsigned holder = heap_holder[place];

	if (holder == process)
		return;
	memcpy(elsewhere[holder], heap[place], sim_world.process[holder].heap_used);
	memcpy(heap[place], elsewhere[process], sim_world.process[process].heap_used);
	heap_holder[place] = process;
}

void sim_load(unsigned thread)
{
	unsigned process = sim_world.thread[thread].process;

	if (thread == loaded_thread)
		return;
	if (loaded_thread != SIM_NONE)
		memcpy(sim_world.thread[loaded_thread].locals, __start_sim_thread, locals_size());
	memcpy(__start_sim_thread, sim_world.thread[thread].locals, locals_size());
	loaded_thread = thread;
	if (process == loaded_process)
		return;
	if (loaded_process != SIM_NONE)
		memcpy(sim_world.process[loaded_process].globals, sim_process_begin,
		       globals_size());
	memcpy(sim_process_begin, sim_world.process[process].globals, globals_size());
	place_heap(process);
	loaded_process = process;
}

void sim_copy_heap(unsigned parent, unsigned child)
{
	struct virtual_process *to = &sim_world.process[child];

	to->heap = sim_world.process[parent].heap;
	to->heap_used = sim_world.process[parent].heap_used;
	memcpy(elsewhere[child], heap[to->heap], to->heap_used);
}

static bool lies_in_heap(const void *memory)
{
	return (uintptr_t)memory - (uintptr_t)heap < sizeof(heap);
}

/* Checks, which are no process, have the real heap. */
void *sim_calloc(size_t count, size_t size)
{
	size_t wanted = (count * size + 15) & ~(size_t)15;
	struct virtual_process *process;
	unsigned char *memory;

	if (!sim_inside)
		return calloc(count, size);
	process = sim_process_now();
	if (wanted > SIM_HEAP - process->heap_used)
		return NULL;
	memory = heap[process->heap] + process->heap_used;
	process->heap_used += (uint32_t)wanted;
	memset(memory, 0, wanted);
	return memory;
}

void sim_free(void *memory)
{
	/*
	 * A process' memory is not used again in this execution, so that a late access cannot hit
	 * something new.
	 */
	if (!lies_in_heap(memory))
		free(memory);
}

char *sim_getenv(const char *name)
{
	(void)name;
	return NULL;
}

/* ---- Threads and processes -------------------------------------------------------------- */

static void end_thread(void)
{
	struct virtual_thread *thread = sim_thread_now();
	void (*hook)(void) = sim_process_now()->at_exit;

	thread->ending = sim_world.step;
	if (thread->armed && hook != NULL)
		hook();
	thread->finished = sim_world.step;
	thread->standing = SIM_FINISHED;
	if (sim_weak)
		sim_weak_end_thread(sim_world.current);
	sim_schedule();
	abort(); /* a finished thread is never run */
}

static void thread_main(void)
{
	struct virtual_thread *thread = sim_thread_now();

	sim_inside = true;
	/* To have begun is a state of its own. */
	sim_saw(0);
	thread->run(thread->argument);
	end_thread();
}

static void prepare_stack(unsigned thread)
{
	fibre_prepare(&sim_world.thread[thread].fibre, stacks + (size_t)thread * STACK, STACK,
		      thread_main);
}

unsigned sim_add_thread(unsigned process, void (*run)(void *), void *argument)
{
	unsigned thread = sim_world.threads;

	if (thread == SIM_MOST_THREADS)
		return SIM_NONE;
	sim_world.threads++;
	sim_world.thread[thread] = (struct virtual_thread){
		.run = run,
		.argument = argument,
		.standing = SIM_READY,
		.process = (uint8_t)process,
		.deadline = OS_NEVER,
		.seen = sim_mix(process, (uintptr_t)run),
		.ending = UINT64_MAX,
		.finished = UINT64_MAX,
		.halted = UINT64_MAX,
		.late = UINT64_MAX,
		.interrupted = UINT64_MAX,
	};
	if (sim_weak)
		sim_weak_begin_thread(thread);
	prepare_stack(thread);
	return thread;
}

unsigned sim_add_process(void)
{
	unsigned process = sim_world.processes;

	if (process == SIM_MOST_PROCESSES)
		return SIM_NONE;
	sim_world.processes++;
	sim_world.process[process] = (struct virtual_process){
		.died = UINT64_MAX,
		.heap = (uint8_t)process,
		.view = (uint8_t)(process + 1),
	};
	heap_holder[process] = process;
	return process;
}

void sim_kill(unsigned process)
{
	unsigned i;

	sim_world.process[process].died = sim_world.step;
	sim_world.order = sim_mix(sim_world.order, process);
	for (i = 0; i < sim_world.threads; i++) {
		struct virtual_thread *thread = &sim_world.thread[i];

		if (thread->process == process && thread->standing != SIM_FINISHED)
			thread->standing = SIM_KILLED;
		if (thread->process == process && sim_weak)
			sim_weak_end_thread(i);
	}
	sim_close_all(process);
	sim_watch_died(process);
}

/* ---- Programs --------------------------------------------------------------------------- */

unsigned sim_self(void)
{
	return sim_world.current;
}

unsigned sim_process(void)
{
	return sim_thread_now()->process;
}

bool sim_handling(void)
{
	return sim_thread_now()->handling;
}

uint64_t sim_now(void)
{
	return sim_world.step;
}

void sim_note(uint64_t fact)
{
	sim_world.order = sim_mix(sim_world.order, sim_mix(sim_world.current, fact));
}

void sim_forget(uint64_t fact)
{
	sim_thread_now()->seen = sim_mix(sim_world.current, fact);
}

void sim_await(bool (*condition)(void))
{
	sim_point();
	sim_thread_now()->condition = condition;
	sim_block(SIM_ON_CONDITION, NULL);
}

void sim_look(void (*look)(void))
{
	sim_inside = false;
	look();
	sim_inside = true;
	if (sim_failure()[0] != '\0')
		sim_rest();
}

void sim_rest(void)
{
	sim_block(SIM_ON_NOTHING, NULL);
	abort(); /* nobody wakes it */
}

void sim_exit(void)
{
	sim_call("exit", 0);
	sim_kill(sim_thread_now()->process);
	sim_schedule();
	abort(); /* a dead thread is never run */
}

void sim_thread_exit(void)
{
	sim_call("thread_exit", 0);
	end_thread();
}

/* ---- Checks ----------------------------------------------------------------------------- */

enum sim_standing sim_standing(unsigned thread)
{
	const struct virtual_thread *it = &sim_world.thread[thread];

	if (thread >= sim_world.threads)
		return SIM_ABSENT;
	if (it->standing == SIM_READY && it->blocked == SIM_ON_NOTHING)
		return SIM_FINISHED;
	if (it->standing == SIM_READY && !sim_can_run(it))
		return SIM_ASLEEP;
	return it->standing;
}

unsigned sim_threads(void)
{
	return sim_world.threads;
}

unsigned sim_processes(void)
{
	return sim_world.processes;
}

unsigned sim_process_of(unsigned thread)
{
	return sim_world.thread[thread].process;
}

bool sim_hosted(unsigned thread)
{
	return sim_world.thread[thread].hosted;
}

bool sim_is_alive(unsigned process)
{
	return process < sim_world.processes && sim_world.process[process].died == UINT64_MAX;
}

uint64_t sim_died(unsigned process)
{
	return sim_world.process[process].died;
}

uint64_t sim_ending(unsigned thread)
{
	return sim_world.thread[thread].ending;
}

uint64_t sim_finished(unsigned thread)
{
	return sim_world.thread[thread].finished;
}

uint64_t sim_halted(unsigned thread)
{
	return sim_world.thread[thread].halted;
}

uint64_t sim_late(unsigned thread)
{
	return sim_world.thread[thread].late;
}

uint64_t sim_interrupted(unsigned thread)
{
	return sim_world.thread[thread].interrupted;
}

/* ---- Executions ------------------------------------------------------------------------- */

static void call(void *argument)
{
	void (*run)(void);

	memcpy(&run, argument, sizeof(run));
	run();
}

enum sim_end sim_execute_in(unsigned process, void (*run)(void))
{
	bool stood[SIM_MOST_THREADS] = { false };
	unsigned i;

	for (i = 0; i < sim_world.threads; i++)
		if (sim_world.thread[i].standing == SIM_READY && !sim_world.thread[i].hosted) {
			sim_world.thread[i].standing = SIM_HALTED;
			stood[i] = true;
		}
	if (sim_add_thread(process, call, &run) == SIM_NONE) {
		sim_fail("no room for one more thread");
		return SIM_END_FAILED;
	}
	(void)sim_execute(NULL, NULL);
	for (i = 0; i < SIM_MOST_THREADS; i++)
		if (stood[i] && sim_world.thread[i].standing == SIM_HALTED)
			sim_world.thread[i].standing = SIM_READY;
	return sim_failure()[0] == '\0' ? SIM_END_QUIET : SIM_END_FAILED;
}

unsigned sim_new_process(void)
{
	return sim_add_process();
}

void sim_execute_death(unsigned process)
{
	sim_kill(process);
}

static void run_program(void *argument)
{
	(void)argument;
	program.thread[sim_self()].run();
}

static void run_prepare(void *argument)
{
	(void)argument;
	if (program.prepare != NULL)
		program.prepare();
	/* Not the thread's end: what it has it keeps. */
	sim_thread_now()->standing = SIM_ABSENT;
	sim_schedule();
}

/* Runs prepare() in one thread, which stays as if it had just begun. */
static bool prepare_thread(unsigned number)
{
	struct virtual_thread *thread;

	if (sim_add_thread(program.thread[number].process, run_prepare, NULL) != number) {
		sim_fail("prepare() must not start threads");
		return false;
	}
	if (sim_execute(NULL, NULL) == SIM_END_FAILED)
		return false;
	thread = &sim_world.thread[number];
	if (thread->standing != SIM_ABSENT) {
		sim_fail("prepare() did not come to its end");
		return false;
	}
	thread->run = run_program;
	thread->seen = 0;
	thread->blocked = SIM_FREE;
	prepare_stack(number);
	return true;
}

/* A world without anything. */
static bool begin_world(void)
{
	if (stacks == NULL)
		stacks = mmap(NULL, (size_t)SIM_MOST_THREADS * STACK, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stacks == MAP_FAILED || globals_size() > SIM_GLOBALS || locals_size() > SIM_LOCALS) {
		sim_fail("no memory for stacks, or core/ has grown");
		return false;
	}
	memset(&sim_world, 0, sizeof(sim_world));
	memset(heap, 0, sizeof(heap));
	memset(sim_scratch, 0, sizeof(sim_scratch));
	memset(sim_process_begin, 0, globals_size());
	memset(__start_sim_thread, 0, locals_size());
	sim_world.clock[OS_CLOCK_UPTIME] = UINT64_C(1000000000);
	sim_world.clock[OS_CLOCK_REALTIME] = UINT64_C(1700000000000000000);
	sim_world.current = loaded_thread = loaded_process = SIM_NONE;
	sim_schedule_forget();
	sim_memory_forget();
	sim_contended_forget();
	return true;
}

bool sim_build(const struct sim_program *what)
{
	unsigned i;

	program = *what;
	sim_weak = false; /* what prepare() does is seen by all */
	if (!begin_world())
		return false;
	sim_schedule_check(program.step, program.steps, program.alone);
	sim_memory_check(program.change);
	for (i = 0; i < program.processes; i++)
		(void)sim_add_process();
	for (i = 0; i < program.threads; i++)
		if (!prepare_thread(i))
			return false;
	for (i = 0; i < program.threads; i++)
		sim_world.thread[i].standing = SIM_READY;
	for (i = 0; i < program.threads; i++)
		sim_world.thread[i].handler = program.thread[i].handler;
	sim_save();
	sim_world.step = 0;
	sim_world.order = 0;
	sim_memory_keep();
	kept = sim_world;
	memcpy(kept_heap, heap, sizeof(heap));
	memcpy(kept_scratch, sim_scratch, sizeof(sim_scratch));
	sim_weak = program.weak;
	return true;
}

void sim_reset(void)
{
	unsigned i, processes = sim_world.processes, threads = sim_world.threads;

	sim_memory_reset();
	memcpy(&sim_world, &kept, offsetof(struct sim_world, system));
	if (sim_world.system.version != kept.system.version)
		sim_world.system = kept.system;
	memcpy(sim_world.process, kept.process, processes * sizeof(kept.process[0]));
	memcpy(sim_world.thread, kept.thread, threads * sizeof(kept.thread[0]));
	for (i = 0; i < kept.processes; i++) {
		memcpy(heap[i], kept_heap[i], kept.process[i].heap_used);
		heap_holder[i] = i;
	}
	memcpy(sim_scratch, kept_scratch, sizeof(sim_scratch));
	/* The stacks hold nothing yet; what is above the first frame is written again. */
	for (i = 0; i < kept.threads; i++)
		prepare_stack(i);
	loaded_thread = loaded_process = SIM_NONE;
	sim_schedule_forget();
	sim_weak_reset();
}
