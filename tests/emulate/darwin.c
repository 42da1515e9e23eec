/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/darwin.c - what os/darwin/ calls, as macOS does it on Apple silicon.
 *
 * Imitated: os_sync_*: a changed word is a success; a span of 0, a word that is not aligned, another
 * size or clock is EINVAL; every signal ends a sleep; a wake that finds nobody is ENOENT.  __ulock_*:
 * the word, zeros above it, is compared with all 64 bits; a span of 0 is for ever; errors are returned.
 * Both: now and then EFAULT, as for a page that is not in memory.  CARAFE_EMULATE_MACOS names the
 * release: 10.15, 11, or 14.4 and later, which is the default.
 *
 * shm_open(): names of 31 characters; one ftruncate() in the life of an object, rounded up to pages
 * of 16 KiB; no mapping past the end.  proc_pidinfo() tells nothing of a zombie.
 *
 * Not imitated: how the kernel finds a word by its memory object; that objects go when the machine
 * ends; and that a word cannot be used with calls of different sizes at once.
 */
#include <config.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/darwin/park.h"
#include "tests/emulate/emulate.h"

#undef confstr
#undef dlsym
#undef fcntl
#undef ftruncate
#undef mmap
#undef shm_open

#define PAGE 16384
#define NAME_MOST 31

const bool emulate_reports_zombies = false;

static int fail(int error)
{
	errno = error;
	return -1;
}

/* ---- Sleeping ------------------------------------------------------------------------- */

/* One call in sixteen finds the page gone. */
static bool page_is_gone(void)
{
	static _Atomic unsigned calls;

	return atomic_fetch_add(&calls, 1) % 16 == 7;
}

/* 0, or an errno. */
static int sleep_on(const void *word, uint64_t expected, uint64_t span)
{
	uint64_t until = UINT64_MAX;
	int error;

	if (word == NULL || (uintptr_t)word % 4 != 0)
		return EINVAL;
	if (page_is_gone())
		return EFAULT;
	if (expected > UINT32_MAX) /* no word of 32 bits has this value */
		return 0;
	if (span != UINT64_MAX)
		until = emulate_now(CLOCK_MONOTONIC) + span;
	error = emulate_sleep(word, (uint32_t)expected, CLOCK_MONOTONIC, until);
	return error == EAGAIN ? 0 : error;
}

static int wake_on(const void *word)
{
	if (word == NULL || (uintptr_t)word % 4 != 0)
		return EINVAL;
	if (page_is_gone())
		return EFAULT;
	return emulate_wake(word, 1) > 0 ? 0 : ENOENT;
}

static int wait_on_address(void *word, uint64_t value, size_t size, uint32_t flags)
{
	int error = size == 4 && flags == 1 ? sleep_on(word, (uint32_t)value, UINT64_MAX) : EINVAL;

	return error != 0 ? fail(error) : 0;
}

static int wait_with_timeout(void *word, uint64_t value, size_t size, uint32_t flags, uint32_t clock,
			     uint64_t span)
{
	int error = EINVAL;

	if (size == 4 && flags == 1 && clock == 32 && span != 0)
		error = sleep_on(word, (uint32_t)value, span);
	return error != 0 ? fail(error) : 0;
}

static int wake_by_address(void *word, size_t size, uint32_t flags)
{
	int error = size == 4 && flags == 1 ? wake_on(word) : EINVAL;

	return error != 0 ? fail(error) : 0;
}

/* UL_COMPARE_AND_WAIT_SHARED with ULF_NO_ERRNO is what is served. */
#define OPERATION (3u | 0x01000000u)

static int ulock_wait2(uint32_t operation, void *word, uint64_t value, uint64_t span, uint64_t value2)
{
	if (operation != OPERATION || value2 != 0)
		return -EINVAL;
	return -sleep_on(word, value, span == 0 ? UINT64_MAX : span);
}

static int ulock_wait(uint32_t operation, void *word, uint64_t value, uint32_t microseconds)
{
	return ulock_wait2(operation, word, value, UINT64_C(1000) * microseconds, 0);
}

static int ulock_wake(uint32_t operation, void *word, uint64_t value)
{
	(void)value;
	return operation == OPERATION ? -wake_on(word) : -EINVAL;
}

/* ---- Which functions there are ---------------------------------------------------------- */

typedef void any_function(void);

