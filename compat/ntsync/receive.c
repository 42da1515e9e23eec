/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/receive.c - see compat/ntsync/receive.h.
 *
 * What happens if a process dies here: what was received goes with it.
 */
#include <config.h>

#include "compat/ntsync/receive.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "compat/ntsync/object.h"

static void expect_all(const unsigned char *data, size_t size)
{
	int fd;

	for (; size >= sizeof(fd); data += sizeof(fd), size -= sizeof(fd)) {
		memcpy(&fd, data, sizeof(fd));
		cf_nt_expect(fd);
	}
}

/*
 * CMSG_NXTHDR(), of which some C libraries' is not free of warnings; and not all have a name for how
 * parts are aligned.
 */
static struct cmsghdr *next_part(const struct msghdr *message, struct cmsghdr *part)
{
	size_t before = (size_t)((const char *)part - (const char *)message->msg_control);
	size_t left = (size_t)message->msg_controllen - before, step;

	if (part->cmsg_len < CMSG_LEN(0) || part->cmsg_len > left)
		return NULL;
	step = CMSG_SPACE((size_t)part->cmsg_len - CMSG_LEN(0));
	if (left < step + sizeof(*part))
		return NULL;
	return (struct cmsghdr *)(void *)((char *)part + step);
}

/* Of a message that the kernel has filled in. */
static void received(struct msghdr *message)
{
	struct cmsghdr *part = message->msg_controllen != 0 ? CMSG_FIRSTHDR(message) : NULL;

	for (; part != NULL; part = next_part(message, part))
		if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
			expect_all(CMSG_DATA(part), part->cmsg_len - CMSG_LEN(0));
}

long cf_nt_received(long result, struct msghdr *message)
{
	if (result >= 0 && cf_nt_is_user())
		received(message);
	return result;
}

int cf_nt_taken(int fd)
{
	if (fd >= 0 && cf_nt_is_user())
		cf_nt_expect(fd);
	return fd;
}
