/* SPDX-License-Identifier: MIT */
/*
 * os/posix/errno.c - the status for a value of errno.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <errno.h>

#include "os/posix/posix.h"

carafe_status cf_errno_status(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
	case EROFS:
	case ELOOP:
	case EISDIR:
		return CARAFE_STATUS_ACCESS_DENIED;
	case ENOENT:
		return CARAFE_STATUS_OBJECT_NAME_NOT_FOUND;
	case ENOTDIR:
		return CARAFE_STATUS_OBJECT_PATH_NOT_FOUND;
	case ENAMETOOLONG:
		return CARAFE_STATUS_OBJECT_PATH_INVALID;
	case EEXIST:
	case ENOTEMPTY:
		return CARAFE_STATUS_OBJECT_NAME_COLLISION;
	case ENOSPC:
	case EFBIG:
#ifdef EDQUOT
	case EDQUOT:
#endif
		return CARAFE_STATUS_DISK_FULL;
	case EMFILE:
	case ENFILE:
		return CARAFE_STATUS_TOO_MANY_OPENED_FILES;
	case ENOMEM:
		return CARAFE_STATUS_NO_MEMORY;
	case EAGAIN:
	case ENOLCK:
		return CARAFE_STATUS_INSUFFICIENT_RESOURCES;
	case EIO:
		return CARAFE_STATUS_IO_DEVICE_ERROR;
	case EINVAL:
		return CARAFE_STATUS_INVALID_PARAMETER;
	case ENOSYS:
	case EOPNOTSUPP:
		return CARAFE_STATUS_NOT_SUPPORTED;
	default:
		return CARAFE_STATUS_UNSUCCESSFUL;
	}
}
