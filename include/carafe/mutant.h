/* SPDX-License-Identifier: MIT */
/*
 * mutant.h - mutants: what Win32 calls a mutex.
 *
 * A mutant is owned by one thread or free.  Waiting for it acquires it, as often as its owner
 * likes; it is free again after as many releases.  Only the owning thread can release it,
 * through any handle.
 *
 * A thread that ends while it owns a mutant, or whose process dies, abandons it: the mutant is
 * free, and the next wait that acquires it says so (ABANDONED_WAIT_0), for what it protects may
 * be half changed.  From then on it is as good as new.  Closing a handle never abandons.
 *
 * Waiters get a mutant in the order in which they came, from the hand of who releases it.
 *
 * Everything that a thread did before the release by which a mutant becomes free, or before it
 * died, is seen by the thread that acquires it next.
 */
#ifndef CARAFE_MUTANT_H
#define CARAFE_MUTANT_H

#include <stdint.h>

#include <carafe/api.h>
#include <carafe/environment.h>
#include <carafe/status.h>
#include <carafe/types.h>

struct carafe_mutant_information {
	int32_t count;		 /* 1 free, 0 owned, -1 owned twice, and so on */
	uint8_t owned_by_caller; /* 1 if the calling thread owns it, else 0 */
	uint8_t abandoned;	 /* 1 from its owner's death until somebody acquires it, else 0 */
	uint8_t padding[2];	 /* 0 */
};

CARAFE_BEGIN_DECLS

/*
 * Creates an unnamed mutant (NtCreateMutant).
 *
 * access	the rights of the handle: see types.h
 * attributes	0 or CARAFE_INHERIT
 * owned	not 0: the calling thread owns it from the start, once
 * handle	receives the handle; 0 on failure
 *
 *	SUCCESS			created
 *	ACCESS_VIOLATION	handle is NULL
 *	INVALID_PARAMETER	environment is NULL, or attributes has another bit
 *	INSUFFICIENT_RESOURCES	a table of the environment is full
 *	DISK_FULL		the environment has to grow and there is no room
 *
 * Does not sleep.  Not async-signal-safe.
 */
CARAFE_API carafe_status carafe_mutant_create(carafe_environment *environment,
					      carafe_access access, uint32_t attributes, int owned,
					      carafe_handle *handle);

/*
 * Releases a mutant that the calling thread owns, once (NtReleaseMutant).  The last release
 * grants it to the first waiter that this can satisfy.
 *
 * previous	receives what a query would have told as count before: 0 for the last release,
 *		-1 when it was owned twice; may be NULL.  Untouched on failure.
 *
 *	SUCCESS			done
 *	INVALID_PARAMETER	environment is NULL
 *	INVALID_HANDLE		no such handle is open
 *	OBJECT_TYPE_MISMATCH	it is no mutant
 *	MUTANT_NOT_OWNED	it is free, abandoned, or owned by another thread
 *	INSUFFICIENT_RESOURCES	there is no place for this thread in the environment
 *
 * Needs no right.  Does not sleep.  Async-signal-safe.
 */
CARAFE_API carafe_status carafe_mutant_release(carafe_environment *environment,
					       carafe_handle handle, int32_t *previous);

/*
 * Tells a mutant's state at one instant (NtQueryMutant).
 *
 * information	is written on success only
 *
 *	SUCCESS			done
 *	ACCESS_VIOLATION	information is NULL
 *	INVALID_PARAMETER	environment is NULL
 *	INVALID_HANDLE		no such handle is open
 *	OBJECT_TYPE_MISMATCH	it is no mutant
 *	ACCESS_DENIED		the handle lacks CARAFE_MUTANT_QUERY_STATE
 *	INSUFFICIENT_RESOURCES	there is no place for this thread in the environment
 *
 * Does not sleep.  Not async-signal-safe.  Synchronizes with nobody.
 */
CARAFE_API carafe_status carafe_mutant_query(carafe_environment *environment, carafe_handle handle,
					     struct carafe_mutant_information *information);

CARAFE_END_DECLS

#endif
