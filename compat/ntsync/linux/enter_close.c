/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/linux/enter_close.c - in front of fcntl(), which may duplicate a descriptor, and of
 * variants for large files and another time in glibc and musl.
 *
 * What happens if a process dies here: compat/ntsync/closing.h says it.
 */
#include <config.h>

#include <fcntl.h>
#include <stdio.h>

#include "compat/ntsync/descriptor.h"
#include "compat/ntsync/enter.h"

int cf_nt_enter_fcntl(int fd, int command, void *argument) CF_NT_ENTER("fcntl");
int cf_nt_enter_fcntl64(int fd, int command, void *argument) CF_NT_ENTER("fcntl64");
int cf_nt_enter_fcntl_time64(int fd, int command, void *argument) CF_NT_ENTER("__fcntl_time64");
FILE *cf_nt_enter_freopen64(const char *path, const char *mode, FILE *stream)
	CF_NT_ENTER("freopen64");

/* Inline, so that what concerns nobody is a jump. */
static inline bool is_duplication(int fd, int command)
{
	return CF_NT_SELDOM(command == F_DUPFD || command == F_DUPFD_CLOEXEC) && cf_nt_known(fd);
}

int cf_nt_enter_fcntl(int fd, int command, void *argument)
{
	if (is_duplication(fd, command))
		return cf_nt_duplicated(fd, cf_nt_real.fcntl(fd, command, argument));
	return cf_nt_real.fcntl(fd, command, argument);
}

int cf_nt_enter_fcntl64(int fd, int command, void *argument)
{
	if (is_duplication(fd, command))
		return cf_nt_duplicated(fd, cf_nt_real.fcntl64(fd, command, argument));
	return cf_nt_real.fcntl64(fd, command, argument);
}

int cf_nt_enter_fcntl_time64(int fd, int command, void *argument)
{
	if (is_duplication(fd, command))
		return cf_nt_duplicated(fd, cf_nt_real.fcntl_time64(fd, command, argument));
	return cf_nt_real.fcntl_time64(fd, command, argument);
}

FILE *cf_nt_enter_freopen64(const char *path, const char *mode, FILE *stream)
{
	return cf_nt_reopen(cf_nt_real.freopen64, path, mode, stream);
}
