/* SPDX-License-Identifier: MIT */
/* process.c - conformance: objects shared by fork, exec and messages, and what death leaves. */
#include "nt.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void fork_shares(void)
{
	int dev = nt_open(), sem = nt_sem(dev, 0, 9), event = nt_auto(dev), later;
	int mutex = nt_mutex(dev, OWNER, 1);
	struct waiter *w;
	pid_t child = nt_fork();

	if (child == 0) {
		if (nt_release(sem, 2, NULL) != 0)
			_exit(1);
		if (nt_any(dev, OWNER, LATE, 0, NULL, FDS(event)) != 0)
			_exit(2);
		if (nt_unlock(mutex, OWNER, NULL) != 0)
			_exit(3);
		close(sem);
		close(event);
		close(mutex);
		close(dev);
		_exit(0);
	}
	is(nt_any(dev, OWNER, LATE, 0, NULL, FDS(sem)), 0,
	   "a child's release ends a parent's wait");
	is(nt_set(event, NULL), 0, "a parent sets what the child waits for");
	child_is_fine(child, "the child went through, and closed everything");
	sem_is(sem, 1, 9, "the parent's semaphore is still there");
	mutex_is(mutex, 0, 0, 0, "owners are numbers: the child unlocked for the parent");
	event_is(event, 0, 0, "the event is still there");

	/* An object made after the fork belongs to one of them, at any number. */
	w = waits_any(PROCESS, dev, OWNER, LATE, 0, FDS(event));
	later = nt_event(dev, 1, 1);
	poll_is(dev, later, 0, "a parent goes on making objects");
	nt_set(event, NULL);
	wait_ended(w, 0, 0, "while a child waits");
}

static void fork_outlives(void)
{
	int dev = nt_open(), sem = nt_sem(dev, 1, 9), event = nt_auto(dev);
	int *result = nt_shared(sizeof(*result));
	pid_t child = nt_fork();

	if (child == 0) {
		/* The only descriptors of sem are now the child's. */
		if (nt_any(dev, OWNER, LATE, 0, NULL, FDS(event)) != 0)
			_exit(1);
		if (nt_release(sem, 1, NULL) != 0)
			_exit(2);
		if (nt_any(dev, OWNER, POLL, 0, NULL, FDS(sem)) != 0 ||
		    nt_any(dev, OWNER, POLL, 0, NULL, FDS(sem)) != 0)
			_exit(3);
		*result = nt_any(dev, OWNER, POLL, 0, NULL, FDS(sem));
		_exit(0);
	}
	close(sem);
	close(dev);
	nt_set(event, NULL);
	child_is_fine(child, "what a parent closes stays for the child");
	is(*result, -ETIMEDOUT, "with its count");
}

/* Grandchildren, and descriptors that only they still have. */
static void fork_deep(void)
{
	int dev = nt_open(), done = nt_sem(dev, 0, 9), go = nt_manual(dev);
	pid_t child = nt_fork();

	if (child == 0) {
		int own = nt_sem(dev, 3, 3);
		pid_t grandchild = fork();

		if (grandchild == 0) {
			if (nt_any(dev, OWNER, LATE, 0, NULL, FDS(go)) == 0 &&
			    nt_any(dev, OWNER, POLL, 0, NULL, FDS(own)) == 0)
				nt_release(done, 5, NULL);
			_exit(0);
		}
		_exit(grandchild > 0 ? 0 : 1);
	}
	child_is_fine(child, "a child makes an object, forks and ends");
	nt_set(go, NULL);
	is(nt_any(dev, OWNER, LATE, 0, NULL, FDS(done)), 0, "the grandchild still has the object");
	sem_is(done, 4, 9, "and answered");
}

/* --- exec ------------------------------------------------------------------------ */

/* dev sem event gone: what the new program finds at these numbers. */
int after_exec(int argc, char **argv)
{
	struct ntsync_sem_args args;
	int fd[4];

	if (argc != 4)
		return 64;
	for (int i = 0; i < 4; i++)
		fd[i] = atoi(argv[i]);
	if (nt_ioctl(fd[1], NTSYNC_IOC_SEM_READ, &args) != 0 || args.count != 3 || args.max != 9)
		return 1;
	if (nt_any(fd[0], OWNER, LATE, 0, NULL, FDS(fd[1])) != 0)
		return 2;
	if (nt_set(fd[2], NULL) != 0)
		return 3;
	if (nt_set(fd[3], NULL) != -EBADF)
		return 4;
	if (nt_any(fd[0], OWNER, POLL, 0, NULL, FDS(fd[3])) != -EINVAL)
		return 5;
	if (nt_event(fd[0], 0, 0) < 0)
		return 6;
	return 0;
}

