/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/enter_open.c - in front of open() and its kin.
 *
 * A number that the kernel hands out was free, so whatever was remembered of it is over.
 *
 * What happens if a process dies here: compat/ntsync/create.c says it.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>

#include "compat/ntsync/enter.h"
#include "compat/ntsync/object.h"

int cf_nt_enter_open(const char *path, int flags, ...) CF_NT_ENTER("open");
int cf_nt_enter_open64(const char *path, int flags, ...) CF_NT_ENTER("open64");
int cf_nt_enter_openat(int folder, const char *path, int flags, ...) CF_NT_ENTER("openat");
int cf_nt_enter_openat64(int folder, const char *path, int flags, ...) CF_NT_ENTER("openat64");
int cf_nt_enter_open_2(const char *path, int flags) CF_NT_ENTER("__open_2");
int cf_nt_enter_open64_2(const char *path, int flags) CF_NT_ENTER("__open64_2");
int cf_nt_enter_openat_2(int folder, const char *path, int flags) CF_NT_ENTER("__openat_2");
int cf_nt_enter_openat64_2(int folder, const char *path, int flags) CF_NT_ENTER("__openat64_2");
int cf_nt_enter_creat(const char *path, mode_t mode) CF_NT_ENTER("creat");
int cf_nt_enter_creat64(const char *path, mode_t mode) CF_NT_ENTER("creat64");

#ifdef O_TMPFILE
#define WITH_MODE(flags) (((flags) & O_CREAT) != 0 || ((flags) & O_TMPFILE) == O_TMPFILE)
#else
#define WITH_MODE(flags) (((flags) & O_CREAT) != 0)
#endif

/* The mode that follows flags in a list of arguments, if one does. */
#define TAKE_MODE(mode, flags)				\
	do {						\
		va_list list;				\
							\
		va_start(list, flags);			\
		if (WITH_MODE(flags))			\
			mode = va_arg(list, mode_t);	\
		va_end(list);				\
	} while (0)

static bool is_device(const char *path, int flags)
{
	return cf_nt_is_path(path) && (flags & O_PATH) == 0;
}

static int device(int flags)
{
	int fd = cf_nt_open_device(flags);

	if (fd >= 0)
		return fd;
	errno = -fd;
	return -1;
}

static int opened(int fd)
{
	if (fd >= 0 && cf_nt_known(fd))
		cf_nt_forget(fd);
	return fd;
}

int cf_nt_enter_open(const char *path, int flags, ...)
{
	mode_t mode = 0;

	TAKE_MODE(mode, flags);
	if (is_device(path, flags))
		return device(flags);
	return opened(cf_nt_real()->open(path, flags, mode));
}

int cf_nt_enter_open64(const char *path, int flags, ...)
{
	mode_t mode = 0;

	TAKE_MODE(mode, flags);
	if (is_device(path, flags))
		return device(flags);
	return opened(cf_nt_real()->open64(path, flags, mode));
}

int cf_nt_enter_openat(int folder, const char *path, int flags, ...)
{
	mode_t mode = 0;

	TAKE_MODE(mode, flags);
	if (is_device(path, flags))
		return device(flags);
	return opened(cf_nt_real()->openat(folder, path, flags, mode));
}

int cf_nt_enter_openat64(int folder, const char *path, int flags, ...)
{
	mode_t mode = 0;

	TAKE_MODE(mode, flags);
	if (is_device(path, flags))
		return device(flags);
	return opened(cf_nt_real()->openat64(folder, path, flags, mode));
}

/* The fortified ones are called without a mode only. */
int cf_nt_enter_open_2(const char *path, int flags)
{
	return is_device(path, flags) ? device(flags) : opened(cf_nt_real()->open(path, flags));
}

int cf_nt_enter_open64_2(const char *path, int flags)
{
	return is_device(path, flags) ? device(flags) : opened(cf_nt_real()->open64(path, flags));
}

int cf_nt_enter_openat_2(int folder, const char *path, int flags)
{
	return is_device(path, flags) ? device(flags) :
					opened(cf_nt_real()->openat(folder, path, flags));
}

int cf_nt_enter_openat64_2(int folder, const char *path, int flags)
{
	return is_device(path, flags) ? device(flags) :
					opened(cf_nt_real()->openat64(folder, path, flags));
}

int cf_nt_enter_creat(const char *path, mode_t mode)
{
	return cf_nt_is_path(path) ? device(O_WRONLY) : opened(cf_nt_real()->creat(path, mode));
}

int cf_nt_enter_creat64(const char *path, mode_t mode)
{
	return cf_nt_is_path(path) ? device(O_WRONLY) : opened(cf_nt_real()->creat64(path, mode));
}
