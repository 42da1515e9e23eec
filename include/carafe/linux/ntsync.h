/* SPDX-License-Identifier: MIT */
/*
 * ntsync.h - the ntsync ABI of Linux 6.14 and later, as `carafe run` serves it, on other
 * systems as well.
 *
 * For programs that speak to /dev/ntsync and are built where the kernel's own
 * <linux/ntsync.h> is missing or older than the ABI.  Names and layouts are the
 * kernel's, so a program needs no change:
 *
 *	#include <carafe/linux/ntsync.h>
 *
 * A program that says #include <linux/ntsync.h> (Wine does) finds this one in
 * PREFIX/include where Carafe was installed with --enable-linux-header, as it is by
 * default where the system has none.  Elsewhere, -idirafter PREFIX/include/carafe in its
 * CPPFLAGS gives it the system's header where there is one, else this one.
 *
 * On Linux the request numbers are the kernel's.  On another system they are what that
 * system's own _IOR(), _IOW() and _IOWR() make of the same letter, number and type, and
 * no kernel ever sees them: a program must be built there, with this header.
 *
 * Included before the kernel's header it takes its place; included after it,
 * it only checks that that one is of this generation (6.10 to 6.13 had another).
 *
 * THE DEVICE
 *	open("/dev/ntsync", O_RDONLY or O_RDWR) makes an instance.  Each open is an
 *	instance of its own; duplicates, also in other processes, share it.  CREATE_*
 *	and WAIT_* are issued on it.
 *
 * OBJECTS
 *	CREATE_* returns a new descriptor (close-on-exec, O_RDWR) as the result of
 *	ioctl().  It can be duplicated, inherited and sent like any other; the object
 *	lives until its last descriptor is closed and no wait uses it.  Objects hold
 *	their instance: the device may be closed, but waits need it.
 *
 * ERRORS COMMON TO ALL REQUESTS (result -1, errno)
 *	EBADF	the descriptor is not open
 *	ENOTTY	not a request of this kind of descriptor (device or object)
 *	EFAULT	the argument, or an array that it names, cannot be read or written.  The
 *		argument is read before anything else is looked at.  A result that cannot be
 *		written is noticed last: what the request does has then been done.
 *	EINVAL	a request for another type of object, unless said otherwise below
 *	EMFILE, ENFILE, ENOMEM	no descriptor or no memory left
 *
 * What happens when a process dies: its descriptors are closed, its waits are
 * withdrawn.  Owners of mutexes are numbers which the kernel does not interpret,
 * so nothing is abandoned until somebody says so with MUTEX_KILL.
 */
#ifndef CARAFE_LINUX_NTSYNC_H
#define CARAFE_LINUX_NTSYNC_H

#include <sys/ioctl.h>

#ifdef __LINUX_NTSYNC_H

#ifndef NTSYNC_IOC_EVENT_READ
#error "<linux/ntsync.h>, included before this file, is older than Linux 6.14: do not include it."
#endif

#else
/* The kernel's own guard: a later #include <linux/ntsync.h> then adds nothing. */
#define __LINUX_NTSYNC_H

/* A semaphore: 0 <= count <= max; signalled while count is not 0; a wait takes one. */
struct ntsync_sem_args {
	unsigned int count;
	unsigned int max;
};

/*
 * A mutex: owner and count (of recursion) are both zero or both not.  It is signalled
 * for a wait whose owner is its own, or when it has none, as long as count is below
 * 0xFFFFFFFF.  A wait makes itself the owner and adds one to count.
 */
struct ntsync_mutex_args {
	unsigned int owner;
	unsigned int count;
};

/* An event, manual-reset or, where manual is 0, auto-reset: a wait takes its signal. */
struct ntsync_event_args {
	unsigned int manual;
	unsigned int signaled;
};

/* timeout is on CLOCK_REALTIME; without it, on CLOCK_MONOTONIC. */
#define NTSYNC_WAIT_REALTIME	0x1

/*
 * A wait.
 *	timeout	absolute, in nanoseconds; in the past: do not block; all ones, and every
 *		other value from 2^63 on: for ever
 *	objs	address of `count` descriptors (int) of objects of this instance
 *	count	0 to NTSYNC_MAX_WAIT_COUNT
 *	index	written when the wait is satisfied, and only then
 *	flags	0 or NTSYNC_WAIT_REALTIME
 *	owner	who becomes the owner of mutexes; not 0, even when none is waited for
 *	alert	descriptor of one more object (meant to be an event) which ends the
 *		wait, too; 0: none
 *	pad	0
 */
