/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/enter_open.c - in front of open() and its kin.
 *
 * The mode is handed on as it came, whether the flags ask for one or not (compat/ntsync/real.h).
 *
 * What happens if a process dies here: compat/ntsync/create.c says it.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "compat/ntsync/enter.h"
#include "compat/ntsync/object.h"

int cf_nt_enter_open(const char *path, int flags, mode_t mode) CF_NT_ENTER("open");
int cf_nt_enter_open64(const char *path, int flags, mode_t mode) CF_NT_ENTER("open64");
int cf_nt_enter_openat(int folder, const char *path, int flags, mode_t mode) CF_NT_ENTER("openat");
int cf_nt_enter_openat64(int folder, const char *path, int flags, mode_t mode)
	CF_NT_ENTER("openat64");
int cf_nt_enter_open_2(const char *path, int flags) CF_NT_ENTER("__open_2");
int cf_nt_enter_open64_2(const char *path, int flags) CF_NT_ENTER("__open64_2");
int cf_nt_enter_openat_2(int folder, const char *path, int flags) CF_NT_ENTER("__openat_2");
int cf_nt_enter_openat64_2(int folder, const char *path, int flags) CF_NT_ENTER("__openat64_2");
int cf_nt_enter_creat(const char *path, mode_t mode) CF_NT_ENTER("creat");
int cf_nt_enter_creat64(const char *path, mode_t mode) CF_NT_ENTER("creat64");

bool cf_nt_is_path_after_all(const char *path)
{
	return strcmp(path, CF_NT_PATH) == 0 && !cf_nt_off();
}

static inline bool is_device(const char *path, int flags)
{
	return cf_nt_is_path(path) && (flags & O_PATH) == 0;
}

CF_NT_ASIDE static int device(int flags)
{
	int fd = cf_nt_open_device(flags);

	if (fd >= 0)
		return fd;
	errno = -fd;
	return -1;
}

int cf_nt_enter_open(const char *path, int flags, mode_t mode)
{
	if (is_device(path, flags))
		return device(flags);
	return cf_nt_real.open(path, flags, mode);
}

int cf_nt_enter_open64(const char *path, int flags, mode_t mode)
{
	if (is_device(path, flags))
		return device(flags);
	return cf_nt_real.open64(path, flags, mode);
}

int cf_nt_enter_openat(int folder, const char *path, int flags, mode_t mode)
{
	if (is_device(path, flags))
		return device(flags);
	return cf_nt_real.openat(folder, path, flags, mode);
}

int cf_nt_enter_openat64(int folder, const char *path, int flags, mode_t mode)
{
	if (is_device(path, flags))
		return device(flags);
	return cf_nt_real.openat64(folder, path, flags, mode);
}

/* The fortified ones are called without a mode, and end the program if there should be one. */
int cf_nt_enter_open_2(const char *path, int flags)
{
	return is_device(path, flags) ? device(flags) : cf_nt_real.open_2(path, flags);
}

int cf_nt_enter_open64_2(const char *path, int flags)
{
	return is_device(path, flags) ? device(flags) : cf_nt_real.open64_2(path, flags);
}

int cf_nt_enter_openat_2(int folder, const char *path, int flags)
{
	return is_device(path, flags) ? device(flags) : cf_nt_real.openat_2(folder, path, flags);
}

int cf_nt_enter_openat64_2(int folder, const char *path, int flags)
{
	return is_device(path, flags) ? device(flags) : cf_nt_real.openat64_2(folder, path, flags);
}

int cf_nt_enter_creat(const char *path, mode_t mode)
{
	if (is_device(path, O_WRONLY))
		return device(O_WRONLY);
	return cf_nt_real.creat(path, mode);
}

int cf_nt_enter_creat64(const char *path, mode_t mode)
{
	if (is_device(path, O_WRONLY))
		return device(O_WRONLY);
	return cf_nt_real.creat64(path, mode);
}
