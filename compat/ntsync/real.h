/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/real.h - the functions that ours stand in front of.
 *
 * They are the C library's (or those of another preloaded library behind ours), found by name when
 * the library is loaded, or before that by whoever needs the first.  Those that are points of
 * cancellation stay so.
 *
 * What happens if a process dies here: it holds addresses of its own only.
 */
#ifndef CF_NT_REAL_H
#define CF_NT_REAL_H

#include <stdio.h>
#include <sys/stat.h>

struct statx;

struct cf_nt_real {
	int (*open)(const char *path, int flags, ...);
	int (*open64)(const char *path, int flags, ...);
	int (*openat)(int folder, const char *path, int flags, ...);
	int (*openat64)(int folder, const char *path, int flags, ...);
	int (*creat)(const char *path, mode_t mode);
	int (*creat64)(const char *path, mode_t mode);
	int (*close)(int fd);
	int (*close_range)(unsigned first, unsigned last, int flags);
	int (*dup)(int fd);
	int (*dup2)(int from, int to);
	int (*dup3)(int from, int to, int flags);
	int (*fcntl)(int fd, int command, ...);
	int (*fcntl64)(int fd, int command, ...);
	int (*fclose)(FILE *stream);
	FILE *(*freopen)(const char *path, const char *mode, FILE *stream);
	FILE *(*freopen64)(const char *path, const char *mode, FILE *stream);
	int (*ioctl)(int fd, unsigned long request, ...);
	long (*syscall)(long number, ...);
	int (*access)(const char *path, int mode);
	int (*euidaccess)(const char *path, int mode);
	int (*faccessat)(int folder, const char *path, int mode, int flags);
	int (*stat)(const char *path, void *info);
	int (*stat64)(const char *path, void *info);
	int (*lstat)(const char *path, void *info);
	int (*lstat64)(const char *path, void *info);
	int (*fstatat)(int folder, const char *path, void *info, int flags);
	int (*fstatat64)(int folder, const char *path, void *info, int flags);
	int (*statx)(int folder, const char *path, int flags, unsigned mask, void *info);
	int (*xstat)(int version, const char *path, void *info);
	int (*xstat64)(int version, const char *path, void *info);
	int (*lxstat)(int version, const char *path, void *info);
	int (*lxstat64)(int version, const char *path, void *info);
	int (*fxstatat)(int version, int folder, const char *path, void *info, int flags);
	int (*fxstatat64)(int version, int folder, const char *path, void *info, int flags);
};

/* A function that this C library does not have returns -1 with ENOSYS (freopen: NULL). */
const struct cf_nt_real *cf_nt_real(void);

#endif
