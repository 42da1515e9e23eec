/* SPDX-License-Identifier: MIT */
/*
 * os/plain/watch.c - a watch that hears the bell and nothing else.
 *
 * POSIX has no news of the death of a process that is no child.  So no process can be watched, and
 * core/ looks at the locks now and then (its rounds): a death is noticed within seconds, not
 * within microseconds.
 *
 * What happens if a process dies here: the kernel closes all; a watch is no part of shared memory.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/os.h"
#include "os/posix/posix.h"

struct os_watch {
	int interrupt[2]; /* a pipe */
	int bell;	  /* or -1; its opener closes it */
};

/* One end of a pipe, close-on-exec and not blocking; takes fd over, -1 on failure. */
static int prepare(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
		os_close(fd);
		return -1;
	}
	return cf_high_descriptor(fd);
}

carafe_status os_watch_open(int bell, struct os_watch **watch)
{
	struct os_watch *made = calloc(1, sizeof(*made));
	carafe_status status;

	if (made == NULL)
		return CARAFE_STATUS_NO_MEMORY;
	if (pipe(made->interrupt) < 0) {
		status = cf_errno_status(errno);
		free(made);
		return status;
	}
	made->bell = bell;
	made->interrupt[0] = prepare(made->interrupt[0]);
	made->interrupt[1] = prepare(made->interrupt[1]);
	if (made->interrupt[0] < 0 || made->interrupt[1] < 0) {
		os_watch_close(made);
		return CARAFE_STATUS_TOO_MANY_OPENED_FILES;
	}
	*watch = made;
	return CARAFE_STATUS_SUCCESS;
}

void os_watch_close(struct os_watch *watch)
{
	for (int i = 0; i < 2; i++) {
		if (watch->interrupt[i] >= 0)
			os_close(watch->interrupt[i]);
	}
	free(watch);
}

carafe_status os_watch_add(struct os_watch *watch, const struct os_process *process, uint32_t key)
{
	(void)watch, (void)process, (void)key;
	return CARAFE_STATUS_NOT_SUPPORTED;
}

void os_watch_remove(struct os_watch *watch, uint32_t key)
{
	(void)watch, (void)key;
}

/* Rounded up, or a wait for less than a millisecond would spin. */
static int milliseconds(uint64_t nanoseconds)
{
	uint64_t whole = nanoseconds / 1000000u + (nanoseconds % 1000000u != 0);

	if (nanoseconds == OS_NEVER)
		return -1;
	return whole > INT_MAX ? INT_MAX : (int)whole;
}

/* Takes what a non-blocking descriptor holds, so that it stops being readable. */
static void empty(int fd)
{
	char bytes[512];
	ssize_t got;

	do
		got = read(fd, bytes, sizeof(bytes));
	while (got == (ssize_t)sizeof(bytes) || (got < 0 && errno == EINTR));
}

void os_watch_wait(struct os_watch *watch, uint64_t nanoseconds)
{
	struct pollfd ends[2] = { { .fd = watch->interrupt[0], .events = POLLIN },
				  { .fd = watch->bell, .events = POLLIN } };
	int count = poll(ends, watch->bell >= 0 ? 2 : 1, milliseconds(nanoseconds));

	for (int i = 0; count > 0 && i < 2; i++) {
		if (ends[i].revents != 0)
			empty(ends[i].fd);
	}
}

void os_watch_interrupt(struct os_watch *watch)
{
	int saved = errno;

	/* A pipe that is full interrupts already. */
	while (write(watch->interrupt[1], "!", 1) < 0 && errno == EINTR)
		continue;
	errno = saved;
}
