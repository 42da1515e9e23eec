/* SPDX-License-Identifier: MIT */
/*
 * Tests of folders, files, reserving and mapping (os/posix/folder.c, file.c, map.c, descriptor.c,
 * os/linux/reserve.c, base.c, setting.c).
 */
#include <config.h>

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "os/posix/posix.h"
#include "tests/unit/child.h"
#include "tests/weak.h"

#define NOBODY 65534
#define MIB (UINT64_C(1) << 20)

static carafe_status try_folder(int parent, const char *name)
{
	int folder = -1;
	carafe_status status = os_folder_open(parent, name, false, &folder);

	if (CARAFE_SUCCESS(status))
		os_close(folder);
	return status;
}

static carafe_status try_file(int folder, const char *name)
{
	int file = -1;
	carafe_status status = os_file_open(folder, name, false, &file);

	if (CARAFE_SUCCESS(status))
		os_close(file);
	return status;
}

static void test_folders(int parent)
{
	struct stat info;
	mode_t mask;
	int folder;

	is_int(try_folder(parent, "absent"), CARAFE_STATUS_OBJECT_PATH_NOT_FOUND, "no folder");
	mask = umask(0022);
	is_int(os_folder_open(parent, "made", true, &folder), CARAFE_STATUS_SUCCESS, "it is made");
	umask(mask);
	fstat(folder, &info);
	is_int(info.st_mode & 07777, 0700, "for us alone");
	ok(folder >= 512, "its descriptor is out of the way");
	ok((fcntl(folder, F_GETFD) & FD_CLOEXEC) != 0, "and closed by exec");
	os_close(folder);
	is_int(os_folder_open(parent, "made", true, &folder), CARAFE_STATUS_SUCCESS,
	       "and opened when it is there");
	os_close(folder);
	symlinkat("made", parent, "link");
	is_int(try_folder(parent, "link"), CARAFE_STATUS_ACCESS_DENIED, "a link is refused");
	is_int(os_folder_open(parent, "link", true, &folder), CARAFE_STATUS_ACCESS_DENIED,
	       "when making, too");
	symlinkat("nowhere", parent, "dangling");
	is_int(os_folder_open(parent, "dangling", true, &folder), CARAFE_STATUS_ACCESS_DENIED,
	       "a link to nowhere is refused");
	is_int(try_folder(-1, scratch("link/")), CARAFE_STATUS_OBJECT_PATH_INVALID,
	       "a slash at the end, by which a link would be followed, is refused");
	is_int(try_folder(-1, "made"), CARAFE_STATUS_OBJECT_PATH_INVALID,
	       "a relative path without a parent is refused");
	is_int(try_folder(parent, ""), CARAFE_STATUS_OBJECT_PATH_INVALID, "so is no path");
	is_int(try_folder(-1, scratch("no/where")), CARAFE_STATUS_OBJECT_PATH_NOT_FOUND,
	       "no parent");
	fchmodat(parent, "made", 0720, 0);
	is_int(try_folder(parent, "made"), CARAFE_STATUS_ACCESS_DENIED, "the group can write");
	fchmodat(parent, "made", 0702, 0);
	is_int(try_folder(parent, "made"), CARAFE_STATUS_ACCESS_DENIED, "everybody can write");
	fchmodat(parent, "made", 0755, 0);
	is_int(try_folder(parent, "made"), CARAFE_STATUS_SUCCESS, "everybody can read: fine");
	mknodat(parent, "plain", S_IFREG | 0600, 0);
	is_int(try_folder(parent, "plain"), CARAFE_STATUS_ACCESS_DENIED, "a file is no folder");
	if (geteuid() == 0 && fchownat(parent, "made", NOBODY, NOBODY, 0) == 0)
		is_int(try_folder(parent, "made"), CARAFE_STATUS_ACCESS_DENIED,
		       "somebody else's folder is refused even by root");
	else
		skip(1, "only root can give a folder away");
}

