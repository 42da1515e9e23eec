/* SPDX-License-Identifier: MIT */
/*
 * core/round.c - see core/round.h.
 *
 * What happens if a process dies here: a round can be cut off anywhere and is gone again by the
 * next janitor.
 */
#include "core/round.h"

#include "core/environment.h"
#include "core/external.h"
#include "core/kcas.h"
#include "core/process.h"
#include "core/region.h"
#include "core/satisfy.h"
#include "core/sweep.h"
#include "core/wake.h"
#include "os/os.h"

static carafe_status sweep_dead(struct cf_self *self)
{
	struct carafe_environment *environment = self->environment;
	uint32_t high = cf_high(&self->region->header.high_processes, CF_PROCESSES);
	carafe_status status = CARAFE_STATUS_SUCCESS, one;
	bool swept = false;
	uint64_t state;
	uint32_t i;

	for (i = 0; i < high; i++)
		if (cf_process_dead(environment, i, &state)) {
			one = cf_sweep_process(self, i, state);
			/* What is damaged there keeps nobody else from being swept. */
			if (CARAFE_SUCCESS(status))
				status = one;
			swept = true;
		}
	return CARAFE_SUCCESS(status) && swept ? cf_external_collect(environment) : status;
}

static carafe_status look_after_threads(struct cf_self *self)
{
	uint32_t high = cf_high(&self->region->header.high_threads, CF_THREADS);
	carafe_status status = CARAFE_STATUS_SUCCESS;
	uint64_t wait;
	uint32_t i;

	for (i = 0; CARAFE_SUCCESS(status) && i < high; i++) {
		struct cf_thread *thread = cf_thread_at(self->region, i);

		if (thread == NULL)
			continue;
		/*
		 * Reading finishes a grant whose giver stopped half-way.  Who waits and does not sleep
		 * yet counts: it may have looked at its objects for the last time.
		 */
		if (!cf_read(self->region, &thread->wait, &wait))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		cf_wake_owed(thread);
		if (cf_wait_waiting(wait))
			status = cf_distribute_for(self->environment, thread);
	}
	return status;
}

carafe_status cf_round(struct carafe_environment *environment)
{
	struct cf_self *self;
	carafe_status status = cf_self(environment, &self), looked;

	if (!CARAFE_SUCCESS(status))
		return status;
	status = sweep_dead(self);
	looked = look_after_threads(self);
	return CARAFE_SUCCESS(status) ? looked : status;
}

carafe_status cf_round_only(struct carafe_environment *environment)
{
	return os_lock(environment->place.lock, CF_ROUND_LOCK(environment->process));
}
