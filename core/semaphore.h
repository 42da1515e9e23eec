/* SPDX-License-Identifier: MIT */
/*
 * core/semaphore.h - operations on a semaphore that was looked up, by handle or by descriptor.
 *
 * State: the count.  Second word: the maximum, constant while the object lives.
 *
 * Functions as in core/event.h. [signal-safe]
 *
 * What happens if a process dies here: a release whose distribution is not over is finished by the
 * next visitor or the janitor's round.
 */
#ifndef CF_SEMAPHORE_H
#define CF_SEMAPHORE_H

#include "core/type.h"

/* SEMAPHORE_LIMIT_EXCEEDED, and then nothing changes.  count 0 only looks.  *previous not NULL. */
carafe_status cf_semaphore_release(struct carafe_environment *environment, struct cf_view *view,
				   uint32_t count, uint32_t *previous);

carafe_status cf_semaphore_read(struct carafe_environment *environment, struct cf_view *view,
				uint32_t *count, uint32_t *maximum);

struct cf_birth cf_semaphore_birth(uint32_t count, uint32_t maximum);

#endif
