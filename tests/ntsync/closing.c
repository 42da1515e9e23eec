/* SPDX-License-Identifier: MIT */
/*
 * closing.c - an object is gone with its last descriptor, in whatever way that came to the process
 * which closes it, used or not; and what cannot be seen is collected.
 *
 * Catches descriptors that are known only to who used them: their objects would stay until a
 * collection.  The program starts itself again behind the preload, and looks at the environment
 * from outside.
 */
#include <config.h>

#include "nt.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/query.h"

#ifdef HAVE_CLOSEFROM
#define close_from(first) closefrom(first)
#else
#define close_from(first) (void)syscall(SYS_close_range, (long)(first), (long)UINT_MAX, 0l)
#endif

#define COLLECTED 4200 /* objects after which there was a collection for certain */

static unsigned int objects(void)
{
	static struct cf_query_snapshot snapshot;
	struct cf_query query;

	if (!CARAFE_SUCCESS(cf_query_open(getenv("CARAFE_ENV"), &query)))
		nt_give_up("looking at the environment");
	if (!CARAFE_SUCCESS(cf_query_take(&query, &snapshot)))
		nt_give_up("counting its objects");
	cf_query_close(&query);
	return snapshot.events;
}

static int dev, pair[2];

/* An event whose only descriptor was received, and nothing else done with. */
static int received_event(void)
{
	int event = nt_auto(dev), fd = -1;

	nt_send(pair[0], &event, 1);
	close(event);
	if (!nt_receive(pair[1], &fd, 1, MSG_CMSG_CLOEXEC) || objects() != 1)
		nt_give_up("sending an event to oneself");
	return fd;
}

static void received(void)
{
	int fd = received_event(), null = open("/dev/null", O_RDWR | O_CLOEXEC), copy;

	is(close(fd), 0, "a received event is closed");
	is(objects(), 0, "and gone");

	fd = received_event();
	is(dup2(null, fd), fd, "one is replaced by another file");
	is(objects(), 0, "and gone");
	close(fd);

	fd = received_event();
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 100);
	is(close(fd), 0, "one of two descriptors is closed");
	is(objects(), 1, "and the event stays");
	is(close(copy), 0, "so is the other");
	is(objects(), 0, "and the event gone");

	fd = received_event();
	is(fcntl(fd, F_DUPFD, 100) >= 100 && close(fd) == 0, true, "one gets a high number");
	close_from(100);
	is(objects(), 0, "closefrom() takes one away");

	fd = received_event();
	is(syscall(SYS_close, (long)fd), 0, "so does a call by number");
	is(objects(), 0, "at once");

	fd = received_event();
	is(fclose(fdopen(fd, "r")), 0, "so does a stream");
	is(objects(), 0, "at once");
	close(null);
}

static void received_by_several(void)
{
	char byte[2];
	struct iovec data[2] = { { &byte[0], 1 }, { &byte[1], 1 } };
	char control[2][CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	struct mmsghdr messages[2];
	int events[2] = { nt_auto(dev), nt_auto(dev) }, fd;

	memset(messages, 0, sizeof(messages));
	for (int i = 0; i < 2; i++) {
		nt_send(pair[0], &events[i], 1);
		close(events[i]);
		messages[i].msg_hdr.msg_iov = &data[i];
		messages[i].msg_hdr.msg_iovlen = 1;
		messages[i].msg_hdr.msg_control = control[i];
		messages[i].msg_hdr.msg_controllen = sizeof(control[i]);
	}
	is(recvmmsg(pair[1], messages, 2, 0, NULL), 2, "two are received by one call");
	for (int i = 0; i < 2; i++) {
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&messages[i].msg_hdr)), sizeof(fd));
		close(fd);
		is(objects(), 1u - (unsigned int)i, "one goes after the other");
	}
}

static void taken(void)
{
#if defined(SYS_pidfd_open) && defined(SYS_pidfd_getfd)
	int event = nt_auto(dev), process = (int)syscall(SYS_pidfd_open, (long)getpid(), 0l);
	int fd = (int)syscall(SYS_pidfd_getfd, (long)process, (long)event, 0l);

	if (fd < 0) {
		nt_skip(strerror(errno), "one that was taken from a process");
		close(event);
		return;
	}
	close(event);
	is(objects(), 1, "one that was taken from a process is there");
	close(fd);
	close(process);
	is(objects(), 0, "and gone");
#else
	nt_skip("no system call for it", "one that was taken from a process");
#endif
}

