/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/enter_stat.c - in front of access() and stat() and their kin: a program that looks
 * before it opens shall find the device.
 *
 * What happens if a process dies here: nothing was changed.
 */
#include <config.h>

#include "compat/ntsync/serve.h"

int cf_nt_enter_access(const char *path, int mode) CF_NT_ENTER("access");
int cf_nt_enter_faccessat(int folder, const char *path, int mode, int flags)
	CF_NT_ENTER("faccessat");
int cf_nt_enter_stat(const char *path, void *info) CF_NT_ENTER("stat");
int cf_nt_enter_lstat(const char *path, void *info) CF_NT_ENTER("lstat");
int cf_nt_enter_fstatat(int folder, const char *path, void *info, int flags) CF_NT_ENTER("fstatat");

int cf_nt_enter_access(const char *path, int mode)
{
	return cf_nt_real.access(cf_nt_shown(path), mode);
}

int cf_nt_enter_faccessat(int folder, const char *path, int mode, int flags)
{
	return cf_nt_real.faccessat(folder, cf_nt_shown(path), mode, flags);
}

int cf_nt_enter_stat(const char *path, void *info)
{
	return cf_nt_real.stat(cf_nt_shown(path), info);
}

int cf_nt_enter_lstat(const char *path, void *info)
{
	return cf_nt_real.lstat(cf_nt_shown(path), info);
}

int cf_nt_enter_fstatat(int folder, const char *path, void *info, int flags)
{
	return cf_nt_real.fstatat(folder, cf_nt_shown(path), info, flags);
}
