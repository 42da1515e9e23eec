/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/linux/ntsync_calls.h - the functions of Linux's C libraries, beyond what all systems
 * have, that ours stand in front of.  See compat/ntsync/real.h.
 *
 * What happens if a process dies here: nothing; these are names.
 */
#ifndef CF_NT_CALLS_H
#define CF_NT_CALLS_H

/*
 * Names of functions here, and in some C libraries macros for the names without the number; a
 * function may be a macro for another one, too.
 */
#undef creat64
#undef fcntl
#undef fcntl64
#undef freopen64
#undef fstatat64
#undef lstat64
#undef open64
#undef openat64
#undef stat64

struct mmsghdr;

/* What the library itself opens and locks files with, whatever size they have. */
#define cf_nt_openat cf_nt_real.openat64
#define cf_nt_fcntl cf_nt_real.fcntl64

#define CF_NT_REAL_OWN(ONE, VAR) \
	VAR(int, open64, (const char *path, int flags, ...), \
	    (const char *path, int flags, mode_t mode), (path, flags, mode), "open64", "open") \
	VAR(int, openat64, (int folder, const char *path, int flags, ...), \
	    (int folder, const char *path, int flags, mode_t mode), \
	    (folder, path, flags, mode), "openat64", "openat") \
	ONE(int, open_2, (const char *path, int flags), (path, flags), "__open_2", NULL) \
	ONE(int, open64_2, (const char *path, int flags), (path, flags), "__open64_2", NULL) \
	ONE(int, openat_2, (int folder, const char *path, int flags), (folder, path, flags), \
	    "__openat_2", NULL) \
	ONE(int, openat64_2, (int folder, const char *path, int flags), (folder, path, flags), \
	    "__openat64_2", NULL) \
	ONE(int, creat64, (const char *path, mode_t mode), (path, mode), "creat64", "creat") \
	ONE(int, close_range, (unsigned first, unsigned last, int flags), (first, last, flags), \
	    "close_range", NULL) \
	ONE(int, dup3, (int from, int to, int flags), (from, to, flags), "dup3", NULL) \
	VAR(int, fcntl64, (int fd, int command, ...), (int fd, int command, void *argument), \
	    (fd, command, argument), "fcntl64", "fcntl") \
	ONE(int, fclose, (FILE *stream), (stream), "fclose", NULL) \
	ONE(FILE *, freopen, (const char *path, const char *mode, FILE *stream), \
	    (path, mode, stream), "freopen", NULL) \
	ONE(FILE *, freopen64, (const char *path, const char *mode, FILE *stream), \
	    (path, mode, stream), "freopen64", "freopen") \
	VAR(int, fcntl_time64, (int fd, int command, ...), (int fd, int command, void *argument), \
	    (fd, command, argument), "__fcntl_time64", "fcntl") \
	VAR(int, ioctl_time64, (int fd, unsigned long request, ...), \
	    (int fd, unsigned long request, void *argument), (fd, request, argument), \
	    "__ioctl_time64", "ioctl") \
	VAR(long, syscall, (long number, ...), \
	    (long number, long a, long b, long c, long d, long e, long f), \
	    (number, a, b, c, d, e, f), "syscall", NULL) \
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
	ONE(int, euidaccess, (const char *path, int mode), (path, mode), "euidaccess", "eaccess") \
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

#endif