/* How the program is started again: to look at four descriptors, of which it inherits three. */
struct command_line {
	char number[4][16];
	char *argv[7];
};

static void inherit(struct command_line *line, int dev, int sem, int event, int gone)
{
	const int fd[4] = { dev, sem, event, gone };

	line->argv[0] = (char *)(uintptr_t) "conformance"; /* only read */
	line->argv[1] = (char *)(uintptr_t) "--after-exec";
	for (int i = 0; i < 4; i++) {
		snprintf(line->number[i], sizeof(line->number[i]), "%d", fd[i]);
		line->argv[2 + i] = line->number[i];
		fcntl(fd[i], F_SETFD, fd[i] == gone ? FD_CLOEXEC : 0);
	}
	line->argv[6] = NULL;
}

static void exec_inherits(void)
{
	int dev = nt_open(), sem = nt_sem(dev, 3, 9), event = nt_auto(dev), gone = nt_auto(dev);
	struct command_line line;
	pid_t child;

	inherit(&line, dev, sem, event, gone);
	child = nt_fork();
	if (child == 0) {
		execv("/proc/self/exe", line.argv);
		_exit(127);
	}
	is(nt_any(dev, OWNER, LATE, 0, NULL, FDS(event)), 0, "a program started by exec sets it");
	child_is_fine(child, "it has what was not close-on-exec, and not the rest");
	sem_is(sem, 2, 9, "it took one");
	nt_release(sem, 1, NULL);

	if (posix_spawn(&child, "/proc/self/exe", NULL, NULL, line.argv, environ) != 0)
		nt_give_up("posix_spawn");
	child_is_fine(child, "the same by posix_spawn");
	event_is(event, 0, 1, "it set the event");
	sem_is(sem, 2, 9, "and took one");
}

/* exec in the process that made them: descriptors stay, everything else is new. */
static void exec_same_process(void)
{
	int dev = nt_open(), event = nt_auto(dev);
	pid_t child = nt_fork();

	if (child == 0) {
		int own = nt_open(), sem = nt_sem(own, 3, 9), set = nt_auto(own),
		    gone = nt_auto(own);
		struct command_line line;

		inherit(&line, own, sem, set, gone);
		nt_set(event, NULL);
		execv("/proc/self/exe", line.argv);
		_exit(127);
	}
	child_is_fine(child, "objects survive their maker's exec");
	event_is(event, 0, 1, "it had got that far");
}

/* A child of vfork() has its parent's memory, but descriptors of its own. */
static void vfork_closes(void)
{
	int dev = nt_open(), sem = nt_sem(dev, 3, 9), null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t child = vfork();

	if (child == 0) {
		close(sem);
		dup2(null, dev);
		execl("/proc/self/exe", "conformance", "--list", "nothing", (char *)NULL);
		_exit(127);
	}
	child_is_fine(child, "a child of vfork() closes, replaces and calls exec");
	sem_is(sem, 3, 9, "its parent has the semaphore");
	is(nt_any(dev, OWNER, POLL, 0, NULL, FDS(sem)), 0, "and the device");
}

/* --- messages ---------------------------------------------------------------------- */

static void sockets(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		nt_give_up("socketpair: %s", strerror(errno));
}

static void messages(void)
{
	int pair[2], fds[3], null = open("/dev/null", O_RDWR | O_CLOEXEC), dev = nt_open();
	int copies[2], sem;
	pid_t child;

	sockets(pair);
	child = nt_fork();
	if (child == 0) {
		/* Objects of an instance which the parent has never seen. */
		int own = nt_open(), made = nt_sem(own, 1, 9), event = nt_auto(own);

		for (int i = 0; i < 20; i++)
			dup(null); /* so that numbers differ on both sides */
		nt_send(pair[1], (int[]){ own, made, event }, 3);
		_exit(nt_any(own, OWNER, LATE, 0, NULL, FDS(event)) == 0 ? 0 : 1);
	}
	ok(nt_receive(pair[0], fds, 3, MSG_CMSG_CLOEXEC), "device, semaphore and event received");
	sem_is(fds[1], 1, 9, "the semaphore is what the sender made");
	is(nt_any(fds[0], OWNER, POLL, 0, NULL, FDS(fds[1])), 0,
	   "its instance is that of the device");
	is(nt_any(dev, OWNER, POLL, 0, NULL, FDS(fds[1])), -EINVAL, "not the receiver's own");
	is(fcntl(fds[1], F_GETFD), FD_CLOEXEC, "close-on-exec as asked for by the receiver");
	is(nt_set(fds[2], NULL), 0, "the receiver sets the event");
	child_is_fine(child, "the sender's wait ends");
	is(nt_release(fds[1], 2, NULL), 0, "the sender gone, the objects stay");
	is(nt_any(fds[0], OWNER, POLL, 0, NULL, FDS(fds[1])), 0, "and can be waited for");
	ok(nt_event(fds[0], 0, 0) >= 0, "new ones can be made");

	sem = nt_sem(dev, 4, 9);
	nt_send(pair[0], (int[]){ sem, sem }, 2);
	ok(nt_receive(pair[1], copies, 2, 0), "the same object twice in a message, to oneself");
	is(fcntl(copies[0], F_GETFD), 0, "not close-on-exec unless asked for");
	is(nt_all(dev, OWNER, POLL, 0, NULL, FDS(copies[0], copies[1])), -EINVAL, "is one object");
	close(sem);
	sem_is(copies[1], 4, 9, "which stays when the sent one is closed");
}

