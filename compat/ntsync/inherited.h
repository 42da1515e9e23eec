/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/inherited.h - which descriptors this process has.
 *
 * What happens if a process dies here: nothing was changed.
 */
#ifndef CF_NT_INHERITED_H
#define CF_NT_INHERITED_H

/* Calls visit() for each descriptor that is open, and perhaps for some that are not. */
void cf_nt_each_open(void (*visit)(int fd));

#endif
