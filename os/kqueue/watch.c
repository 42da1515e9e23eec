/* SPDX-License-Identifier: MIT */
/*
 * os/kqueue/watch.c - news of deaths: EVFILT_PROC for each watched process, a pipe to interrupt, and
 * the bell, in one kqueue.
 *
 * NOTE_EXIT comes after the descriptors of the process were closed and its memory was given up;
 * NOTE_EXEC after its descriptors were: either way its locks are free by then.  Each process is
 * reported once (EV_ONESHOT).  ESRCH is taken for death; where a process is invisible instead
 * (another jail) its space differs, and it is not watched.
 *
 * A kqueue has one note for each process, and two keys may name the same one (a forked child is
 * watched as its parent until it has said who it is), so the note stays while any key is left.
 *
 * A kqueue is not inherited by fork(), and what the child opens next may have its number: the child
 * does not close it.
 *
 * What happens if a process dies here: the kernel closes all; a watch is no part of shared memory.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/types.h>
/* After what it needs. */
#include <sys/event.h>
#include <sys/time.h>
#include <unistd.h>

#include "os/kqueue/process.h"
#include "os/os.h"
#include "os/posix/posix.h"

#define NANOSECONDS 1000000000u

struct watched {
	uint32_t key;
	pid_t pid;
};

struct os_watch {
	int queue;
	pid_t owner;	      /* who may close the queue */
	int interrupt[2];     /* a channel */
	int bell;	      /* or -1; its opener closes it */
	pthread_mutex_t lock; /* of what follows; never held while sleeping */
	struct watched *watched;
	size_t count;
	size_t capacity;
};

/* Makes one change to the queue; 0, or an errno. */
static int change(const struct os_watch *watch, const struct kevent *event)
{
	return kevent(watch->queue, event, 1, NULL, 0, NULL) < 0 ? errno : 0;
}

static int listen_to(const struct os_watch *watch, int fd)
{
	struct kevent event;

	EV_SET(&event, (uintptr_t)fd, EVFILT_READ, EV_ADD, 0, 0, 0);
	return change(watch, &event);
}

static carafe_status open_queue(struct os_watch *watch)
{
	carafe_status status;
	int error;

	watch->queue = kqueue();
	if (watch->queue < 0 || fcntl(watch->queue, F_SETFD, FD_CLOEXEC) < 0)
		return cf_errno_status(errno);
	status = cf_channel_open(watch->interrupt);
	if (!CARAFE_SUCCESS(status))
		return status;
	error = listen_to(watch, watch->interrupt[0]);
	if (error == 0 && watch->bell >= 0)
		error = listen_to(watch, watch->bell);
	return error == 0 ? CARAFE_STATUS_SUCCESS : cf_errno_status(error);
}

carafe_status os_watch_open(int bell, struct os_watch **watch)
{
	struct os_watch *made = calloc(1, sizeof(*made));
	carafe_status status;

	if (made == NULL)
		return CARAFE_STATUS_NO_MEMORY;
	made->queue = made->interrupt[0] = made->interrupt[1] = -1;
	made->owner = getpid();
	made->bell = bell;
	if (pthread_mutex_init(&made->lock, NULL) != 0) {
		free(made);
		return CARAFE_STATUS_NO_MEMORY;
	}
	status = open_queue(made);
	if (!CARAFE_SUCCESS(status)) {
		os_watch_close(made);
		return status;
	}
	*watch = made;
	return CARAFE_STATUS_SUCCESS;
}

void os_watch_close(struct os_watch *watch)
{
	if (watch->queue >= 0 && watch->owner == getpid())
		os_close(watch->queue);
	cf_channel_close(watch->interrupt);
	(void)pthread_mutex_destroy(&watch->lock);
	free(watch->watched);
	free(watch);
}

/* Whether the process that has the number now is still the one that is meant. */
static carafe_status check_identity(const struct os_process *process)
{
	uint64_t start, apart;
	uint32_t space;
	int error = cf_process_look((pid_t)process->pid, &start, &space);

	if (error == ESRCH)
		return CARAFE_STATUS_INVALID_CID;
	if (error != 0)
		return CARAFE_STATUS_NOT_SUPPORTED;
	apart = start > process->start ? start - process->start : process->start - start;
	return apart <= 1 ? CARAFE_STATUS_SUCCESS : CARAFE_STATUS_INVALID_CID;
}

