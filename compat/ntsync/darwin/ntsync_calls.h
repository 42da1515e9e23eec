/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/darwin/ntsync_calls.h - Darwin's functions, which are called by their names: dyld does
 * not put ours in their place for the library that has ours.  See compat/ntsync/real.h.
 *
 * What happens if a process dies here: nothing; these are names.
 */
#ifndef CF_NT_CALLS_H
#define CF_NT_CALLS_H

#define cf_nt_openat openat
#define cf_nt_fcntl fcntl

#define CF_NT_REAL_OWN(ONE, VAR)

#endif
