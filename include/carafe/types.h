/* SPDX-License-Identifier: MIT */
/*
 * types.h - handles, access rights and the numbers that several subjects share.
 *
 * The values are those of Windows NT, so a program that has NT's own constants may use either.
 * carafe.h says what holds for every call.
 */
#ifndef CARAFE_TYPES_H
#define CARAFE_TYPES_H

#include <stdint.h>

#include <carafe/api.h>
#include <carafe/status.h>

/*
 * A handle names an object to one process in one environment.  Its value is a multiple of 4, from 4
 * on; 0 is never a handle.  The two lowest bits are ignored wherever a handle is used, so a program
 * may keep a mark of its own in them.  A value that was closed may come back with the next object.
 *
 * Handles belong to the opening of the environment (environment.h): all threads of the process may
 * use them, no other process may, but see there for fork().
 */
typedef uint32_t carafe_handle;

/*
 * What a handle may be used for: a sum of the rights below.  A call that creates an object takes
 * the rights that its handle shall have:
 *
 *   1. each CARAFE_GENERIC_... right is replaced by what it means for that type (see the tables);
 *   2.  CARAFE_MAXIMUM_ALLOWED counts as CARAFE_GENERIC_ALL, for the creator may do everything;
 *   3. rights that the type does not know are dropped.
 *
 * 0 is allowed: such a handle can be closed, and whatever needs a right is denied.
 */
typedef uint32_t carafe_access;

/* ---- rights that every type knows ---- */

/* To wait for the object. */
#define CARAFE_SYNCHRONIZE ((carafe_access)0x00100000)

/* Known to every type; no call of this version needs them. */
#define CARAFE_DELETE ((carafe_access)0x00010000)
#define CARAFE_READ_CONTROL ((carafe_access)0x00020000)
#define CARAFE_WRITE_DAC ((carafe_access)0x00040000)
#define CARAFE_WRITE_OWNER ((carafe_access)0x00080000)

/* Sums of the above, and the room for the rights of one type. */
#define CARAFE_STANDARD_RIGHTS_REQUIRED ((carafe_access)0x000F0000)
#define CARAFE_STANDARD_RIGHTS_READ ((carafe_access)0x00020000)
#define CARAFE_STANDARD_RIGHTS_WRITE ((carafe_access)0x00020000)
#define CARAFE_STANDARD_RIGHTS_EXECUTE ((carafe_access)0x00020000)
#define CARAFE_STANDARD_RIGHTS_ALL ((carafe_access)0x001F0000)
#define CARAFE_SPECIFIC_RIGHTS_ALL ((carafe_access)0x0000FFFF)

/* No type of this version knows it. */
#define CARAFE_ACCESS_SYSTEM_SECURITY ((carafe_access)0x01000000)

/* ---- rights that stand for others; a handle never has them ---- */

#define CARAFE_MAXIMUM_ALLOWED ((carafe_access)0x02000000)
#define CARAFE_GENERIC_ALL ((carafe_access)0x10000000)
#define CARAFE_GENERIC_EXECUTE ((carafe_access)0x20000000)
#define CARAFE_GENERIC_WRITE ((carafe_access)0x40000000)
#define CARAFE_GENERIC_READ ((carafe_access)0x80000000)

/*
 * ---- rights of one type, and what the generic ones mean for it ----
 *
 *			event, semaphore		mutant
 *	GENERIC_READ	0x00020001 QUERY_STATE		0x00020001 QUERY_STATE
 *	GENERIC_WRITE	0x00020002 MODIFY_STATE		0x00020000
 *	GENERIC_EXECUTE	0x00120000 SYNCHRONIZE		0x00120000 SYNCHRONIZE
 *	GENERIC_ALL	0x001F0003			0x001F0001
 *
 * each with READ_CONTROL.  The row GENERIC_ALL is also the sum of all rights that the type knows.
 */

/* To query an event. */
#define CARAFE_EVENT_QUERY_STATE ((carafe_access)0x00000001)
/* To set, reset or pulse an event. */
#define CARAFE_EVENT_MODIFY_STATE ((carafe_access)0x00000002)
#define CARAFE_EVENT_ALL_ACCESS ((carafe_access)0x001F0003)

/* To query a mutant.  Releasing one needs no right: ownership is enough. */
#define CARAFE_MUTANT_QUERY_STATE ((carafe_access)0x00000001)
#define CARAFE_MUTANT_ALL_ACCESS ((carafe_access)0x001F0001)

/* To query a semaphore. */
#define CARAFE_SEMAPHORE_QUERY_STATE ((carafe_access)0x00000001)
/* To release a semaphore. */
#define CARAFE_SEMAPHORE_MODIFY_STATE ((carafe_access)0x00000002)
#define CARAFE_SEMAPHORE_ALL_ACCESS ((carafe_access)0x001F0003)

/*
 * The one attribute that a call which creates an object knows (NT: OBJ_INHERIT): a child made by
 * fork() has the handle too.  Any other bit is refused with INVALID_PARAMETER.
 */
#define CARAFE_INHERIT 0x00000002u

/* How many objects one wait can be for. */
#define CARAFE_MAXIMUM_WAIT_OBJECTS 64

#endif
