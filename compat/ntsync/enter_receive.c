/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/enter_receive.c - in front of recvmsg(), by which a descriptor is received.
 *
 * Whether it is one of ours is not asked before somebody uses it, duplicates it or closes it.
 *
 * What happens if a process dies here: what was received goes with it.
 */
#include <config.h>

#include <sys/socket.h>
#include <sys/types.h>

#include "compat/ntsync/enter.h"
#include "compat/ntsync/receive.h"

ssize_t cf_nt_enter_recvmsg(int socket, struct msghdr *message, int flags) CF_NT_ENTER("recvmsg");

ssize_t cf_nt_enter_recvmsg(int socket, struct msghdr *message, int flags)
{
	if (!cf_nt_is_user())
		return cf_nt_real.recvmsg(socket, message, flags);
	return cf_nt_received(cf_nt_real.recvmsg(socket, message, flags), message);
}
