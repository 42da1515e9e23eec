/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/enter_ioctl.c - in front of ioctl().
 *
 * What happens if a process dies here: compat/ntsync/request.h says it.
 */
#include <config.h>

#include "compat/ntsync/serve.h"

int cf_nt_enter_ioctl(int fd, unsigned long request, void *argument) CF_NT_ENTER("ioctl");

int cf_nt_enter_ioctl(int fd, unsigned long request, void *argument)
{
	int result;

	if (cf_nt_is_request(request) && cf_nt_serve(fd, request, argument, &result))
		return result;
	return cf_nt_real.ioctl(fd, request, argument);
}
