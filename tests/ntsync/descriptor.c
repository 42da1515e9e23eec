/* SPDX-License-Identifier: MIT */
/* descriptor.c - conformance: objects are descriptors, within one process. */
#include "nt.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void device(void)
{
	static const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR };
	int dev, copy, sem;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		dev = open("/dev/ntsync", modes[i]);
		ok(dev >= 0, "open, mode %d", modes[i]);
		ok(nt_sem(dev, 1, 1) >= 0, "makes objects, whatever the mode");
		is(fcntl(dev, F_GETFD), 0, "without O_CLOEXEC it is inherited");
		is(fcntl(dev, F_GETFL) & O_ACCMODE, modes[i], "its mode is what was asked for");
		close(dev);
	}
	dev = openat(AT_FDCWD, "/dev/ntsync", O_RDWR | O_CLOEXEC);
	ok(dev >= 0, "openat");
	is(fcntl(dev, F_GETFD), FD_CLOEXEC, "with O_CLOEXEC it is not inherited");
	copy = dup(dev);
	sem = nt_sem(dev, 2, 2);
	is(nt_any(copy, OWNER, POLL, 0, NULL, FDS(sem)), 0, "a duplicate is the same instance");
	close(dev);
	is(nt_any(copy, OWNER, POLL, 0, NULL, FDS(sem)), 0, "also when the first is closed");
	is(nt_any(dev, OWNER, POLL, 0, NULL, FDS(sem)), -EBADF, "which is closed");
	dev = nt_open();
	is(nt_any(dev, OWNER, POLL, 0, NULL, FDS(sem)), -EINVAL,
	   "the same number opened anew is not");
	dup2(copy, dev);
	nt_release(sem, 1, NULL);
	is(nt_any(dev, OWNER, POLL, 0, NULL, FDS(sem)), 0, "unless it is made the same again");
	close(dev);
	close(copy);
	is(nt_release(sem, 1, NULL), 0, "the device closed, an object lives on");
	sem_is(sem, 1, 2, "with its state");
}

static void flags(void)
{
	int dev = nt_open();
	int fds[] = { nt_sem(dev, 1, 1), nt_mutex(dev, 0, 0), nt_event(dev, 0, 1) };

	for (int i = 0; i < 3; i++) {
		is(fcntl(fds[i], F_GETFD), FD_CLOEXEC, "an object is close-on-exec");
		is(fcntl(fds[i], F_GETFL) & O_ACCMODE, O_RDWR,
		   "and opened for reading and writing");
		is(fcntl(fds[i], F_SETFD, 0), 0, "close-on-exec can be cleared");
		is(fcntl(fds[i], F_GETFD), 0, "and is");
		poll_is(dev, fds[i], 0, "the object is still one");
		close(fds[i]);
		is(fcntl(fds[i], F_GETFD), -1, "closed, it is none");
	}
	fds[0] = nt_sem(dev, 0, 1);
	close(fds[0]);
	fds[1] = nt_event(dev, 0, 0);
	is(fds[1], fds[0], "new objects have the lowest free number");
}

static void duplicates(void)
{
	int dev = nt_open(), sem = nt_sem(dev, 0, 9), copies[5];

	copies[0] = dup(sem);
	copies[1] = fcntl(sem, F_DUPFD, 200);
	copies[2] = fcntl(sem, F_DUPFD_CLOEXEC, 200);
	copies[3] = dup2(sem, 300);
	copies[4] = dup3(sem, 301, O_CLOEXEC);
	is(fcntl(copies[0], F_GETFD), 0, "a duplicate is not close-on-exec");
	is(fcntl(copies[4], F_GETFD), FD_CLOEXEC, "unless asked for");
	close(sem);
	for (unsigned int i = 0; i < 5; i++) {
		unsigned int prev;

		is(nt_release(copies[i], 1, &prev), 0, "a duplicate outlives the original");
		is(prev, i, "and is the same object");
	}
	for (int i = 0; i < 4; i++)
		close(copies[i]);
	sem_is(copies[4], 5, 9, "until the last one");
	is(nt_release(sem, 1, NULL), -EBADF, "the original is closed");
}

