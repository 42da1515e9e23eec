/* SPDX-License-Identifier: MIT */
/*
 * os/posix/resize.c - gives a file its size, where what is mapped is the file itself.
 *
 * What happens if a process dies here: the file has the size, or is empty.
 */
#include <config.h>

#include <errno.h>
#include <unistd.h>

#include "os/os.h"
#include "os/posix/posix.h"

carafe_status os_file_resize(int file, uint64_t size)
{
	if (size > INT64_MAX)
		return CARAFE_STATUS_INVALID_PARAMETER;
	while (ftruncate(file, (off_t)size) < 0) {
		if (errno != EINTR)
			return cf_errno_status(errno);
	}
	return CARAFE_STATUS_SUCCESS;
}
