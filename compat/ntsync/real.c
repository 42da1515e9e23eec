/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/real.c - see compat/ntsync/real.h.
 *
 * What happens if a process dies here: it holds addresses of its own only.
 */
#include <config.h>

#include "compat/ntsync/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "core/atomic.h"

static struct cf_nt_real real;

/* 1 once `real` is complete.  Several threads may fill it at once: they write the same. */
static cf_word complete;

static long missing(void)
{
	errno = ENOSYS;
	return -1;
}

static FILE *missing_stream(void)
{
	errno = ENOSYS;
	return NULL;
}

struct name {
	const char *name;
	size_t offset;
	const char *other; /* of a C library that has no large-file variant, because all are */
};

#define NAME(member, symbol, other) { symbol, offsetof(struct cf_nt_real, member), other }

static const struct name names[] = {
	NAME(open, "open", NULL),
	NAME(open64, "open64", "open"),
	NAME(openat, "openat", NULL),
	NAME(openat64, "openat64", "openat"),
	NAME(creat, "creat", NULL),
	NAME(creat64, "creat64", "creat"),
	NAME(close, "close", NULL),
	NAME(close_range, "close_range", NULL),
	NAME(dup, "dup", NULL),
	NAME(dup2, "dup2", NULL),
	NAME(dup3, "dup3", NULL),
	NAME(fcntl, "fcntl", NULL),
	NAME(fcntl64, "fcntl64", "fcntl"),
	NAME(fclose, "fclose", NULL),
	NAME(freopen, "freopen", NULL),
	NAME(freopen64, "freopen64", "freopen"),
	NAME(ioctl, "ioctl", NULL),
	NAME(syscall, "syscall", NULL),
	NAME(access, "access", NULL),
	NAME(euidaccess, "euidaccess", "eaccess"),
	NAME(faccessat, "faccessat", NULL),
	NAME(stat, "stat", NULL),
	NAME(stat64, "stat64", "stat"),
	NAME(lstat, "lstat", NULL),
	NAME(lstat64, "lstat64", "lstat"),
	NAME(fstatat, "fstatat", NULL),
	NAME(fstatat64, "fstatat64", "fstatat"),
	NAME(statx, "statx", NULL),
	NAME(xstat, "__xstat", NULL),
	NAME(xstat64, "__xstat64", "__xstat"),
	NAME(lxstat, "__lxstat", NULL),
	NAME(lxstat64, "__lxstat64", "__lxstat"),
	NAME(fxstatat, "__fxstatat", NULL),
	NAME(fxstatat64, "__fxstatat64", "__fxstatat"),
};

_Static_assert(sizeof(names) / sizeof(names[0]) * sizeof(void (*)(void)) == sizeof(real),
	       "every member has its name");

static void find(const struct name *name)
{
	void *symbol = dlsym(RTLD_NEXT, name->name);
	void (*absent)(void) = (void (*)(void))missing;

	if (symbol == NULL && name->other != NULL)
		symbol = dlsym(RTLD_NEXT, name->other);
	if (strncmp(name->name, "freopen", 7) == 0)
		absent = (void (*)(void))missing_stream;
	/* POSIX: dlsym()'s result can be read as a pointer to a function. */
	if (symbol != NULL)
		memcpy((char *)&real + name->offset, &symbol, sizeof(symbol));
	else
		memcpy((char *)&real + name->offset, &absent, sizeof(absent));
}

static void find_all(void)
{
	int saved = errno;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		find(&names[i]);
	cf_store(&complete, 1);
	errno = saved;
}

const struct cf_nt_real *cf_nt_real(void)
{
	if (cf_load(&complete) == 0)
		find_all();
	return &real;
}
