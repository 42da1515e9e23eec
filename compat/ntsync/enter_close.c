/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/enter_close.c - in front of all that closes or duplicates descriptors.
 *
 * The library's own calls do not come by here: the linker gives it __wrap_close() instead, so that
 * it can close what programs cannot.
 *
 * What happens if a process dies here: compat/ntsync/closing.h says it.
 */
#include <config.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "compat/ntsync/closing.h"
#include "compat/ntsync/descriptor.h"
#include "compat/ntsync/enter.h"

int cf_nt_enter_close(int fd) CF_NT_ENTER("close");
int cf_nt_enter_close_range(unsigned first, unsigned last, int flags) CF_NT_ENTER("close_range");
int cf_nt_enter_closefrom(int first) CF_NT_ENTER("closefrom");
int cf_nt_enter_dup(int fd) CF_NT_ENTER("dup");
int cf_nt_enter_dup2(int from, int to) CF_NT_ENTER("dup2");
int cf_nt_enter_dup3(int from, int to, int flags) CF_NT_ENTER("dup3");
int cf_nt_enter_fclose(FILE *stream) CF_NT_ENTER("fclose");
FILE *cf_nt_enter_freopen(const char *path, const char *mode, FILE *stream) CF_NT_ENTER("freopen");

int __wrap_close(int fd);

/* What the library calls instead of close(). */
int __wrap_close(int fd)
{
	return cf_nt_real.close(fd);
}

int cf_nt_enter_close(int fd)
{
	return cf_nt_close(fd);
}

int cf_nt_enter_close_range(unsigned first, unsigned last, int flags)
{
	return cf_nt_close_range(first, last, (unsigned)flags);
}

/* Not every system has a range to close, nor has Linux before 5.9. */
static void close_each(int first)
{
	long end = sysconf(_SC_OPEN_MAX);

	if (end < (long)cf_load32(&cf_nt_known_end))
		end = (long)cf_load32(&cf_nt_known_end);
	for (int fd = first; fd < end && fd < INT_MAX; fd++)
		(void)cf_nt_close(fd);
}

int cf_nt_close_from(int first)
{
	int from = first > 0 ? first : 0;

	if (cf_nt_close_range((unsigned)from, UINT_MAX, 0) < 0)
		close_each(from);
	return 0;
}

/* Some systems' returns nothing. */
int cf_nt_enter_closefrom(int first)
{
	return cf_nt_close_from(first);
}

/* What nothing is known of is duplicated by a jump; see cf_nt_close(). */
int cf_nt_enter_dup(int fd)
{
	if (!cf_nt_known(fd))
		return cf_nt_real.dup(fd);
	return cf_nt_duplicated(fd, cf_nt_real.dup(fd));
}

static int call_dup2(int from, int to, int flags)
{
	(void)flags;
	return cf_nt_real.dup2(from, to);
}

static int call_dup3(int from, int to, int flags)
{
	return cf_nt_real.dup3(from, to, flags);
}

int cf_nt_enter_dup2(int from, int to)
{
	return cf_nt_replace(from, to, 0, call_dup2);
}

int cf_nt_enter_dup3(int from, int to, int flags)
{
	return cf_nt_replace(from, to, flags, call_dup3);
}

/* Streams are closed inside the C library, where we cannot see it. */
int cf_nt_enter_fclose(FILE *stream)
{
	int fd = cf_load32(&cf_nt_known_end) == 0 ? -1 : fileno(stream), result;
	struct cf_nt_closing closing;

	if (fd < 0 || !cf_nt_known(fd))
		return cf_nt_real.fclose(stream);
	cf_nt_closing(fd, &closing);
	result = cf_nt_real.fclose(stream);
	cf_nt_closed(&closing);
	return result;
}

FILE *cf_nt_reopen(FILE *(*call)(const char *, const char *, FILE *), const char *path,
		   const char *mode, FILE *stream)
{
	int fd = cf_load32(&cf_nt_known_end) == 0 ? -1 : fileno(stream);
	struct cf_nt_closing closing;
	FILE *result;

	if (fd < 0 || !cf_nt_known(fd))
		return call(path, mode, stream);
	cf_nt_closing(fd, &closing);
	result = call(path, mode, stream);
	cf_nt_closed(&closing);
	return result;
}

FILE *cf_nt_enter_freopen(const char *path, const char *mode, FILE *stream)
{
	return cf_nt_reopen(cf_nt_real.freopen, path, mode, stream);
}
