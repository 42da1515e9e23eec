/* SPDX-License-Identifier: MIT */
/*
 * os/linux/watch.c - news of deaths: a pidfd for each watched process, an eventfd to interrupt, and
 * the bell, in one epoll set.
 *
 * The kernel reports a pidfd when the last thread of its process is gone; its locks are free and
 * its mappings gone by then.  Each process is reported once (EPOLLONESHOT), so that a lock that
 * outlives its process - a forked child may share it - cannot turn the janitor's loop into a spin.
 *
 * pidfd_open() needs Linux 5.3 and may be forbidden in a sandbox: every call is probed when it is
 * made, and "cannot" is CARAFE_STATUS_NOT_SUPPORTED, as it is for a process of another pid
 * namespace, whose number means nothing here, and when descriptors run out.
 *
 * What happens if a process dies here: the kernel closes all; a watch is no part of shared memory.
 */
#include <config.h>

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/linux/process.h"
#include "os/linux/sandbox.h"
#include "os/os.h"
#include "os/posix/posix.h"

/* The number is the same on every architecture but Alpha. */
#if !defined(SYS_pidfd_open) && !defined(__alpha__)
#define SYS_pidfd_open 434
#endif

struct watched {
	uint32_t key;
	int pidfd;
};

struct os_watch {
	int set;	/* epoll */
	int interrupt;	/* eventfd */
	int bell;	/* or -1; its opener closes it */
	pthread_mutex_t lock; /* of what follows; never held while sleeping */
	struct watched *watched;
	size_t count;
	size_t capacity;
};

/* Adds a descriptor that epoll reports by its own number. */
static carafe_status observe(struct os_watch *watch, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data = { .fd = fd } };

	if (epoll_ctl(watch->set, EPOLL_CTL_ADD, fd, &event) < 0)
		return cf_errno_status(errno);
	return CARAFE_STATUS_SUCCESS;
}

static carafe_status open_set(struct os_watch *watch)
{
	carafe_status status;

	watch->set = cf_high_descriptor(epoll_create1(EPOLL_CLOEXEC));
	if (watch->set < 0)
		return cf_errno_status(errno);
	watch->interrupt = cf_high_descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (watch->interrupt < 0)
		return cf_errno_status(errno);
	status = observe(watch, watch->interrupt, EPOLLIN);
	if (CARAFE_SUCCESS(status) && watch->bell >= 0)
		status = observe(watch, watch->bell, EPOLLIN);
	return status;
}

carafe_status os_watch_open(int bell, struct os_watch **watch)
{
	struct os_watch *made = calloc(1, sizeof(*made));
	carafe_status status;

	if (made == NULL)
		return CARAFE_STATUS_NO_MEMORY;
	made->set = -1;
	made->interrupt = -1;
	made->bell = bell;
	if (pthread_mutex_init(&made->lock, NULL) != 0) {
		free(made);
		return CARAFE_STATUS_NO_MEMORY;
	}
	status = open_set(made);
	if (!CARAFE_SUCCESS(status)) {
		os_watch_close(made);
		return status;
	}
	*watch = made;
	return CARAFE_STATUS_SUCCESS;
}

void os_watch_close(struct os_watch *watch)
{
	for (size_t i = 0; i < watch->count; i++)
		os_close(watch->watched[i].pidfd);
	if (watch->interrupt >= 0)
		os_close(watch->interrupt);
	if (watch->set >= 0)
		os_close(watch->set);
	(void)pthread_mutex_destroy(&watch->lock);
	free(watch->watched);
	free(watch);
}

static int open_pidfd(uint32_t pid)
{
#ifdef SYS_pidfd_open
	static cf_call_known known;

	errno = ENOSYS;
	if (!cf_call_returns(SYS_pidfd_open, &known))
		return -1;
	return cf_high_descriptor((int)syscall(SYS_pidfd_open, (pid_t)pid, 0));
#else
	(void)pid;
	errno = ENOSYS;
	return -1;
#endif
}