static void in_flight(void)
{
	int pair[2], dev = nt_open(), sem = nt_sem(dev, 3, 9), event = nt_auto(dev), fd;
	struct waiter *w;
	pid_t child;

	sockets(pair);
	nt_send(pair[0], &sem, 1);
	close(sem);
	/* Whatever takes closed objects away gets the chance to. */
	for (int i = 0; i < 200; i++)
		close(nt_sem(dev, 0, 1));
	is(nt_sem(dev, 0, 0), sem, "its number is free");
	ok(nt_receive(pair[1], &fd, 1, 0), "an object whose only descriptor was in flight");
	sem_is(fd, 3, 9, "is what it was");

	child = nt_fork();
	if (child == 0) {
		int own = nt_open(), made = nt_mutex(own, 77, 5);

		nt_send(pair[0], (int[]){ own, made }, 2);
		_exit(0);
	}
	child_is_fine(child, "a sender ends before anybody received");
	for (int i = 0; i < 200; i++)
		close(nt_sem(dev, 0, 1));
	{
		int fds[2];

		ok(nt_receive(pair[1], fds, 2, 0), "then its message is received");
		mutex_is(fds[1], 0, 77, 5, "the mutex is what it was");
		is(nt_any(fds[0], 77, POLL, 0, NULL, FDS(fds[1])), 0, "in its instance");
	}

	w = waits_any(PROCESS, dev, OWNER, LATE, 0, FDS(event));
	nt_send(pair[0], &event, 1);
	close(event);
	ok(nt_receive(pair[1], &fd, 1, 0), "an event that was in flight while waited for");
	nt_set(fd, NULL);
	wait_ended(w, 0, 0, "ends the wait");

	/* Never received: it goes with the socket, and with it all its objects. */
	sem = nt_sem(dev, 1, 1);
	nt_send(pair[0], &sem, 1);
	close(sem);
	close(pair[0]);
	close(pair[1]);
	is(nt_release(sem, 1, NULL), -EBADF, "an object in a message nobody received is gone");
}

/* --- death ------------------------------------------------------------------------- */

static void kill_waiter(void)
{
	int dev = nt_open(), event = nt_auto(dev), sem = nt_sem(dev, 0, 9);
	int mutex = nt_mutex(dev, OWNER, 1), ready = nt_event(dev, 1, 1);
	struct waiter *dies[4], *lives;

	dies[0] = waits_any(PROCESS, dev, 7, LATE, 0, FDS(event, sem, mutex));
	dies[1] = waits_all(PROCESS, dev, 8, LATE, 0, FDS(event, ready));
	dies[2] = waits_any(PROCESS, dev, 9, LATE, 0, FDS(event));
	dies[3] = waits_all(PROCESS, dev, 10, LATE, 0, FDS(mutex, sem));
	lives = waits_any(PROCESS, dev, 11, LATE, 0, FDS(event));
	for (int i = 0; i < 4; i++) {
		kill(dies[i]->pid, SIGKILL);
		reap(dies[i]->pid);
	}
	nt_set(event, NULL);
	wait_ended(lives, 0, 0, "an event goes past four killed waiters to the living one");
	event_is(event, 0, 0, "once");
	nt_release(sem, 1, NULL);
	is(nt_any(dev, OWNER, LATE, 0, NULL, FDS(sem)), 0,
	   "a semaphore's count is not lost on them");
	nt_unlock(mutex, OWNER, NULL);
	is(nt_any(dev, OWNER, LATE, 0, NULL, FDS(mutex)), 0, "nor is a mutex");
	mutex_is(mutex, 0, OWNER, 1, "which was not abandoned: nobody said so");
}

