/* SPDX-License-Identifier: MIT */
/*
 * handle.h - what can be done with any handle.
 */
#ifndef CARAFE_HANDLE_H
#define CARAFE_HANDLE_H

#include <carafe/api.h>
#include <carafe/environment.h>
#include <carafe/status.h>
#include <carafe/types.h>

CARAFE_BEGIN_DECLS

/*
 * Closes a handle (NtClose).  The object is gone when no handle in any process names it and nobody
 * waits for it.
 *
 * Closing changes nothing else: a mutant stays owned, an event stays set, and whoever waits for the
 * object goes on waiting and can still be granted it (by the death of a mutant's owner, for one).
 *
 *	SUCCESS			closed
 *	INVALID_PARAMETER	environment is NULL
 *	INVALID_HANDLE		no such handle is open
 *	INSUFFICIENT_RESOURCES	there is no place for this thread in the environment
 *
 * Needs no right.  Does not sleep.  Not async-signal-safe.  Of several threads that close the same
 * handle one succeeds.
 */
CARAFE_API carafe_status carafe_close(carafe_environment *environment, carafe_handle handle);

CARAFE_END_DECLS

#endif
