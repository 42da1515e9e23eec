/* SPDX-License-Identifier: MIT */
/*
 * core/environment.c - opening, closing and forking.
 *
 * The table of open environments is written under os_local_lock() and read without it by threads
 * that already have the environment.
 *
 * fork(): the parent makes the child's slot and handle table before, so that they are there
 * whatever happens to either afterwards; the lock of that slot belongs to an opening of the lock
 * file that only the child keeps. Where that cannot be had the child's environment answers
 * INSUFFICIENT_RESOURCES.
 *
 * What happens if a process dies here: a slot that it had locked is free or swept.
 */
#include "core/environment.h"

#include <carafe/environment.h>

#include <stdlib.h>
#include <string.h>

#include "core/kcas.h"
#include "core/process.h"
#include "core/region.h"
#include "core/round.h"
#include "core/sweep.h"
#include "core/table.h"
#include "core/thread.h"
#include "os/os.h"

/* How long to spin before parking, in pauses, when CARAFE_SPIN does not say it. */
#define SPIN 200u
#define SPIN_MOST 1000000u

static struct carafe_environment *open_environments[CF_ENVIRONMENTS];
static uint64_t last_serial;
static bool set_up;

struct carafe_environment *cf_environment_at(uint32_t number)
{
	return number < CF_ENVIRONMENTS ? open_environments[number] : NULL;
}

static carafe_status make(void *base, int memory)
{
	struct cf_header *header = base;

	(void)memory;
	header->format = CF_FORMAT;
	header->layout = cf_layout_hash();
	header->endian = CF_ENDIAN;
	header->page_size = os_page_size();
	header->size = CF_REGION_SIZE;
	header->magic = CF_MAGIC;
	return CARAFE_STATUS_SUCCESS;
}

static carafe_status check(const void *base, uint64_t size)
{
	const struct cf_header *header = base;

	if (header->magic != CF_MAGIC || header->format != CF_FORMAT ||
	    header->layout != cf_layout_hash() || header->endian != CF_ENDIAN ||
	    header->page_size != os_page_size())
		return CARAFE_STATUS_REVISION_MISMATCH;
	return header->size == CF_REGION_SIZE && size >= CF_REGION_SIZE
		       ? CARAFE_STATUS_SUCCESS
		       : CARAFE_STATUS_FILE_CORRUPT_ERROR;
}

const struct cf_place_format cf_environment_format = {
	.size = CF_REGION_SIZE,
	.head = CF_REGION_HEAD,
	.slots = CF_PROCESSES,
	.make = make,
	.check = check,
};

static uint32_t spin_wanted(void)
{
	const char *text = os_setting("CARAFE_SPIN");
	unsigned long wanted;

	/* Nothing but digits: strtoul() takes a sign as well. */
	if (text == NULL || *text == '\0' || text[strspn(text, "0123456789")] != '\0')
		return SPIN;
	wanted = strtoul(text, NULL, 10);
	return wanted < SPIN_MOST ? (uint32_t)wanted : SPIN_MOST;
}

static bool janitor_unwanted(void)
{
	const char *text = os_setting("CARAFE_JANITOR");

	return text != NULL && strcmp(text, "0") == 0;
}

/*
 * Enters with the place's slot; when a dead process left something there, with another one, so that
 * we can sweep it.  Whatever else we locked meanwhile is let go.  PENDING: the dead fill all slots,
 * and what is in ours is still to be swept.
 */
static carafe_status enter(struct carafe_environment *environment)
{
	struct cf_place *place = &environment->place;
	uint32_t slot = place->slot, next;
	carafe_status status;

	for (;;) {
		status = cf_process_enter(environment->region, place->memory, slot);
		if (status != CARAFE_STATUS_SHARING_VIOLATION)
			break;
		status = cf_place_claim(place, slot + 1, &next);
		if (status == CARAFE_STATUS_INSUFFICIENT_RESOURCES) {
			status = cf_process_succeed(environment->region, slot);
			if (CARAFE_SUCCESS(status))
				status = CARAFE_STATUS_PENDING;
		}
		if (status != CARAFE_STATUS_SUCCESS)
			break;
		/* Never without any lock: the last user's leaving ends the environment. */
		cf_place_release(place, slot);
		slot = next;
	}
	place->slot = slot;
	environment->process = slot;
	return status;
}

