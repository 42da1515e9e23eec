/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/enter_ioctl.c - in front of ioctl() and syscall().
 *
 * What happens if a process dies here: compat/ntsync/request.h says it.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "compat/ntsync/descriptor.h"
#include "compat/ntsync/enter.h"
#include "compat/ntsync/object.h"
#include "compat/ntsync/request.h"

int cf_nt_enter_ioctl(int fd, unsigned long request, ...) CF_NT_ENTER("ioctl");
long cf_nt_enter_syscall(long number, ...) CF_NT_ENTER("syscall");

/* The result for the program; false: somebody else's. */
static bool serve(int fd, unsigned long request, void *argument, int *result)
{
	*result = cf_nt_request(fd, request, argument);
	if (*result == CF_NT_NOT_OURS)
		return false;
	if (*result < 0) {
		errno = -*result;
		*result = -1;
	}
	return true;
}

int cf_nt_enter_ioctl(int fd, unsigned long request, ...)
{
	void *argument;
	va_list list;
	int result;

	va_start(list, request);
	argument = va_arg(list, void *);
	va_end(list);
	if (cf_nt_is_request(request) && serve(fd, request, argument, &result))
		return result;
	return cf_nt_real()->ioctl(fd, request, argument);
}

static const char *text(long argument)
{
	return (const char *)(uintptr_t)argument;
}

static int raw_dup2(int from, int to, int flags)
{
	(void)flags;
#ifdef SYS_dup2
	return (int)cf_nt_real()->syscall(SYS_dup2, (long)from, (long)to);
#else
	return cf_nt_real()->dup2(from, to);
#endif
}

static int raw_dup3(int from, int to, int flags)
{
	return (int)cf_nt_real()->syscall(SYS_dup3, (long)from, (long)to, (long)flags);
}

/* Opens the device if that is what the path names; false otherwise. */
static bool open_device(const char *path, long flags, long *result)
{
	int fd;

	if (!cf_nt_is_path(path) || (flags & O_PATH) != 0)
		return false;
	fd = cf_nt_open_device((int)flags);
	if (fd < 0)
		errno = -fd;
	*result = fd < 0 ? -1 : fd;
	return true;
}

/* The calls that concern us, made by number.  False: none of them. */
static bool by_number(long number, const long a[6], long *result)
{
	int served;

	switch (number) {
	case SYS_ioctl:
		if (!cf_nt_is_request((unsigned long)a[1]) ||
		    !serve((int)a[0], (unsigned long)a[1], (void *)(uintptr_t)a[2], &served))
			return false;
		*result = served;
		return true;
	case SYS_close:
		*result = cf_nt_close((int)a[0]);
		return true;
#ifdef SYS_close_range
	case SYS_close_range:
		*result = cf_nt_close_range((unsigned)a[0], (unsigned)a[1], (unsigned)a[2]);
		return true;
#endif
#ifdef SYS_dup2
	case SYS_dup2:
		*result = cf_nt_replace((int)a[0], (int)a[1], 0, raw_dup2);
		return true;
#endif
	case SYS_dup3:
		*result = cf_nt_replace((int)a[0], (int)a[1], (int)a[2], raw_dup3);
		return true;
#ifdef SYS_open
	case SYS_open:
		return open_device(text(a[0]), a[1], result);
#endif
	case SYS_openat:
		return open_device(text(a[1]), a[2], result);
	default:
		return false;
	}
}

/*
 * All six places are passed on, whether the call uses them or not, as the C library's function
 * does.
 */
long cf_nt_enter_syscall(long number, ...)
{
	va_list list;
	long a[6], result;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (by_number(number, a, &result))
		return result;
	return cf_nt_real()->syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
