/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/start.c - see tests/emulate/emulate.h.
 *
 * tests/kill steps through this: it reads no more than it must, and without stdio.
 */
#include <config.h>

#include "tests/emulate/emulate.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first size - 1 bytes of a file; false: there are none. */
static bool read_text(const char *path, char *text, size_t size)
{
	size_t length = 0;
	ssize_t part = 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	while (part > 0 && length < size - 1) {
		part = read(fd, text + length, size - 1 - length);
		length += part > 0 ? (size_t)part : 0;
	}
	(void)close(fd);
	text[length] = '\0';
	return length > 0;
}

bool emulate_start(pid_t pid, uint64_t *microseconds, bool *zombie)
{
	const uint64_t rate = (uint64_t)sysconf(_SC_CLK_TCK);
	char path[64], text[1024], *field;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if (!read_text(path, text, sizeof(text)))
		return false;
	field = strrchr(text, ')');
	if (field == NULL || field[1] == '\0')
		return false;
	*zombie = field[2] == 'Z' || field[2] == 'X';
	for (int number = 2; number < 22 && field != NULL; number++)
		field = strchr(field + 1, ' ');
	if (field == NULL)
		return false;
	*microseconds = strtoull(field, NULL, 10) * (1000000 / rate);
	return true;
}

uint64_t emulate_boot(void)
{
	static const char before[] = "\nbtime ";
	char text[65536];
	const char *place = NULL;

	if (read_text("/proc/stat", text, sizeof(text)))
		place = strstr(text, before);
	return place != NULL ? strtoull(place + strlen(before), NULL, 10) : 1;
}
