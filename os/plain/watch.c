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

#include <poll.h>
#include <stdlib.h>

#include "os/os.h"
#include "os/posix/posix.h"

struct os_watch {
	int interrupt[2]; /* a channel */
	int bell;	  /* or -1; its opener closes it */
};

carafe_status os_watch_open(int bell, struct os_watch **watch)
{
	struct os_watch *made = calloc(1, sizeof(*made));
	carafe_status status;

	if (made == NULL)
		return CARAFE_STATUS_NO_MEMORY;
	made->bell = bell;
	status = cf_channel_open(made->interrupt);
	if (!CARAFE_SUCCESS(status)) {
		free(made);
		return status;
	}
	*watch = made;
	return CARAFE_STATUS_SUCCESS;
}

void os_watch_close(struct os_watch *watch)
{
	cf_channel_close(watch->interrupt);
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

void os_watch_wait(struct os_watch *watch, uint64_t nanoseconds)
{
	struct pollfd ends[2] = { { .fd = watch->interrupt[0], .events = POLLIN },
				  { .fd = watch->bell, .events = POLLIN } };
	int count = poll(ends, watch->bell >= 0 ? 2 : 1, cf_milliseconds(nanoseconds));

	for (int i = 0; count > 0 && i < 2; i++) {
		if (ends[i].revents != 0)
			cf_channel_empty(ends[i].fd);
	}
}

void os_watch_interrupt(struct os_watch *watch)
{
	cf_channel_ring(watch->interrupt[1]);
}
