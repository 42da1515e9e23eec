/* SPDX-License-Identifier: MIT */
/*
 * environment.h - opening the place where objects live.
 *
 * An environment is a folder with a file in it that every process of the environment maps.
 * There is no server: whoever opens an environment first makes it, and whoever comes when all
 * its users are gone, or the machine was started anew, makes it afresh.  Nothing needs to be
 * cleaned up.
 *
 * Trust: all processes of an environment must trust each other, for each can write all of it.
 * It belongs to one user and nobody else can open it.  What a faulty process does to it makes
 * the calls of the others fail with FILE_CORRUPT_ERROR, never crash.
 *
 * What a process leaves behind when it dies, by kill -9 too, is what NT prescribes: its handles
 * are closed, its waits end, and the mutants that its threads owned become abandoned.  A
 * process that is stopped is not dead, and nothing is taken from it.
 *
 * fork(): the child has every environment that its parent had open, at the same address, and
 * may use it at once.  To the environment it is a new process, with one new thread: it has the
 * parent's handles that were made with CARAFE_INHERIT, with the same values and rights, and no
 * others.  It owns none of the parent's mutants, whatever thread called fork().  The parent may
 * end or go on; neither's end touches the other's handles.  If there was no free place for the
 * child, its calls fail with INSUFFICIENT_RESOURCES, except carafe_environment_close().  A
 * child of vfork() must call nothing. fork() in a signal handler that interrupted a call on an
 * environment is not supported.
 *
 * exec() closes every environment of the process, as if it had died: the new program opens its own.
 * So does a program that closes descriptors which it did not open: to the others it is dead from
 * then on, and it must use the environment no more.  A daemon does that before it opens one.
 *
 * Threads: the first call by which a thread has to do with an environment gives it a place there,
 * which it loses when it ends, in whatever way; its mutants become abandoned then.
 */
#ifndef CARAFE_ENVIRONMENT_H
#define CARAFE_ENVIRONMENT_H

#include <stdint.h>

#include <carafe/api.h>
#include <carafe/status.h>

/* An opening of an environment. */
typedef struct carafe_environment carafe_environment;

/*
 * A flag for carafe_environment_open(): this process does not offer a thread that looks after
 * those which died.  Without the flag the library may start one such thread in the process,
 * with every signal blocked, when the environment has nobody else for it (`carafe run` is
 * another).  If no process of an environment offers one, then a dead process keeps what it had
 * until the next open or close.
 */
#define CARAFE_NO_JANITOR 1u

CARAFE_BEGIN_DECLS

/*
 * Opens an environment, and makes it if it is not there.
 *
 * name		NULL: the value of the variable CARAFE_ENV if it is set and not empty, else
 *		"default".  A name with a '/' is the absolute path of a folder, which is made
 *		if it is absent; its parent must be there.  Any other name, of 1 to 64 ASCII
 *		letters, digits, '.', '_' and '-', the first no '.', is a folder beside the
 *		user's other environments; its place is the first that can be had of
 *			$XDG_RUNTIME_DIR/carafe/NAME
 *			the system's shared memory (Linux: /dev/shm/carafe-UID/NAME)
 *			${TMPDIR:-/tmp}/carafe-UID/NAME
 * flags	0 or CARAFE_NO_JANITOR.
 * environment	receives the opening; NULL on failure.
 *
 * Each successful call makes an opening of its own, with its own handles and its own threads,
 * also when it is for the same environment, and each must be closed.  At most 8 can be open in
 * a process.
 *
 *	SUCCESS			it is open
 *	ACCESS_VIOLATION	environment is NULL
 *	INVALID_PARAMETER	flags has another bit
 *	OBJECT_NAME_INVALID	the name is none of the above
 *	OBJECT_PATH_INVALID	the path is too long
 *	OBJECT_PATH_NOT_FOUND	the folder's parent is not there
 *	OBJECT_NAME_COLLISION	the folder has something else in it than an environment
 *	ACCESS_DENIED		the folder, or a file in it, belongs to somebody else, can be
 *				written by somebody else, or is a symbolic link or no folder or
 *				file at all; or this process may not make it
 *	REVISION_MISMATCH	it is in use by another format or another kind of machine
 *	FILE_CORRUPT_ERROR	it is in use and damaged
 *	DISK_FULL		there is no room for it
 *	TOO_MANY_OPENED_FILES	the process has no descriptor left
 *	NO_MEMORY		the process has no memory or address space left
 *	INSUFFICIENT_RESOURCES	8 are open in this process, or the environment has no place for one
 *				more process
 *	DEVICE_NOT_READY	others made and left it again and again meanwhile; try once more
 *	IO_DEVICE_ERROR		the system failed to read or write it
 *	NOT_SUPPORTED		this system lacks something without which Carafe cannot work
 *
 * May wait for the disk, but for no other process.  Not async-signal-safe.  May be called from any
 * thread.
 */
CARAFE_API carafe_status carafe_environment_open(const char *name, uint32_t flags,
						 carafe_environment **environment);

/*
 * Closes an opening: to the environment this is the death of the process.  Its handles are
 * closed and the mutants owned by its threads through this opening become abandoned.
 *
 * No other thread of the process may be inside a call on it, or use it afterwards; the same
 * holds for a signal handler.  What such a use does is undefined.
 *
 *	SUCCESS			closed
 *	INVALID_PARAMETER	environment is NULL
 *
 * Does not sleep.  Not async-signal-safe.
 */
CARAFE_API carafe_status carafe_environment_close(carafe_environment *environment);

/*
 * The absolute path of the environment's folder, for people and for handing it to another
 * program as a name.  It belongs to the opening and is valid until that is closed.  NULL for
 * NULL.
 *
 * Never fails, never sleeps.  Async-signal-safe.
 */
CARAFE_API const char *carafe_environment_path(const carafe_environment *environment);

/*
 * How threads sleep and are woken on this system: "futex" on Linux.  A constant string, for people.
 *
 * Never fails, never sleeps, needs no environment.  Async-signal-safe.
 */
CARAFE_API const char *carafe_backend(void);

CARAFE_END_DECLS

#endif
