/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/enter_receive.c - in front of all by which a descriptor is received.
 *
 * Whether it is one of ours is not asked before somebody uses it, duplicates it or closes it.
 *
 * What happens if a process dies here: what was received goes with it.
 */
#include <config.h>

#include "compat/ntsync/receive.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "compat/ntsync/enter.h"
#include "compat/ntsync/object.h"

ssize_t cf_nt_enter_recvmsg(int socket, struct msghdr *message, int flags) CF_NT_ENTER("recvmsg");
int cf_nt_enter_recvmmsg(int socket, struct mmsghdr *messages, unsigned count, int flags,
			 void *timeout) CF_NT_ENTER("recvmmsg");
ssize_t cf_nt_enter_recvmsg64(int socket, struct msghdr *message, int flags)
	CF_NT_ENTER("__recvmsg64");
int cf_nt_enter_recvmmsg64(int socket, struct mmsghdr *messages, unsigned count, int flags,
			   void *timeout) CF_NT_ENTER("__recvmmsg64");
int cf_nt_enter_pidfd_getfd(int process, int fd, unsigned flags) CF_NT_ENTER("pidfd_getfd");

/* A process that has nothing to do with ntsync looks at its descriptors when it begins to. */
static bool is_user(void)
{
	return CF_NT_SELDOM(cf_load32(&cf_nt_known_end) != 0);
}

static void expect_all(const unsigned char *data, size_t size)
{
	int fd;

	for (; size >= sizeof(fd); data += sizeof(fd), size -= sizeof(fd)) {
		memcpy(&fd, data, sizeof(fd));
		cf_nt_expect(fd);
	}
}

/* CMSG_NXTHDR(), of which some C libraries' is not free of warnings. */
static struct cmsghdr *next_part(const struct msghdr *message, struct cmsghdr *part)
{
	size_t before = (size_t)((const char *)part - (const char *)message->msg_control);
	size_t left = (size_t)message->msg_controllen - before, step;

	if (part->cmsg_len < sizeof(*part) || part->cmsg_len > left)
		return NULL;
	step = CMSG_ALIGN((size_t)part->cmsg_len);
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
	if (result >= 0 && is_user())
		received(message);
	return result;
}

int cf_nt_taken(int fd)
{
	if (fd >= 0 && is_user())
		cf_nt_expect(fd);
	return fd;
}

ssize_t cf_nt_enter_recvmsg(int socket, struct msghdr *message, int flags)
{
	if (!is_user())
		return cf_nt_real.recvmsg(socket, message, flags);
	return cf_nt_received(cf_nt_real.recvmsg(socket, message, flags), message);
}

ssize_t cf_nt_enter_recvmsg64(int socket, struct msghdr *message, int flags)
{
	if (!is_user())
		return cf_nt_real.recvmsg64(socket, message, flags);
	return cf_nt_received(cf_nt_real.recvmsg64(socket, message, flags), message);
}

static int received_several(int result, struct mmsghdr *messages)
{
	for (int i = 0; i < result && is_user(); i++)
		received(&messages[i].msg_hdr);
	return result;
}

int cf_nt_enter_recvmmsg(int socket, struct mmsghdr *messages, unsigned count, int flags,
			 void *timeout)
{
	return received_several(cf_nt_real.recvmmsg(socket, messages, count, flags, timeout),
				messages);
}

int cf_nt_enter_recvmmsg64(int socket, struct mmsghdr *messages, unsigned count, int flags,
			   void *timeout)
{
	return received_several(cf_nt_real.recvmmsg64(socket, messages, count, flags, timeout),
				messages);
}

int cf_nt_enter_pidfd_getfd(int process, int fd, unsigned flags)
{
	return cf_nt_taken(cf_nt_real.pidfd_getfd(process, fd, flags));
}