/* Whether the process that has the number now is still the one that is meant. */
static carafe_status check_identity(const struct os_process *process)
{
	char folder[32];
	uint64_t start;
	uint32_t pid;
	int error;

	snprintf(folder, sizeof(folder), "/proc/%lu", (unsigned long)process->pid);
	error = cf_process_stat(folder, &pid, &start);
	if (error == ENOENT || error == ESRCH)
		return CARAFE_STATUS_INVALID_CID;
	if (error != 0)
		return CARAFE_STATUS_NOT_SUPPORTED;
	return start == process->start ? CARAFE_STATUS_SUCCESS : CARAFE_STATUS_INVALID_CID;
}

static carafe_status remember(struct os_watch *watch, uint32_t key, int pidfd)
{
	if (watch->count == watch->capacity) {
		size_t capacity = watch->capacity ? 2 * watch->capacity : 16;
		struct watched *grown = realloc(watch->watched, capacity * sizeof(*grown));

		if (grown == NULL)
			return CARAFE_STATUS_NOT_SUPPORTED;
		watch->watched = grown;
		watch->capacity = capacity;
	}
	if (!CARAFE_SUCCESS(observe(watch, pidfd, EPOLLIN | EPOLLONESHOT)))
		return CARAFE_STATUS_NOT_SUPPORTED;
	watch->watched[watch->count++] = (struct watched){ key, pidfd };
	return CARAFE_STATUS_SUCCESS;
}

carafe_status os_watch_add(struct os_watch *watch, const struct os_process *process, uint32_t key)
{
	struct os_process self;
	carafe_status status;
	int pidfd;

	os_self(&self);
	if (process->start == 0 || process->space == 0 || process->space != self.space)
		return CARAFE_STATUS_NOT_SUPPORTED;
	if (process->pid == 0 || process->pid > INT_MAX)
		return CARAFE_STATUS_INVALID_CID;
	pidfd = open_pidfd(process->pid);
	if (pidfd < 0)
		return errno == ESRCH ? CARAFE_STATUS_INVALID_CID : CARAFE_STATUS_NOT_SUPPORTED;
	/* Only now: before, the number could have passed to another between look and open. */
	status = check_identity(process);
	if (CARAFE_SUCCESS(status)) {
		(void)pthread_mutex_lock(&watch->lock);
		status = remember(watch, key, pidfd);
		(void)pthread_mutex_unlock(&watch->lock);
	}
	if (!CARAFE_SUCCESS(status))
		os_close(pidfd);
	return status;
}

void os_watch_remove(struct os_watch *watch, uint32_t key)
{
	(void)pthread_mutex_lock(&watch->lock);
	for (size_t i = 0; i < watch->count; i++) {
		if (watch->watched[i].key != key)
			continue;
		/* A forked child may keep a copy of the pidfd, and with it the entry in the set. */
		(void)epoll_ctl(watch->set, EPOLL_CTL_DEL, watch->watched[i].pidfd, NULL);
		os_close(watch->watched[i].pidfd);
		watch->watched[i] = watch->watched[--watch->count];
		break;
	}
	(void)pthread_mutex_unlock(&watch->lock);
}

void os_watch_wait(struct os_watch *watch, uint64_t nanoseconds)
{
	struct epoll_event events[16];
	int count = epoll_wait(watch->set, events, (int)(sizeof(events) / sizeof(events[0])),
			       cf_milliseconds(nanoseconds));

	for (int i = 0; i < count; i++) {
		if (events[i].data.fd == watch->interrupt || events[i].data.fd == watch->bell)
			cf_channel_empty(events[i].data.fd);
	}
}

void os_watch_interrupt(struct os_watch *watch)
{
	const uint64_t one = 1;
	int saved = errno;

	while (write(watch->interrupt, &one, sizeof(one)) < 0 && errno == EINTR)
		continue;
	errno = saved;
}
