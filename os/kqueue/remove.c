/* SPDX-License-Identifier: MIT */
/*
 * os/kqueue/remove.c - removes a file, or the folder that a lock file is (os/kqueue/lock.c).
 *
 * What happens if a process dies here: what is left is removed by the next one to try.
 */
#include <config.h>

#include <fcntl.h>
#include <unistd.h>

#include "os/os.h"
#include "os/posix/posix.h"

static bool remove_lock(void *context, const char *name)
{
	const int *locks = context;

	(void)unlinkat(*locks, name, 0);
	return true;
}

void cf_file_remove(int folder, const char *name)
{
	int locks;

	if (unlinkat(folder, name, 0) == 0 ||
	    !CARAFE_SUCCESS(os_folder_open(folder, name, false, &locks)))
		return;
	(void)os_folder_list(locks, remove_lock, &locks);
	os_close(locks);
	(void)unlinkat(folder, name, AT_REMOVEDIR);
}
