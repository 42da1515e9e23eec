/* SPDX-License-Identifier: MIT */
/*
 * os/darwin/symbol.c - functions that only some releases of the system have.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <dlfcn.h>

#include "os/darwin/park.h"

void *cf_system_symbol(const char *name)
{
	return dlsym(RTLD_DEFAULT, name);
}
