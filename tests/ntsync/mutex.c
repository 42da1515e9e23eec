/* SPDX-License-Identifier: MIT */
/* mutex.c - conformance: mutexes, without anybody blocking. */
#include "nt.h"

#define MAX 0xffffffffu

static void create(void)
{
	int dev = nt_open(), mutex;

	is(nt_mutex(dev, OWNER, 0), -EINVAL, "an owner without a count is EINVAL");
	is(nt_mutex(dev, 0, 1), -EINVAL, "a count without an owner is EINVAL");
	is(nt_mutex(dev, 0, MAX), -EINVAL, "count 0xffffffff without an owner is EINVAL");
	mutex = nt_mutex(dev, 0, 0);
	ok(mutex >= 0, "an unowned mutex");
	mutex_is(mutex, 0, 0, 0, "reads unowned");
	mutex = nt_mutex(dev, OWNER, 2);
	mutex_is(mutex, 0, OWNER, 2, "owner and count read as created");
	mutex = nt_mutex(dev, MAX, MAX);
	mutex_is(mutex, 0, MAX, MAX, "owner and count use all 32 bits");
	mutex = nt_mutex(dev, 0x80000000u, 0x80000000u);
	mutex_is(mutex, 0, 0x80000000u, 0x80000000u, "owner and count have no sign");
}

static void unlock(void)
{
	int dev = nt_open(), mutex = nt_mutex(dev, OWNER, 2);
	unsigned int prev;

	is(nt_unlock(mutex, 0, &prev), -EINVAL, "owner 0 is EINVAL");
	is(prev, UNTOUCHED, "no count is stored");
	is(nt_unlock(mutex, OWNER + 1, &prev), -EPERM, "another owner is EPERM");
	is(prev, UNTOUCHED, "no count is stored");
	is(nt_unlock(mutex, OWNER | 0x80000000u, NULL), -EPERM,
	   "an owner that differs in the highest bit is EPERM");
	mutex_is(mutex, 0, OWNER, 2, "nothing changed");
	is(nt_unlock(mutex, OWNER, &prev), 0, "the owner unlocks");
	is(prev, 2, "previous count 2");
	mutex_is(mutex, 0, OWNER, 1, "still owned once");
	is(nt_unlock(mutex, OWNER, &prev), 0, "the owner unlocks again");
	is(prev, 1, "previous count 1");
	mutex_is(mutex, 0, 0, 0, "unowned");
	is(nt_unlock(mutex, OWNER, &prev), -EPERM, "unlocking a free mutex is EPERM");
	is(prev, UNTOUCHED, "no count is stored");
	is(nt_unlock(mutex, 0, NULL), -EINVAL, "owner 0 on a free mutex is EINVAL, not success");
	mutex_is(mutex, 0, 0, 0, "still free");
}

static void acquire(void)
{
	int dev = nt_open(), mutex = nt_mutex(dev, 0, 0);
	unsigned int index;

	poll_is(dev, mutex, 0, "a free mutex is taken");
	mutex_is(mutex, 0, OWNER, 1, "owned once");
	poll_is(dev, mutex, 0, "its owner takes it again");
	mutex_is(mutex, 0, OWNER, 2, "owned twice");
	is(nt_any(dev, OWNER + 1, POLL, 0, &index, FDS(mutex)), -ETIMEDOUT, "nobody else does");
	is(index, UNTOUCHED, "index is not written");
	mutex_is(mutex, 0, OWNER, 2, "nothing changed");
	is(nt_all(dev, OWNER, POLL, 0, &index, FDS(mutex)), 0, "a wait for all of one");
	is(index, 0, "index 0");
	mutex_is(mutex, 0, OWNER, 3, "owned three times");
	is(nt_all(dev, OWNER + 1, POLL, 0, NULL, FDS(mutex)), -ETIMEDOUT,
	   "a wait for all by another times out");
	while (nt_unlock(mutex, OWNER, NULL) == 0)
		;
	is(nt_any(dev, OWNER + 1, POLL, 0, &index, FDS(mutex)), 0, "freed, another takes it");
	mutex_is(mutex, 0, OWNER + 1, 1, "and owns it once");
}