/* A child of vfork() has its parent's memory, but descriptors of its own. */
static void closed_by_vfork(void)
{
	int events[2] = { nt_auto(dev), nt_auto(dev) };
	pid_t child = vfork();

	if (child == 0) {
		close(events[0]);
		dup2(STDERR_FILENO, events[1]);
		_exit(0);
	}
	child_is_fine(child, "a child of vfork() closes one and replaces another");
	is(objects(), 2, "its parent still has them");
	close(events[0]);
	is(objects(), 1, "until it closes the one");
	close(events[1]);
	is(objects(), 0, "and the other");
}

/* What this program does with the event that it inherits: how many are there then. */
static int inherited(const char *how, int fd)
{
	if (strcmp(how, "--after") == 0)
		dev = nt_open();
	close(fd);
	return (int)objects();
}

/* A new program has the only descriptor. */
static int last_in_another(const char *how)
{
	int event = nt_auto(dev), go[2], status;
	char number[16], byte;
	pid_t child;

	fcntl(event, F_SETFD, 0);
	snprintf(number, sizeof(number), "%d", event);
	if (pipe(go) != 0)
		nt_give_up("pipe");
	child = nt_fork();
	if (child == 0) {
		if (read(go[0], &byte, 1) == 1)
			execl("/proc/self/exe", "closing", how, number, (char *)NULL);
		_exit(127);
	}
	close(event);
	if (write(go[1], "x", 1) != 1)
		nt_give_up("write");
	status = reap(child);
	close(go[0]);
	close(go[1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void inherited_by_others(void)
{
	is(last_in_another("--after"), 0,
	   "an inherited one, closed by a user of the device, is gone");
	is(last_in_another("--never"), 1, "closed by who never used the device, it is not");
	for (int i = 0; i < COLLECTED; i++)
		close(nt_auto(dev));
	is(objects(), 0, "until it is collected");
}

/* Received, and like ours in as much as any file can be. */
static void other_files(void)
{
	char name[] = "/tmp/carafe-closing-XXXXXX";
	int file = mkstemp(name), fds[2];

	unlink(name);
	if (lseek(file, (off_t)1 << 42, SEEK_SET) < 0)
		nt_skip(strerror(errno), "a file with an offset that high");
	nt_send(pair[0], (int[]){ file, pair[0] }, 2);
	if (!nt_receive(pair[1], fds, 2, 0))
		nt_give_up("sending other files");
	errno = E2BIG;
	is(close(fds[0]), 0, "another file that was received is closed");
	is(close(fds[1]), 0, "and a socket");
	is(errno, E2BIG, "and errno is left alone");
	is(lseek(file, 0, SEEK_CUR), (off_t)1 << 42, "so is the file's offset");
	is(fcntl(fds[0], F_GETFD), -1, "it is closed indeed");
	close(file);
}

static int served(void)
{
	nt_tap = nt_shared(sizeof(*nt_tap));
	dev = nt_open();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		nt_give_up("socketpair");
	is(objects(), 0, "there is nothing in the beginning");
	received();
	received_by_several();
	taken();
	closed_by_vfork();
	inherited_by_others();
	other_files();
	printf("1..%u\n", atomic_load(&nt_tap->checks));
	return atomic_load(&nt_tap->failed) > 0;
}

/*
 * Starts this program behind the preload, in an environment of its own where nobody else collects.
 */
static int serve(void)
{
	const char *build = getenv("CARAFE_BUILDDIR"), *sanitizer = getenv("CARAFE_SANITIZER");
	char preload[4096], place[] = "/tmp/carafe-closing-XXXXXX", command[4200];
	int status;

	snprintf(preload, sizeof(preload), "%s/.libs/libcarafe-ntsync.so", build ? build : ".");
	if (access(preload, R_OK) != 0 || (sanitizer != NULL && sanitizer[0] != '\0')) {
		puts("1..0 # SKIP no preload, or one with a sanitizer");
		return 0;
	}
	if (mkdtemp(place) == NULL)
		return 1;
	snprintf(command, sizeof(command), "%s/e", place);
	setenv("CARAFE_ENV", command, 1);
	setenv("CARAFE_JANITOR", "0", 1);
	fflush(stdout);
	if (fork() == 0) {
		setenv("LD_PRELOAD", preload, 1);
		execl("/proc/self/exe", "closing", "--served", (char *)NULL);
		_exit(127);
	}
	status = reap(-1);
	snprintf(command, sizeof(command), "rm -rf %s", place);
	return system(command) == 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--served") == 0)
		return served();
	if (argc == 3)
		return inherited(argv[1], atoi(argv[2]));
	return serve();
}
