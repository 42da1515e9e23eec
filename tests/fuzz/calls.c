/* SPDX-License-Identifier: MIT */
/*
 * calls.c - property: whatever calls are made in an environment that is damaged between them, each
 * comes back, with a documented status.
 *
 * No call may sleep: waits have no time.
 */
#include <config.h>

#include "core/environment.h"
#include "core/round.h"
#include "core/thread.h"
#include "tests/fuzz/fuzz.h"

#define MOST_CALLS 32u

static carafe_handle any_handle(struct fuzz_input *input)
{
	uint8_t choice = fuzz_8(input);

	return choice < 0xf0 ? fuzz_handle[choice % FUZZ_HANDLES] : fuzz_32(input);
}

static carafe_status do_event(struct fuzz_input *input, uint8_t which)
{
	struct carafe_event_information information;
	carafe_handle handle = any_handle(input);

	switch (which % 4) {
	case 0:
		return carafe_event_set(fuzz_environment, handle, NULL);
	case 1:
		return carafe_event_reset(fuzz_environment, handle, NULL);
	case 2:
		return carafe_event_pulse(fuzz_environment, handle, NULL);
	default:
		return carafe_event_query(fuzz_environment, handle, &information);
	}
}

static carafe_status do_other(struct fuzz_input *input, uint8_t which)
{
	struct carafe_mutant_information owner;
	struct carafe_semaphore_information count;
	carafe_handle handle = any_handle(input);

	switch (which % 4) {
	case 0:
		return carafe_mutant_release(fuzz_environment, handle, NULL);
	case 1:
		return carafe_mutant_query(fuzz_environment, handle, &owner);
	case 2:
		return carafe_semaphore_release(fuzz_environment, handle, fuzz_8(input), NULL);
	default:
		return carafe_semaphore_query(fuzz_environment, handle, &count);
	}
}

static carafe_status do_wait(struct fuzz_input *input, uint8_t which)
{
	carafe_handle handles[CARAFE_MAXIMUM_WAIT_OBJECTS];
	const int64_t at_once = 0;
	uint32_t count = fuzz_8(input) % (CARAFE_MAXIMUM_WAIT_OBJECTS + 1), i;

	for (i = 0; i < count; i++)
		handles[i] = any_handle(input);
	switch (which % 4) {
	case 0:
		return carafe_wait_one(fuzz_environment, any_handle(input), which / 4 % 2,
				       &at_once);
	case 1:
		return carafe_wait_many(fuzz_environment, count, handles, CARAFE_WAIT_ANY,
					which / 4 % 2, &at_once);
	case 2:
		return carafe_wait_many(fuzz_environment, count, handles, CARAFE_WAIT_ALL,
					which / 4 % 2, &at_once);
	default:
		return carafe_signal_and_wait(fuzz_environment, any_handle(input),
					      any_handle(input), which / 4 % 2, &at_once);
	}
}

static carafe_status do_handle(struct fuzz_input *input, uint8_t which)
{
	carafe_environment *environment = fuzz_environment;
	carafe_handle *handle = &fuzz_handle[fuzz_8(input) % FUZZ_HANDLES];

	switch (which % 4) {
	case 0:
		return carafe_close(environment, any_handle(input));
	case 1:
		return carafe_event_create(
			environment, fuzz_32(input), which / 4 % 2 * CARAFE_INHERIT,
			which / 8 % 2 ? CARAFE_SYNCHRONIZATION_EVENT : CARAFE_NOTIFICATION_EVENT,
			which / 16 % 2, handle);
	case 2:
		return carafe_mutant_create(environment, fuzz_32(input), 0, which / 4 % 2, handle);
	default:
		return carafe_semaphore_create(environment, fuzz_32(input), 0, fuzz_8(input),
					       fuzz_8(input), handle);
	}
}

static carafe_status do_thread(struct fuzz_input *input, uint8_t which)
{
	uint32_t id;

	switch (which % 3) {
	case 0:
		return carafe_thread_alert(fuzz_environment, fuzz_32(input) % 0x100000);
	case 1:
		return carafe_thread_id(fuzz_environment, &id);
	default:
		return cf_round(fuzz_environment);
	}
}

static carafe_status do_call(struct fuzz_input *input)
{
	uint8_t what = fuzz_8(input), which = what / 8;

	switch (what % 8) {
	case 0:
	case 1:
		return do_event(input, which);
	case 2:
	case 3:
		return do_other(input, which);
	case 4:
		return do_wait(input, which);
	case 5:
		return do_handle(input, which);
	case 6:
		return do_thread(input, which);
	default:
		fuzz_environment_damage(input, 4);
		return CARAFE_STATUS_SUCCESS;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static carafe_handle handles[FUZZ_HANDLES];
	struct fuzz_input input = { data, size };
	struct cf_self *self;
	unsigned calls, i;

	if (fuzz_environment == NULL) {
		fuzz_environment_open();
		fuzz_environment_keep();
		for (i = 0; i < FUZZ_HANDLES; i++)
			handles[i] = fuzz_handle[i];
	}
	fuzz_environment_heal();
	for (i = 0; i < FUZZ_HANDLES; i++)
		fuzz_handle[i] = handles[i];
	fuzz_environment_damage(&input, 8);
	for (calls = 0; calls < MOST_CALLS && input.left > 0; calls++) {
		fuzz_documented(do_call(&input));
		/* What a call began in this thread is over. */
		if (CARAFE_SUCCESS(cf_self(fuzz_environment, &self)))
			fuzz_holds(self->depth == 0 && !self->waiting && self->noting == 0);
	}
	return 0;
}
