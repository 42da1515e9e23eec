/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/serve.c - see compat/ntsync/serve.h.
 *
 * What happens if a process dies here: compat/ntsync/create.c says it.
 */
#include <config.h>

#include "compat/ntsync/serve.h"

#include <string.h>

bool cf_nt_is_path_after_all(const char *path)
{
	return strcmp(path, CF_NT_PATH) == 0 && !cf_nt_off();
}

int cf_nt_device(int flags)
{
	int fd = cf_nt_open_device(flags);

	if (fd >= 0)
		return fd;
	errno = -fd;
	return -1;
}
