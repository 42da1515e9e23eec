/* SPDX-License-Identifier: MIT */
/*
 * tools/linux/process.c - what /proc shows of another process.
 *
 * What happens if a process dies here: nothing.  The process looked at may die meanwhile; its list
 * is then short.
 */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/system.h"

#define PRELOAD_NAME "/libcarafe-ntsync.so"
#define MEMORY_NAME "/memory"

/* The path at the end of a line of maps, or NULL; cuts the newline. */
static char *path_of(char *line)
{
	char *path = strchr(line, '/');

	if (path != NULL)
		path[strcspn(path, "\n")] = '\0';
	return path;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* ".../NAME/12/memory" becomes ".../NAME"; false when it does not look so. */
static bool cut_to_environment(char *path)
{
	char *slash;

	if (!ends_with(path, MEMORY_NAME))
		return false;
	*strrchr(path, '/') = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL || slash == path || slash[1] == '\0' ||
	    slash[1 + strspn(slash + 1, "0123456789")] != '\0')
		return false;
	*slash = '\0';
	return true;
}

void system_process_look(pid_t pid, struct system_process *process,
			 void (*visit)(void *context, const char *path), void *context)
{
	char name[64], *line = NULL, *path;
	size_t size = 0;
	FILE *maps;

	*process = (struct system_process){ .exists = kill(pid, 0) == 0 || errno == EPERM };
	snprintf(name, sizeof(name), "/proc/%ld/maps", (long)pid);
	maps = fopen(name, "re");
	if (maps == NULL)
		return;
	errno = 0;
	while (getline(&line, &size, maps) >= 0) {
		path = path_of(line);
		if (path == NULL)
			continue;
		if (ends_with(path, PRELOAD_NAME))
			process->preloaded = true;
		else if (cut_to_environment(path))
			visit(context, path);
	}
	process->readable = errno == 0 && !ferror(maps);
	free(line);
	fclose(maps);
}

uint32_t system_pid_space(void)
{
	struct stat info;

	return stat("/proc/self/ns/pid", &info) == 0 ? (uint32_t)info.st_ino : 0;
}
