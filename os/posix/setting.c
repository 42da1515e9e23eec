/* SPDX-License-Identifier: MIT */
/*
 * os/posix/setting.c - variables of the environment, but not those that a stranger set for us.
 *
 * issetugid() knows of rights that the program had and gave up, or that a file of capabilities gave
 * it; without that call only the difference between the user and the effective user shows.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <stdlib.h>
#include <unistd.h>

#include "os/os.h"

#ifdef HAVE_ISSETUGID
static bool has_foreign_rights(void)
{
	return issetugid() != 0;
}
#else
static bool has_foreign_rights(void)
{
	return getuid() != geteuid() || getgid() != getegid();
}
#endif

const char *os_setting(const char *name)
{
	return has_foreign_rights() ? NULL : getenv(name);
}
