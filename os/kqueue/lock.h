/* SPDX-License-Identifier: MIT */
/*
 * os/kqueue/lock.h - how the file of a numbered lock is called in the folder that a lock file is
 * here (os/kqueue/lock.c).
 *
 * What happens if a process dies here: nothing; these are names.
 */
#ifndef CF_KQUEUE_LOCK_H
#define CF_KQUEUE_LOCK_H

#include <stdint.h>

/* Eight hexadecimal digits. */
#define CF_LOCK_NAME 9

/* [signal-safe] */
void cf_lock_name(uint32_t number, char name[CF_LOCK_NAME]);

#endif