static void owners(void)
{
	static const unsigned int ids[] = { 1, 0x7fffffffu, 0x80000000u, 0xfffffffeu, MAX };
	int dev = nt_open();

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		int mutex = nt_mutex(dev, 0, 0);

		is(nt_any(dev, ids[i], POLL, 0, NULL, FDS(mutex)), 0, "owner 0x%x takes it",
		   ids[i]);
		mutex_is(mutex, 0, ids[i], 1, "and reads back");
		is(nt_any(dev, ids[i] ^ 0x80000000u, POLL, 0, NULL, FDS(mutex)),
		   ids[i] == 0x80000000u ? -EINVAL : -ETIMEDOUT, "0x%x does not",
		   ids[i] ^ 0x80000000u);
		is(nt_unlock(mutex, ids[i] ^ 0x80000000u, NULL),
		   ids[i] == 0x80000000u ? -EINVAL : -EPERM, "nor does it unlock it");
		is(nt_kill(mutex, ids[i] ^ 0x80000000u), ids[i] == 0x80000000u ? -EINVAL : -EPERM,
		   "nor kill its owner");
		is(nt_unlock(mutex, ids[i], NULL), 0, "0x%x unlocks it", ids[i]);
	}
}

static void recursion(void)
{
	int dev = nt_open(), mutex = nt_mutex(dev, OWNER, MAX - 1);
	int event = nt_event(dev, 0, 1);
	unsigned int prev, index;

	poll_is(dev, mutex, 0, "from 0xfffffffe the owner takes it once more");
	mutex_is(mutex, 0, OWNER, MAX, "0xffffffff times");
	poll_is(dev, mutex, -ETIMEDOUT, "at the maximum even the owner times out");
	mutex_is(mutex, 0, OWNER, MAX, "nothing wraps");
	is(nt_any(dev, OWNER, POLL, 0, &index, FDS(mutex, event)), 0,
	   "another object still counts");
	is(index, 1, "index 1");
	nt_set(event, NULL);
	is(nt_all(dev, OWNER, POLL, 0, NULL, FDS(event, mutex)), -ETIMEDOUT,
	   "a wait for all times out on it");
	event_is(event, 0, 1, "and takes nothing else");
	is(nt_unlock(mutex, OWNER, &prev), 0, "unlocked once");
	is(prev, MAX, "previous count 0xffffffff");
	poll_is(dev, mutex, 0, "then it can be taken again");
	is(nt_kill(mutex, OWNER), 0, "its owner dies");
	mutex_is(mutex, -EOWNERDEAD, 0, 0, "the whole recursion is gone");
}

