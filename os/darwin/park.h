/* SPDX-License-Identifier: MIT */
/*
 * os/darwin/park.h - what the files of os/darwin/ share: which calls there are to sleep by, the
 * system's symbols, and when a file was made.
 */
#ifndef CARAFE_OS_DARWIN_PARK_H
#define CARAFE_OS_DARWIN_PARK_H

#include <stdbool.h>
#include <stdint.h>

enum cf_sleeper {
	CF_SLEEPER_NONE,
	CF_SLEEPER_ULOCK,	/* __ulock_wait, macOS 10.15 */
	CF_SLEEPER_ULOCK2,	/* __ulock_wait2, macOS 11 */
	CF_SLEEPER_OS_SYNC	/* os_sync_wait_on_address, macOS 14.4 */
};

/*
 * The best of them that this system has.  The first call looks the symbols up and is not for signal
 * handlers; nobody sleeps before it.
 */
enum cf_sleeper cf_park_prepare(void);

/* A function of the system's libraries, or NULL. */
void *cf_system_symbol(const char *name);

/* When the file was made, in nanoseconds; 0 when the file system does not know. */
uint64_t cf_file_birth(int file);

#endif
