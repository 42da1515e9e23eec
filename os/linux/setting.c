/* SPDX-License-Identifier: MIT */
/*
 * os/linux/setting.c - variables of the environment, but not those that a stranger set for us.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <stdlib.h>
#include <sys/auxv.h>

#include "os/os.h"

const char *os_setting(const char *name)
{
	return getauxval(AT_SECURE) != 0 ? NULL : getenv(name);
}
