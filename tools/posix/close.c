/* SPDX-License-Identifier: MIT */
/*
 * tools/posix/close.c - closes the descriptors that a process inherited and must not keep open.
 *
 * What happens if a process dies here: the kernel closes the rest.
 */
#include <config.h>

#include <unistd.h>

#include "tools/system.h"

#ifdef HAVE_CLOSEFROM
void system_close_from(int first)
{
	(void)closefrom(first);
}
#else
void system_close_from(int first)
{
	long limit = sysconf(_SC_OPEN_MAX);

	for (long fd = first; fd < limit; fd++)
		close((int)fd);
}
#endif
