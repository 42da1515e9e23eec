/* SPDX-License-Identifier: MIT */
/*
 * tools/preload.h - the library that serves the ntsync ABI, and how a program gets it.
 *
 * What happens if a process dies here: nothing.
 */
#ifndef CARAFE_TOOLS_PRELOAD_H
#define CARAFE_TOOLS_PRELOAD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Finds it: $CARAFE_PRELOAD when that is set and not empty, else beside a program that was not
 * installed, else where it is installed.  False, with the reason in *why (constant), when there is
 * none that can be preloaded; path is then where it was looked for.  Where libraries of both widths
 * are installed, and in what CARAFE_PRELOAD says, it may hold the loader's word $LIB.
 */
bool preload_find(char *path, size_t size, const char **why);

/* Whether the loader takes the path for programs of 32 and of 64 bits. */
bool preload_serves_both(const char *path);

/* Puts it before what LD_PRELOAD (macOS: DYLD_INSERT_LIBRARIES) says in this process; false when there is no memory. */
bool preload_set(const char *path);

/* Whether this process itself was started with it. */
bool preload_is_set(void);

#endif