static void kill_owner(void)
{
	int dev = nt_open(), mutex = nt_mutex(dev, 0, 0), pipes[2];
	pid_t child;
	char byte;

	if (pipe(pipes) != 0)
		nt_give_up("pipe: %s", strerror(errno));
	child = nt_fork();
	if (child == 0) {
		nt_any(dev, 55, POLL, 0, NULL, FDS(mutex));
		nt_any(dev, 55, POLL, 0, NULL, FDS(mutex));
		if (write(pipes[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	if (read(pipes[0], &byte, 1) != 1)
		nt_give_up("read: %s", strerror(errno));
	kill(child, SIGKILL);
	reap(child);
	mutex_is(mutex, 0, 55, 2, "a killed process's mutex still has its owner");
	poll_is(dev, mutex, -ETIMEDOUT, "and nobody gets it");
	is(nt_any(dev, 55, POLL, 0, NULL, FDS(mutex)), 0, "but who uses the same number");
	is(nt_kill(mutex, 55), 0, "until somebody says that the owner is dead");
	poll_is(dev, mutex, -EOWNERDEAD, "then the next is told");
}

/* The last descriptor of what is waited for goes with a killed process. */
static void kill_holder(void)
{
	int dev = nt_open(), event = nt_auto(dev), other = nt_auto(dev);
	uint64_t deadline = nt_in_ms(400);
	struct waiter *timed, *saved;
	pid_t child = nt_fork();

	if (child == 0) {
		pause();
		_exit(1);
	}
	timed = waits_any(THREAD, dev, OWNER, deadline, 0, FDS(event));
	saved = waits_any(THREAD, dev, OWNER, LATE, 0, FDS(event, other));
	close(event);
	kill(child, SIGKILL);
	reap(child);
	waits_still(saved, "a wait keeps its objects when their last holder is killed");
	nt_set(other, NULL);
	wait_ended(saved, 0, 1, "another object ends it");
	wait_ended(timed, -ETIMEDOUT, UNTOUCHED, "or its deadline");
	ok(nt_now() >= deadline, "not before it");
}

/* A whole instance dies with its processes; the next one starts from nothing. */
static void kill_instance(void)
{
	for (int i = 0; i < 20; i++) {
		int dev = nt_open(), sem = nt_sem(dev, 1, 1), pipes[2];
		pid_t child;
		char byte;

		if (pipe(pipes) != 0)
			nt_give_up("pipe: %s", strerror(errno));
		child = nt_fork();
		if (child == 0) {
			int own = nt_open(), fds[NTSYNC_MAX_WAIT_COUNT];

			for (int f = 0; f < NTSYNC_MAX_WAIT_COUNT; f++)
				fds[f] = nt_mutex(own, OWNER, 1);
			if (write(pipes[1], "x", 1) == 1)
				nt_any(own, OWNER + 1, NEVER, 0, NULL, fds, NTSYNC_MAX_WAIT_COUNT);
			_exit(1);
		}
		if (read(pipes[0], &byte, 1) != 1)
			nt_give_up("read: %s", strerror(errno));
		kill(child, SIGKILL);
		reap(child);
		poll_is(dev, sem, 0, "others do not notice the death of an instance");
		close(sem);
		close(dev);
		close(pipes[0]);
		close(pipes[1]);
	}
}

const struct nt_case process_cases[] = {
	{ "fork", fork_shares, "objects that are copied, or closed, by a fork" },
	{ "fork-outlives", fork_outlives, "objects that die with their maker's descriptor" },
	{ "fork-deep", fork_deep, "objects that die with their maker" },
	{ "exec", exec_inherits, "descriptors that a new program cannot use, or has too many of" },
	{ "exec-same-process", exec_same_process, "objects dropped when their maker calls exec" },
	{ "vfork", vfork_closes, "what a child of vfork() closes forgotten by its parent" },
	{ "messages", messages, "objects known only in the process that made them" },
	{ "in-flight", in_flight, "objects taken away while only a message holds them" },
	{ "kill-waiter", kill_waiter, "signals given to the dead" },
	{ "kill-owner", kill_owner, "owners taken for processes" },
	{ "kill-holder", kill_holder, "waits that lose their objects" },
	{ "kill-instance", kill_instance, "what a killed process leaves getting in others' way" },
	{ NULL, NULL, NULL },
};
