/* SPDX-License-Identifier: MIT */
/*
 * os_linux.c - what the tests of the C API must ask Linux: see support.h.
 */
#include <config.h>

#include <sys/syscall.h>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "tests/api/support.h"

pid_t
system_thread_id(void)
{
	return (pid_t)syscall(SYS_gettid);
}

/* The state is the letter after the name, which is in parentheses and may contain any character. */
bool
system_thread_sleeps(pid_t process, pid_t thread)
{
	char path[64], line[512], *name_end;
	FILE *stat;
	bool sleeps = false;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)process, (int)thread);
	stat = fopen(path, "r");
	if (stat == NULL)
		return false;
	if (fgets(line, sizeof(line), stat) != NULL) {
		name_end = strrchr(line, ')');
		sleeps = name_end != NULL && name_end[1] == ' ' && name_end[2] == 'S';
	}
	fclose(stat);
	return sleeps;
}

bool
system_write(const char *path, const char *text)
{
	int file = open(path, O_WRONLY);
	bool written = file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text);

	if (file >= 0)
		close(file);
	return written;
}

bool
system_unshare(int flags)
{
	unsigned user = (unsigned)geteuid(), group = (unsigned)getegid();
	char map[64];

	if (unshare(CLONE_NEWUSER | flags) != 0)
		return false;
	snprintf(map, sizeof(map), "%u %u 1", user, user);
	if (!system_write("/proc/self/uid_map", map))
		return false;
	(void)system_write("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1", group, group);
	(void)system_write("/proc/self/gid_map", map);
	return true;
}