/* The environment's folder is the one above that of the present generation. */
static void set_path(struct carafe_environment *environment)
{
	char *end;

	memcpy(environment->path, environment->place.path, sizeof(environment->path));
	end = strrchr(environment->path, '/');
	if (end != NULL)
		*end = '\0';
}

static carafe_status open_place(struct carafe_environment *environment, const char *name)
{
	carafe_status status = cf_place_open(name, &cf_environment_format, &environment->place);
	void *base;

	if (!CARAFE_SUCCESS(status))
		return status;
	status = os_map(environment->place.folder, environment->place.memory, CF_REGION_SIZE,
			false, &base);
	if (!CARAFE_SUCCESS(status)) {
		cf_place_close(&environment->place);
		return status;
	}
	environment->region = base;
	set_path(environment);
	status = enter(environment);
	if (CARAFE_SUCCESS(status))
		return status;
	os_unmap(base, CF_REGION_SIZE);
	cf_place_close(&environment->place);
	return status;
}

/* Locks a free slot and enters it. */
static carafe_status claim_heir(struct cf_region *region, struct cf_place *heir, uint32_t *slot)
{
	carafe_status status;

	for (*slot = 0;; (*slot)++) {
		status = cf_place_claim(heir, *slot, slot);
		if (!CARAFE_SUCCESS(status))
			return status;
		status = cf_process_enter(region, heir->memory, *slot);
		if (status != CARAFE_STATUS_SHARING_VIOLATION)
			return status;
		cf_place_release(heir, *slot);
	}
}

/* The parent's side before fork(): a slot and a handle table for the child. */
static carafe_status make_heir(struct carafe_environment *environment, struct cf_place *heir)
{
	carafe_status status;
	struct cf_self *self;
	uint32_t slot;

	heir->lock = -1;
	if (environment->process >= CF_PROCESSES)
		return CARAFE_STATUS_INSUFFICIENT_RESOURCES;
	status = cf_self(environment, &self);
	if (CARAFE_SUCCESS(status))
		status = cf_place_open_again(&environment->place, &heir->lock);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = claim_heir(environment->region, heir, &slot);
	if (status == CARAFE_STATUS_INSUFFICIENT_RESOURCES) {
		/*
		 * The dead may fill all slots when processes come and go faster than the janitor
		 * looks.
		 */
		status = cf_round(environment);
		if (CARAFE_SUCCESS(status))
			status = claim_heir(environment->region, heir, &slot);
	}
	if (CARAFE_SUCCESS(status))
		status = cf_table_inherit(self, &environment->region->process[slot]);
	heir->slot = slot;
	if (CARAFE_SUCCESS(status))
		return status;
	/* With its lock gone, whatever is in the slot is swept. */
	os_locks_close(heir->lock);
	heir->lock = -1;
	return status;
}

static void before_fork(void)
{
	uint32_t i;

	os_local_lock();
	for (i = 0; i < CF_ENVIRONMENTS; i++)
		if (open_environments[i] != NULL) {
			open_environments[i]->heir = open_environments[i]->place;
			(void)make_heir(open_environments[i], &open_environments[i]->heir);
		}
}

static void after_fork_in_parent(void)
{
	uint32_t i;

	for (i = 0; i < CF_ENVIRONMENTS; i++)
		if (open_environments[i] != NULL && open_environments[i]->heir.lock >= 0)
			os_locks_close(open_environments[i]->heir.lock);
	os_local_unlock();
}

static void become_child(struct carafe_environment *environment)
{
	environment->serial = ++last_serial;
	cf_round_forget(environment);
	os_locks_close(environment->place.lock);
	environment->place.lock = environment->heir.lock;
	environment->place.slot = environment->heir.slot;
	environment->process = CF_PROCESSES;
	if (environment->heir.lock < 0)
		return;
	environment->process = environment->heir.slot;
	cf_process_describe(&environment->region->process[environment->process]);
	os_bell_ring(environment->place.folder, CF_PLACE_BELL);
}

static void after_fork_in_child(void)
{
	uint32_t i;

	cf_self_forget();
	for (i = 0; i < CF_ENVIRONMENTS; i++)
		if (open_environments[i] != NULL)
			become_child(open_environments[i]);
	os_local_unlock();
}

