/* SPDX-License-Identifier: MIT */
/*
 * nt.c - TAP, thin wrappers of the requests, and waits in other threads and processes.
 * See nt.h.
 */
#include "nt.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- TAP ------------------------------------------------------------------------ */

struct nt_tap *nt_tap;

/* One write() a line, so that lines of several processes do not mix. */
static void put(const char *line, size_t length)
{
	while (length > 0) {
		ssize_t n = write(STDOUT_FILENO, line, length);

		if (n < 0 && errno != EINTR)
			_exit(1);
		if (n > 0) {
			line += n;
			length -= (size_t)n;
		}
	}
}

static void put_line(const char *prefix, const char *suffix, const char *format, va_list args)
{
	char text[512], line[1024];
	int n;

	vsnprintf(text, sizeof(text), format, args);
	n = snprintf(line, sizeof(line), "%s%s%s\n", prefix, text, suffix);
	put(line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

static void put_result(bool good, const char *suffix, const char *format, va_list args)
{
	char prefix[64];

	snprintf(prefix, sizeof(prefix), "%sok %u - ", good ? "" : "not ",
		 atomic_fetch_add(&nt_tap->checks, 1) + 1);
	if (!good)
		atomic_fetch_add(&nt_tap->failed, 1);
	put_line(prefix, suffix, format, args);
}

void nt_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_line("# ", "", format, args);
	va_end(args);
}

bool nt_ok(bool good, const char *file, int line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_result(good, "", format, args);
	va_end(args);
	if (!good)
		nt_note("  at %s:%d", file, line);
	return good;
}

bool nt_is(long long got, long long want, const char *file, int line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_result(got == want, "", format, args);
	va_end(args);
	if (got != want) {
		nt_note("  at %s:%d: got %lld%s%s, want %lld%s%s", file, line, got,
			got < 0 ? " " : "", got < 0 ? strerror((int)-got) : "", want,
			want < 0 ? " " : "", want < 0 ? strerror((int)-want) : "");
	}
	return got == want;
}

void nt_skip(const char *reason, const char *format, ...)
{
	char suffix[256];
	va_list args;

	snprintf(suffix, sizeof(suffix), " # SKIP %s", reason);
	va_start(args, format);
	put_result(true, suffix, format, args);
	va_end(args);
}

void nt_give_up(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_result(false, "", format, args);
	va_end(args);
	_exit(1);
}

/* --- requests -------------------------------------------------------------------- */

int nt_open(void)
{
	int dev = open("/dev/ntsync", O_RDWR | O_CLOEXEC);

	if (dev < 0)
		nt_give_up("open /dev/ntsync: %s", strerror(errno));
	return dev;
}

int nt_ioctl(int fd, unsigned long request, void *arg)
{
	int result = ioctl(fd, NT_REQUEST(request), arg);

	return result < 0 ? -errno : result;
}

int nt_sem(int dev, unsigned int count, unsigned int max)
{
	struct ntsync_sem_args args = { .count = count, .max = max };

	return nt_ioctl(dev, NTSYNC_IOC_CREATE_SEM, &args);
}

int nt_mutex(int dev, unsigned int owner, unsigned int count)
{
	struct ntsync_mutex_args args = { .owner = owner, .count = count };

	return nt_ioctl(dev, NTSYNC_IOC_CREATE_MUTEX, &args);
}

int nt_event(int dev, unsigned int manual, unsigned int signaled)
{
	struct ntsync_event_args args = { .manual = manual, .signaled = signaled };

	return nt_ioctl(dev, NTSYNC_IOC_CREATE_EVENT, &args);
}

int nt_auto(int dev)
{
	return nt_event(dev, 0, 0);
}

int nt_manual(int dev)
{
	return nt_event(dev, 1, 0);
}

int nt_release(int sem, unsigned int count, unsigned int *prev)
{
	unsigned int arg = count;
	int result = nt_ioctl(sem, NTSYNC_IOC_SEM_RELEASE, &arg);

	if (prev != NULL)
		*prev = arg;
	return result;
}

int nt_unlock(int mutex, unsigned int owner, unsigned int *prev)
{
	struct ntsync_mutex_args args = { .owner = owner, .count = UNTOUCHED };
	int result = nt_ioctl(mutex, NTSYNC_IOC_MUTEX_UNLOCK, &args);

	if (prev != NULL)
		*prev = args.count;
	return result;
}

int nt_kill(int mutex, unsigned int owner)
{
	return nt_ioctl(mutex, NTSYNC_IOC_MUTEX_KILL, &owner);
}

static int event_request(int event, unsigned long request, unsigned int *prev)
{
	unsigned int arg = UNTOUCHED;
	int result = nt_ioctl(event, request, &arg);

	if (prev != NULL)
		*prev = arg;
	return result;
}

int nt_set(int event, unsigned int *prev)
{
	return event_request(event, NTSYNC_IOC_EVENT_SET, prev);
}

int nt_reset(int event, unsigned int *prev)
{
	return event_request(event, NTSYNC_IOC_EVENT_RESET, prev);
}

int nt_pulse(int event, unsigned int *prev)
{
	return event_request(event, NTSYNC_IOC_EVENT_PULSE, prev);
}

static int wait_request(unsigned long request, int dev, unsigned int owner, uint64_t deadline,
			int alert, unsigned int *index, const int *fds, unsigned int count)
{
	struct ntsync_wait_args args = {
		.timeout = deadline,
		.objs = (uintptr_t)fds,
		.count = count,
		.index = UNTOUCHED,
		.owner = owner,
		.alert = (unsigned int)alert,
	};
	int result = nt_ioctl(dev, request, &args);

	if (index != NULL)
		*index = args.index;
	return result;
}

int nt_any(int dev, unsigned int owner, uint64_t deadline, int alert, unsigned int *index,
	   const int *fds, unsigned int count)
{
	return wait_request(NTSYNC_IOC_WAIT_ANY, dev, owner, deadline, alert, index, fds, count);
}

int nt_all(int dev, unsigned int owner, uint64_t deadline, int alert, unsigned int *index,
	   const int *fds, unsigned int count)
{
	return wait_request(NTSYNC_IOC_WAIT_ALL, dev, owner, deadline, alert, index, fds, count);
}

/* For checks whose text is enough to find them. */
static NT_PRINTF(2, 3) bool report(bool good, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_result(good, "", format, args);
	va_end(args);
	return good;
}

static bool state_is(int result, int want, unsigned int a, unsigned int want_a, unsigned int b,
		     unsigned int want_b, const char *what)
{
	bool good = report(result == want && a == want_a && b == want_b, "%s", what);

	if (!good) {
		nt_note("  got %d {%u, %u}, want %d {%u, %u}", result, a, b, want, want_a, want_b);
	}
	return good;
}

bool sem_is(int sem, unsigned int count, unsigned int max, const char *what)
{
	struct ntsync_sem_args args = { UNTOUCHED, UNTOUCHED };
	int result = nt_ioctl(sem, NTSYNC_IOC_SEM_READ, &args);

	return state_is(result, 0, args.count, count, args.max, max, what);
}

bool mutex_is(int mutex, int want, unsigned int owner, unsigned int count, const char *what)
{
	struct ntsync_mutex_args args = { UNTOUCHED, UNTOUCHED };
	int result = nt_ioctl(mutex, NTSYNC_IOC_MUTEX_READ, &args);

	return state_is(result, want, args.owner, owner, args.count, count, what);
}

bool event_is(int event, unsigned int manual, unsigned int signaled, const char *what)
{
	struct ntsync_event_args args = { UNTOUCHED, UNTOUCHED };
	int result = nt_ioctl(event, NTSYNC_IOC_EVENT_READ, &args);

	return state_is(result, 0, args.manual, manual, args.signaled, signaled, what);
}

bool poll_is(int dev, int object, int want, const char *what)
{
	unsigned int index;
	int result = nt_any(dev, OWNER, POLL, 0, &index, &object, 1);
	bool written = want == 0 || want == -EOWNERDEAD;

	return state_is(result, want, index, written ? 0 : UNTOUCHED, 0, 0, what);
}

uint64_t nt_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t nt_in_ms(unsigned int ms)
{
	return nt_now() + (uint64_t)ms * 1000000u;
}

/* --- messages ------------------------------------------------------------------- */

/* One byte, and room for descriptors. */
struct message {
	char byte;
	struct iovec data;
	struct msghdr header;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(NT_MESSAGE_FDS * sizeof(int))];
};

