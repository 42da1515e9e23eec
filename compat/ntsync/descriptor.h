/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/descriptor.h - closing, replacing and duplicating, when it may be a matter of ours;
 * shared by the functions of that name and by syscall().
 *
 * Results and errno are those of the calls.
 *
 * What happens if a process dies here: compat/ntsync/closing.h says it.
 */
#ifndef CF_NT_DESCRIPTOR_H
#define CF_NT_DESCRIPTOR_H

#include <stdio.h>

#include "compat/ntsync/cache.h"
#include "compat/ntsync/real.h"

/* When something is known of fd. */
CF_NT_ASIDE int cf_nt_close_known(int fd);

/* Nothing after the call, so that it is a jump: a return from a system call is badly predicted. */
static inline int cf_nt_close(int fd)
{
	return cf_nt_known(fd) ? cf_nt_close_known(fd) : cf_nt_real.close(fd);
}

int cf_nt_close_range(unsigned first, unsigned last, unsigned flags);
int cf_nt_close_from(int first);

/* freopen() by a call of that kind: it closes a descriptor. */
FILE *cf_nt_reopen(FILE *(*call)(const char *, const char *, FILE *), const char *path,
		   const char *mode, FILE *stream);

/* How dup2(), dup3() and their system calls differ. */
typedef int (*cf_nt_replace_call)(int from, int to, int flags);

int cf_nt_replace(int from, int to, int flags, cf_nt_replace_call call);

/* After a duplication: what is known of one is known of the other. */
int cf_nt_duplicated(int from, int to);

#endif
