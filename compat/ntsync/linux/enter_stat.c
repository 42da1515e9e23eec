/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/linux/enter_stat.c - in front of the variants of access() and stat() in glibc and
 * musl: for large files, for another time, and by the version of the structure.
 *
 * What happens if a process dies here: nothing was changed.
 */
#include <config.h>

#include "compat/ntsync/serve.h"

int cf_nt_enter_euidaccess(const char *path, int mode) CF_NT_ENTER("euidaccess");
int cf_nt_enter_eaccess(const char *path, int mode) CF_NT_ENTER("eaccess");
int cf_nt_enter_stat64(const char *path, void *info) CF_NT_ENTER("stat64");
int cf_nt_enter_lstat64(const char *path, void *info) CF_NT_ENTER("lstat64");
int cf_nt_enter_fstatat64(int folder, const char *path, void *info, int flags)
	CF_NT_ENTER("fstatat64");
int cf_nt_enter_stat_time64(const char *path, void *info) CF_NT_ENTER("__stat64_time64");
int cf_nt_enter_lstat_time64(const char *path, void *info) CF_NT_ENTER("__lstat64_time64");
int cf_nt_enter_fstatat_time64(int folder, const char *path, void *info, int flags)
	CF_NT_ENTER("__fstatat64_time64");
int cf_nt_enter_statx(int folder, const char *path, int flags, unsigned mask, void *info)
	CF_NT_ENTER("statx");
int cf_nt_enter_xstat(int version, const char *path, void *info) CF_NT_ENTER("__xstat");
int cf_nt_enter_xstat64(int version, const char *path, void *info) CF_NT_ENTER("__xstat64");
int cf_nt_enter_lxstat(int version, const char *path, void *info) CF_NT_ENTER("__lxstat");
int cf_nt_enter_lxstat64(int version, const char *path, void *info) CF_NT_ENTER("__lxstat64");
int cf_nt_enter_fxstatat(int version, int folder, const char *path, void *info, int flags)
	CF_NT_ENTER("__fxstatat");
int cf_nt_enter_fxstatat64(int version, int folder, const char *path, void *info, int flags)
	CF_NT_ENTER("__fxstatat64");

int cf_nt_enter_euidaccess(const char *path, int mode)
{
	return cf_nt_real.euidaccess(cf_nt_shown(path), mode);
}

int cf_nt_enter_eaccess(const char *path, int mode)
{
	return cf_nt_real.euidaccess(cf_nt_shown(path), mode);
}

int cf_nt_enter_stat64(const char *path, void *info)
{
	return cf_nt_real.stat64(cf_nt_shown(path), info);
}

int cf_nt_enter_lstat64(const char *path, void *info)
{
	return cf_nt_real.lstat64(cf_nt_shown(path), info);
}

int cf_nt_enter_fstatat64(int folder, const char *path, void *info, int flags)
{
	return cf_nt_real.fstatat64(folder, cf_nt_shown(path), info, flags);
}

int cf_nt_enter_stat_time64(const char *path, void *info)
{
	return cf_nt_real.stat_time64(cf_nt_shown(path), info);
}

int cf_nt_enter_lstat_time64(const char *path, void *info)
{
	return cf_nt_real.lstat_time64(cf_nt_shown(path), info);
}

int cf_nt_enter_fstatat_time64(int folder, const char *path, void *info, int flags)
{
	return cf_nt_real.fstatat_time64(folder, cf_nt_shown(path), info, flags);
}

int cf_nt_enter_statx(int folder, const char *path, int flags, unsigned mask, void *info)
{
	return cf_nt_real.statx(folder, cf_nt_shown(path), flags, mask, info);
}

int cf_nt_enter_xstat(int version, const char *path, void *info)
{
	return cf_nt_real.xstat(version, cf_nt_shown(path), info);
}

int cf_nt_enter_xstat64(int version, const char *path, void *info)
{
	return cf_nt_real.xstat64(version, cf_nt_shown(path), info);
}

int cf_nt_enter_lxstat(int version, const char *path, void *info)
{
	return cf_nt_real.lxstat(version, cf_nt_shown(path), info);
}

int cf_nt_enter_lxstat64(int version, const char *path, void *info)
{
	return cf_nt_real.lxstat64(version, cf_nt_shown(path), info);
}

int cf_nt_enter_fxstatat(int version, int folder, const char *path, void *info, int flags)
{
	return cf_nt_real.fxstatat(version, folder, cf_nt_shown(path), info, flags);
}

int cf_nt_enter_fxstatat64(int version, int folder, const char *path, void *info, int flags)
{
	return cf_nt_real.fxstatat64(version, folder, cf_nt_shown(path), info, flags);
}
