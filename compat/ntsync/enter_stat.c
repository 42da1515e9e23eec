/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/enter_stat.c - in front of access() and stat() and their kin: a program that looks
 * before it opens shall find the device.
 *
 * It finds a character device that everybody may read and write, as the kernel's is; its numbers
 * are those of /dev/null, which answers in its stead, since the driver's are not fixed.
 *
 * What happens if a process dies here: nothing was changed.
 */
#include <config.h>

#include "compat/ntsync/enter.h"

#include <stddef.h>

#define STAND_IN "/dev/null"

int cf_nt_enter_access(const char *path, int mode) CF_NT_ENTER("access");
int cf_nt_enter_euidaccess(const char *path, int mode) CF_NT_ENTER("euidaccess");
int cf_nt_enter_eaccess(const char *path, int mode) CF_NT_ENTER("eaccess");
int cf_nt_enter_faccessat(int folder, const char *path, int mode, int flags)
	CF_NT_ENTER("faccessat");
int cf_nt_enter_stat(const char *path, void *info) CF_NT_ENTER("stat");
int cf_nt_enter_stat64(const char *path, void *info) CF_NT_ENTER("stat64");
int cf_nt_enter_lstat(const char *path, void *info) CF_NT_ENTER("lstat");
int cf_nt_enter_lstat64(const char *path, void *info) CF_NT_ENTER("lstat64");
int cf_nt_enter_fstatat(int folder, const char *path, void *info, int flags) CF_NT_ENTER("fstatat");
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

static const char *shown(const char *path)
{
	return cf_nt_is_path(path) ? STAND_IN : path;
}

int cf_nt_enter_access(const char *path, int mode)
{
	return cf_nt_real.access(shown(path), mode);
}

int cf_nt_enter_euidaccess(const char *path, int mode)
{
	return cf_nt_real.euidaccess(shown(path), mode);
}

int cf_nt_enter_eaccess(const char *path, int mode)
{
	return cf_nt_real.euidaccess(shown(path), mode);
}

int cf_nt_enter_faccessat(int folder, const char *path, int mode, int flags)
{
	return cf_nt_real.faccessat(folder, shown(path), mode, flags);
}

int cf_nt_enter_stat(const char *path, void *info)
{
	return cf_nt_real.stat(shown(path), info);
}

int cf_nt_enter_stat64(const char *path, void *info)
{
	return cf_nt_real.stat64(shown(path), info);
}

int cf_nt_enter_lstat(const char *path, void *info)
{
	return cf_nt_real.lstat(shown(path), info);
}

int cf_nt_enter_lstat64(const char *path, void *info)
{
	return cf_nt_real.lstat64(shown(path), info);
}

int cf_nt_enter_fstatat(int folder, const char *path, void *info, int flags)
{
	return cf_nt_real.fstatat(folder, shown(path), info, flags);
}

int cf_nt_enter_fstatat64(int folder, const char *path, void *info, int flags)
{
	return cf_nt_real.fstatat64(folder, shown(path), info, flags);
}

int cf_nt_enter_stat_time64(const char *path, void *info)
{
	return cf_nt_real.stat_time64(shown(path), info);
}

int cf_nt_enter_lstat_time64(const char *path, void *info)
{
	return cf_nt_real.lstat_time64(shown(path), info);
}

int cf_nt_enter_fstatat_time64(int folder, const char *path, void *info, int flags)
{
	return cf_nt_real.fstatat_time64(folder, shown(path), info, flags);
}

int cf_nt_enter_statx(int folder, const char *path, int flags, unsigned mask, void *info)
{
	return cf_nt_real.statx(folder, shown(path), flags, mask, info);
}

int cf_nt_enter_xstat(int version, const char *path, void *info)
{
	return cf_nt_real.xstat(version, shown(path), info);
}

int cf_nt_enter_xstat64(int version, const char *path, void *info)
{
	return cf_nt_real.xstat64(version, shown(path), info);
}

int cf_nt_enter_lxstat(int version, const char *path, void *info)
{
	return cf_nt_real.lxstat(version, shown(path), info);
}

int cf_nt_enter_lxstat64(int version, const char *path, void *info)
{
	return cf_nt_real.lxstat64(version, shown(path), info);
}

int cf_nt_enter_fxstatat(int version, int folder, const char *path, void *info, int flags)
{
	return cf_nt_real.fxstatat(version, folder, shown(path), info, flags);
}

int cf_nt_enter_fxstatat64(int version, int folder, const char *path, void *info, int flags)
{
	return cf_nt_real.fxstatat64(version, folder, shown(path), info, flags);
}
