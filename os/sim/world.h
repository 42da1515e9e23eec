/* SPDX-License-Identifier: MIT */
/*
 * os/sim/world.h - everything that an execution changes, and the parts of the simulator among
 * themselves.
 *
 * Invariants:
 *   - Whatever an execution changes is in `world`, in a mapping, in a heap, in sim_scratch or in
 *     the globals of core/; sim_reset() restores all of these, and nothing else is read by what can
 *     influence an execution.
 *   - The globals of core/ belong to the process, and its thread-local variables to the thread,
 *     that ran last.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#ifndef OS_SIM_WORLD_H
#define OS_SIM_WORLD_H

#include "os/os.h"
#include "os/sim/action.h"
#include "os/sim/fibre.h"
#include "os/sim/sim.h"

#define SIM_LOCALS 1024u  /* thread-local variables of core/, at the most */
#define SIM_GLOBALS 1024u /* globals of core/, at the most */
#define SIM_HEAP 262144u  /* a process' heap */

enum sim_blocked {
	SIM_FREE,
	SIM_ON_NOTHING,
	SIM_ON_CONDITION,
	SIM_ON_PARK,
	SIM_ON_WATCH,
	SIM_ON_JOIN,
	SIM_ON_LOCAL_LOCK
};

struct virtual_thread {
	struct fibre fibre;
	void (*run)(void *argument);
	void *argument;
	bool (*condition)(void); /* that it sleeps for */
	const void *on;		 /* the park word, watch or thread that it sleeps for */
	uint64_t deadline;	 /* of a sleep; OS_NEVER */
	uint64_t seen;		 /* digest of all that it has read and been told */
	uint64_t ending, finished, halted, late, interrupted;
	uint8_t standing; /* enum sim_standing; SIM_ASLEEP is derived */
	uint8_t process;
	uint8_t blocked;  /* enum sim_blocked */
	uint8_t woken;	  /* a sleep is over: enum os_parked + 1, or 0 */
	uint8_t clock;	  /* enum os_clock of the deadline */
	bool armed;	  /* the hook runs at its end */
	bool full;	  /* its reservation fails */
	bool reserving;	  /* the next step is a reservation */
	bool hosted;	  /* started by core/, and told to stop by core/ */
	bool signalled;	  /* its handler is to run */
	bool handling;	  /* its handler runs */
	void (*handler)(void);
	uint8_t age;	  /* how many values old what the next load gives is (os/sim/weak.h) */
	const void *next; /* the word that it is about to load or compare, or NULL */
	unsigned char locals[SIM_LOCALS];
};

struct virtual_process {
	uint64_t died; /* step; UINT64_MAX while it lives */
	void (*at_exit)(void);
	void (*prepare)(void), (*parent)(void), (*child)(void);
	uint32_t heap_used;
	uint8_t heap;  /* the place of its heap; forked processes have theirs at the same one */
	uint8_t view;  /* which view of the room it has mapped; forked processes have the same one */
	uint8_t local; /* thread + 1 that has the local lock, or 0 */
	int16_t descriptor[64]; /* opening + 1 of each, or 0 */
	unsigned char globals[SIM_GLOBALS];
};

#define SIM_NODES 48
#define SIM_OPENINGS 96
#define SIM_LOCKS 96
#define SIM_NAME 24
#define SIM_WATCHES 16

enum sim_kind { SIM_KIND_NONE, SIM_KIND_FOLDER, SIM_KIND_FILE, SIM_KIND_BELL };

struct sim_node {
	char name[SIM_NAME];
	void *memory; /* of a file that was mapped */
	uint64_t size;
	uint8_t kind;
	uint8_t parent;	  /* node + 1, or 0 */
	uint8_t openings; /* keeps a removed one */
	bool removed;
};

struct sim_lock {
	uint32_t number;
	uint8_t opening; /* + 1, or 0: none */
	uint8_t node;
};

struct os_watch {
	bool used, rung, interrupted;
	uint8_t process;
	int16_t bell;			     /* node, or -1 */
	uint8_t watched[SIM_MOST_PROCESSES]; /* 1 watched, 2 told */
	uint32_t key[SIM_MOST_PROCESSES];
};