static bool is_watched(const struct os_watch *watch, pid_t pid)
{
	for (size_t i = 0; i < watch->count; i++) {
		if (watch->watched[i].pid == pid)
			return true;
	}
	return false;
}

static int note(const struct os_watch *watch, pid_t pid)
{
	struct kevent event;

	EV_SET(&event, (uintptr_t)pid, EVFILT_PROC, EV_ADD | EV_ONESHOT, NOTE_EXIT | NOTE_EXEC, 0,
	       0);
	return change(watch, &event);
}

static void forget_note(const struct os_watch *watch, pid_t pid)
{
	struct kevent event;

	if (is_watched(watch, pid))
		return;
	/* It is gone already when it was reported. */
	EV_SET(&event, (uintptr_t)pid, EVFILT_PROC, EV_DELETE, 0, 0, 0);
	(void)change(watch, &event);
}

static bool make_room(struct os_watch *watch)
{
	size_t capacity = watch->capacity ? 2 * watch->capacity : 16;
	struct watched *grown;

	if (watch->count < watch->capacity)
		return true;
	grown = realloc(watch->watched, capacity * sizeof(*grown));
	if (grown == NULL)
		return false;
	watch->watched = grown;
	watch->capacity = capacity;
	return true;
}

static carafe_status add(struct os_watch *watch, const struct os_process *process, uint32_t key)
{
	pid_t pid = (pid_t)process->pid;
	carafe_status status;
	int error;

	if (!make_room(watch))
		return CARAFE_STATUS_NOT_SUPPORTED;
	error = note(watch, pid);
	if (error != 0)
		return error == ESRCH ? CARAFE_STATUS_INVALID_CID : CARAFE_STATUS_NOT_SUPPORTED;
	/* Only now: before, the number could have passed to another between look and note. */
	status = check_identity(process);
	if (!CARAFE_SUCCESS(status)) {
		forget_note(watch, pid);
		return status;
	}
	watch->watched[watch->count++] = (struct watched){ key, pid };
	return CARAFE_STATUS_SUCCESS;
}

carafe_status os_watch_add(struct os_watch *watch, const struct os_process *process, uint32_t key)
{
	struct os_process self;
	carafe_status status;

	os_self(&self);
	if (process->start == 0 || process->space == 0 || process->space != self.space)
		return CARAFE_STATUS_NOT_SUPPORTED;
	if (process->pid == 0 || process->pid > INT_MAX)
		return CARAFE_STATUS_INVALID_CID;
	(void)pthread_mutex_lock(&watch->lock);
	status = add(watch, process, key);
	(void)pthread_mutex_unlock(&watch->lock);
	return status;
}

void os_watch_remove(struct os_watch *watch, uint32_t key)
{
	pid_t pid;

	(void)pthread_mutex_lock(&watch->lock);
	for (size_t i = 0; i < watch->count; i++) {
		if (watch->watched[i].key != key)
			continue;
		pid = watch->watched[i].pid;
		watch->watched[i] = watch->watched[--watch->count];
		forget_note(watch, pid);
		break;
	}
	(void)pthread_mutex_unlock(&watch->lock);
}

void os_watch_wait(struct os_watch *watch, uint64_t nanoseconds)
{
	struct kevent events[16];
	struct timespec span = {
		.tv_sec = (time_t)(nanoseconds / NANOSECONDS),
		.tv_nsec = (long)(nanoseconds % NANOSECONDS)
	};
	int count = kevent(watch->queue, NULL, 0, events,
			   (int)(sizeof(events) / sizeof(events[0])),
			   nanoseconds == OS_NEVER ? NULL : &span);

	for (int i = 0; i < count; i++) {
		if (events[i].filter == EVFILT_READ)
			cf_channel_empty((int)events[i].ident);
	}
}

void os_watch_interrupt(struct os_watch *watch)
{
	cf_channel_ring(watch->interrupt[1]);
}