/* Ways to free a descriptor number, each noticed by nobody but the kernel. */
static void by_close(int fd)
{
	close(fd);
}

static void by_syscall(int fd)
{
	syscall(SYS_close, fd);
}

static void by_fclose(int fd)
{
	FILE *file = fdopen(fd, "r+");

	if (file == NULL)
		nt_give_up("fdopen of an object: %s", strerror(errno));
	fclose(file);
}

static void by_dup2(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, fd);
	close(null);
	close(fd);
}

static void by_dup3(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup3(null, fd, O_CLOEXEC);
	close(null);
	close(fd);
}

#if defined(SYS_close_range)
static void by_close_range(int fd)
{
	if (syscall(SYS_close_range, (unsigned int)fd, (unsigned int)fd, 0u) != 0)
		close(fd);
}
#endif

#if defined(__GLIBC__) && (__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 34))
static void by_libc_close_range(int fd)
{
	if (close_range((unsigned int)fd, (unsigned int)fd, 0) != 0)
		close(fd);
}

/* Closes everything from fd on; cases open nothing above that they still need. */
static void by_closefrom(int fd)
{
	closefrom(fd);
}
#endif

static const struct {
	const char *name;
	void (*end)(int fd);
} ends[] = {
	{ "close", by_close },
	{ "syscall(SYS_close)", by_syscall },
	{ "fclose", by_fclose },
	{ "dup2 over it", by_dup2 },
	{ "dup3 over it", by_dup3 },
#if defined(SYS_close_range)
	{ "syscall(SYS_close_range)", by_close_range },
#endif
#if defined(__GLIBC__) && (__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 34))
	{ "close_range", by_libc_close_range },
	{ "closefrom", by_closefrom },
#endif
};

/* The number of an object that was used, and closed, is used for something else. */
static void reuse(void)
{
	int dev = nt_open(), ready = nt_event(dev, 1, 1);

	for (size_t e = 0; e < sizeof(ends) / sizeof(ends[0]); e++) {
		int first = nt_sem(dev, 7, 7), fd, sockets[2];
		struct ntsync_sem_args args;

		nt_note("  closed by %s", ends[e].name);
		poll_is(dev, first, 0, "an object is used");
		ends[e].end(first);
		is(nt_release(first, 1, NULL), -EBADF, "closed: EBADF");
		is(nt_any(dev, OWNER, POLL, 0, NULL, FDS(ready, first)), -EINVAL,
		   "in a wait: EINVAL");

		fd = nt_event(dev, 1, 0);
		is(fd, first, "an event gets its number");
		is(nt_release(fd, 1, NULL), -EINVAL, "it is no semaphore");
		is(nt_set(fd, NULL), 0, "but an event");
		event_is(fd, 1, 1, "of its own");
		ends[e].end(fd);

		fd = nt_sem(dev, 2, 3);
		is(fd, first, "another semaphore gets its number");
		sem_is(fd, 2, 3, "it has its own count");
		ends[e].end(fd);

		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		is(fd, first, "/dev/null gets its number");
		is(nt_ioctl(fd, NTSYNC_IOC_SEM_READ, &args), -ENOTTY, "it is no object");
		is(nt_any(dev, OWNER, POLL, 0, NULL, FDS(ready, fd)), -EINVAL, "nor in a wait");
		close(fd);

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
			nt_give_up("socketpair: %s", strerror(errno));
		is(sockets[0], first, "a socket gets its number");
		is(nt_ioctl(sockets[0], NTSYNC_IOC_SEM_READ, &args), -ENOTTY, "it is no object");
		ok(write(sockets[0], "x", 1) == 1 && read(sockets[1], &args, 1) == 1,
		   "but a socket");
		close(sockets[0]);
		close(sockets[1]);
	}
}

