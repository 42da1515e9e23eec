/* SPDX-License-Identifier: MIT */
/*
 * os/sim/sim.h - a simulated operating system, as seen by the programs that are run and checked in
 * it.
 *
 * One real thread runs everything.  A virtual process has its own copy of the globals and the heap
 * of core/, a virtual thread its own stack and thread-local variables.  Before each of its steps
 * (an access to a word through core/atomic.h, a call of os/os.h, sim_point()) a thread hands over
 * to the scheduler, which picks one action (os/sim/action.h) after another until one of them lets a
 * thread go on.  Nothing else is random or depends on real time, so a list of actions determines
 * the whole execution.
 *
 * An execution begins with the same state each time: what the scenario's prepare() left behind, run
 * once, undisturbed, for each thread in turn.
 *
 * What happens if a process dies here: a real one, the test is gone; a virtual one, its threads
 * never run again, its locks are free at once, who watches it is told whenever the scheduler likes.
 */
#ifndef OS_SIM_SIM_H
#define OS_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_MOST_PROCESSES 8u
#define SIM_MOST_THREADS 16u

/* ---- For programs in virtual threads ---------------------------------------------------- */

unsigned sim_self(void);    /* the running thread; threads are numbered through all processes */
unsigned sim_process(void); /* its process */

bool sim_handling(void); /* whether a signal handler runs in it, which interrupted what it did */

/* Steps so far: the one global order. The same inside a thread and in a check. */
uint64_t sim_now(void);

/* A step that does nothing: before a call is invoked, or in a loop that waits for others. */
void sim_point(void);

/*
 * The calling thread has to do with others by means of its own, as whoever knows that one call ended
 * before another began: it sees what all who did so before had seen.
 */
void sim_meet(void);

/*
 * Something that a check depends on has happened (a call began, a call returned this).  To be told
 * of all that is not in shared memory: two executions that agree in memory, in what each thread has
 * seen and in these facts, in order, count as the same state.
 */
void sim_note(uint64_t fact);

/*
 * What the calling thread has seen so far matters no more to what it will do, but for this fact.
 * More executions then count as the same state.  To be used where no local variable is left that
 * came from shared memory.
 */
void sim_forget(uint64_t fact);

/*
 * Mapped memory lies at another address in each process that did not inherit it, and at one of its
 * own for checks.  Gives the caller's address of what lies at any of these.
 */
void *sim_here(void *memory);

/* Calls a check from a thread: what it reads is no step, and it must change nothing. */
void sim_look(void (*look)(void));

/*
 * Sleeps until the condition, which only looks, is true.  For what a program waits for outside of
 * the library.
 */
void sim_await(bool (*condition)(void));

/* Sleeps for ever, so that the thread's end is not part of the execution. Does not return. */
void sim_rest(void);

/*
 * A check failed: ends the execution.  From a thread or from a check.  Does not return in a thread.
 */
void sim_fail(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));

/*
 * Memory of the scenario, zero at first; what prepare() left in it is there again in each
 * execution.
 */
#define SIM_SCRATCH 32768u
extern _Alignas(16) unsigned char sim_scratch[SIM_SCRATCH];

/*
 * fork(): the child is a new process, and its only thread begins with child().  Gives the child's
 * thread; SIM_NONE when there is no room for one more.
 */
#define SIM_NONE UINT32_MAX
unsigned sim_fork(void (*child)(void));

/* The calling process has one more thread, which runs this; SIM_NONE when there is no room. */
unsigned sim_begin(void (*run)(void));

/*
 * Of the calling process' descriptors, whose opening several processes may have.  False, or
 * UINT64_MAX: it is not open.
 */
bool sim_close(int descriptor);
void sim_seek(int descriptor, uint64_t offset);
uint64_t sim_tell(int descriptor);

/*
 * Gets a descriptor from another process, with the same number; false: that is not free, or not
 * open there.
 */
bool sim_receive(unsigned process, int descriptor);

/* The calling process ends: exit(), without the hooks of its threads.  Does not return. */
void sim_exit(void);

/* The calling thread ends, in a signal handler, too: its hooks run.  Does not return. */
void sim_thread_exit(void);

/* ---- For checks ------------------------------------------------------------------------- */

enum sim_standing {
	SIM_ABSENT,  /* no such thread */
	SIM_READY,   /* can go on */
	SIM_ASLEEP,  /* parked, or waiting for a watch or a join, and not woken */
	SIM_HALTED,  /* stopped for ever */
	SIM_KILLED,  /* with its process */
	SIM_FINISHED /* ran to its end, or rests */
};

enum sim_standing sim_standing(unsigned thread);
unsigned sim_threads(void); /* how many there have been, those included that core/ started */
unsigned sim_processes(void);
unsigned sim_process_of(unsigned thread);
bool sim_hosted(unsigned thread); /* was started by core/, which will end it */
bool sim_is_alive(unsigned process); /* not killed and not left */

/* When it happened, in steps; UINT64_MAX: it did not. */
uint64_t sim_died(unsigned process);	/* was killed or called sim_exit() */
uint64_t sim_ending(unsigned thread);	/* returned from its program: the hooks run */
uint64_t sim_finished(unsigned thread); /* after the hooks */
uint64_t sim_halted(unsigned thread);
uint64_t sim_late(unsigned thread); /* its last timed sleep was over by the virtual clock */
uint64_t sim_interrupted(unsigned thread); /* a signal ended its last sleep that one ended */

#endif
