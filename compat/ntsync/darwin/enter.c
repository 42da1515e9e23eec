/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/darwin/enter.c - functions of ours in the place of the C library's, on Darwin: a
 * table in a section that dyld reads in libraries that were inserted.
 *
 * dyld puts them in the place of the others in all libraries but this one, those that the C library is
 * made of included.  So fclose() and freopen(), which close by close$NOCANCEL(), need none of their own,
 * and fopen() finds the device.  The variants without a point of cancellation stay so.
 *
 * Arguments that vary lie in other places than those that do not on arm64, so functions that take
 * some are called with what they say, and ours vary like them.
 *
 * What happens if a process dies here: nothing that it has not in the functions called.
 */
#include <config.h>

#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/ntsync/descriptor.h"
#include "compat/ntsync/receive.h"
#include "compat/ntsync/serve.h"

/* The variants that are no points of cancellation, which no header declares. */
#define WITHOUT_CANCEL(name) __asm__("_" name "$NOCANCEL")

int cf_nt_open_through(const char *path, int flags, ...) WITHOUT_CANCEL("open");
int cf_nt_openat_through(int folder, const char *path, int flags, ...) WITHOUT_CANCEL("openat");
int cf_nt_close_through(int fd) WITHOUT_CANCEL("close");
int cf_nt_fcntl_through(int fd, int command, ...) WITHOUT_CANCEL("fcntl");
ssize_t cf_nt_recvmsg_through(int socket, struct msghdr *message, int flags)
	WITHOUT_CANCEL("recvmsg");

/* ---- Opening ------------------------------------------------------------------------------- */

/* Only an opening that may create has a mode. */
static mode_t mode_of(int flags, va_list arguments)
{
	return (flags & O_CREAT) != 0 ? (mode_t)va_arg(arguments, int) : 0;
}

static int enter_open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return cf_nt_is_device(path, flags) ? cf_nt_device(flags) : open(path, flags, mode);
}

static int enter_open_through(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return cf_nt_is_device(path, flags) ? cf_nt_device(flags) :
					      cf_nt_open_through(path, flags, mode);
}

static int enter_openat(int folder, const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return cf_nt_is_device(path, flags) ? cf_nt_device(flags) :
					      openat(folder, path, flags, mode);
}

static int enter_openat_through(int folder, const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return cf_nt_is_device(path, flags) ? cf_nt_device(flags) :
					      cf_nt_openat_through(folder, path, flags, mode);
}

static int enter_creat(const char *path, mode_t mode)
{
	return cf_nt_is_device(path, O_WRONLY) ? cf_nt_device(O_WRONLY) : creat(path, mode);
}

/* ---- Requests ------------------------------------------------------------------------------- */

static int enter_ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;
	int result;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (cf_nt_is_request(request) && cf_nt_serve(fd, request, argument, &result))
		return result;
	return ioctl(fd, request, argument);
}

/* ---- Closing and duplicating ----------------------------------------------------------------- */

static int enter_close(int fd)
{
	return cf_nt_close(fd);
}

static int enter_close_through(int fd)
{
	return cf_nt_known(fd) ? cf_nt_close_known(fd) : cf_nt_close_through(fd);
}

static int enter_dup(int fd)
{
	return cf_nt_known(fd) ? cf_nt_duplicated(fd, dup(fd)) : dup(fd);
}

static int call_dup2(int from, int to, int flags)
{
	(void)flags;
	return dup2(from, to);
}

static int enter_dup2(int from, int to)
{
	return cf_nt_replace(from, to, 0, call_dup2);
}

static bool is_duplication(int fd, int command)
{
	return (command == F_DUPFD || command == F_DUPFD_CLOEXEC) && cf_nt_known(fd);
}

/* What both variants do.  A command without an argument does not look at what is passed as one. */
static int call_fcntl(int (*theirs)(int, int, ...), int fd, int command, va_list arguments)
{
	void *argument = va_arg(arguments, void *);
	int result = theirs(fd, command, argument);

	return is_duplication(fd, command) ? cf_nt_duplicated(fd, result) : result;
}

static int enter_fcntl(int fd, int command, ...)
{
	va_list arguments;
	int result;

	va_start(arguments, command);
	result = call_fcntl(fcntl, fd, command, arguments);
	va_end(arguments);
	return result;
}

static int enter_fcntl_through(int fd, int command, ...)
{
	va_list arguments;
	int result;

	va_start(arguments, command);
	result = call_fcntl(cf_nt_fcntl_through, fd, command, arguments);
	va_end(arguments);
	return result;
}

/* ---- Receiving ------------------------------------------------------------------------------ */

static ssize_t enter_recvmsg(int socket, struct msghdr *message, int flags)
{
	return cf_nt_received(recvmsg(socket, message, flags), message);
}

static ssize_t enter_recvmsg_through(int socket, struct msghdr *message, int flags)
{
	return cf_nt_received(cf_nt_recvmsg_through(socket, message, flags), message);
}

/* ---- Looking -------------------------------------------------------------------------------- */

static int enter_access(const char *path, int mode)
{
	return access(cf_nt_shown(path), mode);
}

static int enter_faccessat(int folder, const char *path, int mode, int flags)
{
	return faccessat(folder, cf_nt_shown(path), mode, flags);
}

static int enter_stat(const char *path, struct stat *info)
{
	return stat(cf_nt_shown(path), info);
}

static int enter_lstat(const char *path, struct stat *info)
{
	return lstat(cf_nt_shown(path), info);
}

static int enter_fstatat(int folder, const char *path, struct stat *info, int flags)
{
	return fstatat(folder, cf_nt_shown(path), info, flags);
}

/* ---- The table ------------------------------------------------------------------------------ */

typedef void any_function(void);

struct tuple {
	any_function *ours, *theirs;
};

#define INSTEAD(ours, theirs) { (any_function *)(ours), (any_function *)(theirs) }

__attribute__((used, section("__DATA,__interpose"))) static const struct tuple table[] = {
	INSTEAD(enter_open, open),
	INSTEAD(enter_open_through, cf_nt_open_through),
	INSTEAD(enter_openat, openat),
	INSTEAD(enter_openat_through, cf_nt_openat_through),
	INSTEAD(enter_creat, creat),
	INSTEAD(enter_ioctl, ioctl),
	INSTEAD(enter_close, close),
	INSTEAD(enter_close_through, cf_nt_close_through),
	INSTEAD(enter_dup, dup),
	INSTEAD(enter_dup2, dup2),
	INSTEAD(enter_fcntl, fcntl),
	INSTEAD(enter_fcntl_through, cf_nt_fcntl_through),
	INSTEAD(enter_recvmsg, recvmsg),
	INSTEAD(enter_recvmsg_through, cf_nt_recvmsg_through),
	INSTEAD(enter_access, access),
	INSTEAD(enter_faccessat, faccessat),
	INSTEAD(enter_stat, stat),
	INSTEAD(enter_lstat, lstat),
	INSTEAD(enter_fstatat, fstatat),
};
