/* SPDX-License-Identifier: MIT */
/*
 * os/kqueue/lock.c - locks that die with their holder, where the kernel locks whole files for an
 * opening (flock): a folder with a file for each number.
 *
 * flock() locks belong to the open file description: they are inherited by fork() and go with the
 * last descriptor.  POSIX record locks would go when the process closes any descriptor of the file,
 * and cannot be taken for a child.  But whether somebody has a lock is asked with the call for
 * record locks, F_GETLK: on the BSDs both kinds are in one list, each in the way of the other, and
 * so nobody who looks is in the way of who takes a lock.  For F_GETLK the asking process is another
 * owner than each of its own descriptions, so it shows locks of this process as well; those of the
 * opening itself are known here and left out.
 *
 * What an opening has is in one list for the process, whose entries are never freed, but used
 * again: os_lock_test() goes through it in a signal handler while another thread adds to it.
 *
 * Weaknesses: a descriptor for each lock.  NetBSD and OpenBSD allow a user about 1,024 locks at
 * once (unless he is root), and NFS may know locks of the one machine only.
 *
 * What happens if a process dies here: the kernel drops its locks with its descriptors.  The files
 * stay, and mean nothing without a lock.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "os/kqueue/lock.h"
#include "os/os.h"
#include "os/posix/hex.h"
#include "os/posix/posix.h"

#define DIGITS (CF_LOCK_NAME - 1)

/* Of whom an entry is that no opening has, or that one is about to have. */
#define FREE (-1)
#define TAKEN (-2)

struct held {
	struct held *next;	 /* set once */
	_Atomic int opening;	 /* the descriptor of the folder; written last */
	_Atomic uint32_t number;
	_Atomic int file;	 /* that is locked */
};

static struct held *_Atomic all;

static struct held *find(int locks, uint32_t number)
{
	for (struct held *held = atomic_load(&all); held != NULL; held = held->next) {
		if (atomic_load(&held->opening) == locks && atomic_load(&held->number) == number)
			return held;
	}
	return NULL;
}

/* An entry to fill in, or NULL. */
static struct held *new_entry(void)
{
	struct held *held;
	int is_free;

	for (held = atomic_load(&all); held != NULL; held = held->next) {
		is_free = FREE;
		if (atomic_compare_exchange_strong(&held->opening, &is_free, TAKEN))
			return held;
	}
	held = calloc(1, sizeof(*held));
	if (held == NULL)
		return NULL;
	atomic_store(&held->opening, TAKEN);
	held->next = atomic_load(&all);
	while (!atomic_compare_exchange_weak(&all, &held->next, held))
		continue;
	return held;
}

/* Forgets an entry, and closes the file; with `unlock`, for other processes that have it, too. */
static void drop(struct held *held, bool unlock)
{
	int file = atomic_load(&held->file);

	atomic_store(&held->opening, FREE);
	if (unlock)
		(void)flock(file, LOCK_UN);
	os_close(file);
}

static void drop_all(int locks, bool unlock)
{
	for (struct held *held = atomic_load(&all); held != NULL; held = held->next) {
		if (atomic_load(&held->opening) == locks)
			drop(held, unlock);
	}
}

void cf_lock_name(uint32_t number, char name[CF_LOCK_NAME])
{
	(void)cf_write_hex(name, number, DIGITS);
}

carafe_status os_locks_open(int folder, const char *name, bool create, int *locks)
{
	carafe_status status = os_folder_open(folder, name, create, locks);

	return status == CARAFE_STATUS_OBJECT_PATH_NOT_FOUND ? CARAFE_STATUS_OBJECT_NAME_NOT_FOUND :
							       status;
}

void os_locks_close(int locks)
{
	drop_all(locks, false);
	os_close(locks);
}

static carafe_status take(int file)
{
	while (flock(file, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EINTR)
			continue;
		return errno == EWOULDBLOCK || errno == EAGAIN ? CARAFE_STATUS_SHARING_VIOLATION :
								 cf_errno_status(errno);
	}
	return CARAFE_STATUS_SUCCESS;
}

carafe_status os_lock(int locks, uint32_t number)
{
	char name[CF_LOCK_NAME];
	carafe_status status;
	struct held *held;
	int file;

	if (find(locks, number) != NULL)
		return CARAFE_STATUS_SUCCESS;
	cf_lock_name(number, name);
	status = os_file_open(locks, name, true, &file);
	if (!CARAFE_SUCCESS(status))
		return status;
	status = take(file);
	if (CARAFE_SUCCESS(status)) {
		held = new_entry();
		if (held != NULL) {
			atomic_store(&held->number, number);
			atomic_store(&held->file, file);
			atomic_store(&held->opening, locks);
			return CARAFE_STATUS_SUCCESS;
		}
		status = CARAFE_STATUS_NO_MEMORY;
	}
	os_close(file);
	return status;
}

void os_unlock(int locks, uint32_t number)
{
	struct held *held = find(locks, number);

	if (held != NULL)
		drop(held, true);
}

void os_unlock_all(int locks)
{
	drop_all(locks, true);
}

carafe_status os_lock_test(int locks, uint32_t number, bool *held)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int saved = errno, file, result;
	char name[CF_LOCK_NAME];
	carafe_status status = CARAFE_STATUS_SUCCESS;

	if (find(locks, number) != NULL) {
		*held = false;
		return CARAFE_STATUS_SUCCESS;
	}
	cf_lock_name(number, name);
	file = openat(locks, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	result = file < 0 ? -1 : fcntl(file, F_GETLK, &lock);
	if (result >= 0)
		*held = lock.l_type != F_UNLCK;
	else if (file < 0 && errno == ENOENT) /* nobody ever took it */
		*held = false;
	else
		status = cf_errno_status(errno);
	if (file >= 0)
		os_close(file);
	errno = saved;
	return status;
}

struct search {
	int locks;
	bool held;
	carafe_status status;
};

static bool visit(void *context, const char *name)
{
	struct search *search = context;
	uint64_t number;

	if (cf_read_hex(name, DIGITS, &number))
		search->status = os_lock_test(search->locks, (uint32_t)number, &search->held);
	return CARAFE_SUCCESS(search->status) && !search->held;
}

carafe_status os_lock_test_any(int locks, bool *held)
{
	struct search search = { locks, false, CARAFE_STATUS_SUCCESS };
	carafe_status status = os_folder_list(locks, visit, &search);

	if (CARAFE_SUCCESS(status))
		status = search.status;
	if (CARAFE_SUCCESS(status))
		*held = search.held;
	return status;
}
