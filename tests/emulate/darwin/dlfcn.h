/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/darwin/dlfcn.h - functions that some releases of macOS have.
 */
#include_next <dlfcn.h>

#ifndef CARAFE_EMULATE_DLFCN_H
#define CARAFE_EMULATE_DLFCN_H

void *emulate_dlsym(void *library, const char *name);
#define dlsym emulate_dlsym

#endif
