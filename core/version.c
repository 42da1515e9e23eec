/* SPDX-License-Identifier: MIT */
/*
 * version.c - the version of the running library.
 *
 * Constant data only.  A process that dies here leaves nothing behind.
 */
#include <carafe/version.h>

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

const char *carafe_version(void)
{
	return TEXT(CARAFE_VERSION_MAJOR) "." TEXT(CARAFE_VERSION_MINOR) "." TEXT(
		CARAFE_VERSION_PATCH);
}
