/* SPDX-License-Identifier: MIT */
/*
 * bench/linux/machine.c - processors, and children that end with their parent.
 *
 * What happens if a process dies here: its children are killed.
 */
#include <config.h>

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/bench.h"

/* As it was before the first bench_pin(). */
static cpu_set_t allowed;
static bool known;

static const cpu_set_t *allowed_set(void)
{
	if (!known && sched_getaffinity(0, sizeof(allowed), &allowed) < 0) {
		CPU_ZERO(&allowed); /* more processors than the set has room for */
		CPU_SET(0, &allowed);
	}
	known = true;
	return &allowed;
}

uint32_t bench_processors(void)
{
	return (uint32_t)CPU_COUNT(allowed_set());
}

void bench_pin(uint32_t n)
{
	cpu_set_t set = *allowed_set();

	if (n != BENCH_ALL_PROCESSORS) {
		CPU_ZERO(&set);
		for (size_t i = 0; i < CPU_SETSIZE; i++)
			if (CPU_ISSET(i, allowed_set()) && n-- == 0)
				CPU_SET(i, &set);
	}
	(void)sched_setaffinity(0, sizeof(set), &set);
}

void bench_die_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static bool read_model(char *text, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256], *value;
	bool found = false;

	while (file != NULL && !found && fgets(line, sizeof(line), file) != NULL) {
		value = strstr(line, ": ");
		found = strncmp(line, "model name", 10) == 0 && value != NULL;
		if (found)
			snprintf(text, size, "%.*s", (int)strcspn(value + 2, "\n"), value + 2);
	}
	if (file != NULL)
		fclose(file);
	return found;
}

void bench_machine(char *text, size_t size)
{
	struct utsname name;
	size_t length;

	memset(&name, 0, sizeof(name));
	(void)uname(&name);
	if (!read_model(text, size))
		snprintf(text, size, "%s", name.machine);
	length = strlen(text);
	snprintf(text + length, size - length, ", %s %s", name.sysname, name.release);
}
