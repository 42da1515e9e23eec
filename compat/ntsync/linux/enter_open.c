/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/linux/enter_open.c - in front of the variants of open() in glibc and musl: for large
 * files, and fortified.
 *
 * What happens if a process dies here: compat/ntsync/create.c says it.
 */
#include <config.h>

#include "compat/ntsync/serve.h"

int cf_nt_enter_open64(const char *path, int flags, mode_t mode) CF_NT_ENTER("open64");
int cf_nt_enter_openat64(int folder, const char *path, int flags, mode_t mode)
	CF_NT_ENTER("openat64");
int cf_nt_enter_open_2(const char *path, int flags) CF_NT_ENTER("__open_2");
int cf_nt_enter_open64_2(const char *path, int flags) CF_NT_ENTER("__open64_2");
int cf_nt_enter_openat_2(int folder, const char *path, int flags) CF_NT_ENTER("__openat_2");
int cf_nt_enter_openat64_2(int folder, const char *path, int flags) CF_NT_ENTER("__openat64_2");
int cf_nt_enter_creat64(const char *path, mode_t mode) CF_NT_ENTER("creat64");

int cf_nt_enter_open64(const char *path, int flags, mode_t mode)
{
	if (cf_nt_is_device(path, flags))
		return cf_nt_device(flags);
	return cf_nt_real.open64(path, flags, mode);
}

int cf_nt_enter_openat64(int folder, const char *path, int flags, mode_t mode)
{
	if (cf_nt_is_device(path, flags))
		return cf_nt_device(flags);
	return cf_nt_real.openat64(folder, path, flags, mode);
}

/* The fortified ones are called without a mode, and end the program if there should be one. */
int cf_nt_enter_open_2(const char *path, int flags)
{
	return cf_nt_is_device(path, flags) ? cf_nt_device(flags) : cf_nt_real.open_2(path, flags);
}

int cf_nt_enter_open64_2(const char *path, int flags)
{
	return cf_nt_is_device(path, flags) ? cf_nt_device(flags) :
					      cf_nt_real.open64_2(path, flags);
}

int cf_nt_enter_openat_2(int folder, const char *path, int flags)
{
	return cf_nt_is_device(path, flags) ? cf_nt_device(flags) :
					      cf_nt_real.openat_2(folder, path, flags);
}

int cf_nt_enter_openat64_2(int folder, const char *path, int flags)
{
	return cf_nt_is_device(path, flags) ? cf_nt_device(flags) :
					      cf_nt_real.openat64_2(folder, path, flags);
}

int cf_nt_enter_creat64(const char *path, mode_t mode)
{
	if (cf_nt_is_device(path, O_WRONLY))
		return cf_nt_device(O_WRONLY);
	return cf_nt_real.creat64(path, mode);
}
