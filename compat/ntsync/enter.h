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

#include "compat/ntsync/attach.h"
#include "compat/ntsync/real.h"

/* The assembler's names on Linux are those of C. */
#define CF_NT_ENTER(name) __asm__(name) __attribute__((visibility("default")))

/* Whether a path is that of the device. */
static inline bool cf_nt_is_path(const char *path)
{
	static const char device[] = CF_NT_PATH;

	/* Most are told apart by one of the first bytes; none is read past its end. */
	if (path == NULL || path[0] != device[0] || path[1] != device[1])
		return false;
	for (size_t i = 2; i < sizeof(device); i++)
		if (path[i] != device[i])
			return false;
	return !cf_nt_off();
}

#endif
