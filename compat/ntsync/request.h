/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/request.h - the requests of the device and of its objects.
 *
 * Each checks in the order in which the kernel's driver does.
 *
 * What happens if a process dies here: core/ says it for each operation.
 */
#ifndef CF_NT_REQUEST_H
#define CF_NT_REQUEST_H

#include <stdbool.h>

#include "compat/ntsync/object.h"

/* Instead of a result: this descriptor does not know the request, the kernel shall answer. */
#define CF_NT_NOT_OURS (-65536)

/* Whether a number may be one of the requests: all others go by without another look. */
static inline bool cf_nt_is_request(unsigned long request)
{
	return (request & 0xff00u) == 'N' << 8 && (request & 0xffu) >= 0x80 &&
	       (request & 0xffu) <= 0x8d;
}

/* The result of ioctl(), -errno, or CF_NT_NOT_OURS. */
int cf_nt_request(int fd, unsigned long request, void *argument);

/* WAIT_ANY and WAIT_ALL on an opening of the device. */
int cf_nt_wait(const struct cf_nt_found *device, bool all, void *argument);

#endif