static void prepare(struct message *message, size_t control)
{
	memset(message, 0, sizeof(*message));
	message->data.iov_base = &message->byte;
	message->data.iov_len = 1;
	message->header.msg_iov = &message->data;
	message->header.msg_iovlen = 1;
	message->header.msg_control = message->control;
	message->header.msg_controllen = (socklen_t)control;
}

void nt_send(int sock, const int *fds, unsigned int count)
{
	struct message message;
	struct cmsghdr *c;

	prepare(&message, CMSG_SPACE(count * sizeof(int)));
	c = CMSG_FIRSTHDR(&message.header);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = (socklen_t)CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(c), fds, count * sizeof(int));
	if (sendmsg(sock, &message.header, 0) != 1)
		_exit(101);
}

bool nt_receive(int sock, int *fds, unsigned int count, int flags)
{
	struct message message;
	struct cmsghdr *c;

	prepare(&message, sizeof(message.control));
	if (recvmsg(sock, &message.header, flags) != 1)
		return false;
	c = CMSG_FIRSTHDR(&message.header);
	if (c == NULL || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(count * sizeof(int)))
		return false;
	memcpy(fds, CMSG_DATA(c), count * sizeof(int));
	return true;
}

/* --- waits elsewhere --------------------------------------------------------------- */

