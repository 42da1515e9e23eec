/* SPDX-License-Identifier: MIT */
/*
 * carafe.h - everything: Windows NT's object manager for the processes of a Unix user.
 *
 * Each header has one subject and is its manual; this one says what holds for every call.
 *
 *	environment.h	where objects live, processes, fork() and exec()
 *	types.h		handles, access rights, attributes
 *	event.h, mutant.h, semaphore.h
 *	handle.h	closing
 *	wait.h		waiting for one, any or all; signal and wait
 *	thread.h	a thread's number; alerts
 *	status.h	what calls return
 *	version.h	which Carafe this is
 *
 * Every call may be made by several threads at once, but for carafe_environment_close().
 *
 * A call that fails has changed nothing, unless it says otherwise.  Where several errors of a
 * call's list apply, the first of the list is returned; only for want of room
 * (INSUFFICIENT_RESOURCES, DISK_FULL) a call may fail before it looks at its arguments.  The
 * names in these lists lack their prefix: INVALID_HANDLE is CARAFE_STATUS_INVALID_HANDLE.  In
 * addition to its list, every call on an environment may return
 *
 *	DISK_FULL		it has to grow, for a thread that has no place in it yet, and there
 *				is no room
 *	FILE_CORRUPT_ERROR	the environment is damaged: a process wrote into it what does not
 *				belong there.  The process is well, the environment is not: close
 *				it.
 *
 * A pointer that is neither NULL nor valid is the caller's error, as in C, and so is an opening
 * that was closed.  A handle may be any number.
 *
 * "Does not sleep" means that no other process or thread can hold the call up, however long it
 * is stopped.  "Async-signal-safe" means that a signal handler may make the call whatever it
 * interrupted, another call on the same object too; errno is kept.  Handlers that interrupt calls
 * of each other may do so two deep; a call of the next one may fail with INSUFFICIENT_RESOURCES.
 *
 * Programs need -lcarafe (pkg-config carafe).
 */
#ifndef CARAFE_CARAFE_H
#define CARAFE_CARAFE_H

#include <carafe/environment.h>
#include <carafe/event.h>
#include <carafe/handle.h>
#include <carafe/mutant.h>
#include <carafe/semaphore.h>
#include <carafe/status.h>
#include <carafe/thread.h>
#include <carafe/types.h>
#include <carafe/version.h>
#include <carafe/wait.h>

#endif
