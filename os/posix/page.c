/* SPDX-License-Identifier: MIT */
/*
 * os/posix/page.c - how large a page is.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <unistd.h>

#include "os/os.h"

uint32_t os_page_size(void)
{
	long size = sysconf(_SC_PAGESIZE);

	return size > 0 ? (uint32_t)size : 4096;
}