static void replaced(void)
{
	int dev = nt_open(), a = nt_sem(dev, 1, 9), b = nt_event(dev, 1, 1), c, moved;

	poll_is(dev, a, 0, "a semaphore is used");
	is(dup2(b, a), a, "an event is put in its place");
	is(nt_release(a, 1, NULL), -EINVAL, "the number is no semaphore any more");
	event_is(a, 1, 1, "but the event");
	nt_reset(a, NULL);
	event_is(b, 1, 0, "the same as by its other number");

	/* Two numbers change places through a third: nothing is opened or closed for good. */
	a = nt_sem(dev, 1, 5);
	c = nt_sem(dev, 2, 6);
	sem_is(a, 1, 5, "one semaphore");
	sem_is(c, 2, 6, "and another");
	moved = dup(a);
	dup2(c, a);
	dup2(moved, c);
	close(moved);
	sem_is(a, 2, 6, "change");
	sem_is(c, 1, 5, "places");
}

static void close_while_waiting(void)
{
	int dev = nt_open(), event = nt_auto(dev), other = nt_auto(dev), copy = dup(other), fd;
	uint64_t deadline = nt_in_ms(150);
	struct waiter *w = waits_any(THREAD, dev, OWNER, deadline, 0, FDS(event));

	close(event);
	fd = nt_event(dev, 1, 1);
	is(fd, event, "a new object gets the number of one that is waited for and closed");
	wait_ended(w, -ETIMEDOUT, UNTOUCHED, "the wait for that one runs to its end");
	ok(nt_now() >= deadline, "not before its deadline");
	event_is(fd, 1, 1, "the new object is not touched");

	event = nt_auto(dev);
	w = waits_all(THREAD, dev, OWNER, nt_in_ms(100), 0, FDS(event));
	close(event);
	wait_ended(w, -ETIMEDOUT, UNTOUCHED, "the same for all");

	event = nt_auto(dev);
	w = waits_any(THREAD, dev, OWNER, LATE, 0, FDS(event, other));
	close(event);
	close(other);
	waits_still(w, "one object gone, one left with another descriptor");
	nt_set(copy, NULL);
	wait_ended(w, 0, 1, "which ends the wait");
	event_is(copy, 0, 0, "and is taken");

	event = nt_manual(dev);
	w = waits_any(THREAD, dev, OWNER, LATE, event, FDS(copy));
	fd = dup(event);
	close(event);
	nt_set(fd, NULL);
	wait_ended(w, 0, 1, "an alert whose first descriptor is closed still ends it");
}

static void device_closed(void)
{
	int dev = nt_open(), sem = nt_sem(dev, 0, 2), mutex = nt_mutex(dev, OWNER, 1);
	int event = nt_auto(dev), again;
	struct waiter *w = waits_any(THREAD, dev, OWNER, LATE, 0, FDS(sem));
	struct waiter *all = waits_all(THREAD, dev, OWNER, LATE, 0, FDS(event, mutex));

	close(dev);
	waits_still(w, "the device is closed while it is waited on");
	is(nt_release(sem, 2, NULL), 0, "a semaphore can be released");
	wait_ended(w, 0, 0, "which ends the wait");
	sem_is(sem, 1, 2, "one is taken");
	is(nt_set(event, NULL), 0, "an event can be set");
	wait_ended(all, 0, 0, "which ends the wait for all");
	mutex_is(mutex, 0, OWNER, 2, "the mutex is owned");
	is(nt_unlock(mutex, OWNER, NULL), 0, "it can be unlocked");
	is(nt_kill(mutex, OWNER), 0, "its owner can die");
	is(nt_pulse(event, NULL), 0, "an event can be pulsed");
	again = nt_open();
	is(nt_any(again, OWNER, POLL, 0, NULL, FDS(sem)), -EINVAL,
	   "a new instance is not the old one, though its objects live");
}

const struct nt_case descriptor_cases[] = {
	{ "device", device, "modes refused, instances tied to a number instead of an open" },
	{ "flags", flags, "descriptors that are not close-on-exec, read-write, and lowest" },
	{ "duplicates", duplicates, "objects tied to one descriptor" },
	{ "reuse", reuse,
	  "a number remembered as an object after it was closed behind one's back" },
	{ "replaced", replaced, "a number remembered as the object it was" },
	{ "close-while-waiting", close_while_waiting,
	  "waits that end, crash, or move to a new object" },
	{ "device-closed", device_closed, "objects that die with their device" },
	{ NULL, NULL, NULL },
};
