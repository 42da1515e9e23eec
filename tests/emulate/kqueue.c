/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/kqueue.c - kqueue over epoll and pidfd.
 *
 * Imitated: one note for each process and filter; ESRCH for a process that is gone, and on NetBSD and
 * OpenBSD for a zombie, while FreeBSD and DragonFly report that at once; an exit is reported once; a
 * queue is not inherited by fork().  Not imitated: NOTE_EXEC, of which Linux does not tell.
 */
#include <config.h>

#include <errno.h>
#include <limits.h>
#include <asm/unistd.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/event.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/emulate/emulate.h"

struct note {
	struct note *next;
	struct kevent what;
	int fd; /* of a process: its pidfd */
};

struct queue {
	struct queue *next;
	int fd; /* epoll */
	struct note *notes;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct queue *queues;
static bool set_up;

static void close_note(struct note *note)
{
	if (note->what.filter == EVFILT_PROC)
		close(note->fd);
	free(note);
}

static void free_queue(struct queue *queue)
{
	while (queue->notes != NULL) {
		struct note *note = queue->notes;

		queue->notes = note->next;
		close_note(note);
	}
	free(queue);
}

/*
 * The number may have been closed and given to another file, of which nobody told us: then the queue
 * is gone already.
 */
static void close_queue(const struct queue *queue)
{
	static const char expected[] = "anon_inode:[eventpoll]";
	char path[64], target[64] = "";

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", queue->fd);
	if (readlink(path, target, sizeof(target) - 1) > 0 && strcmp(target, expected) == 0)
		(void)close(queue->fd);
}

/*
 * Queues stay behind.  Another thread may have had the lock: a kernel has no locks that a child could
 * meet, so fork() must not take it.  What is linked is whole at every moment; its memory is left.
 */
static void in_child(void)
{
	for (const struct queue *queue = queues; queue != NULL; queue = queue->next) {
		for (const struct note *note = queue->notes; note != NULL; note = note->next) {
			if (note->what.filter == EVFILT_PROC)
				close(note->fd);
		}
		close_queue(queue);
	}
	queues = NULL;
	(void)pthread_mutex_init(&lock, NULL);
}

/* A queue whose number was closed and given to another one is forgotten. */
static void forget(int fd)
{
	for (struct queue **link = &queues; *link != NULL;) {
		struct queue *queue = *link;

		if (queue->fd != fd) {
			link = &queue->next;
			continue;
		}
		*link = queue->next;
		free_queue(queue);
	}
}

int emulate_kqueue(void)
{
	struct queue *queue = calloc(1, sizeof(*queue));

	if (queue == NULL) {
		errno = ENOMEM;
		return -1;
	}
	(void)pthread_mutex_lock(&lock);
	if (!set_up)
		set_up = pthread_atfork(NULL, NULL, in_child) == 0;
	queue->fd = epoll_create1(0);
	if (queue->fd >= 0) {
		forget(queue->fd);
		queue->next = queues;
		queues = queue;
	}
	(void)pthread_mutex_unlock(&lock);
	if (queue->fd < 0) {
		free(queue);
		return -1;
	}
	return queue->fd;
}

static struct queue *queue_of(int fd)
{
	for (struct queue *queue = queues; queue != NULL; queue = queue->next) {
		if (queue->fd == fd)
			return queue;
	}
	return NULL;
}

static struct note **find(struct queue *queue, uintptr_t ident, short filter)
{
	struct note **link = &queue->notes;

