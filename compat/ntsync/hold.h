/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/hold.h - around what opens files and reserves memory: the driver does that out of
 * sight, so the thread cannot be cancelled in the middle of it, and errno says what it said.
 *
 *	struct cf_nt_hold hold;
 *
 *	cf_nt_hold(&hold);
 *	...
 *	cf_nt_let_go(&hold);
 *
 * [signal-safe]
 *
 * What happens if a process dies here: nothing; it is a matter of one thread.
 */
#ifndef CF_NT_HOLD_H
#define CF_NT_HOLD_H

#include <errno.h>
#include <pthread.h>

struct cf_nt_hold {
	int cancel;
	int error;
};

static inline void cf_nt_hold(struct cf_nt_hold *hold)
{
	hold->error = errno;
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &hold->cancel);
}

static inline void cf_nt_let_go(const struct cf_nt_hold *hold)
{
	(void)pthread_setcancelstate(hold->cancel, NULL);
	errno = hold->error;
}

#endif
