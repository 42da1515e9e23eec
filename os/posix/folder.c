/* SPDX-License-Identifier: MIT */
/*
 * os/posix/folder.c - folders that nobody else can tamper with.
 *
 * A folder is judged after it was opened, by its descriptor, so that it cannot be exchanged between
 * the judgement and the use; and what lies in it is reached through that descriptor alone.
 *
 * What happens if a process dies here: a folder that it made stays, empty and good for the next.
 */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/os.h"
#include "os/posix/posix.h"

static bool is_ours(const struct stat *info)
{
	return S_ISDIR(info->st_mode) && info->st_uid == geteuid() &&
	       (info->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool cf_folder_is_ours(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0 && is_ours(&info);
}

bool cf_folder_protects(const char *path)
{
	struct stat info;

	if (stat(path, &info) < 0 || !S_ISDIR(info.st_mode))
		return false;
	if (info.st_uid != geteuid() && info.st_uid != 0)
		return false;
	return (info.st_mode & (S_IWGRP | S_IWOTH)) == 0 || (info.st_mode & S_ISVTX) != 0;
}

/*
 * Why the folder could not be opened.  Systems differ in what they say about a link that must not
 * be followed, so look.
 */
static carafe_status refusal(int parent, const char *path, int error)
{
	struct stat info;

	if (error != ENOENT && error != ENOTDIR && error != ELOOP && error != EMLINK)
		return cf_errno_status(error);
	/* A folder that is there now was made since. */
	if (fstatat(parent, path, &info, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(info.st_mode))
		return CARAFE_STATUS_ACCESS_DENIED;
	return CARAFE_STATUS_OBJECT_PATH_NOT_FOUND;
}

/* Opens it, whoever it belongs to. */
static carafe_status open_any(int parent, const char *path, int *folder)
{
	int fd = openat(parent, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return refusal(parent, path, errno);
	fd = cf_high_descriptor(fd);
	if (fd < 0)
		return cf_errno_status(errno);
	*folder = fd;
	return CARAFE_STATUS_SUCCESS;
}

carafe_status os_folder_open(int parent, const char *path, bool create, int *folder)
{
	size_t length = strlen(path);
	bool made = false;
	carafe_status status;
	struct stat info;
	int fd;

	if (length == 0 || (path[length - 1] == '/' && length > 1))
		return CARAFE_STATUS_OBJECT_PATH_INVALID;
	if (parent < 0) {
		if (path[0] != '/')
			return CARAFE_STATUS_OBJECT_PATH_INVALID;
		parent = AT_FDCWD;
	}
	status = open_any(parent, path, &fd);
	if (status == CARAFE_STATUS_OBJECT_PATH_NOT_FOUND && create) {
		if (mkdirat(parent, path, S_IRWXU) == 0)
			made = true;
		else if (errno == ENOENT)
			return CARAFE_STATUS_OBJECT_PATH_NOT_FOUND;
		else if (errno != EEXIST)
			return cf_errno_status(errno);
		status = open_any(parent, path, &fd);
	}
	if (!CARAFE_SUCCESS(status))
		return status;
	/* Neither the umask nor an inherited access list decides about a folder of ours. */
	if (made)
		(void)fchmod(fd, S_IRWXU);
	if (fstat(fd, &info) < 0 || !is_ours(&info)) {
		os_close(fd);
		return CARAFE_STATUS_ACCESS_DENIED;
	}
	*folder = fd;
	return CARAFE_STATUS_SUCCESS;
}

carafe_status os_folder_rename(int parent, const char *from, const char *to)
{
	if (renameat(parent, from, parent, to) < 0)
		return cf_errno_status(errno);
	return CARAFE_STATUS_SUCCESS;
}

carafe_status os_folder_list(int folder, bool (*visit)(void *context, const char *name),
			     void *context)
{
	/* A descriptor of its own: closedir() closes it, and its position is nobody else's. */
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	DIR *list;

	if (fd < 0)
		return cf_errno_status(errno);
	fd = cf_high_descriptor(fd);
	if (fd < 0)
		return cf_errno_status(errno);
	list = fdopendir(fd);
	if (list == NULL) {
		int error = errno;

		os_close(fd);
		return cf_errno_status(error);
	}
	while ((entry = readdir(list)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (!visit(context, entry->d_name))
			break;
	}
	cf_descriptor_leaves(fd);
	closedir(list);
	return CARAFE_STATUS_SUCCESS;
}

static bool remove_file(void *context, const char *name)
{
	const int *folder = context;

	cf_file_remove(*folder, name);
	return true;
}

void os_folder_remove(int parent, const char *name)
{
	int folder;

	if (CARAFE_SUCCESS(os_folder_open(parent, name, false, &folder))) {
		(void)os_folder_list(folder, remove_file, &folder);
		os_close(folder);
	}
	(void)unlinkat(parent, name, AT_REMOVEDIR);
}
