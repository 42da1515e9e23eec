/* SPDX-License-Identifier: MIT */
/*
 * semaphore.h - semaphores: a count from which each satisfied wait takes one.
 *
 * A semaphore with a count of 0 is not signalled.  Waiters get it in the order in which they
 * came: who releases a semaphore has given it to its waiters when the call returns, and a query
 * shows what is left.
 *
 * Everything that a thread did before a release is seen by the threads whose waits took what that
 * release, or a later one, added.
 */
#ifndef CARAFE_SEMAPHORE_H
#define CARAFE_SEMAPHORE_H

#include <stdint.h>

#include <carafe/api.h>
#include <carafe/environment.h>
#include <carafe/status.h>
#include <carafe/types.h>

struct carafe_semaphore_information {
	int32_t count;	 /* how many waits can be satisfied now */
	int32_t maximum; /* the highest count */
};

CARAFE_BEGIN_DECLS

/*
 * Creates an unnamed semaphore (NtCreateSemaphore).
 *
 * access	the rights of the handle: see types.h
 * attributes	0 or CARAFE_INHERIT
 * initial	the count to begin with, from 0 to maximum
 * maximum	the highest count, from 1 to INT32_MAX
 * handle	receives the handle; 0 on failure
 *
 *	SUCCESS			created
 *	ACCESS_VIOLATION	handle is NULL
 *	INVALID_PARAMETER	environment is NULL, a count is out of its range, or attributes has
 *				another bit
 *	INSUFFICIENT_RESOURCES	a table of the environment is full
 *	DISK_FULL		the environment has to grow and there is no room
 *
 * Does not sleep.  Not async-signal-safe.
 */
CARAFE_API carafe_status carafe_semaphore_create(carafe_environment *environment,
						 carafe_access access, uint32_t attributes,
						 int32_t initial, int32_t maximum,
						 carafe_handle *handle);

/*
 * Adds to a semaphore's count, all or nothing (NtReleaseSemaphore), and satisfies as many of its
 * waiters as the count allows.
 *
 * count	how many to add, from 1
 * previous	receives the count before; may be NULL.  Untouched on failure.
 *
 *	SUCCESS				done
 *	INVALID_PARAMETER		environment is NULL, or count is 0 or negative
 *	INVALID_HANDLE			no such handle is open
 *	OBJECT_TYPE_MISMATCH		it is no semaphore
 *	ACCESS_DENIED			the handle lacks CARAFE_SEMAPHORE_MODIFY_STATE
 *	SEMAPHORE_LIMIT_EXCEEDED	the sum would be above the maximum; nothing was added
 *	INSUFFICIENT_RESOURCES		there is no place for this thread in the environment
 *
 * Does not sleep.  Async-signal-safe.
 */
CARAFE_API carafe_status carafe_semaphore_release(carafe_environment *environment,
						  carafe_handle handle, int32_t count,
						  int32_t *previous);

/*
 * Tells a semaphore's count at one instant, and its maximum (NtQuerySemaphore).
 *
 * information	is written on success only
 *
 *	SUCCESS			done
 *	ACCESS_VIOLATION	information is NULL
 *	INVALID_PARAMETER	environment is NULL
 *	INVALID_HANDLE		no such handle is open
 *	OBJECT_TYPE_MISMATCH	it is no semaphore
 *	ACCESS_DENIED		the handle lacks CARAFE_SEMAPHORE_QUERY_STATE
 *	INSUFFICIENT_RESOURCES	there is no place for this thread in the environment
 *
 * Does not sleep.  Not async-signal-safe.  Synchronizes with nobody.
 */
CARAFE_API carafe_status carafe_semaphore_query(carafe_environment *environment,
						carafe_handle handle,
						struct carafe_semaphore_information *information);

CARAFE_END_DECLS

#endif
