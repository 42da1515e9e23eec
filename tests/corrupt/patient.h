/* SPDX-License-Identifier: MIT */
/*
 * patient.h - an environment to damage: what is in it, and a list of single damages.
 *
 * Two threads wait for an event; a mutant is owned; a handle and an object are free.  Every damage
 * is told by core/check.h, and can be undone.
 *
 * What happens if the test dies here: its folder stays behind.
 */
#ifndef CARAFE_TESTS_CORRUPT_PATIENT_H
#define CARAFE_TESTS_CORRUPT_PATIENT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include <carafe/carafe.h>

#include "core/check.h"
#include "core/environment.h"
#include "core/handle.h"
#include "core/kcas.h"
#include "core/queue.h"
#include "core/type.h"
#include "core/wake.h"
#include "tests/tap.h"

extern carafe_environment *env;
extern struct cf_region *region;

/* Makes a private folder, which is removed at the end of this process. */
void patient_place(void);

/* Opens an environment in it, without janitor. */
void patient_open(void);

/* Removes the one that a process opened which is over, whatever became of it. */
void patient_remove(pid_t process);

/* The path of that environment's folder. */
const char *patient_folder(void);

/* Bails out. */
void must(carafe_status status, const char *what);

carafe_handle new_event(int signalled);
carafe_handle new_mutant(int owned);
carafe_handle new_semaphore(int32_t count); /* of 5 */

/* ---- Threads that wait ------------------------------------------------------------------ */

struct waiter {
	pthread_t thread;
	carafe_handle handle[3];
	uint32_t count;
	enum carafe_wait_type type;
	_Atomic uint32_t id;
	carafe_status status;
};

/* Starts a thread that waits alertably, and returns when it sleeps. */
void waiter_start(struct waiter *waiter);

/* Alerts it and waits for its end. */
void waiter_stop(struct waiter *waiter);

struct cf_thread *slot_of(const struct waiter *waiter);

/* ---- Damage ----------------------------------------------------------------------------- */

/* The two that wait, alone, for the event. */
extern struct waiter first, second;
extern carafe_handle event, mutant, semaphore, closed;

/* Makes these. */
void patient_begin(void);
void patient_end(void);

struct cf_object *object(carafe_handle handle);
struct cf_handle_entry *entry(carafe_handle handle);
struct cf_process *process(void);

/* Change a word, and remember what was there. */
void poke_bits(cf_word *word, uint64_t bits);
void poke(cf_word *word, uint32_t value);
void poke32(uint32_t *plain, uint32_t value);

/* Undoes all of it. */
void heal(void);

/* live: it is seen even while others work. */
struct damage {
	void (*make)(void);
	const char *name;
	enum cf_finding_kind kind;
	bool live;
};

extern const struct damage damages[];
extern const size_t damage_count;

#endif
