/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/serve.h - what the functions in front of the C library's variants of one call share.
 *
 * What happens if a process dies here: compat/ntsync/create.c and compat/ntsync/request.h say it.
 */
#ifndef CF_NT_SERVE_H
#define CF_NT_SERVE_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>

#include "compat/ntsync/enter.h"
#include "compat/ntsync/object.h"
#include "compat/ntsync/request.h"

/* An opening with it opens nothing. */
#ifndef O_PATH
#define O_PATH 0
#endif

/* Whether this opens the device. */
static inline bool cf_nt_is_device(const char *path, int flags)
{
	return cf_nt_is_path(path) && (flags & O_PATH) == 0;
}

/* Opens it: the result of open(). */
CF_NT_ASIDE int cf_nt_device(int flags);

/*
 * The path to look at instead of that of the device: a program that looks before it opens shall find
 * one.  It finds a character device that everybody may read and write, as the kernel's is; its
 * numbers are those of /dev/null, which answers in its stead, since the driver's are not fixed.
 */
static inline const char *cf_nt_shown(const char *path)
{
	return cf_nt_is_path(path) ? "/dev/null" : path;
}

/* Makes a request: the result of ioctl().  False: it is somebody else's. */
static inline bool cf_nt_serve(int fd, unsigned long request, void *argument, int *result)
{
	*result = cf_nt_request(fd, request, argument);
	if (*result == CF_NT_NOT_OURS)
		return false;
	if (*result < 0) {
		errno = -*result;
		*result = -1;
	}
	return true;
}

#endif
