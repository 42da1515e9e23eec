/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/bsd/enter.c - in front of what the BSDs have beyond the functions of all systems, or
 * in another form.
 *
 * What happens if a process dies here: compat/ntsync/closing.h says it.
 */
#include <config.h>

#include <fcntl.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "compat/ntsync/descriptor.h"
#include "compat/ntsync/receive.h"
#include "compat/ntsync/serve.h"

/* What recvmmsg() fills in: the length is an unsigned or a ssize_t, and the size the same. */
struct cf_nt_message {
	struct msghdr header;
	size_t length;
};

int cf_nt_enter_fcntl(int fd, int command, void *argument) CF_NT_ENTER("fcntl");
int cf_nt_enter_dup3_netbsd(int from, int to, int flags) CF_NT_ENTER("__dup3100");
ssize_t cf_nt_enter_recvmmsg(int socket, struct cf_nt_message *messages, size_t count, int flags,
			     void *timeout) CF_NT_ENTER("recvmmsg");
int cf_nt_enter_eaccess(const char *path, int mode) CF_NT_ENTER("eaccess");
int cf_nt_enter_stat_netbsd(const char *path, void *info) CF_NT_ENTER("__stat50");
int cf_nt_enter_lstat_netbsd(const char *path, void *info) CF_NT_ENTER("__lstat50");

/* ---- Duplicating and closing ---------------------------------------------------------------- */

/* FreeBSD's and DragonFly's command for dup2(), and one with close-on-exec. */
#ifdef F_DUP2FD
static int call_dup2(int from, int to, int flags)
{
	return cf_nt_real.fcntl(from, flags, to);
}

static bool replaces(int command)
{
#ifdef F_DUP2FD_CLOEXEC
	if (command == F_DUP2FD_CLOEXEC)
		return true;
#endif
	return command == F_DUP2FD;
}
#endif

int cf_nt_enter_fcntl(int fd, int command, void *argument)
{
#ifdef F_DUP2FD
	if (replaces(command))
		return cf_nt_replace(fd, (int)(intptr_t)argument, command, call_dup2);
#endif
/* NetBSD's command for closefrom(). */
#ifdef F_CLOSEM
	if (command == F_CLOSEM)
		return cf_nt_close_from(fd);
#endif
	if ((command == F_DUPFD || command == F_DUPFD_CLOEXEC) && cf_nt_known(fd))
		return cf_nt_duplicated(fd, cf_nt_real.fcntl(fd, command, argument));
	return cf_nt_real.fcntl(fd, command, argument);
}

static int call_dup3(int from, int to, int flags)
{
	return cf_nt_real.dup3_netbsd(from, to, flags);
}

int cf_nt_enter_dup3_netbsd(int from, int to, int flags)
{
	return cf_nt_replace(from, to, flags, call_dup3);
}

/* ---- Receiving ------------------------------------------------------------------------------ */

ssize_t cf_nt_enter_recvmmsg(int socket, struct cf_nt_message *messages, size_t count, int flags,
			     void *timeout)
{
	int result = cf_nt_real.recvmmsg(socket, messages, count, flags, timeout);

	for (int i = 0; i < result; i++)
		(void)cf_nt_received(0, &messages[i].header);
	return result;
}

/* ---- Looking -------------------------------------------------------------------------------- */

int cf_nt_enter_eaccess(const char *path, int mode)
{
	return cf_nt_real.eaccess(cf_nt_shown(path), mode);
}

int cf_nt_enter_stat_netbsd(const char *path, void *info)
{
	return cf_nt_real.stat_netbsd(cf_nt_shown(path), info);
}

int cf_nt_enter_lstat_netbsd(const char *path, void *info)
{
	return cf_nt_real.lstat_netbsd(cf_nt_shown(path), info);
}
