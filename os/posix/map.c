/* SPDX-License-Identifier: MIT */
/*
 * os/posix/map.c - memory that all processes share.
 *
 * What happens if a process dies here: its mappings go with it; the file and what others map stays.
 */
#include <config.h>

#include <errno.h>
#include <sys/mman.h>

#include "os/os.h"
#include "os/posix/posix.h"

carafe_status os_map(int folder, int file, uint64_t size, bool read_only, void **base)
{
	void *address;

	(void)folder;
	if (size == 0)
		return CARAFE_STATUS_INVALID_PARAMETER;
	if (size > SIZE_MAX)
		return CARAFE_STATUS_NO_MEMORY;
	address = mmap(NULL, (size_t)size, read_only ? PROT_READ : PROT_READ | PROT_WRITE,
		       MAP_SHARED, file, 0);
	if (address == MAP_FAILED)
		return cf_errno_status(errno);
	*base = address;
	return CARAFE_STATUS_SUCCESS;
}

void os_unmap(void *base, uint64_t size)
{
	(void)munmap(base, (size_t)size);
}
