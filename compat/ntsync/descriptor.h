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

int cf_nt_close(int fd);
int cf_nt_close_range(unsigned first, unsigned last, unsigned flags);

/* How dup2(), dup3() and their system calls differ. */
typedef int (*cf_nt_replace_call)(int from, int to, int flags);

int cf_nt_replace(int from, int to, int flags, cf_nt_replace_call call);

/*
 * After a successful duplication to a number that was free: what is known of one is known of the
 * other.
 */
int cf_nt_duplicated(int from, int to);

#endif