static void test_files(int parent)
{
	int file, folder;

	is_int(try_file(parent, "f"), CARAFE_STATUS_OBJECT_NAME_NOT_FOUND, "no file");
	is_int(os_file_open(parent, "f", true, &file), CARAFE_STATUS_SUCCESS, "it is made");
	ok(file >= 512 && (fcntl(file, F_GETFD) & FD_CLOEXEC) != 0, "out of the way");
	ok(os_same_file(file, parent, "f"), "it is the one of that name");
	renameat(parent, "f", parent, "g");
	ok(!os_same_file(file, parent, "f"), "not after it was renamed");
	mknodat(parent, "f", S_IFREG | 0600, 0);
	ok(!os_same_file(file, parent, "f"), "nor when another has the name");
	os_close(file);
	symlinkat("g", parent, "file-link");
	is_int(try_file(parent, "file-link"), CARAFE_STATUS_ACCESS_DENIED, "a link is refused");
	linkat(parent, "g", parent, "hard", 0);
	is_int(try_file(parent, "hard"), CARAFE_STATUS_ACCESS_DENIED, "so is a hard link");
	mkfifoat(parent, "fifo", 0600);
	is_int(try_file(parent, "fifo"), CARAFE_STATUS_ACCESS_DENIED, "a FIFO");
	mkdirat(parent, "folder", 0700);
	is_int(try_file(parent, "folder"), CARAFE_STATUS_ACCESS_DENIED, "a folder");
	if (geteuid() == 0 && fchownat(parent, "f", NOBODY, NOBODY, 0) == 0)
		is_int(try_file(parent, "f"), CARAFE_STATUS_ACCESS_DENIED, "somebody else's file");
	else
		skip(1, "only root can give a file away");
	os_folder_open(parent, "folder", false, &folder);
	unlinkat(parent, "folder", AT_REMOVEDIR);
	is_int(os_file_open(folder, "f", true, &file), CARAFE_STATUS_OBJECT_NAME_NOT_FOUND,
	       "nothing is made in a folder that was removed");
	os_close(folder);
}

static bool count(void *context, const char *name)
{
	int *entries = context;

	(void)name;
	return ++*entries < 3;
}

static void test_listing(int parent)
{
	int folder, file, entries = 0;
	char name[] = "file-0";

	os_folder_open(parent, "from", true, &folder);
	is_int(os_folder_list(folder, count, &entries), CARAFE_STATUS_SUCCESS, "listed");
	is_int(entries, 0, "an empty folder has no entries");
	for (; name[5] < '5'; name[5]++) {
		os_file_open(folder, name, true, &file);
		os_close(file);
	}
	os_folder_list(folder, count, &entries);
	is_int(entries, 3, "a visitor can end the list");
	os_close(folder);
	os_folder_open(parent, "full", true, &folder);
	os_file_open(folder, "f", true, &file);
	os_close(file);
	os_close(folder);
	is_int(os_folder_rename(parent, "from", "full"), CARAFE_STATUS_OBJECT_NAME_COLLISION,
	       "a name that is in use is not taken");
	is_int(os_folder_rename(parent, "from", "to"), CARAFE_STATUS_SUCCESS, "a free one is");
	os_folder_remove(parent, "to");
	is_int(try_folder(parent, "to"), CARAFE_STATUS_OBJECT_PATH_NOT_FOUND,
	       "a folder is removed with its files");
}

static carafe_status reserve_in(int folder, uint64_t length, char *first)
{
	carafe_status status;
	char *bytes;
	void *base;
	int file;

	os_file_open(folder, "memory", true, &file);
	os_file_resize(file, 64 * MIB);
	if (!CARAFE_SUCCESS(os_file_reserve(file, 0, 1)) ||
	    !CARAFE_SUCCESS(os_map(folder, file, 64 * MIB, false, &base)))
		return CARAFE_STATUS_UNSUCCESSFUL;
	bytes = base;
	bytes[0] = 'x';
	os_unmap(base, 64 * MIB);
	status = os_file_reserve(file, 0, length);
	if (CARAFE_SUCCESS(os_map(folder, file, 64 * MIB, false, &base))) {
		bytes = base;
		*first = bytes[0];
		for (uint64_t i = 1; CARAFE_SUCCESS(status) && i < length; i += 4096)
			bytes[i] = 1; /* SIGBUS if it was not reserved */
		os_unmap(base, 64 * MIB);
	}
	os_close(file);
	return status;
}

/*
 * In a mount namespace of its own, mounts a file system and reserves in it; exits with 0 when the
 * status is `want` and nothing was overwritten, 99 when it cannot be tried.
 */
struct trial {
	const char *type, *options;
	uint64_t length;
	carafe_status want;
};

static int reserve_mounted(const struct child *parent, void *argument)
{
	const struct trial *trial = argument;
	carafe_status status;
	char first = 0;
	int folder;

	(void)parent;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mkdir(scratch("mount"), 0700) < 0 ||
	    mount("none", scratch("mount"), trial->type, 0, trial->options) < 0)
		return 99;
	if (!CARAFE_SUCCESS(os_folder_open(-1, scratch("mount"), false, &folder)))
		return 1;
	status = reserve_in(folder, trial->length, &first);
	if (status != trial->want)
		return 2;
	return first == 'x' ? 0 : 3;
}

static void try_mounted(struct trial trial, const char *what)
{
	struct child child = child_start(reserve_mounted, &trial);
	int result = child_end(&child);

	rmdir(scratch("mount"));
	if (result == 99)
		skip(1, "cannot mount a %s here", trial.type);
	else
		is_int(result, 0, "%s", what);
}

