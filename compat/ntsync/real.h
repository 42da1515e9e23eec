/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/real.h - the functions that ours stand in front of.
 *
 *	return cf_nt_real.close(fd);
 *
 * They are the C library's (or those of another preloaded library behind ours), found by name
 * when the library is loaded.  Until then each is a function that finds the real one and calls
 * it; so there is nothing to check before a call, which is a jump through a
 * word.  Those that are points of cancellation stay so.
 *
 * What happens if a process dies here: it holds addresses of its own only.
 */
#ifndef CF_NT_REAL_H
#define CF_NT_REAL_H

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "compat/ntsync/inside.h"
#include "ntsync_calls.h" /* the system's own: CF_NT_REAL_OWN, cf_nt_openat(), cf_nt_fcntl() */

struct msghdr;

/*
 * ONE(result, member, parameters, arguments, symbol, another symbol in a C library without the
 * first); VAR(..., parameters before those that vary, all parameters, ...) for those whose last
 * ones vary.
 *
 * A parameter that varies is a register or a place in the stack with the same meaning as any other
 * on all processors of Linux and the BSDs; so a function that names it can be called by who does not, and
 * hands on what it found there, if only what is left of something else.
 */
#define CF_NT_REAL_COMMON(ONE, VAR) \
	VAR(int, open, (const char *path, int flags, ...), \
	    (const char *path, int flags, mode_t mode), (path, flags, mode), "open", NULL) \
	VAR(int, openat, (int folder, const char *path, int flags, ...), \
	    (int folder, const char *path, int flags, mode_t mode), \
	    (folder, path, flags, mode), "openat", NULL) \
	ONE(int, creat, (const char *path, mode_t mode), (path, mode), "creat", NULL) \
	ONE(int, close, (int fd), (fd), "close", NULL) \
	ONE(int, dup, (int fd), (fd), "dup", NULL) \
	ONE(int, dup2, (int from, int to), (from, to), "dup2", NULL) \
	VAR(int, fcntl, (int fd, int command, ...), (int fd, int command, void *argument), \
	    (fd, command, argument), "fcntl", NULL) \
	VAR(int, ioctl, (int fd, unsigned long request, ...), \
	    (int fd, unsigned long request, void *argument), (fd, request, argument), \
	    "ioctl", NULL) \
	ONE(ssize_t, recvmsg, (int socket, struct msghdr *message, int flags), \
	    (socket, message, flags), "recvmsg", NULL) \
	ONE(int, access, (const char *path, int mode), (path, mode), "access", NULL) \
	ONE(int, faccessat, (int folder, const char *path, int mode, int flags), \
	    (folder, path, mode, flags), "faccessat", NULL)

#define CF_NT_REAL_FUNCTIONS(ONE, VAR) \
	CF_NT_REAL_COMMON(ONE, VAR) \
	CF_NT_REAL_OWN(ONE, VAR)

#define CF_NT_REAL_ONE(result, member, parameters, arguments, symbol, other) \
	result(*member) parameters;
#define CF_NT_REAL_VAR(result, member, some, parameters, arguments, symbol, other) \
	result(*member) some;

struct cf_nt_real {
	CF_NT_REAL_FUNCTIONS(CF_NT_REAL_ONE, CF_NT_REAL_VAR)
};

/* A function that this C library does not have returns -1 with ENOSYS (freopen: NULL). */
extern CF_NT_INSIDE struct cf_nt_real cf_nt_real;

/* Finds them all. */
void cf_nt_real_find(void);

#endif
