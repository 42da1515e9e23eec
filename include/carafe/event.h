/* SPDX-License-Identifier: MIT */
/*
 * event.h - events: objects that somebody sets and others wait for.
 *
 * A notification event, once set, lets every wait through until it is reset.  A synchronization
 * event lets one wait through, which resets it.  Setting a set event does not count.
 *
 * Waiters get an event in the order in which they came.  Who sets or pulses an event has given
 * it to its waiters when the call returns: nobody can take it from them, and a query shows what
 * is left.
 *
 * Everything that a thread did before it set or pulsed an event is seen by the thread whose
 * wait was satisfied by that.
 */
#ifndef CARAFE_EVENT_H
#define CARAFE_EVENT_H

#include <stdint.h>

#include <carafe/api.h>
#include <carafe/environment.h>
#include <carafe/status.h>
#include <carafe/types.h>

enum carafe_event_type {
	CARAFE_NOTIFICATION_EVENT = 0,	 /* manual reset */
	CARAFE_SYNCHRONIZATION_EVENT = 1 /* reset by the wait that it satisfies */
};

struct carafe_event_information {
	uint32_t type;	/* of enum carafe_event_type */
	uint32_t state;	/* 1 set, 0 not */
};

CARAFE_BEGIN_DECLS

/*
 * Creates an unnamed event (NtCreateEvent).
 *
 * access	the rights of the handle: see types.h
 * attributes	0 or CARAFE_INHERIT
 * type		see above
 * signalled	not 0: it is set from the start
 * handle	receives the handle; 0 on failure
 *
 *	SUCCESS			created
 *	ACCESS_VIOLATION	handle is NULL
 *	INVALID_PARAMETER	environment is NULL, type is neither of the two, or attributes has
 *				another bit
 *	INSUFFICIENT_RESOURCES	a table of the environment is full
 *	DISK_FULL		the environment has to grow and there is no room
 *
 * Does not sleep.  Not async-signal-safe.
 */
CARAFE_API carafe_status carafe_event_create(carafe_environment *environment, carafe_access access,
					     uint32_t attributes, enum carafe_event_type type,
					     int signalled, carafe_handle *handle);

/*
 * Sets an event (NtSetEvent).  A notification event releases all its waiters and stays set.  A
 * synchronization event releases the first waiter that this can satisfy and stays reset; if
 * there is none it becomes set.
 *
 * previous	receives 1 if the event was set before, else 0; may be NULL.  Untouched on failure.
 *
 *	SUCCESS			done
 *	INVALID_PARAMETER	environment is NULL
 *	INVALID_HANDLE		no such handle is open
 *	OBJECT_TYPE_MISMATCH	it is no event
 *	ACCESS_DENIED		the handle lacks CARAFE_EVENT_MODIFY_STATE
 *	INSUFFICIENT_RESOURCES	there is no place for this thread in the environment
 *
 * Does not sleep.  Async-signal-safe.
 */
CARAFE_API carafe_status carafe_event_set(carafe_environment *environment, carafe_handle handle,
					  int32_t *previous);

/*
 * Resets an event (NtResetEvent; with a NULL previous also NtClearEvent).  Waits that it has
 * satisfied already stay satisfied.
 *
 * previous and statuses as for carafe_event_set().  Does not sleep.  Async-signal-safe.
 */
CARAFE_API carafe_status carafe_event_reset(carafe_environment *environment, carafe_handle handle,
					    int32_t *previous);

/*
 * Pulses an event (NtPulseEvent): releases those who wait at this instant, as set would, and
 * leaves it reset.  A notification event releases all whom it can satisfy, a synchronization
 * event the first of them.  If nobody waits the pulse is lost.  A wait for all objects takes
 * part if its other objects are signalled at that instant.
 *
 * Nobody who starts to wait later is released by it, and no query ever sees the event set by
 * it.  A thread that is momentarily not waiting, say between two waits, misses it: this is what
 * a pulse is.
 *
 * previous and statuses as for carafe_event_set().  Does not sleep.  Async-signal-safe.
 */
CARAFE_API carafe_status carafe_event_pulse(carafe_environment *environment, carafe_handle handle,
					    int32_t *previous);

/*
 * Tells an event's type and state at one instant (NtQueryEvent).
 *
 * information	is written on success only
 *
 *	SUCCESS			done
 *	ACCESS_VIOLATION	information is NULL
 *	INVALID_PARAMETER	environment is NULL
 *	INVALID_HANDLE		no such handle is open
 *	OBJECT_TYPE_MISMATCH	it is no event
 *	ACCESS_DENIED		the handle lacks CARAFE_EVENT_QUERY_STATE
 *	INSUFFICIENT_RESOURCES	there is no place for this thread in the environment
 *
 * Does not sleep.  Not async-signal-safe.  Synchronizes with nobody: to see what another thread
 * wrote before it set the event, wait for it (a time-out of 0 will do).
 */
CARAFE_API carafe_status carafe_event_query(carafe_environment *environment, carafe_handle handle,
					    struct carafe_event_information *information);

CARAFE_END_DECLS

#endif
