/* SPDX-License-Identifier: MIT */
/*
 * thread.h - threads of an environment, and how they are called out of a wait.
 */
#ifndef CARAFE_THREAD_H
#define CARAFE_THREAD_H

#include <stdint.h>

#include <carafe/api.h>
#include <carafe/environment.h>
#include <carafe/status.h>

CARAFE_BEGIN_DECLS

/*
 * Tells by what number the environment knows the calling thread: a multiple of 4, not 0, and of
 * no other living thread of any process in the environment.  It stays the same until the thread
 * ends or the opening is closed, and may then be given to another.  It is not the system's own
 * thread id.
 *
 * id		is written on success only
 *
 *	SUCCESS			done
 *	INVALID_PARAMETER	environment is NULL
 *	ACCESS_VIOLATION	id is NULL
 *	INSUFFICIENT_RESOURCES	there is no place for this thread in the environment
 *
 * Does not sleep.  Not async-signal-safe.
 */
CARAFE_API carafe_status carafe_thread_id(carafe_environment *environment, uint32_t *id);

/*
 * Alerts a thread of any process in the environment (NtAlertThread, by number).  If it is in an
 * alertable wait, that wait ends with ALERTED.  If not, the alert is kept, and the thread's
 * next alertable wait that is not satisfied at once ends with ALERTED.  Waits that are not
 * alertable know nothing of it.  Alerts do not count: the wait that ends with ALERTED has taken
 * all of them.
 *
 * What the caller did before is seen by the thread after the wait that ended with ALERTED.
 *
 *	SUCCESS			the thread is alerted
 *	INVALID_PARAMETER	environment is NULL
 *	INVALID_CID		no thread has this number; the one that had it ended
 *	INSUFFICIENT_RESOURCES	there is no place for the calling thread in the environment
 *
 * A thread may alert itself.  Does not sleep.  Not async-signal-safe.
 */
CARAFE_API carafe_status carafe_thread_alert(carafe_environment *environment, uint32_t id);

CARAFE_END_DECLS

#endif
