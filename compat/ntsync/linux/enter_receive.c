/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/linux/enter_receive.c - in front of all else by which a descriptor is received on
 * Linux.
 *
 * What happens if a process dies here: what was received goes with it.
 */
#include <config.h>

#include <sys/socket.h>
#include <sys/types.h>

#include "compat/ntsync/enter.h"
#include "compat/ntsync/receive.h"

int cf_nt_enter_recvmmsg(int socket, struct mmsghdr *messages, unsigned count, int flags,
			 void *timeout) CF_NT_ENTER("recvmmsg");
ssize_t cf_nt_enter_recvmsg64(int socket, struct msghdr *message, int flags)
	CF_NT_ENTER("__recvmsg64");
int cf_nt_enter_recvmmsg64(int socket, struct mmsghdr *messages, unsigned count, int flags,
			   void *timeout) CF_NT_ENTER("__recvmmsg64");
int cf_nt_enter_pidfd_getfd(int process, int fd, unsigned flags) CF_NT_ENTER("pidfd_getfd");

ssize_t cf_nt_enter_recvmsg64(int socket, struct msghdr *message, int flags)
{
	if (!cf_nt_is_user())
		return cf_nt_real.recvmsg64(socket, message, flags);
	return cf_nt_received(cf_nt_real.recvmsg64(socket, message, flags), message);
}

static int received_several(int result, struct mmsghdr *messages)
{
	for (int i = 0; i < result; i++)
		(void)cf_nt_received(0, &messages[i].msg_hdr);
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