/* What a process needs once; under the local lock. */
static carafe_status set_up_process(void)
{
	carafe_status status;

	if (set_up)
		return CARAFE_STATUS_SUCCESS;
	status = cf_thread_setup();
	if (CARAFE_SUCCESS(status))
		status = os_at_fork(before_fork, after_fork_in_parent, after_fork_in_child);
	set_up = CARAFE_SUCCESS(status);
	return status;
}

static void leave(struct carafe_environment *environment)
{
	struct cf_process *process = cf_process_at(environment->region, environment->process);
	struct cf_self *self;
	uint64_t state;

	if (process != NULL && cf_read(environment->region, &process->state, &state) &&
	    CARAFE_SUCCESS(cf_self(environment, &self)))
		(void)cf_sweep_process(self, environment->process, state);
}

/* Takes the environment's number from it and gives everything back; under the local lock. */
static void discard(struct carafe_environment *environment)
{
	open_environments[environment->number] = NULL;
	os_unmap(environment->region, CF_REGION_SIZE);
	cf_place_close(&environment->place);
}

/* Ends the process that we succeeded, and begins one of our own in its slot. */
static carafe_status begin_anew(struct carafe_environment *environment)
{
	carafe_status status;

	leave(environment);
	environment->serial = ++last_serial;
	status = cf_process_enter(environment->region, environment->place.memory,
				  environment->process);
	return status == CARAFE_STATUS_SHARING_VIOLATION ? CARAFE_STATUS_INSUFFICIENT_RESOURCES :
							   status;
}

/* Enters the environment and gives it a number and a serial; under the local lock. */
static carafe_status enrol(struct carafe_environment *environment, const char *name)
{
	carafe_status status = set_up_process();
	uint32_t i;

	for (i = 0; i < CF_ENVIRONMENTS && open_environments[i] != NULL; i++)
		;
	if (CARAFE_SUCCESS(status) && i == CF_ENVIRONMENTS)
		status = CARAFE_STATUS_INSUFFICIENT_RESOURCES;
	if (CARAFE_SUCCESS(status))
		status = open_place(environment, name);
	if (!CARAFE_SUCCESS(status))
		return status;
	environment->number = i;
	environment->serial = ++last_serial;
	open_environments[i] = environment;
	if (status == CARAFE_STATUS_PENDING)
		status = begin_anew(environment);
	if (!CARAFE_SUCCESS(status))
		discard(environment);
	return status;
}

carafe_status carafe_environment_open(const char *name, uint32_t flags,
				      carafe_environment **environment)
{
	struct carafe_environment *fresh;
	carafe_status status;

	if (environment == NULL)
		return CARAFE_STATUS_ACCESS_VIOLATION;
	*environment = NULL;
	if ((flags & ~CARAFE_NO_JANITOR) != 0)
		return CARAFE_STATUS_INVALID_PARAMETER;
	fresh = calloc(1, sizeof(*fresh));
	if (fresh == NULL)
		return CARAFE_STATUS_NO_MEMORY;
	fresh->flags = flags | (janitor_unwanted() ? CARAFE_NO_JANITOR : 0);
	fresh->spin = os_processors() > 1 ? spin_wanted() : 0;
	os_local_lock();
	status = enrol(fresh, name);
	os_local_unlock();
	if (!CARAFE_SUCCESS(status)) {
		free(fresh);
		return status;
	}
	/* Whom we met dead is swept now; nobody else may be there to do it. */
	(void)cf_round(fresh);
	os_bell_ring(fresh->place.folder, CF_PLACE_BELL);
	*environment = fresh;
	return CARAFE_STATUS_SUCCESS;
}

carafe_status carafe_environment_close(carafe_environment *environment)
{
	if (environment == NULL)
		return CARAFE_STATUS_INVALID_PARAMETER;
	cf_round_stop(environment);
	os_local_lock();
	leave(environment);
	discard(environment);
	os_local_unlock();
	free(environment);
	return CARAFE_STATUS_SUCCESS;
}

const char *carafe_environment_path(const carafe_environment *environment)
{
	return environment != NULL ? environment->path : NULL;
}

const char *carafe_backend(void)
{
	return os_backend();
}
