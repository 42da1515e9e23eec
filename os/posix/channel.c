/* SPDX-License-Identifier: MIT */
/*
 * os/posix/channel.c - bytes that wake: what a watch, a bell and a sleeper on a FIFO have in common.
 *
 * No byte means anything but that there is one, and a channel that is full rings already.
 *
 * What happens if a process dies here: the kernel closes its ends.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "os/os.h"
#include "os/posix/posix.h"

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

carafe_status cf_channel_open(int ends[2])
{
	int made[2];

	if (pipe(made) < 0)
		return cf_errno_status(errno);
	ends[0] = prepare(made[0]);
	ends[1] = prepare(made[1]);
	if (ends[0] >= 0 && ends[1] >= 0)
		return CARAFE_STATUS_SUCCESS;
	cf_channel_close(ends);
	return CARAFE_STATUS_TOO_MANY_OPENED_FILES;
}

void cf_channel_close(int ends[2])
{
	for (int i = 0; i < 2; i++) {
		if (ends[i] >= 0)
			os_close(ends[i]);
		ends[i] = -1;
	}
}

void cf_channel_ring(int fd)
{
	int saved = errno;

	while (write(fd, "!", 1) < 0 && errno == EINTR)
		continue;
	errno = saved;
}

void cf_channel_empty(int fd)
{
	char bytes[512];
	ssize_t got;

	do
		got = read(fd, bytes, sizeof(bytes));
	while (got == (ssize_t)sizeof(bytes) || (got < 0 && errno == EINTR));
}

int cf_milliseconds(uint64_t nanoseconds)
{
	uint64_t whole = nanoseconds / 1000000u + (nanoseconds % 1000000u != 0);

	if (nanoseconds == OS_NEVER)
		return -1;
	return whole > INT_MAX ? INT_MAX : (int)whole;
}
