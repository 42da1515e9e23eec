/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/enter_open.c - in front of open() and its kin.
 *
 * The mode is handed on as it came, whether the flags ask for one or not (compat/ntsync/real.h).
 *
 * What happens if a process dies here: compat/ntsync/create.c says it.
 */
#include <config.h>

#include "compat/ntsync/serve.h"

int cf_nt_enter_open(const char *path, int flags, mode_t mode) CF_NT_ENTER("open");
int cf_nt_enter_openat(int folder, const char *path, int flags, mode_t mode) CF_NT_ENTER("openat");
int cf_nt_enter_creat(const char *path, mode_t mode) CF_NT_ENTER("creat");

int cf_nt_enter_open(const char *path, int flags, mode_t mode)
{
	if (cf_nt_is_device(path, flags))
		return cf_nt_device(flags);
	return cf_nt_real.open(path, flags, mode);
}

int cf_nt_enter_openat(int folder, const char *path, int flags, mode_t mode)
{
	if (cf_nt_is_device(path, flags))
		return cf_nt_device(flags);
	return cf_nt_real.openat(folder, path, flags, mode);
}

int cf_nt_enter_creat(const char *path, mode_t mode)
{
	if (cf_nt_is_device(path, O_WRONLY))
		return cf_nt_device(O_WRONLY);
	return cf_nt_real.creat(path, mode);
}
