/* SPDX-License-Identifier: MIT */
/*
 * os/linux/process.c - which process this is: its number, the clock tick in which it started, and
 * the pid namespace in which the number means something.
 *
 * A number is used again after its process is gone, but not in the same tick: the numbers would
 * have to go round within 10 ms.  Without /proc, or with the /proc of another pid namespace, start
 * and space are 0, and os_watch_add() will say that it cannot watch this process.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/linux/process.h"
#include "os/os.h"
#include "os/posix/posix.h"

/* Field 22; the name, field 2, is in brackets and may hold anything, brackets too. */
static int parse_stat(const char *text, uint32_t *pid, uint64_t *start)
{
	const char *field = strrchr(text, ')');

	for (int number = 2; field != NULL && number < 22; number++) {
		field = strchr(field, ' ');
		if (field != NULL)
			field++;
	}
	if (field == NULL || sscanf(text, "%" SCNu32, pid) != 1 ||
	    sscanf(field, "%" SCNu64, start) != 1)
		return EINVAL;
	return 0;
}

int cf_process_stat(const char *folder, uint32_t *pid, uint64_t *start)
{
	char path[64], text[1024];
	ssize_t length;
	int fd, error;

	snprintf(path, sizeof(path), "%s/stat", folder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	length = read(fd, text, sizeof(text) - 1);
	error = errno;
	os_close(fd);
	if (length < 0) /* ESRCH: it went while we looked */
		return error;
	text[length] = '\0';
	return parse_stat(text, pid, start);
}

void os_self(struct os_process *process)
{
	struct os_process self = { .pid = (uint32_t)getpid() };
	struct stat info;
	uint64_t start;
	uint32_t pid;

	if (cf_process_stat("/proc/self", &pid, &start) == 0 && pid == self.pid &&
	    stat("/proc/self/ns/pid", &info) == 0) {
		self.start = start;
		self.space = (uint32_t)info.st_ino;
	}
	*process = self;
}