struct ntsync_wait_args {
	unsigned long long timeout;
	unsigned long long objs;
	unsigned int count;
	unsigned int index;
	unsigned int flags;
	unsigned int owner;
	unsigned int alert;
	unsigned int pad;
};

#define NTSYNC_MAX_WAIT_COUNT	64

/*
 * CREATE_SEM (device): a semaphore with this count and maximum.
 *	EINVAL	count is above max
 */
#define NTSYNC_IOC_CREATE_SEM	_IOW('N', 0x80, struct ntsync_sem_args)

/*
 * SEM_RELEASE (semaphore): adds the argument, which may be 0, to the count, and stores
 * the previous count in its place.
 *	EOVERFLOW	the count would be above the maximum; nothing changes
 */
#define NTSYNC_IOC_SEM_RELEASE	_IOWR('N', 0x81, unsigned int)

/*
 * WAIT_ANY (device): waits until one of the objects is signalled and takes the first
 * that is, in the order of the array, the alert last.  index: its place in the array,
 * or `count` for the alert.  An object may be named more than once.
 *	EINVAL	pad or unknown flags; owner 0; count above the limit; and, after EFAULT for
 *		the array, something that is no object of this instance
 *	ETIMEDOUT
 *	EOWNERDEAD	satisfied, by a mutex whose previous owner had been killed
 *	EINTR	a signal handler ran (and was not installed with SA_RESTART)
 */
#define NTSYNC_IOC_WAIT_ANY	_IOWR('N', 0x82, struct ntsync_wait_args)

/*
 * WAIT_ALL (device): waits until all objects are signalled at the same time and takes
 * all of them in one step (index: 0), or until the alert is signalled (index: `count`).
 * Errors as WAIT_ANY, and
 *	EINVAL	an object is named twice, the alert included
 *	EOWNERDEAD	satisfied, and at least one of the mutexes had been abandoned
 */
#define NTSYNC_IOC_WAIT_ALL	_IOWR('N', 0x83, struct ntsync_wait_args)

/*
 * CREATE_MUTEX (device): a mutex with this owner and recursion count.
 *	EINVAL	exactly one of them is 0
 */
#define NTSYNC_IOC_CREATE_MUTEX	_IOW('N', 0x84, struct ntsync_mutex_args)

/*
 * MUTEX_UNLOCK (mutex): takes one from the count in the name of `owner` and stores the
 * previous count in `count`; at 0 the mutex has no owner any more.
 *	EINVAL	owner is 0
 *	EPERM	owner is not the mutex's owner
 */
#define NTSYNC_IOC_MUTEX_UNLOCK	_IOWR('N', 0x85, struct ntsync_mutex_args)

/*
 * MUTEX_KILL (mutex): declares the owner dead: the mutex is abandoned and has no owner,
 * and the next wait to take it is told by EOWNERDEAD.
 *	EINVAL	the argument is 0
 *	EPERM	the argument is not the mutex's owner
 */
#define NTSYNC_IOC_MUTEX_KILL	_IOW('N', 0x86, unsigned int)

/* CREATE_EVENT (device): an event of this kind and state; anything but 0 means yes. */
#define NTSYNC_IOC_CREATE_EVENT	_IOW('N', 0x87, struct ntsync_event_args)

/*
 * EVENT_SET, EVENT_RESET (event): sets or clears the signal.  EVENT_PULSE (event): ends
 * the waits that setting it would end, and clears it, in one step.  All three store the
 * previous state, 0 or 1.
 */
#define NTSYNC_IOC_EVENT_SET	_IOR('N', 0x88, unsigned int)
#define NTSYNC_IOC_EVENT_RESET	_IOR('N', 0x89, unsigned int)
#define NTSYNC_IOC_EVENT_PULSE	_IOR('N', 0x8a, unsigned int)

/* SEM_READ (semaphore), EVENT_READ (event): the present state. */
#define NTSYNC_IOC_SEM_READ	_IOR('N', 0x8b, struct ntsync_sem_args)

/*
 * MUTEX_READ (mutex): the present state.
 *	EOWNERDEAD	it is abandoned; owner and count (both 0) have been stored
 */
#define NTSYNC_IOC_MUTEX_READ	_IOR('N', 0x8c, struct ntsync_mutex_args)

#define NTSYNC_IOC_EVENT_READ	_IOR('N', 0x8d, struct ntsync_event_args)

#endif /* __LINUX_NTSYNC_H */

#endif /* CARAFE_LINUX_NTSYNC_H */
