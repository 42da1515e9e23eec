/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/errno.c - the errno for a status.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <errno.h>

#include "compat/ntsync/object.h"

int cf_nt_errno(carafe_status status)
{
	switch (status) {
	case CARAFE_STATUS_OBJECT_NAME_NOT_FOUND:
	case CARAFE_STATUS_OBJECT_PATH_NOT_FOUND:
		return ENOENT;
	case CARAFE_STATUS_ACCESS_DENIED:
		return EACCES;
	case CARAFE_STATUS_DISK_FULL:
		return ENOSPC;
	case CARAFE_STATUS_TOO_MANY_OPENED_FILES:
		return EMFILE;
	case CARAFE_STATUS_NO_MEMORY:
	case CARAFE_STATUS_INSUFFICIENT_RESOURCES:
		return ENOMEM;
	case CARAFE_STATUS_DEVICE_NOT_READY:
		return EAGAIN;
	case CARAFE_STATUS_FILE_CORRUPT_ERROR:
	case CARAFE_STATUS_IO_DEVICE_ERROR:
		return EIO;
	case CARAFE_STATUS_OBJECT_TYPE_MISMATCH:
	case CARAFE_STATUS_INVALID_HANDLE:
		return EINVAL;
	case CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED:
		return EOVERFLOW;
	case CARAFE_STATUS_MUTANT_NOT_OWNED:
		return EPERM;
	case CARAFE_STATUS_TIMEOUT:
		return ETIMEDOUT;
	case CARAFE_STATUS_CANCELLED:
		return EINTR;
	default:
		/* There is something at this place which is not for us. */
		return ENODEV;
	}
}
