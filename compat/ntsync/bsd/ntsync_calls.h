/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/bsd/ntsync_calls.h - the functions of the BSDs' C libraries, beyond what all systems
 * have, that ours stand in front of.  See compat/ntsync/real.h.
 *
 * NetBSD's headers give the present form of some functions another name, and the name to the form
 * that old programs call.  A function that a system does not have is called by none of its programs.
 *
 * What happens if a process dies here: nothing; these are names.
 */
#ifndef CF_NT_CALLS_H
#define CF_NT_CALLS_H

/* What the library itself opens and locks files with. */
#define cf_nt_openat cf_nt_real.openat
#define cf_nt_fcntl cf_nt_real.fcntl

#define CF_NT_REAL_OWN(ONE, VAR) \
	ONE(int, close_range, (unsigned first, unsigned last, int flags), (first, last, flags), \
	    "close_range", NULL) \
	ONE(int, dup3, (int from, int to, int flags), (from, to, flags), "dup3", NULL) \
	ONE(int, dup3_netbsd, (int from, int to, int flags), (from, to, flags), "__dup3100", NULL) \
	ONE(int, fclose, (FILE *stream), (stream), "fclose", NULL) \
	ONE(FILE *, freopen, (const char *path, const char *mode, FILE *stream), \
	    (path, mode, stream), "freopen", NULL) \
	ONE(int, recvmmsg, \
	    (int socket, struct cf_nt_message *messages, size_t count, int flags, void *timeout), \
	    (socket, messages, count, flags, timeout), "recvmmsg", NULL) \
	ONE(int, eaccess, (const char *path, int mode), (path, mode), "eaccess", NULL) \
	ONE(int, stat, (const char *path, void *info), (path, info), "stat", NULL) \
	ONE(int, lstat, (const char *path, void *info), (path, info), "lstat", NULL) \
	ONE(int, fstatat, (int folder, const char *path, void *info, int flags), \
	    (folder, path, info, flags), "fstatat", NULL) \
	ONE(int, stat_netbsd, (const char *path, void *info), (path, info), "__stat50", NULL) \
	ONE(int, lstat_netbsd, (const char *path, void *info), (path, info), "__lstat50", NULL)

struct cf_nt_message;

#endif