static const struct {
	const char *name;
	int since; /* the release, times 100 */
	any_function *function;
} functions[] = {
	{ "os_sync_wait_on_address", 1404, (any_function *)wait_on_address },
	{ "os_sync_wait_on_address_with_timeout", 1404, (any_function *)wait_with_timeout },
	{ "os_sync_wake_by_address_any", 1404, (any_function *)wake_by_address },
	{ "__ulock_wait2", 1100, (any_function *)ulock_wait2 },
	{ "__ulock_wait", 1015, (any_function *)ulock_wait },
	{ "__ulock_wake", 1015, (any_function *)ulock_wake },
};

static int release_of(const char *text)
{
	int major = 14, minor = 4;

	if (text != NULL && sscanf(text, "%d.%d", &major, &minor) == 1)
		minor = 0;
	return major * 100 + minor;
}

void *emulate_dlsym(void *library, const char *name)
{
	int release = release_of(getenv("CARAFE_EMULATE_MACOS"));
	void *symbol = NULL;

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (strcmp(functions[i].name, name) != 0)
			continue;
		if (release >= functions[i].since)
			memcpy(&symbol, &functions[i].function, sizeof(symbol));
		return symbol;
	}
	return dlsym(library, name);
}

/* ---- Files ------------------------------------------------------------------------------ */

size_t emulate_confstr(int name, char *text, size_t size)
{
	static const char folder[] = "/dev/shm/";

	if (name != _CS_DARWIN_USER_DIR && name != _CS_DARWIN_USER_TEMP_DIR)
		return confstr(name, text, size);
	if (size > 0)
		snprintf(text, size, "%s", folder);
	return sizeof(folder);
}

static bool path_of(int fd, char *path, size_t size)
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, size - 1);
	if (length < 0)
		return false;
	path[length] = '\0';
	return true;
}

int emulate_fcntl(int fd, int command, ...)
{
	char path[1024];
	va_list arguments;
	long argument;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	if (command != F_GETPATH)
		return fcntl(fd, command, argument);
	if (!path_of(fd, path, sizeof(path)))
		return fail(EBADF);
	strcpy((char *)argument, path);
	return 0;
}

uint64_t cf_file_birth(int file)
{
	struct statx info;

	if (statx(file, "", AT_EMPTY_PATH, STATX_BTIME, &info) < 0 ||
	    (info.stx_mask & STATX_BTIME) == 0)
		return 0;
	return (uint64_t)info.stx_btime.tv_sec * EMULATE_SECOND + info.stx_btime.tv_nsec;
}

/* ---- Objects of shm_open() --------------------------------------------------------------- */

int emulate_shm_open(const char *name, int flags, mode_t mode)
{
	if (strlen(name) > NAME_MOST)
		return fail(ENAMETOOLONG);
	return shm_open(name, flags, mode);
}

/* They lie in /dev/shm itself on Linux. */
static bool is_object(int fd)
{
	static const char place[] = "/dev/shm/";
	char path[1024];

	return path_of(fd, path, sizeof(path)) && strncmp(path, place, strlen(place)) == 0 &&
	       strchr(path + strlen(place), '/') == NULL;
}

int emulate_ftruncate(int fd, off_t size)
{
	struct stat info;

	if (!is_object(fd))
		return ftruncate(fd, size);
	if (fstat(fd, &info) < 0)
		return -1;
	if (info.st_size != 0)
		return fail(EINVAL);
	return ftruncate(fd, (size + PAGE - 1) / PAGE * PAGE);
}

void *emulate_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	struct stat info;

	if (fd >= 0 && is_object(fd) &&
	    (fstat(fd, &info) < 0 || (uint64_t)offset + size > (uint64_t)info.st_size)) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	return mmap(address, size, protection, flags, fd, offset);
}

/* ---- Processes -------------------------------------------------------------------------- */

int emulate_pidinfo(int pid, int flavor, uint64_t argument, void *info, int size)
{
	struct proc_bsdinfo *told = info;
	uint64_t microseconds;
	bool zombie;

	if (flavor != PROC_PIDTBSDINFO || argument != 0 || size < (int)sizeof(*told)) {
		errno = EINVAL;
		return 0;
	}
	if (!emulate_start(pid, &microseconds, &zombie) || zombie) {
		errno = ESRCH;
		return 0;
	}
	*told = (struct proc_bsdinfo){ .pbi_pid = (uint32_t)pid,
				       .pbi_start_tvsec = emulate_boot() + microseconds / 1000000,
				       .pbi_start_tvusec = microseconds % 1000000 };
	return (int)sizeof(*told);
}