	while (*link != NULL && ((*link)->what.ident != ident || (*link)->what.filter != filter))
		link = &(*link)->next;
	return link;
}

static int open_process(pid_t pid)
{
	uint64_t start;
	bool zombie;
	int fd = (int)(syscall)(__NR_pidfd_open, pid, 0);

	if (fd >= 0 && !emulate_reports_zombies && emulate_start(pid, &start, &zombie) && zombie) {
		close(fd);
		errno = ESRCH;
		return -1;
	}
	return fd;
}

static int add(struct queue *queue, const struct kevent *change)
{
	bool is_process = change->filter == EVFILT_PROC;
	struct epoll_event event = {
		.events = EPOLLIN | (is_process ? (uint32_t)EPOLLONESHOT : 0),
		.data.u64 = (uint64_t)change->ident << 1 | is_process
	};
	struct note *note;
	int error;

	if (*find(queue, change->ident, change->filter) != NULL)
		return 0;
	note = calloc(1, sizeof(*note));
	if (note == NULL)
		return ENOMEM;
	note->what = *change;
	note->fd = is_process ? open_process((pid_t)change->ident) : (int)change->ident;
	if (note->fd < 0 || epoll_ctl(queue->fd, EPOLL_CTL_ADD, note->fd, &event) < 0) {
		error = errno;
		if (is_process && note->fd >= 0)
			close(note->fd);
		free(note);
		return error;
	}
	note->next = queue->notes;
	queue->notes = note;
	return 0;
}

static int remove_note(struct queue *queue, uintptr_t ident, short filter)
{
	struct note **link = find(queue, ident, filter), *note = *link;

	if (note == NULL)
		return ENOENT;
	*link = note->next;
	(void)epoll_ctl(queue->fd, EPOLL_CTL_DEL, note->fd, NULL);
	close_note(note);
	return 0;
}

static int change_queue(struct queue *queue, const struct kevent *change)
{
	if ((change->flags & EV_DELETE) != 0)
		return remove_note(queue, change->ident, change->filter);
	return add(queue, change);
}

/* False: it was taken back meanwhile. */
static bool report(struct queue *queue, const struct epoll_event *event, struct kevent *result)
{
	const bool is_process = (event->data.u64 & 1) != 0;
	const short filter = is_process ? EVFILT_PROC : EVFILT_READ;
	struct note *note = *find(queue, (uintptr_t)(event->data.u64 >> 1), filter);
	struct pollfd ready;
	int bytes = 0;

	if (note == NULL)
		return false;
	*result = note->what;
	ready = (struct pollfd){ .fd = note->fd, .events = POLLIN };
	if (!is_process) {
		(void)ioctl(note->fd, FIONREAD, &bytes);
		result->data = bytes;
		return true;
	}
	if (poll(&ready, 1, 0) <= 0)
		return false;
	result->flags |= EV_EOF;
	result->fflags = NOTE_EXIT;
	(void)remove_note(queue, result->ident, filter);
	return true;
}

static int milliseconds(const struct timespec *time)
{
	if (time == NULL)
		return -1;
	if (time->tv_sec > INT_MAX / 1000 - 1)
		return INT_MAX;
	return (int)time->tv_sec * 1000 + (int)((time->tv_nsec + 999999) / 1000000);
}

int emulate_kevent(int fd, const struct kevent *changes, int change_count, struct kevent *events,
		   int event_count, const struct timespec *time)
{
	struct epoll_event ready[16];
	struct queue *queue;
	int error = 0, count, told = 0;

	(void)pthread_mutex_lock(&lock);
	queue = queue_of(fd);
	if (queue == NULL)
		error = EBADF;
	for (int i = 0; error == 0 && i < change_count; i++)
		error = change_queue(queue, &changes[i]);
	(void)pthread_mutex_unlock(&lock);
	if (error != 0) {
		errno = error;
		return -1;
	}
	if (event_count == 0)
		return 0;
	count = epoll_wait(fd, ready, event_count < 16 ? event_count : 16, milliseconds(time));
	if (count < 0)
		return -1;
	(void)pthread_mutex_lock(&lock);
	queue = queue_of(fd);
	for (int i = 0; queue != NULL && i < count; i++)
		told += report(queue, &ready[i], &events[told]);
	(void)pthread_mutex_unlock(&lock);
	return told;
}
