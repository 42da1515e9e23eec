/* SPDX-License-Identifier: MIT */
/* semaphore.c - conformance: semaphores, without anybody waiting. */
#include "nt.h"

#include <unistd.h>

#define MAX 0xffffffffu

static void create(void)
{
	int dev = nt_open(), sem;

	is(nt_sem(dev, 4, 3), -EINVAL, "count 4 above max 3 is EINVAL");
	is(nt_sem(dev, 1, 0), -EINVAL, "count 1 above max 0 is EINVAL");
	is(nt_sem(dev, MAX, MAX - 1), -EINVAL, "count 0xffffffff above max 0xfffffffe is EINVAL");
	sem = nt_sem(dev, 2, 3);
	ok(sem >= 0 && sem != dev, "the result is a new descriptor");
	sem_is(sem, 2, 3, "it reads as created, 2 of 3");
	sem = nt_sem(dev, 0, 0);
	sem_is(sem, 0, 0, "0 of 0 is legal");
	poll_is(dev, sem, -ETIMEDOUT, "0 of 0 is never ready");
	is(nt_release(sem, 1, NULL), -EOVERFLOW, "0 of 0 cannot be released");
	sem = nt_sem(dev, 0, MAX);
	sem_is(sem, 0, MAX, "0 of 0xffffffff is legal");
	sem = nt_sem(dev, MAX, MAX);
	sem_is(sem, MAX, MAX, "0xffffffff of 0xffffffff is legal");
	poll_is(dev, sem, 0, "it is ready");
	sem_is(sem, MAX - 1, MAX, "and loses one");
	sem = nt_sem(dev, 0x80000000u, 0x80000001u);
	sem_is(sem, 0x80000000u, 0x80000001u, "counts have no sign");
	poll_is(dev, sem, 0, "a count with the highest bit is ready");
}

static void release(void)
{
	int dev = nt_open(), sem = nt_sem(dev, 1, 5);
	unsigned int prev;

	is(nt_release(sem, 2, &prev), 0, "1 + 2 of 5");
	is(prev, 1, "the previous count is 1");
	sem_is(sem, 3, 5, "3 of 5");
	is(nt_release(sem, 0, &prev), 0, "adding 0 is legal");
	is(prev, 3, "and tells the count");
	sem_is(sem, 3, 5, "still 3 of 5");
	is(nt_release(sem, 3, &prev), -EOVERFLOW, "3 + 3 of 5 is EOVERFLOW");
	is(prev, 3, "the argument is left as it was");
	sem_is(sem, 3, 5, "all or nothing: still 3");
	is(nt_release(sem, MAX, &prev), -EOVERFLOW, "a sum that wraps is EOVERFLOW");
	is(nt_release(sem, MAX - 2, &prev), -EOVERFLOW, "a sum that wraps to 0 is EOVERFLOW");
	sem_is(sem, 3, 5, "still 3");
	is(nt_release(sem, 2, &prev), 0, "exactly to the maximum");
	is(nt_release(sem, 0, &prev), 0, "adding 0 at the maximum");
	is(prev, 5, "tells 5");
	is(nt_release(sem, 1, &prev), -EOVERFLOW, "one more is EOVERFLOW");

	sem = nt_sem(dev, 0, MAX);
	is(nt_release(sem, MAX, &prev), 0, "0 + 0xffffffff of 0xffffffff");
	is(prev, 0, "previous 0");
	is(nt_release(sem, 1, &prev), -EOVERFLOW, "one more wraps: EOVERFLOW");
	is(nt_release(sem, MAX, &prev), -EOVERFLOW, "0xffffffff more: EOVERFLOW");
	sem_is(sem, MAX, MAX, "still 0xffffffff");
}

static void take(void)
{
	int dev = nt_open(), sem = nt_sem(dev, 2, 3);

	poll_is(dev, sem, 0, "2 are ready");
	sem_is(sem, 1, 3, "a wait takes exactly one");
	poll_is(dev, sem, 0, "1 is ready");
	sem_is(sem, 0, 3, "0 is left");
	poll_is(dev, sem, -ETIMEDOUT, "0 is not ready; index is not written");
	sem_is(sem, 0, 3, "and takes none");
	is(nt_release(sem, 3, NULL), 0, "filled up again");
	is(nt_all(dev, OWNER, POLL, 0, NULL, FDS(sem)), 0, "a wait for all of one");
	sem_is(sem, 2, 3, "takes one, too");
}

const struct nt_case semaphore_cases[] = {
	{ "create", create, "wrong checks of count and maximum, signed or narrowed counts" },
	{ "release", release,
	  "wrong previous counts, overflow that wraps, partial releases, a changed argument" },
	{ "take", take, "a wait that takes none or more than one, or 0 that counts as signalled" },
	{ NULL, NULL, NULL },
};