static void test_reserve(int folder)
{
	char first = 0;
	uint64_t size;
	int file;

	is_int(reserve_in(folder, 3 * MIB + 5, &first), CARAFE_STATUS_SUCCESS, "memory is had");
	is_int(first, 'x', "and what was there stays");
	os_file_open(folder, "memory", false, &file);
	os_file_size(file, &size);
	is_int(size, 64 * MIB, "the size stays");
	is_int(os_file_reserve(file, INT64_MAX, 2), CARAFE_STATUS_INVALID_PARAMETER,
	       "not past the end of all files");
	os_close(file);
	if (weakness(WEAK_FILE) != NULL) {
		skip(3, "%s", weakness(WEAK_FILE));
		return;
	}
	try_mounted((struct trial){ "tmpfs", "size=1m,mode=700", 4 * MIB, CARAFE_STATUS_DISK_FULL },
		    "a full tmpfs is a status, not SIGBUS, and nothing is overwritten");
	try_mounted((struct trial){ "tmpfs", "size=4m,mode=700", 2 * MIB, CARAFE_STATUS_SUCCESS },
		    "a tmpfs that is large enough is fine");
	try_mounted((struct trial){ "ramfs", "mode=700", 2 * MIB, CARAFE_STATUS_SUCCESS },
		    "a file system without fallocate() serves, and nothing is overwritten");
}

static void test_map(int folder)
{
	void *base = &folder;
	int file;

	os_file_open(folder, "memory", false, &file);
	is_int(os_map(folder, file, 0, false, &base), CARAFE_STATUS_INVALID_PARAMETER,
	       "nothing to map");
	is_int(os_map(folder, file, UINT64_MAX / 2, false, &base), CARAFE_STATUS_NO_MEMORY,
	       "too much to map");
	ok(base == &folder, "a failure leaves the result alone");
	os_close(file);
}

static int few_descriptors(const struct child *parent, void *argument)
{
	struct rlimit limit = { 64, 64 };
	int folder = *(int *)argument, opened = 0, file;
	carafe_status status;

	(void)parent;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 99;
	close(0);
	close(1);
	close(2);
	while (CARAFE_SUCCESS(status = os_file_open(folder, "memory", false, &file))) {
		if (file < 3 || opened++ > 64)
			return 1;
	}
	return status == CARAFE_STATUS_TOO_MANY_OPENED_FILES && opened > 0 ? 0 : 2;
}

static void test_descriptors(int folder)
{
	struct child child = child_start(few_descriptors, &folder);

	is_int(child_end(&child), 0,
	       "with few descriptors others serve, but never 0, 1 or 2; then there is a status");
}

static void test_base(void)
{
	char want[256], path[256], place[128];

	setenv("XDG_RUNTIME_DIR", scratch("runtime///"), 1);
	mkdir(scratch("runtime"), 0700);
	is_int(os_base_folder(path, sizeof(path)), CARAFE_STATUS_SUCCESS, "there is a base");
	is_str(path, scratch("runtime/carafe"), "in the runtime folder");
	is_int(os_base_folder(path, 10), CARAFE_STATUS_OBJECT_PATH_INVALID, "if it fits");

	/* /tmp is where TMPDIR does not say otherwise. */
	if (!cf_shared_place(place, sizeof(place)) || access(place, W_OK) < 0) {
		unsetenv("TMPDIR");
		strcpy(place, "/tmp");
	}
	snprintf(want, sizeof(want), "%s/carafe-%lu", place, (unsigned long)geteuid());
	chmod(scratch("runtime"), 0777);
	os_base_folder(path, sizeof(path));
	is_str(path, want, "a runtime folder that others can write to is not used");
	chmod(scratch("runtime"), 0700);
	if (symlink(scratch("runtime"), scratch("runtime-link")) < 0)
		bail_out("no link");
	setenv("XDG_RUNTIME_DIR", scratch("runtime-link"), 1);
	os_base_folder(path, sizeof(path));
	is_str(path, want, "nor a link");
	setenv("XDG_RUNTIME_DIR", "runtime", 1);
	os_base_folder(path, sizeof(path));
	is_str(path, want, "nor a relative path");
	unsetenv("XDG_RUNTIME_DIR");
	os_base_folder(path, sizeof(path));
	is_str(path, want, "and none is none");
}

int main(void)
{
	int folder;

	alarm(CHILD_SECONDS);
	folder = scratch_open();
	test_folders(folder);
	test_files(folder);
	test_listing(folder);
	test_reserve(folder);
	test_map(folder);
	test_descriptors(folder);
	test_base();
	ok(os_page_size() >= 4096 && (os_page_size() & (os_page_size() - 1)) == 0, "pages");
	return done_testing();
}
