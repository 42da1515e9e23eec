/* SPDX-License-Identifier: MIT */
/*
 * core/process.c - see core/process.h.
 *
 * What happens if a process dies here: before the state word says an incarnation the slot is free,
 * whatever the plain fields say; afterwards it is swept.
 */
#include "core/process.h"

#include "core/environment.h"
#include "core/kcas.h"
#include "core/region.h"
#include "os/os.h"

void cf_process_describe(struct cf_process *process)
{
	struct os_process self;

	os_self(&self);
	cf_store32_relaxed(&process->pid, self.pid);
	cf_store32_relaxed(&process->space, self.space);
	cf_store_relaxed(&process->start, self.start);
}

static void raise_high(uint32_t *high, uint32_t count)
{
	uint32_t seen;

	do {
		seen = cf_load32_relaxed(high);
	} while (seen < count && !cf_cas32(high, seen, count));
}

carafe_status cf_process_enter(struct cf_region *region, int memory, uint32_t slot)
{
	struct cf_process *process;
	carafe_status status;
	uint64_t state;

	status = cf_reserve_process(region, memory, slot);
	if (!CARAFE_SUCCESS(status))
		return status;
	process = &region->process[slot];
	if (!cf_read(region, &process->state, &state))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	if (cf_value(state) != 0)
		return CARAFE_STATUS_SHARING_VIOLATION;
	/* First: a slot beyond the bound would never be swept. */
	raise_high(&region->header.high_processes, slot + 1);
	cf_process_describe(process);
	if (!cf_cas(&process->state, state, cf_next(state, cf_sequence(state) + 1)))
		return CARAFE_STATUS_SHARING_VIOLATION;
	return CARAFE_STATUS_SUCCESS;
}

carafe_status cf_process_succeed(struct cf_region *region, uint32_t slot)
{
	struct cf_process *process = cf_process_at(region, slot);
	uint64_t state;

	if (process == NULL)
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	cf_process_describe(process);
	do {
		if (!cf_read(region, &process->state, &state))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	} while (!cf_cas(&process->state, state, cf_next(state, cf_sequence(state) + 1)));
	return CARAFE_STATUS_SUCCESS;
}

bool cf_process_dead(struct carafe_environment *environment, uint32_t slot, uint64_t *state)
{
	struct cf_process *process = cf_process_at(environment->region, slot);
	bool held;

	if (process == NULL || slot == environment->process ||
	    !cf_read(environment->region, &process->state, state) || cf_value(*state) == 0)
		return false;
	return CARAFE_SUCCESS(os_lock_test(environment->place.lock, slot, &held)) && !held;
}

bool cf_process_still(struct cf_region *region, struct cf_process *process, uint64_t *state)
{
	uint32_t incarnation = cf_value(*state);

	return cf_read(region, &process->state, state) && cf_value(*state) == incarnation;
}
