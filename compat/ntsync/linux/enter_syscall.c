/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/linux/enter_syscall.c - in front of syscall(), and of ioctl() where time has 64 bits
 * on a processor of 32.
 *
 * What happens if a process dies here: compat/ntsync/request.h says it.
 */
#include <config.h>

#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "compat/ntsync/descriptor.h"
#include "compat/ntsync/receive.h"
#include "compat/ntsync/serve.h"

int cf_nt_enter_ioctl_time64(int fd, unsigned long request, void *argument)
	CF_NT_ENTER("__ioctl_time64");
long cf_nt_enter_syscall(long number, long a, long b, long c, long d, long e, long f)
	CF_NT_ENTER("syscall");

int cf_nt_enter_ioctl_time64(int fd, unsigned long request, void *argument)
{
	int result;

	if (cf_nt_is_request(request) && cf_nt_serve(fd, request, argument, &result))
		return result;
	return cf_nt_real.ioctl_time64(fd, request, argument);
}

static const char *text(long argument)
{
	return (const char *)(uintptr_t)argument;
}

static int raw_dup2(int from, int to, int flags)
{
	(void)flags;
#ifdef SYS_dup2
	return (int)cf_nt_real.syscall(SYS_dup2, (long)from, (long)to);
#else
	return cf_nt_real.dup2(from, to);
#endif
}

static int raw_dup3(int from, int to, int flags)
{
	return (int)cf_nt_real.syscall(SYS_dup3, (long)from, (long)to, (long)flags);
}

/* Opens the device if that is what the path names; false otherwise. */
static bool open_device(const char *path, long flags, long *result)
{
	if (!cf_nt_is_device(path, (int)flags))
		return false;
	*result = cf_nt_device((int)flags);
	return true;
}

/* Those of concerns() that may be our business.  False: it is none. */
static bool serve_number(long number, long a, long b, long c, long *result)
{
	int served;

	switch (number) {
	case SYS_ioctl:
		if (!cf_nt_is_request((unsigned long)b) ||
		    !cf_nt_serve((int)a, (unsigned long)b, (void *)(uintptr_t)c, &served))
			return false;
		*result = served;
		return true;
	case SYS_close:
		*result = cf_nt_close((int)a);
		return true;
#ifdef SYS_close_range
	case SYS_close_range:
		*result = cf_nt_close_range((unsigned)a, (unsigned)b, (unsigned)c);
		return true;
#endif
	case SYS_dup:
		*result = cf_nt_duplicated((int)a, (int)cf_nt_real.syscall(SYS_dup, a));
		return true;
#ifdef SYS_dup2
	case SYS_dup2:
		*result = cf_nt_replace((int)a, (int)b, 0, raw_dup2);
		return true;
#endif
	case SYS_dup3:
		*result = cf_nt_replace((int)a, (int)b, (int)c, raw_dup3);
		return true;
	case SYS_fcntl:
		if (b != F_DUPFD && b != F_DUPFD_CLOEXEC)
			return false;
		*result = cf_nt_duplicated((int)a, (int)cf_nt_real.syscall(SYS_fcntl, a, b, c));
		return true;
#ifdef SYS_recvmsg
	case SYS_recvmsg:
		*result = cf_nt_received(cf_nt_real.syscall(SYS_recvmsg, a, b, c),
					 (struct msghdr *)(uintptr_t)b);
		return true;
#endif
#ifdef SYS_pidfd_getfd
	case SYS_pidfd_getfd:
		*result = cf_nt_taken((int)cf_nt_real.syscall(SYS_pidfd_getfd, a, b, c));
		return true;
#endif
#ifdef SYS_open
	case SYS_open:
		return open_device(text(a), b, result);
#endif
	case SYS_openat:
		return open_device(text(b), c, result);
	default:
		return false;
	}
}

CF_NT_ASIDE static long by_number(long number, long a, long b, long c, long d, long e, long f)
{
	long result;

	if (serve_number(number, a, b, c, &result))
		return result;
	result = cf_nt_real.syscall(number, a, b, c, d, e, f);
	CF_NT_STAY();
	return result;
}

/* Few of a program's calls by number are among these, so it costs them a few comparisons. */
static inline bool concerns(long number)
{
	switch (number) {
	case SYS_ioctl:
	case SYS_close:
#ifdef SYS_close_range
	case SYS_close_range:
#endif
	case SYS_dup:
#ifdef SYS_dup2
	case SYS_dup2:
#endif
	case SYS_dup3:
	case SYS_fcntl:
#ifdef SYS_recvmsg
	case SYS_recvmsg:
#endif
#ifdef SYS_pidfd_getfd
	case SYS_pidfd_getfd:
#endif
#ifdef SYS_open
	case SYS_open:
#endif
	case SYS_openat:
		return true;
	default:
		return false;
	}
}

/*
 * All six places are passed on, whether the call uses them or not, as the C library's function
 * does.  The last lies in the caller's stack, and may be something else there, which another thread
 * may be writing; so it is read as the C library reads it, and never written, which a jump instead
 * of a call might do.
 */
long cf_nt_enter_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	long result;

	if (CF_NT_SELDOM(concerns(number)))
		result = by_number(number, a, b, c, d, e, f);
	else
		result = cf_nt_real.syscall(number, a, b, c, d, e, f);
	CF_NT_STAY();
	return result;
}
