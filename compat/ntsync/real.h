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

/* Names of functions here, and in some C libraries macros for the names without the number. */
#undef creat64
#undef fcntl64
#undef freopen64
#undef fstatat64
#undef lstat64
#undef open64
#undef openat64
#undef stat64

struct mmsghdr;
struct msghdr;

/*
 * ONE(result, member, parameters, arguments, symbol, another symbol in a C library without the
 * first); VAR(..., parameters before those that vary, all parameters, ...) for those whose last
 * ones vary.
 *
 * A parameter that varies is a register or a place in the stack with the same meaning as any other
 * on all of Linux's processors; so a function that names it can be called by who does not, and
 * hands on what it found there, if only what is left of something else.
 */
#define CF_NT_REAL_FUNCTIONS(ONE, VAR) \
	VAR(int, open, (const char *path, int flags, ...), \
	    (const char *path, int flags, mode_t mode), (path, flags, mode), "open", NULL) \
	VAR(int, open64, (const char *path, int flags, ...), \
	    (const char *path, int flags, mode_t mode), (path, flags, mode), "open64", "open") \
	VAR(int, openat, (int folder, const char *path, int flags, ...), \
	    (int folder, const char *path, int flags, mode_t mode), \
	    (folder, path, flags, mode), "openat", NULL) \
	VAR(int, openat64, (int folder, const char *path, int flags, ...), \
	    (int folder, const char *path, int flags, mode_t mode), \
	    (folder, path, flags, mode), "openat64", "openat") \
	ONE(int, open_2, (const char *path, int flags), (path, flags), "__open_2", NULL) \
	ONE(int, open64_2, (const char *path, int flags), (path, flags), "__open64_2", NULL) \
	ONE(int, openat_2, (int folder, const char *path, int flags), (folder, path, flags), \
	    "__openat_2", NULL) \
	ONE(int, openat64_2, (int folder, const char *path, int flags), (folder, path, flags), \
	    "__openat64_2", NULL) \
	ONE(int, creat, (const char *path, mode_t mode), (path, mode), "creat", NULL) \
	ONE(int, creat64, (const char *path, mode_t mode), (path, mode), "creat64", "creat") \
	ONE(int, close, (int fd), (fd), "close", NULL) \
	ONE(int, close_range, (unsigned first, unsigned last, int flags), (first, last, flags), \
	    "close_range", NULL) \
	ONE(int, dup, (int fd), (fd), "dup", NULL) \
	ONE(int, dup2, (int from, int to), (from, to), "dup2", NULL) \
	ONE(int, dup3, (int from, int to, int flags), (from, to, flags), "dup3", NULL) \
	VAR(int, fcntl, (int fd, int command, ...), (int fd, int command, void *argument), \
	    (fd, command, argument), "fcntl", NULL) \
	VAR(int, fcntl64, (int fd, int command, ...), (int fd, int command, void *argument), \
	    (fd, command, argument), "fcntl64", "fcntl") \
	ONE(int, fclose, (FILE *stream), (stream), "fclose", NULL) \
	ONE(FILE *, freopen, (const char *path, const char *mode, FILE *stream), \
	    (path, mode, stream), "freopen", NULL) \
	ONE(FILE *, freopen64, (const char *path, const char *mode, FILE *stream), \
	    (path, mode, stream), "freopen64", "freopen") \
	VAR(int, ioctl, (int fd, unsigned long request, ...), \
	    (int fd, unsigned long request, void *argument), (fd, request, argument), \
	    "ioctl", NULL) \
	VAR(int, fcntl_time64, (int fd, int command, ...), (int fd, int command, void *argument), \
	    (fd, command, argument), "__fcntl_time64", "fcntl") \
	VAR(int, ioctl_time64, (int fd, unsigned long request, ...), \
	    (int fd, unsigned long request, void *argument), (fd, request, argument), \
	    "__ioctl_time64", "ioctl") \
	VAR(long, syscall, (long number, ...), \
	    (long number, long a, long b, long c, long d, long e, long f), \
	    (number, a, b, c, d, e, f), "syscall", NULL) \
	ONE(ssize_t, recvmsg, (int socket, struct msghdr *message, int flags), \
	    (socket, message, flags), "recvmsg", NULL) \
	ONE(int, recvmmsg, \
	    (int socket, struct mmsghdr *messages, unsigned count, int flags, void *timeout), \
	    (socket, messages, count, flags, timeout), "recvmmsg", NULL) \
	ONE(ssize_t, recvmsg64, (int socket, struct msghdr *message, int flags), \
	    (socket, message, flags), "__recvmsg64", "recvmsg") \
	ONE(int, recvmmsg64, \
	    (int socket, struct mmsghdr *messages, unsigned count, int flags, void *timeout), \
	    (socket, messages, count, flags, timeout), "__recvmmsg64", "recvmmsg") \
	ONE(int, pidfd_getfd, (int process, int fd, unsigned flags), (process, fd, flags), \
	    "pidfd_getfd", NULL) \
	ONE(int, access, (const char *path, int mode), (path, mode), "access", NULL) \
	ONE(int, euidaccess, (const char *path, int mode), (path, mode), "euidaccess", "eaccess") \
	ONE(int, faccessat, (int folder, const char *path, int mode, int flags), \
	    (folder, path, mode, flags), "faccessat", NULL) \
	ONE(int, stat, (const char *path, void *info), (path, info), "stat", NULL) \
	ONE(int, stat64, (const char *path, void *info), (path, info), "stat64", "stat") \
	ONE(int, lstat, (const char *path, void *info), (path, info), "lstat", NULL) \
	ONE(int, lstat64, (const char *path, void *info), (path, info), "lstat64", "lstat") \
	ONE(int, fstatat, (int folder, const char *path, void *info, int flags), \
	    (folder, path, info, flags), "fstatat", NULL) \
	ONE(int, fstatat64, (int folder, const char *path, void *info, int flags), \
	    (folder, path, info, flags), "fstatat64", "fstatat") \
	ONE(int, stat_time64, (const char *path, void *info), (path, info), "__stat64_time64", \
	    "stat") \
	ONE(int, lstat_time64, (const char *path, void *info), (path, info), "__lstat64_time64", \
	    "lstat") \
	ONE(int, fstatat_time64, (int folder, const char *path, void *info, int flags), \
	    (folder, path, info, flags), "__fstatat64_time64", "fstatat") \
	ONE(int, statx, (int folder, const char *path, int flags, unsigned mask, void *info), \
	    (folder, path, flags, mask, info), "statx", NULL) \
	ONE(int, xstat, (int version, const char *path, void *info), (version, path, info), \
	    "__xstat", NULL) \
	ONE(int, xstat64, (int version, const char *path, void *info), (version, path, info), \
	    "__xstat64", "__xstat") \
	ONE(int, lxstat, (int version, const char *path, void *info), (version, path, info), \
	    "__lxstat", NULL) \
	ONE(int, lxstat64, (int version, const char *path, void *info), (version, path, info), \
	    "__lxstat64", "__lxstat") \
	ONE(int, fxstatat, (int version, int folder, const char *path, void *info, int flags), \
	    (version, folder, path, info, flags), "__fxstatat", NULL) \
	ONE(int, fxstatat64, (int version, int folder, const char *path, void *info, int flags), \
	    (version, folder, path, info, flags), "__fxstatat64", "__fxstatat")

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