struct sim_system {
	uint32_t version; /* of all this; 0 when it was never changed */
	struct {
		uint8_t node; /* + 1, or 0 */
		uint8_t references;
		uint64_t offset;
	} opening[SIM_OPENINGS];
	struct sim_node node[SIM_NODES];
	struct sim_lock lock[SIM_LOCKS];
	struct os_watch watch[SIM_WATCHES];
};

struct sim_world {
	uint64_t step;
	/* Steps of the present thread since anybody else made one or it passed sim_point(). */
	uint64_t alone;
	uint64_t clock[2];
	uint64_t memory;  /* digest of what differs in memory from the beginning */
	uint64_t order;	  /* digest of system calls and sim_note()s, in order */
	size_t mapped;	  /* of the room for mappings */
	unsigned current; /* the running thread, or SIM_NONE */
	unsigned processes, threads;
	struct sim_budget budget;
	struct sim_system system;
	struct virtual_process process[SIM_MOST_PROCESSES];
	struct virtual_thread thread[SIM_MOST_THREADS];
};

extern struct sim_world sim_world;

/* Whether a virtual thread runs, whose accesses are steps. */
extern bool sim_inside;

static inline struct virtual_thread *sim_thread_now(void)
{
	return &sim_world.thread[sim_world.current];
}

static inline struct virtual_process *sim_process_now(void)
{
	return &sim_world.process[sim_thread_now()->process];
}

static inline uint64_t sim_mix(uint64_t a, uint64_t b)
{
	uint64_t x = (a ^ (b * UINT64_C(0x9e3779b97f4a7c15))) * UINT64_C(0xbf58476d1ce4e5b9);

	x ^= x >> 29;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 32;
}

/* The present thread was told this; it may depend on it from now on. */
static inline void sim_saw(uint64_t value)
{
	struct virtual_thread *thread = sim_thread_now();

	thread->seen = sim_mix(thread->seen + 1, value);
}

/* ---- schedule.c */

/*
 * Before a step of the present thread: lets the scheduler act; returns when this thread is to go
 * on.
 */
void sim_schedule(void);

/* Before a system call: likewise, and counts it. name and detail: for the trace and the digest. */
void sim_call(const char *name, uint64_t detail);

/* Whether the present thread, about to access the word, must ask first. */
bool sim_must_ask(const void *word);

/* Counts a step, and fails the execution when there are too many. */
void sim_count(void);

bool sim_can_run(const struct virtual_thread *thread);

/* Sleeps for a reason; returns when the thread goes on. */
void sim_block(enum sim_blocked blocked, const void *on);

/* Forgets what was decided, and a failure. */
void sim_schedule_forget(void);

/* What is checked before each decision, and the limits of an execution. */
void sim_schedule_check(void (*check)(void), uint64_t steps, uint64_t alone);

/* ---- world.c */
void sim_kill(unsigned process);
unsigned sim_add_thread(unsigned process, void (*run)(void *), void *argument);
unsigned sim_add_process(void);
/* Makes the thread the one whose variables are in place. */
void sim_load(unsigned thread);
/* Keeps the variables that are in place. */
void sim_save(void);
void sim_copy_heap(unsigned parent, unsigned child);

/* ---- memory.c */
/* Where checks see what a process has mapped; of other memory the address itself. */
void *sim_common(const void *memory);
bool sim_is_contended(const void *word);
/* Whether the load that a thread is about to make may give an older value than it would. */
bool sim_may_age(const struct virtual_thread *thread);
void *sim_map_room(uint64_t size);
struct sim_event;
void sim_memory_check(void (*check)(const struct sim_event *event));
void sim_memory_forget(void); /* all mappings are zero again */
void sim_memory_keep(void);   /* this is the first state */
void sim_memory_reset(void);  /* back to it */

/* ---- file.c, watch.c */
void sim_close_all(unsigned process);
void sim_copy_descriptors(unsigned parent, unsigned child);
int sim_bell_node(int descriptor);
bool sim_watch_ready(const struct os_watch *watch);
void sim_watch_died(unsigned process);

#endif
