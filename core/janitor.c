/* SPDX-License-Identifier: MIT */
/*
 * core/janitor.c - the thread that offers its process as janitor.  See core/round.h.
 *
 * The janitor's lock is the first after the slots'.
 *
 * Descriptors are added to and taken from a watch under os_local_lock(), which fork() holds: a
 * child closes exactly those that the janitor has, and never one that got the number of a
 * descriptor that was just closed.
 *
 * What happens if a process dies here: its lock is free at once, its deputies' watches end, and one
 * of them takes the lock.
 */
#include <stdlib.h>

#include "core/environment.h"
#include "core/process.h"
#include "core/region.h"
#include "core/round.h"
#include "core/word.h"
#include "os/os.h"

/* Between rounds where the system cannot tell of some process' death. */
#define SLICE UINT64_C(100000000)

#define JANITOR_LOCK CF_PROCESSES

struct cf_janitor {
	struct carafe_environment *environment;
	struct os_thread *thread;
	struct os_watch *watch;
	int bell; /* that rings into the watch, or -1 */
	uint32_t stop;			    /* set by whoever closes the environment */

	/*
	 * As what a slot is watched: its incarnation, or 0, and the process' number, which is that
	 * of the parent until a forked child has written its own.
	 */
	struct {
		uint32_t incarnation;
		uint32_t pid;
	} watched[CF_PROCESSES];
};

static bool stopped(const struct cf_janitor *janitor)
{
	return cf_load32_relaxed(&janitor->stop) != 0;
}

static void read_process(const struct cf_process *slot, struct os_process *process)
{
	process->start = cf_load_relaxed(&slot->start);
	process->pid = cf_load32_relaxed(&slot->pid);
	process->space = cf_load32_relaxed(&slot->space);
}

static carafe_status watch(struct cf_janitor *janitor, uint32_t slot,
			   const struct os_process *process)
{
	carafe_status status;

	os_local_lock();
	status = os_watch_add(janitor->watch, process, slot);
	os_local_unlock();
	return status;
}

static void unwatch(struct cf_janitor *janitor, uint32_t slot)
{
	os_local_lock();
	os_watch_remove(janitor->watch, slot);
	os_local_unlock();
}

/* Watches whoever is not watched yet; how long to sleep at the most. */
static uint64_t watch_all(struct cf_janitor *janitor)
{
	struct carafe_environment *environment = janitor->environment;
	uint32_t high = cf_high(&environment->region->header.high_processes, CF_PROCESSES);
	uint64_t longest = CF_ROUND;
	uint32_t incarnation;
	struct os_process process;
	carafe_status status;
	uint32_t i;

	for (i = 0; i < high; i++) {
		struct cf_process *slot = cf_process_at(environment->region, i);

		if (slot == NULL || i == environment->process)
			continue;
		incarnation = cf_value(cf_load(&slot->state));
		read_process(slot, &process);
		if (janitor->watched[i].incarnation == incarnation &&
		    (incarnation == 0 || janitor->watched[i].pid == process.pid))
			continue;
		if (janitor->watched[i].incarnation != 0)
			unwatch(janitor, i);
		janitor->watched[i].incarnation = 0;
		if (incarnation == 0)
			continue;
		status = watch(janitor, i, &process);
		if (!CARAFE_SUCCESS(status)) {
			longest = SLICE;
			continue;
		}
		janitor->watched[i].incarnation = incarnation;
		janitor->watched[i].pid = process.pid;
	}
	return longest;
}

static void close_watch(struct cf_janitor *janitor)
{
	os_watch_close(janitor->watch);
	if (janitor->bell >= 0)
		os_close(janitor->bell);
}

/* Replaces the watch by one that hears the bell; without one the janitor only sees deaths later. */
static void hear_bell(struct cf_janitor *janitor)
{
	struct os_watch *watch;
	int bell;

	if (!CARAFE_SUCCESS(os_bell_open(janitor->environment->place.folder, CF_PLACE_BELL, &bell)))
		return;
	if (!CARAFE_SUCCESS(os_watch_open(bell, &watch))) {
		os_close(bell);
		return;
	}
	os_local_lock();
	close_watch(janitor);
	janitor->watch = watch;
	janitor->bell = bell;
	os_local_unlock();
}

/* What the janitor does until it is told to stop. */
static void reign(struct cf_janitor *janitor)
{
	struct carafe_environment *environment = janitor->environment;
	uint64_t longest;

	cf_store32_relaxed(&environment->region->header.janitor, environment->process + 1);
	hear_bell(janitor);
	while (!stopped(janitor)) {
		longest = watch_all(janitor);
		(void)cf_round(environment);
		os_watch_wait(janitor->watch, longest);
	}
}

/* Waits for the janitor's death, or for the time of a deputy's round. */
static void wait_for_turn(struct cf_janitor *janitor)
{
	struct carafe_environment *environment = janitor->environment;
	uint32_t slot = cf_load32_relaxed(&environment->region->header.janitor) - 1;
	struct cf_process *process = cf_process_at(environment->region, slot);
	struct os_process identity;
	bool watched = false;

	if (process != NULL) {
		read_process(process, &identity);
		watched = CARAFE_SUCCESS(watch(janitor, slot, &identity));
	}
	os_watch_wait(janitor->watch, watched ? CF_ROUND : SLICE);
	if (watched)
		unwatch(janitor, slot);
}

static void run(void *argument)
{
	struct cf_janitor *janitor = argument;
	struct carafe_environment *environment = janitor->environment;

	while (!stopped(janitor)) {
		if (CARAFE_SUCCESS(os_lock(environment->place.lock, JANITOR_LOCK))) {
			reign(janitor);
			os_unlock(environment->place.lock, JANITOR_LOCK);
			return;
		}
		wait_for_turn(janitor);
		(void)cf_round(environment);
	}
}

static struct cf_janitor *start(struct carafe_environment *environment)
{
	struct cf_janitor *janitor = calloc(1, sizeof(*janitor));

	if (janitor == NULL)
		return NULL;
	janitor->environment = environment;
	janitor->bell = -1;
	if (!CARAFE_SUCCESS(os_watch_open(-1, &janitor->watch))) {
		free(janitor);
		return NULL;
	}
	if (!CARAFE_SUCCESS(os_thread_start(run, janitor, &janitor->thread))) {
		close_watch(janitor);
		free(janitor);
		return NULL;
	}
	return janitor;
}

void cf_round_offer(struct carafe_environment *environment)
{
	struct cf_janitor *janitor;

	if (cf_load32_relaxed(&environment->offered) != 0 || !cf_cas32(&environment->offered, 0, 1))
		return;
	if ((environment->flags & CARAFE_NO_JANITOR) != 0)
		return;
	janitor = start(environment);
	os_local_lock();
	environment->janitor = janitor;
	os_local_unlock();
}

void cf_round_stop(struct carafe_environment *environment)
{
	struct cf_janitor *janitor = environment->janitor;

	if (janitor == NULL)
		return;
	cf_store32_relaxed(&janitor->stop, 1);
	os_local_lock();
	os_watch_interrupt(janitor->watch);
	os_local_unlock();
	os_thread_join(janitor->thread);
	os_local_lock();
	close_watch(janitor);
	environment->janitor = NULL;
	os_local_unlock();
	free(janitor);
}

void cf_round_forget(struct carafe_environment *environment)
{
	if (environment->janitor != NULL) {
		close_watch(environment->janitor);
		free(environment->janitor);
	}
	environment->janitor = NULL;
	cf_store32_relaxed(&environment->offered, 0);
}
