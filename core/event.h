/* SPDX-License-Identifier: MIT */
/*
 * core/event.h - operations on an event that was looked up, by handle or by descriptor.
 *
 * State: 0 not signalled, 1 signalled, CF_PULSING offered to those who queue and then 0; nobody but
 * the distribution ever sees the last.  Flag CF_MANUAL: a notification event.
 *
 * Each function: view is fresh from a look-up and is used up.  INVALID_HANDLE: the object went away
 * meanwhile. [signal-safe]
 *
 * What happens if a process dies here: a set or pulse whose distribution is not over is finished by
 * the next visitor or the janitor's round.
 */
#ifndef CF_EVENT_H
#define CF_EVENT_H

#include "core/type.h"

#define CF_PULSING 2u

/* previous: 0 or 1; not NULL. */
carafe_status cf_event_set(struct carafe_environment *environment, struct cf_view *view,
			   uint32_t *previous);
carafe_status cf_event_reset(struct carafe_environment *environment, struct cf_view *view,
			     uint32_t *previous);
carafe_status cf_event_pulse(struct carafe_environment *environment, struct cf_view *view,
			     uint32_t *previous);
carafe_status cf_event_read(struct carafe_environment *environment, struct cf_view *view,
			    uint32_t *signalled);

struct cf_birth cf_event_birth(bool manual, bool signalled);

#endif