static void abandon(void)
{
	int dev = nt_open(), mutex = nt_mutex(dev, OWNER, 3);
	unsigned int index;

	is(nt_kill(mutex, 0), -EINVAL, "killing owner 0 is EINVAL");
	is(nt_kill(mutex, OWNER + 1), -EPERM, "killing another owner is EPERM");
	mutex_is(mutex, 0, OWNER, 3, "nothing changed");
	is(nt_kill(mutex, OWNER), 0, "the owner dies");
	mutex_is(mutex, -EOWNERDEAD, 0, 0, "reading gives EOWNERDEAD, and 0, 0");
	mutex_is(mutex, -EOWNERDEAD, 0, 0, "every time");
	is(nt_kill(mutex, OWNER), -EPERM, "it cannot die twice");
	is(nt_kill(mutex, 0), -EINVAL, "nor can nobody");
	is(nt_unlock(mutex, OWNER, NULL), -EPERM, "nor unlock it any more");
	is(nt_any(dev, OWNER + 1, POLL, 0, &index, FDS(mutex)), -EOWNERDEAD,
	   "the next to take it gets EOWNERDEAD");
	is(index, 0, "with the index");
	mutex_is(mutex, 0, OWNER + 1, 1, "and owns it once, no longer abandoned");
	is(nt_any(dev, OWNER + 1, POLL, 0, NULL, FDS(mutex)), 0, "again: plain success");
	is(nt_unlock(mutex, OWNER + 1, NULL), 0, "unlocked");
	is(nt_unlock(mutex, OWNER + 1, NULL), 0, "unlocked");
	poll_is(dev, mutex, 0, "the next owner sees nothing of it");

	is(nt_kill(mutex, OWNER), 0, "killed again");
	is(nt_any(dev, OWNER, POLL, 0, &index, FDS(mutex)), -EOWNERDEAD,
	   "the same number may take it, with EOWNERDEAD");
	is(nt_kill(mutex, OWNER), 0, "and be killed again");
	is(nt_all(dev, OWNER, POLL, 0, &index, FDS(mutex)), -EOWNERDEAD,
	   "a wait for all tells EOWNERDEAD, too");
	is(index, 0, "with index 0");
	mutex_is(mutex, 0, OWNER, 1, "owned once");

	mutex = nt_mutex(dev, 0, 0);
	is(nt_kill(mutex, OWNER), -EPERM, "a free mutex has no owner to kill");
	mutex_is(mutex, 0, 0, 0, "and does not become abandoned");
}

static void abandon_many(void)
{
	int dev = nt_open(), event = nt_event(dev, 0, 0), sem = nt_sem(dev, 1, 1);
	int a = nt_mutex(dev, OWNER, 1), b = nt_mutex(dev, OWNER, 1), c = nt_mutex(dev, 0, 0);
	unsigned int index;

	nt_kill(a, OWNER);
	nt_kill(b, OWNER);
	is(nt_all(dev, OWNER, POLL, 0, &index, FDS(a, sem, event, b)), -ETIMEDOUT,
	   "abandoned mutexes do not make up for an unset event");
	is(index, UNTOUCHED, "index is not written");
	mutex_is(a, -EOWNERDEAD, 0, 0, "and stay abandoned");
	sem_is(sem, 1, 1, "the semaphore keeps its count");
	nt_set(event, NULL);
	is(nt_all(dev, OWNER, POLL, 0, &index, FDS(a, sem, event, b, c)), -EOWNERDEAD,
	   "all ready, two of them abandoned: EOWNERDEAD");
	is(index, 0, "index 0");
	mutex_is(a, 0, OWNER, 1, "the first was taken");
	mutex_is(b, 0, OWNER, 1, "the second was taken");
	mutex_is(c, 0, OWNER, 1, "the one that was not abandoned was taken");
	sem_is(sem, 0, 1, "the semaphore was taken");
	event_is(event, 0, 0, "the event was taken");

	nt_kill(b, OWNER);
	is(nt_any(dev, OWNER, POLL, 0, &index, FDS(event, b, a)), -EOWNERDEAD,
	   "any: the first ready one is abandoned");
	is(index, 1, "its index is told");
	nt_kill(b, OWNER);
	is(nt_any(dev, OWNER, POLL, 0, &index, FDS(a, b)), 0, "any: an abandoned one behind");
	is(index, 0, "the first was taken");
	mutex_is(b, -EOWNERDEAD, 0, 0, "the other stays abandoned");
}

const struct nt_case mutex_cases[] = {
	{ "create", create, "owner and count not checked against each other, or narrowed" },
	{ "unlock", unlock, "wrong errno or order of checks, wrong previous count, theft" },
	{ "acquire", acquire, "no recursion, or a mutex that lets others in" },
	{ "owners", owners, "owners that are taken for thread ids, or lose bits" },
	{ "recursion", recursion, "a recursion count that wraps at 2^32 or stops before" },
	{ "abandon", abandon, "an abandoned mark that is lost, sticks, or is not told" },
	{ "abandon-many", abandon_many,
	  "waits on several objects that lose EOWNERDEAD, or tell it without taking all" },
	{ NULL, NULL, NULL },
};
