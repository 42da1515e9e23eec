/* SPDX-License-Identifier: MIT */
/*
 * damaged.c - the environment that is damaged.  See fuzz.h.
 *
 * The memory is mapped anew as a copy of the file that nobody else sees; dropping the copy's pages
 * makes all of it as it was.
 */
#include <config.h>

#include <stdio.h>
#include <sys/mman.h>

#include "core/environment.h"
#include "core/handle.h"
#include "core/queue.h"
#include "core/region.h"
#include "core/satisfy.h"
#include "core/thread.h"
#include "core/wake.h"
#include "tests/fuzz/fuzz.h"
#include "tests/tap.h"
#include "tests/weak.h"

#define WAITERS 2u

carafe_environment *fuzz_environment;
carafe_handle fuzz_handle[FUZZ_HANDLES];

static struct cf_region *region;
static struct cf_self waiter[WAITERS];

static void must(carafe_status status)
{
	fuzz_holds(CARAFE_SUCCESS(status));
}

static void make_objects(void)
{
	carafe_handle *handle = fuzz_handle;
	carafe_environment *environment = fuzz_environment;
	const carafe_access all = CARAFE_MAXIMUM_ALLOWED;

	must(carafe_event_create(environment, all, CARAFE_INHERIT, CARAFE_SYNCHRONIZATION_EVENT, 0,
				 handle++));
	must(carafe_event_create(environment, all, 0, CARAFE_NOTIFICATION_EVENT, 1, handle++));
	must(carafe_semaphore_create(environment, all, 0, 1, 3, handle++));
	must(carafe_mutant_create(environment, all, 0, 0, handle++));
	must(carafe_mutant_create(environment, all, 0, 1, handle++));
	must(carafe_event_create(environment, CARAFE_SYNCHRONIZE, 0, CARAFE_SYNCHRONIZATION_EVENT,
				 0, handle++));
	must(carafe_semaphore_create(environment, all, 0, 0, 1, handle++));
	must(carafe_event_create(environment, all, 0, CARAFE_NOTIFICATION_EVENT, 0, handle));
	must(carafe_close(environment, *handle));
}

/*
 * As core/wait.c leaves a thread that sleeps, waiting for the first event and the empty semaphore.
 */
static void make_waiter(struct cf_self *self, uint32_t flags)
{
	static const uint32_t which[] = { 0, 6 };
	struct cf_view view;
	uint64_t bits;

	must(cf_self_borrow(fuzz_environment, self));
	for (uint32_t i = 0; i < 2; i++) {
		must(cf_handle_view(fuzz_environment, fuzz_handle[which[i]], CF_FREE, 0, &view));
		fuzz_holds(cf_queue_link(self, i, &view) == CF_DONE);
	}
	cf_store32(&self->thread->count, 2);
	cf_store32(&self->thread->flags, flags);
	cf_store32(&self->thread->identity, self->id);
	cf_store32(&self->thread->park, CF_PARKED);
	bits = cf_load(&self->thread->wait);
	fuzz_holds(cf_cas(&self->thread->wait, bits, cf_next(bits, CF_WAITING)));
}

void fuzz_environment_open(void)
{
	char path[1100];
	uint32_t id;

	if (fuzz_environment != NULL)
		return;
	snprintf(path, sizeof(path), "%s/environment", fuzz_folder());
	must(carafe_environment_open(path, CARAFE_NO_JANITOR, &fuzz_environment));
	region = fuzz_environment->region;
	must(carafe_thread_id(fuzz_environment, &id));
	make_objects();
	make_waiter(&waiter[0], 0);
	make_waiter(&waiter[1], CF_WAIT_ALL);
}

void fuzz_environment_keep(void)
{
	void *base;

	if (weakness(WEAK_FILE) != NULL)
		skip_all("%s", weakness(WEAK_FILE));
	base = mmap(region, CF_REGION_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
		    fuzz_environment->place.memory, 0);

	fuzz_holds(base == region);
}

void fuzz_environment_heal(void)
{
	fuzz_holds(madvise(region, CF_REGION_SIZE, MADV_DONTNEED) == 0);
}

/* ---- Damage ----------------------------------------------------------------------------- */

/* The beginning of the words of a kind, and how many of them are used or nearly. */
static cf_word *words_of(uint32_t kind, uint32_t *count)
{
	switch (kind % 8) {
	case 0:
		*count = 92;
		return (cf_word *)(void *)&region->header.reserved_processes;
	case 1:
		*count = 3;
		return region->chunk_owner;
	case 2:
		*count = 3 * sizeof(struct cf_process) / sizeof(cf_word);
		return (cf_word *)(void *)region->process;
	case 3:
	case 4:
		*count = 4 * sizeof(struct cf_thread) / sizeof(cf_word);
		return (cf_word *)(void *)region->thread;
	case 5:
		*count = 32;
		return (cf_word *)(void *)&region->chunk[0];
	default:
		*count = 10 * sizeof(struct cf_object) / sizeof(cf_word);
		return (cf_word *)(void *)region->object;
	}
}

void fuzz_environment_damage(struct fuzz_input *input, unsigned most)
{
	unsigned times = fuzz_8(input) % most;

	while (times-- > 0 && input->left > 0) {
		uint8_t how = fuzz_8(input);
		uint32_t count;
		cf_word *word = words_of(how, &count) + fuzz_16(input) % 8192;

		if ((size_t)(word - words_of(how, &count)) >= count)
			word = words_of(how, &count) +
			       (size_t)(word - words_of(how, &count)) % count;
		if ((how & 0x80) != 0)
			cf_store(word, cf_load(word) ^ UINT64_C(1) << fuzz_8(input) % 64);
		else if ((how & 0x40) != 0)
			cf_store(word, cf_next(cf_load(word), fuzz_32(input)));
		else
			cf_store(word, fuzz_64(input));
	}
}
