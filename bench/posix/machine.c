/* SPDX-License-Identifier: MIT */
/*
 * bench/posix/machine.c - what POSIX tells of the machine.  A process cannot be kept on one
 * processor, so figures scatter more; and there are no cases that only this system has, nor any that
 * would need a worker.
 *
 * What happens if a process dies here: its children see that it is gone when their pipes end.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/bench.h"

const struct bench_case *const bench_system_cases[] = { NULL };

uint32_t bench_processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count > 0 ? (uint32_t)count : 1;
}

void bench_pin(uint32_t n)
{
	(void)n;
}

void bench_die_with_parent(void)
{
}

void bench_machine(char *text, size_t size)
{
	struct utsname name;

	memset(&name, 0, sizeof(name));
	(void)uname(&name);
	snprintf(text, size, "%s, %s %s", name.machine, name.sysname, name.release);
}

int bench_worker(void)
{
	return 1;
}