const char *const place_names[PLACES] = { "thread", "process" };

void *nt_shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		nt_give_up("mmap: %s", strerror(errno));
	return p;
}

pid_t nt_fork(void)
{
	pid_t pid = fork();

	if (pid < 0)
		nt_give_up("fork: %s", strerror(errno));
	return pid;
}

int reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			nt_give_up("waitpid: %s", strerror(errno));
	}
	return status;
}

bool child_is_fine(pid_t pid, const char *what)
{
	int status = reap(pid);
	bool good = report(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s", what);

	if (!good)
		nt_note("  child's wait status 0x%x", (unsigned int)status);
	return good;
}

static void *wait_elsewhere(void *arg)
{
	struct waiter *w = arg;

	atomic_store(&w->tid, (int)syscall(SYS_gettid));
	atomic_store(&w->stage, 1);
	w->result = nt_ioctl(w->dev, w->all ? NTSYNC_IOC_WAIT_ALL : NTSYNC_IOC_WAIT_ANY, &w->args);
	atomic_store(&w->stage, 2);
	return NULL;
}

/* 'S' is a sleep that a signal ends: what a thread does in a wait, and on no lock here. */
static char run_state(pid_t pid, pid_t tid)
{
	char path[64], text[512], *end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)pid, (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return '?';
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return '?';
	text[n] = '\0';
	end = strrchr(text, ')');
	return end != NULL && end[1] == ' ' ? end[2] : '?';
}

/*
 * Bounded polling, no guess: a thread in the request and asleep can only be in the wait.
 * Two looks, since whoever serves the request may sleep for a moment on the way.
 */
void until_asleep(pid_t pid, pid_t tid, const _Atomic int *stage)
{
	const struct timespec pause = { 0, 500000 };
	uint64_t limit = nt_in_ms(30000);
	int seen = 0;

	while (seen < 2) {
		seen = run_state(pid, tid) == 'S' ? seen + 1 : 0;
		if (atomic_load(stage) == 2)
			return;
		if (nt_now() > limit)
			nt_give_up("a waiter did not fall asleep within 30 s");
		nanosleep(&pause, NULL);
	}
}

static struct waiter *start_wait(enum place place, bool all, int dev, unsigned int owner,
				 uint64_t deadline, int alert, const int *fds, unsigned int count)
{
	struct waiter *w = nt_shared(sizeof(*w));

	w->place = place;
	w->dev = dev;
	w->all = all;
	w->args.timeout = deadline;
	w->args.objs = (uintptr_t)w->fds;
	w->args.count = count;
	w->args.index = UNTOUCHED;
	w->args.owner = owner;
	w->args.alert = (unsigned int)alert;
	if (count > 0)
		memcpy(w->fds, fds, count * sizeof(*fds));
	w->pid = getpid();
	if (place == PROCESS) {
		pid_t pid = nt_fork();

		if (pid == 0) {
			wait_elsewhere(w);
			_exit(0);
		}
		w->pid = pid;
	} else if (pthread_create(&w->thread, NULL, wait_elsewhere, w) != 0) {
		nt_give_up("pthread_create");
	}
	while (atomic_load(&w->stage) == 0)
		sched_yield();
	until_asleep(w->pid, atomic_load(&w->tid), &w->stage);
	return w;
}

struct waiter *waits_any(enum place place, int dev, unsigned int owner, uint64_t deadline,
			 int alert, const int *fds, unsigned int count)
{
	return start_wait(place, false, dev, owner, deadline, alert, fds, count);
}

struct waiter *waits_all(enum place place, int dev, unsigned int owner, uint64_t deadline,
			 int alert, const int *fds, unsigned int count)
{
	return start_wait(place, true, dev, owner, deadline, alert, fds, count);
}

bool waits_still(struct waiter *w, const char *what)
{
	until_asleep(w->pid, atomic_load(&w->tid), &w->stage);
	return report(atomic_load(&w->stage) == 1, "%s", what);
}

bool wait_ended(struct waiter *w, int result, unsigned int index, const char *what)
{
	bool good;

	if (w->place == PROCESS)
		reap(w->pid);
	else
		pthread_join(w->thread, NULL);
	good = atomic_load(&w->stage) == 2 &&
	       state_is(w->result, result, w->args.index, index, 0, 0, what);
	munmap(w, sizeof(*w));
	return good;
}
