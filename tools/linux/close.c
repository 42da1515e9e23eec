/* SPDX-License-Identifier: MIT */
/*
 * tools/linux/close.c - closes the descriptors that a process inherited and must not keep open.
 *
 * What happens if a process dies here: the kernel closes the rest.
 */
#include <config.h>

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/system.h"

void system_close_from(int first)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;
	long limit;

	if (folder == NULL) {
		limit = sysconf(_SC_OPEN_MAX);
		for (long fd = first; fd < limit; fd++)
			close((int)fd);
		return;
	}
	while ((entry = readdir(folder)) != NULL) {
		long fd = strtol(entry->d_name, NULL, 10);

		if (fd >= first && fd != dirfd(folder))
			close((int)fd);
	}
	closedir(folder);
}
