/* SPDX-License-Identifier: MIT */
/*
 * tools/linux/features.c - which of the kernel's calls are there and allowed.  Each is tried in a
 * form that has no effect, since a sandbox may forbid what the version promises, and in a child,
 * since the sandbox may end who tries.
 *
 * What happens if a process dies here: nothing; the children end by themselves.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <carafe/carafe.h>

#include "tools/system.h"

/* Numbers that headers older than the kernel lack; the same on all architectures but Alpha. */
#define NUMBER_PIDFD_OPEN 434
#define NUMBER_FUTEX_WAITV 449

#ifndef F_OFD_GETLK
#define F_OFD_GETLK 36
#endif

static bool is_there(long result)
{
	return result >= 0 || (errno != ENOSYS && errno != EPERM && errno != EACCES);
}

static bool has_futex(void)
{
	uint32_t word = 0;

#ifdef SYS_futex
	return is_there(syscall(SYS_futex, &word, FUTEX_WAKE, 0, NULL, NULL, 0));
#else
	return is_there(syscall(SYS_futex_time64, &word, FUTEX_WAKE, 0, NULL, NULL, 0));
#endif
}

static bool has_futex_waitv(void)
{
	/* No futex at all: EINVAL. */
	return is_there(syscall(NUMBER_FUTEX_WAITV, NULL, 0, 0, NULL, 0));
}

static bool has_pidfd(void)
{
	long fd = syscall(NUMBER_PIDFD_OPEN, getpid(), 0);

	if (fd >= 0)
		close((int)fd);
	return is_there(fd);
}

static int open_scratch(void)
{
#ifdef SYS_memfd_create
	return (int)syscall(SYS_memfd_create, "carafe-doctor", 0);
#else
	errno = ENOSYS;
	return -1;
#endif
}

static bool has_memfd(void)
{
	int fd = open_scratch();

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool has_description_locks(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	bool present;

	/* A lock that is only asked for needs no right to write. */
	present = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0;
	if (fd >= 0)
		close(fd);
	return present;
}

static bool has_membarrier(void)
{
#ifdef SYS_membarrier
	return syscall(SYS_membarrier, 0, 0) >= 0;
#else
	return false;
#endif
}

static bool has_proc(void)
{
	return access("/proc/self/stat", R_OK) == 0 && access("/proc/self/ns/pid", F_OK) == 0;
}

/* What a child that asks says. */
static bool is_so(bool (*ask)(void))
{
	const struct rlimit no_core = { 0, 0 };
	pid_t child = fork();
	int status;

	if (child < 0)
		return ask();
	if (child == 0) {
		(void)setrlimit(RLIMIT_CORE, &no_core);
		_exit(ask() ? 0 : 1);
	}
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

size_t system_features(struct system_feature *features, size_t size)
{
	const struct system_feature all[] = {
		{ "futex", is_so(has_futex), strcmp(carafe_backend(), "futex") == 0, "sleeping and waking",
		  "a kernel or sandbox without futex cannot run threads: allow the call" },
		{ "OFD locks", is_so(has_description_locks), true, "telling the dead from the living",
		  "needs Linux 3.15 or later, and /proc" },
		{ "pidfd_open", is_so(has_pidfd), false, "prompt news of deaths",
		  "allow it in the sandbox, or use Linux 5.3: deaths are noticed later without "
		  "it" },
		{ "/proc", is_so(has_proc), false, "news of deaths; carafe status PID",
		  "mount proc on /proc: deaths are noticed later without it" },
		{ "futex_waitv", is_so(has_futex_waitv), false,
		  "timed ntsync waits go on after a handler with SA_RESTART", NULL },
		{ "memfd_create", is_so(has_memfd), false, "nothing yet", NULL },
		{ "membarrier", is_so(has_membarrier), false, "nothing yet", NULL }
	};
	size_t count = sizeof(all) / sizeof(all[0]);

	for (size_t i = 0; i < count && i < size; i++)
		features[i] = all[i];
	return count < size ? count : size;
}

bool system_ntsync_device(void)
{
	int fd = open("/dev/ntsync", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

bool system_has_ntsync_abi(void)
{
	return true;
}
