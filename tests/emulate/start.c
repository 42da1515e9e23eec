/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/start.c - see tests/emulate/emulate.h.
 */
#include <config.h>

#include "tests/emulate/emulate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool emulate_start(pid_t pid, uint64_t *microseconds, bool *zombie)
{
	const uint64_t rate = (uint64_t)sysconf(_SC_CLK_TCK);
	char path[64], text[1024], *field;
	uint64_t ticks = 0;
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = '\0';
	field = strrchr(text, ')');
	if (field == NULL || length == 0)
		return false;
	*zombie = field[2] == 'Z' || field[2] == 'X';
	for (int number = 2; number < 22 && field != NULL; number++)
		field = strchr(field + 1, ' ');
	if (field == NULL || sscanf(field, "%" SCNu64, &ticks) != 1)
		return false;
	*microseconds = ticks * (1000000 / rate);
	return true;
}

uint64_t emulate_boot(void)
{
	FILE *file = fopen("/proc/stat", "re");
	uint64_t seconds = 1;
	char line[256];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "btime %" SCNu64, &seconds) == 1)
			break;
	}
	if (file != NULL)
		fclose(file);
	return seconds;
}
