/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/posix/inherited.c - see compat/ntsync/inherited.h.
 *
 * No folder of descriptors is complete on all of these systems, and a limit may be a million, so
 * poll() is asked, many at a time: it says which are not open.
 *
 * What happens if a process dies here: nothing was changed.
 */
#include <config.h>

#include "compat/ntsync/inherited.h"

#include <poll.h>
#include <unistd.h>

#include "compat/ntsync/cache.h"

/* At once; no system refuses so many. */
#define MOST 256

static void visit_some(int first, int count, void (*visit)(int fd))
{
	struct pollfd list[MOST];
	int asked;

	for (int i = 0; i < count; i++)
		list[i] = (struct pollfd){ .fd = first + i };
	asked = poll(list, (nfds_t)count, 0);
	for (int i = 0; i < count; i++)
		if (asked < 0 || (list[i].revents & POLLNVAL) == 0)
			visit(first + i);
}

void cf_nt_each_open(void (*visit)(int fd))
{
	long limit = sysconf(_SC_OPEN_MAX);
	int end = limit > 0 && limit < (long)CF_NT_DESCRIPTORS ? (int)limit : (int)CF_NT_DESCRIPTORS;

	for (int first = 0; first < end; first += MOST)
		visit_some(first, end - first < MOST ? end - first : MOST, visit);
}
