/* SPDX-License-Identifier: MIT */
/*
 * relay.c - `relay OTHER', OTHER being the same program of the other width: one goes on as the other
 * by exec(), with ntsync objects that were made before, and comes back.
 *
 * It speaks the ntsync ABI and nothing else.  Exit status: 0 all well, else the number of the step
 * that failed.
 *
 * What happens if the test dies here: its child ends by its alarm.
 */
#include <config.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <carafe/linux/ntsync.h>

/* A request as this C library's ioctl() takes it: some declare what POSIX once had, an int. */
#define REQUEST(number) _Generic(&ioctl, int (*)(int, int, ...): (int)(number), default: (number))

#define SECONDS 60

enum { DEVICE, EVENT, SEMAPHORE, MUTEX, DESCRIPTORS };

static int lend(int fd)
{
	/* Objects are close-on-exec. */
	return fcntl(fd, F_SETFD, 0) == 0 ? fd : -1;
}

static int wait_all(const int *fds, unsigned count, unsigned owner)
{
	struct ntsync_wait_args args = {
		.timeout = UINT64_MAX, .objs = (unsigned long long)(size_t)(fds + EVENT),
		.count = count, .owner = owner
	};

	return ioctl(fds[DEVICE], REQUEST(NTSYNC_IOC_WAIT_ALL), &args);
}

/* Runs the other program with the descriptors: its exit status. */
static int run_other(const char *other, const char *self, const int *fds)
{
	char text[DESCRIPTORS][16];
	int status;
	pid_t child;

	for (int i = 0; i < DESCRIPTORS; i++)
		snprintf(text[i], sizeof(text[i]), "%d", fds[i]);
	child = fork();
	if (child == 0) {
		execl(other, other, self, text[0], text[1], text[2], text[3], (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return 126;
	return WEXITSTATUS(status);
}

/* The second leg: the objects are what they were, and signals reach the first. */
static int second_leg(char **argv)
{
	struct ntsync_mutex_args mutex;
	int fds[DESCRIPTORS];
	unsigned previous;

	for (int i = 0; i < DESCRIPTORS; i++)
		fds[i] = atoi(argv[2 + i]);
	if (ioctl(fds[MUTEX], REQUEST(NTSYNC_IOC_MUTEX_READ), &mutex) != 0 || mutex.owner != 7)
		return 11;
	mutex = (struct ntsync_mutex_args){ .owner = 7 };
	if (ioctl(fds[MUTEX], REQUEST(NTSYNC_IOC_MUTEX_UNLOCK), &mutex) != 0 || mutex.count != 1)
		return 12;
	previous = 1;
	if (ioctl(fds[SEMAPHORE], REQUEST(NTSYNC_IOC_SEM_RELEASE), &previous) != 0 || previous != 0)
		return 13;
	if (ioctl(fds[EVENT], REQUEST(NTSYNC_IOC_EVENT_SET), &previous) != 0 || previous != 0)
		return 14;
	return 0;
}

int main(int argc, char **argv)
{
	const struct ntsync_event_args event = { 0, 0 };
	const struct ntsync_sem_args semaphore = { 0, 5 };
	const struct ntsync_mutex_args mutex = { 7, 1 };
	int fds[DESCRIPTORS], result;

	alarm(SECONDS);
	if (argc == 2 + DESCRIPTORS)
		return second_leg(argv);
	if (argc != 2)
		return 2;
	fds[DEVICE] = open("/dev/ntsync", O_RDWR);
	if (fds[DEVICE] < 0)
		return 3;
	fds[EVENT] = lend(ioctl(fds[DEVICE], REQUEST(NTSYNC_IOC_CREATE_EVENT), &event));
	fds[SEMAPHORE] = lend(ioctl(fds[DEVICE], REQUEST(NTSYNC_IOC_CREATE_SEM), &semaphore));
	fds[MUTEX] = lend(ioctl(fds[DEVICE], REQUEST(NTSYNC_IOC_CREATE_MUTEX), &mutex));
	if (fds[EVENT] < 0 || fds[SEMAPHORE] < 0 || fds[MUTEX] < 0)
		return 4;
	result = run_other(argv[1], argv[0], fds);
	if (result != 0)
		return result;
	/* All three, which the other one signalled. */
	return wait_all(fds, 3, 8) == 0 ? 0 : 5;
}
