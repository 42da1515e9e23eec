/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/linux/inherited.c - see compat/ntsync/inherited.h.
 *
 * What happens if a process dies here: nothing was changed.
 */
#include <config.h>

#include "compat/ntsync/inherited.h"

#include <dirent.h>
#include <stdlib.h>

void cf_nt_each_open(void (*visit)(int fd))
{
	DIR *list = opendir("/proc/self/fd");
	struct dirent *entry;

	if (list == NULL)
		return;
	while ((entry = readdir(list)) != NULL)
		if (entry->d_name[0] != '.')
			visit(atoi(entry->d_name));
	(void)closedir(list);
}
