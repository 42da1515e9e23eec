/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/enter.h - how a function of ours takes the place of one of the C library's.
 *
 * Each has a name of its own in C and the other's name in the object file: so the headers'
 * declarations, macros and variants of it (large files, fortified ones) cannot get in the way.
 *
 * All of them call the function behind them when the matter is none of ours, after one or two
 * predictable branches; they take no lock, allocate nothing and may be called before the
 * constructors, in a handler and in a child of vfork().
 *
 * What happens if a process dies here: nothing that it has not in the functions called.
 */
#ifndef CF_NT_ENTER_H
#define CF_NT_ENTER_H

#include <stdbool.h>
#include <stddef.h>

#include "compat/ntsync/attach.h"
#include "compat/ntsync/inside.h"
#include "compat/ntsync/real.h"

/* The assembler's names on Linux are those of C. */
#define CF_NT_ENTER(name) __asm__(name) __attribute__((visibility("default")))

/* The same for a path that begins as that of the device does. */
CF_NT_ASIDE bool cf_nt_is_path_after_all(const char *path);

/* Whether a path is that of the device.  None is read past its end. */
static inline bool cf_nt_is_path(const char *path)
{
	static const char device[] = CF_NT_PATH;

	return CF_NT_SELDOM(path != NULL && path[0] == device[0] && path[1] == device[1] &&
			    path[2] == device[2] && path[3] == device[3] && path[4] == device[4] &&
			    path[5] == device[5] && path[6] == device[6]) &&
	       cf_nt_is_path_after_all(path);
}

#endif
