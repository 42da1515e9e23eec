/* SPDX-License-Identifier: MIT */
/*
 * os/posix/base.c - where a user's environments lie: $XDG_RUNTIME_DIR, the system's place for shared
 * memory, or $TMPDIR.
 *
 * The first two are memory nearly everywhere, and empty after a reboot.  A candidate is
 * skipped when it is not there or not safe, but never because of what lies in it: a folder that
 * somebody else put in our place is refused when it is opened, not worked around, or two processes
 * could choose differently.
 *
 * What happens if a process dies here: nothing; nothing is made.
 */
#include <config.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/os.h"
#include "os/posix/posix.h"

#define CANDIDATE_SIZE 4096

/* An absolute path without the slashes at its end; false when there is none or it is too long. */
static bool absolute(const char *value, char path[CANDIDATE_SIZE])
{
	size_t length;

	if (value == NULL || value[0] != '/')
		return false;
	length = strlen(value);
	while (length > 1 && value[length - 1] == '/')
		length--;
	if (length >= CANDIDATE_SIZE)
		return false;
	memcpy(path, value, length);
	path[length] = '\0';
	return true;
}

/*
 * Whether the effective user may write there.  Where that is nobody else, access() says it: asked by
 * faccessat(), some systems use a newer call, of which a sandbox may say that it is forbidden, and
 * then two processes would choose differently.
 */
static bool may_write(const char *path)
{
	if (getuid() == geteuid() && getgid() == getegid())
		return access(path, W_OK | X_OK) == 0;
	return faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0;
}

/* A folder for everybody, in which a folder of ours is safe. */
static bool is_shared_place(const char *path)
{
	return cf_folder_protects(path) && may_write(path);
}

carafe_status os_base_folder(char *path, size_t size)
{
	char place[CANDIDATE_SIZE];
	int length;

	if (absolute(os_setting("XDG_RUNTIME_DIR"), place) && cf_folder_is_ours(place)) {
		length = snprintf(path, size, "%s/carafe", place);
	} else {
		if ((!cf_shared_place(place, sizeof(place)) || !is_shared_place(place)) &&
		    (!absolute(os_setting("TMPDIR"), place) || !is_shared_place(place)))
			strcpy(place, "/tmp");
		length = snprintf(path, size, "%s/carafe-%lu", strcmp(place, "/") ? place : "",
				  (unsigned long)geteuid());
	}
	if (length < 0 || (size_t)length >= size)
		return CARAFE_STATUS_OBJECT_PATH_INVALID;
	return CARAFE_STATUS_SUCCESS;
}
