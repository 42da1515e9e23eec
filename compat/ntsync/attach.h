/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/attach.h - when and how a process that was given this library becomes part of an
 * environment: with its first opening of the device, or its first request on an object that it
 * inherited or was sent.
 *
 * Until then nothing has happened but the look-up of some symbols.
 *
 * What happens if a process dies here: core/environment.c says it.
 */
#ifndef CF_NT_ATTACH_H
#define CF_NT_ATTACH_H

#include <stdbool.h>
#include <stdint.h>

#include <carafe/status.h>

#include "compat/ntsync/inside.h"
#include "core/atomic.h"
#include "core/environment.h"

#define CF_NT_PATH "/dev/ntsync"

/* The address of the environment, or 0; set once, by CAS. */
extern cf_word cf_nt_attached;

/* The environment if there is one already. [signal-safe] */
static inline struct carafe_environment *cf_nt_environment(void)
{
	return (struct carafe_environment *)(uintptr_t)cf_load(&cf_nt_attached);
}

/* Another number in each child of fork(): what its threads have in the environment is their own. */
extern CF_NT_INSIDE unsigned cf_nt_life;

/* The environment, entered if need be.  Not in a child of vfork(). */
carafe_status cf_nt_attach(struct carafe_environment **environment);

/* CARAFE_NTSYNC=kernel: this library serves nothing. */
bool cf_nt_off(void);

/*
 * Whether this is the process that the words and the environment belong to, not a child of vfork()
 * or of a bare system call, which shares or copies them without being a user of the environment.
 * [signal-safe]
 */
bool cf_nt_at_home(void);

#endif
