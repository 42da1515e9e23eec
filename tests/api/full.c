/* SPDX-License-Identifier: MIT */
/*
 * full.c - tests of an environment whose file system is full.
 *
 * The file system is a small one in memory, which only a process with a name space of its own may
 * mount; where that is not allowed the test is skipped.  Catches a page of a sparse file that is
 * touched without having been reserved: the process would die of SIGBUS.
 */
#include <config.h>

#include <sys/mount.h>
#include <sys/stat.h>

#include <sched.h>
#include <unistd.h>

#include "tests/api/support.h"
#include "tests/weak.h"

enum { NO_MOUNT = 77 };

/* A file system of so many bytes at the private folder "small", for this process only. */
static bool
mount_small(int bytes)
{
	char options[64];

	if (!system_unshare(CLONE_NEWNS))
		return false;
	snprintf(options, sizeof(options), "size=%d,mode=0700", bytes);
	return mount("none", in_folder("small"), "tmpfs", MS_NOSUID | MS_NODEV, options) == 0;
}

static carafe_status
create(carafe_handle *handle)
{
	return carafe_semaphore_create(env, CARAFE_MAXIMUM_ALLOWED, 0, 1, 2, handle);
}

static void *
have_a_place(void *status)
{
	uint32_t id;

	*(carafe_status *)status = carafe_thread_id(env, &id);
	return NULL;
}

/* Threads that ended gave their places back, so all are alive at once. */
static carafe_status
start_threads(void)
{
	carafe_status status = CARAFE_STATUS_SUCCESS;

	for (int i = 0; i < 3 && status == CARAFE_STATUS_SUCCESS; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, have_a_place, &status) != 0)
			return CARAFE_STATUS_NO_MEMORY;
		pthread_join(thread, NULL);
	}
	return status;
}

/* Fills what was opened; what is there must go on working. */
static int
fill(void)
{
	enum { KEPT = 100 };
	carafe_handle handles[KEPT] = { 0 }, handle;
	carafe_status status = create(&handles[0]);
	int made = 1;

	if (status == CARAFE_STATUS_DISK_FULL)
		return handles[0] == 0 ? 0 : 10;
	while (status == CARAFE_STATUS_SUCCESS) {
		status = create(&handle);
		if (status == CARAFE_STATUS_SUCCESS && made < KEPT)
			handles[made] = handle;
		made++;
	}
	if (status != CARAFE_STATUS_DISK_FULL || handle != 0)
		return 11;
	status = start_threads();
	if (status != CARAFE_STATUS_SUCCESS && status != CARAFE_STATUS_DISK_FULL)
		return 12;
	for (int i = 0; i < KEPT && handles[i] != 0; i++) {
		if (poll_one(handles[i]) != CARAFE_STATUS_WAIT_0 ||
		    poll_one(handles[i]) != CARAFE_STATUS_TIMEOUT ||
		    carafe_semaphore_release(env, handles[i], 2, NULL) != CARAFE_STATUS_SUCCESS ||
		    semaphore_count(handles[i]) != 2)
			return 13;
	}
	if (carafe_close(env, handles[0]) != CARAFE_STATUS_SUCCESS)
		return 14;
	return create(&handle) == CARAFE_STATUS_SUCCESS ? 0 : 15;
}

/* 0 if all is well, and 1 more than what follows if the environment could not even be opened. */
static int
child_in_small(void *bytes)
{
	carafe_status status;
	int result;

	must(carafe_environment_close(env), "close");
	if (!mount_small(*(int *)bytes))
		return NO_MOUNT;
	status = carafe_environment_open(in_folder("small/environment"), 0, &env);
	if (status == CARAFE_STATUS_DISK_FULL)
		return env == NULL ? 1 : 2;
	if (status != CARAFE_STATUS_SUCCESS)
		return 3;
	result = fill();
	if (result != 0)
		return result;
	return carafe_environment_close(env) == CARAFE_STATUS_SUCCESS ? 0 : 4;
}

static void
test_full_file_system(void)
{
	bool refused = false, opened = false;

	if (weakness(WEAK_FILE) != NULL) {
		skip(1, "%s", weakness(WEAK_FILE));
		return;
	}
	mkdir(in_folder("small"), 0700);
	for (int pages = 1; pages <= 1024; pages += pages < 64 ? 1 : pages / 8) {
		int bytes = pages * 4096;
		int result = reap(spawn(child_in_small, &bytes));

		if (result == NO_MOUNT) {
			skip(1, "no file system can be mounted here");
			return;
		}
		refused = refused || result == 1;
		opened = opened || result == 0;
		if (result > 1) {
			fail("a file system of %d bytes: the child ended with %d", bytes, result);
			return;
		}
	}
	ok(refused && opened, "from 4 KiB to 4 MiB: DISK_FULL, sooner or later, and no crash");
}

int
main(void)
{
	begin();
	test_full_file_system();
	return end();
}
