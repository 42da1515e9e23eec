/* SPDX-License-Identifier: MIT */
/*
 * os/linux/process.c - which process this is: its number, the clock tick in which it started, and
 * the pid namespace in which the number means something.
 *
 * A number is used again after its process is gone, but not in the same tick: the numbers would
 * have to go round within 10 ms.  Without /proc, or with the /proc of another pid namespace, start
 * and space are 0, and os_watch_add() will say that it cannot watch this process.
 *
 * What /proc says of a start is shifted by the reader's time namespace.  It is told as the machine
 * would tell it, so that it is the same number in all of them; where the shift is no whole number
 * of ticks it cannot be.
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

/* Reads a small file of /proc as a text; 0, or an errno. */
static int read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	ssize_t length;

	if (fd < 0)
		return errno;
	length = read(fd, text, size - 1);
	error = errno;
	os_close(fd);
	if (length < 0) /* ESRCH: it went while we looked */
		return error;
	text[length] = '\0';
	return 0;
}

/* True when the file above tells of our own namespace: it is that of children to come. */
static bool shift_is_ours(void)
{
	struct stat own, children;

	return stat("/proc/self/ns/time", &own) == 0 &&
	       stat("/proc/self/ns/time_for_children", &children) == 0 &&
	       own.st_ino == children.st_ino;
}

/* How many ticks later than the machine this process sees everything start; 0, or an errno. */
static int own_shift(int64_t *ticks)
{
	const long rate = sysconf(_SC_CLK_TCK);
	int64_t seconds, nanoseconds;
	const char *line;
	char text[256];
	int error = read_text("/proc/self/timens_offsets", text, sizeof(text));

	*ticks = 0;
	if (error == ENOENT) /* before Linux 5.6 */
		return 0;
	if (error != 0)
		return error;
	line = strstr(text, "boottime");
	if (line == NULL || rate <= 0 || !shift_is_ours() ||
	    sscanf(line, "boottime %" SCNd64 " %" SCNd64, &seconds, &nanoseconds) != 2 ||
	    nanoseconds % (1000000000 / rate) != 0)
		return EINVAL;
	*ticks = seconds * rate + nanoseconds / (1000000000 / rate);
	return 0;
}

int cf_process_stat(const char *folder, uint32_t *pid, uint64_t *start)
{
	char path[64], text[1024];
	int64_t shift;
	int error;

	snprintf(path, sizeof(path), "%s/stat", folder);
	error = read_text(path, text, sizeof(text));
	if (error == 0)
		error = own_shift(&shift);
	if (error == 0)
		error = parse_stat(text, pid, start);
	if (error == 0)
		*start -= (uint64_t)shift;
	return error;
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
