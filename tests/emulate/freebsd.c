/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/freebsd.c - _umtx_op(), sysctl() and cpuset_getaffinity() of FreeBSD 14.
 *
 * Imitated: the word is compared, zeros above it, with all of an unsigned long; a changed word is a
 * success; a word that cannot be written is EFAULT; every signal ends a sleep, whatever its
 * handler's flags; absolute and relative times, told apart by the size; a wake gives no number; a set of
 * processors that is smaller than the kernel's is refused.  Not imitated: the union of the sets of a
 * process' threads; it is that of the calling one.
 */
#include <config.h>

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/cpuset.h>
#include <sys/sysctl.h>
#include <sys/umtx.h>
#include <sys/user.h>

#include "tests/emulate/emulate.h"

const bool emulate_reports_zombies = true;

static int fail(int error)
{
	errno = error;
	return -1;
}

static uint64_t nanoseconds(const struct timespec *time)
{
	return (uint64_t)time->tv_sec * EMULATE_SECOND + (uint64_t)time->tv_nsec;
}

/* When a sleep ends; false: no such time. */
static bool end_of(const void *size, const void *time, clockid_t *clock, uint64_t *end)
{
	const struct _umtx_time *full = time;

	*clock = CLOCK_REALTIME;
	*end = UINT64_MAX;
	if (time == NULL)
		return true;
	if (full->_timeout.tv_sec < 0 || full->_timeout.tv_nsec < 0 ||
	    full->_timeout.tv_nsec >= (long)EMULATE_SECOND)
		return false;
	*end = nanoseconds(&full->_timeout);
	if ((uintptr_t)size <= sizeof(struct timespec)) {
		*end += emulate_now(*clock);
		return true;
	}
	*clock = (clockid_t)full->_clockid;
	if ((full->_flags & UMTX_ABSTIME) == 0)
		*end += emulate_now(*clock);
	return true;
}

static int wait_uint(const void *word, unsigned long value, const void *size, const void *time)
{
	clockid_t clock;
	uint64_t end;
	int error;

	if (!end_of(size, time, &clock, &end))
		return fail(EINVAL);
	if (!emulate_writable(word))
		return fail(EFAULT);
	if (value > UINT32_MAX) /* equal to no word */
		return 0;
	error = emulate_sleep(word, (uint32_t)value, clock, end);
	return error == 0 || error == EAGAIN ? 0 : fail(error);
}

int _umtx_op(void *obj, int op, unsigned long val, void *uaddr, void *uaddr2)
{
	if (op == UMTX_OP_WAIT_UINT)
		return wait_uint(obj, val, uaddr, uaddr2);
	if (op != UMTX_OP_WAKE)
		return fail(EINVAL);
	if (!emulate_writable(obj))
		return fail(EFAULT);
	return emulate_wake(obj, val > INT_MAX ? INT_MAX : (int)val) < 0 ? -1 : 0;
}

static int tell(void *old, size_t *size, const void *answer, size_t length)
{
	if (*size < length)
		return fail(ENOMEM);
	memcpy(old, answer, length);
	*size = length;
	return 0;
}

int sysctl(const int *name, unsigned count, void *old, size_t *size, const void *fresh,
	   size_t fresh_size)
{
	struct timeval boot = { .tv_sec = (time_t)emulate_boot() };
	struct kinfo_proc process = { .ki_structsize = (int)sizeof(process) };
	uint64_t start;
	bool zombie;

	(void)fresh, (void)fresh_size;
	if (count == 2 && name[0] == CTL_KERN && name[1] == KERN_BOOTTIME)
		return tell(old, size, &boot, sizeof(boot));
	if (count != 4 || name[0] != CTL_KERN || name[1] != KERN_PROC || name[2] != KERN_PROC_PID)
		return fail(ENOENT);
	if (!emulate_start(name[3], &start, &zombie))
		return fail(ESRCH);
	process.ki_start.tv_sec = boot.tv_sec + (time_t)(start / 1000000);
	process.ki_start.tv_usec = (suseconds_t)(start % 1000000);
	return tell(old, size, &process, sizeof(process));
}

int cpuset_getaffinity(int level, int which, id_t id, size_t size, cpuset_t *mask)
{
	if (level != CPU_LEVEL_WHICH || which != CPU_WHICH_PID || id != (id_t)-1)
		return fail(EINVAL);
	if (size < sizeof(*mask))
		return fail(ERANGE);
	return sched_getaffinity(0, size, mask);
}
