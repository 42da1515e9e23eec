/* SPDX-License-Identifier: MIT */
/*
 * tools/posix/features.c - where the system has no features that come and go with the kernel's version
 * or a sandbox, and no ntsync device of its own.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include "tools/system.h"

size_t system_features(struct system_feature *features, size_t size)
{
	(void)features, (void)size;
	return 0;
}

bool system_ntsync_device(void)
{
	return false;
}

#ifdef CARAFE_SERVES_NTSYNC
#define SERVES true
#else
#define SERVES false
#endif

bool system_has_ntsync_abi(void)
{
	return SERVES;
}
