/* SPDX-License-Identifier: MIT */
/*
 * workload - processes and threads at work through the ntsync ABI.
 *
 *	workload [PROCESSES [THREADS [JOBS]]]
 *
 * PROCESSES (an even number, default 4), each with THREADS threads (default 2), half of them
 * making jobs, half of them doing jobs, pass them on through a short queue in shared memory.
 * Each making thread makes JOBS (default 3000).  The queue is kept by a mutex and two semaphores:
 * makers wait for all of {room, mutex}, doers for any of {job} with an event as alert that tells
 * the end; a manual-reset event starts everybody, and an auto-reset event guards a plain counter.
 * Every other process inherits the objects by fork; the others close what they inherited and get
 * them by SCM_RIGHTS, under other numbers.
 *
 * Each job must have been done exactly once, and each count be exact.  Prints one line
 *
 *	workload: 4 processes, 8 threads, N operations, result correct, X s
 *
 * and ends with 0; with "result WRONG", the reason on standard error, and 1, if it is not so; with
 * 64 for wrong usage.  An operation is one request.  No wait is longer than a minute: should a
 * process be killed, the others end by themselves and the result is wrong.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <carafe/linux/ntsync.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A request as this C library's ioctl() takes it: some declare what POSIX once had, an int. */
#define REQUEST(number) _Generic(&ioctl, int (*)(int, int, ...): (int)(number), default: (number))

enum { QUEUE = 16, PROCESSES_MAX = 64, THREADS_MAX = 64, JOBS_MAX = 1000000 };

/* The descriptors that all share. */
enum { DEVICE, MUTEX, ROOM, JOB, START, STOP, TURN, MADE, OBJECTS };

/*
 * In memory shared by all.  head, tail, ring: by the owner of MUTEX.  turns: by who has TURN.
 * operations, failures, done: added to by everybody.
 */
struct shared {
	unsigned int head, tail;
	uint32_t ring[QUEUE];
	unsigned int turns;
	_Atomic unsigned long operations;
	_Atomic unsigned int failures;
	_Atomic unsigned char done[];
};

static struct shared *shared;
static unsigned int processes = 4, threads = 2, jobs = 3000;

/* Each process has its own numbers. */
static int fd[OBJECTS];

struct worker {
	pthread_t thread;
	unsigned int number; /* of all workers, from 0 */
	bool makes;
	unsigned long operations;
};

/* error: an errno, or 0. */
static void fail(const char *what, int error)
{
	fprintf(stderr, "workload: %s%s%s\n", what, error != 0 ? ": " : "",
		error != 0 ? strerror(error) : "");
	atomic_fetch_add(&shared->failures, 1);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Requests return whether they succeeded, and count themselves. */
static bool request(struct worker *w, int object, unsigned long number, void *arg, const char *what)
{
	w->operations++;
	if (ioctl(object, REQUEST(number), arg) == 0)
		return true;
	fail(what, errno);
	return false;
}

static bool wait_for(struct worker *w, unsigned long number, const int *objects, unsigned int count,
		     int alert, unsigned int *index, const char *what)
{
	struct ntsync_wait_args args = {
		.timeout = now() + 60000000000u,
		.objs = (uintptr_t)objects,
		.count = count,
		.owner = w->number + 1,
		.alert = (unsigned int)alert,
	};
	bool satisfied = request(w, fd[DEVICE], number, &args, what);

	*index = args.index;
	return satisfied;
}

static bool wait_one(struct worker *w, int object, const char *what)
{
	unsigned int index;

	return wait_for(w, NTSYNC_IOC_WAIT_ANY, &object, 1, 0, &index, what);
}

static bool release(struct worker *w, int sem, const char *what)
{
	unsigned int one = 1;

	return request(w, sem, NTSYNC_IOC_SEM_RELEASE, &one, what);
}

static bool unlock(struct worker *w)
{
	struct ntsync_mutex_args args = { .owner = w->number + 1 };

	return request(w, fd[MUTEX], NTSYNC_IOC_MUTEX_UNLOCK, &args, "MUTEX_UNLOCK");
}

/* Adds one to the plain counter which the auto-reset event guards. */
static bool take_turn(struct worker *w)
{
	unsigned int prev;

	if (!wait_one(w, fd[TURN], "wait for the turn"))
		return false;
	shared->turns++;
	return request(w, fd[TURN], NTSYNC_IOC_EVENT_SET, &prev, "EVENT_SET");
}

static bool make_job(struct worker *w, uint32_t job)
{
	const int both[] = { fd[ROOM], fd[MUTEX] };
	unsigned int index;

	if (!wait_for(w, NTSYNC_IOC_WAIT_ALL, both, 2, 0, &index, "wait for room and mutex"))
		return false;
	if (shared->head - shared->tail >= QUEUE)
		fail("the queue has more than its room", 0);
	shared->ring[shared->head++ % QUEUE] = job;
	return unlock(w) && release(w, fd[JOB], "SEM_RELEASE of a job") && take_turn(w);
}

/* True unless there is no more to do, or something failed. */
static bool do_job(struct worker *w)
{
	unsigned int index;
	uint32_t job;

	if (!wait_for(w, NTSYNC_IOC_WAIT_ANY, &fd[JOB], 1, fd[STOP], &index, "wait for a job") ||
	    index == 1)
		return false;
	if (!wait_one(w, fd[MUTEX], "wait for the mutex"))
		return false;
	if (shared->head == shared->tail)
		fail("the queue has less than its jobs", 0);
	job = shared->ring[shared->tail++ % QUEUE];
	if (job < processes / 2 * threads * jobs)
		atomic_fetch_add(&shared->done[job], 1);
	else
		fail("a job that nobody made", 0);
	return unlock(w) && release(w, fd[ROOM], "SEM_RELEASE of room") && take_turn(w);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	/* Makers are the workers of even processes. */
	unsigned int maker = w->number / threads / 2 * threads + w->number % threads;

	if (!wait_one(w, fd[START], "wait for the start"))
		return NULL;
	if (w->makes) {
		for (uint32_t i = 0; i < jobs; i++) {
			if (!make_job(w, maker * jobs + i))
				break;
		}
		release(w, fd[MADE], "SEM_RELEASE of a maker");
	} else {
		while (do_job(w))
			;
	}
	return NULL;
}

static int work_process(unsigned int process)
{
	static struct worker workers[THREADS_MAX];
	unsigned long operations = 0;
	unsigned int started = 0;

	for (; started < threads; started++) {
		struct worker *w = &workers[started];
		int error;

		w->number = process * threads + started;
		w->makes = process % 2 == 0;
		error = pthread_create(&w->thread, NULL, work, w);
		if (error != 0) {
			fail("pthread_create", error);
			break;
		}
	}
	for (unsigned int i = 0; i < started; i++) {
		pthread_join(workers[i].thread, NULL);
		operations += workers[i].operations;
	}
	atomic_fetch_add(&shared->operations, operations);
	return 0;
}

/* ---- how the objects get there ------------------------------------------------------------- */

union rights {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(OBJECTS * sizeof(int))];
};

static struct msghdr rights_message(struct iovec *data, union rights *control)
{
	struct msghdr message;

	memset(&message, 0, sizeof(message));
	memset(control, 0, sizeof(*control));
	message.msg_iov = data;
	message.msg_iovlen = 1;
	message.msg_control = control->bytes;
	message.msg_controllen = sizeof(control->bytes);
	return message;
}

static bool send_objects(int sock)
{
	char byte = 0;
	struct iovec data = { &byte, 1 };
	union rights control;
	struct msghdr message = rights_message(&data, &control);
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), fd, sizeof(fd));
	return sendmsg(sock, &message, 0) == 1;
}

static bool receive_objects(int sock)
{
	char byte;
	struct iovec data = { &byte, 1 };
	union rights control;
	struct msghdr message = rights_message(&data, &control);
	struct cmsghdr *c;

	if (recvmsg(sock, &message, MSG_CMSG_CLOEXEC) != 1)
		return false;
	c = CMSG_FIRSTHDR(&message);
	if (c == NULL || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof(fd)))
		return false;
	memcpy(fd, CMSG_DATA(c), sizeof(fd));
	return true;
}

/* Forgets what was inherited, and gets it by message under other numbers. */
static int work_with_received(unsigned int process, int sock)
{
	for (int i = 0; i < OBJECTS; i++)
		close(fd[i]);
	for (unsigned int i = 0; i <= process; i++)
		(void)!open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (!receive_objects(sock)) {
		fail("no objects received", errno);
		return 1;
	}
	return work_process(process);
}

static pid_t start_process(unsigned int process)
{
	bool by_message = process / 2 % 2 == 1;
	int pair[2] = { -1, -1 };
	pid_t pid;

	if (by_message && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	pid = fork();
	if (pid == 0)
		_exit(by_message ? work_with_received(process, pair[1]) : work_process(process));
	if (by_message) {
		if (pid > 0 && !send_objects(pair[0]))
			fail("sendmsg", errno);
		close(pair[0]);
		close(pair[1]);
	}
	return pid;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static int create(unsigned long number, unsigned int first, unsigned int second)
{
	unsigned int args[2] = { first, second };

	return ioctl(fd[DEVICE], REQUEST(number), args);
}

static bool create_objects(void)
{
	unsigned int makers = processes / 2 * threads;

	fd[DEVICE] = open("/dev/ntsync", O_RDWR | O_CLOEXEC);
	if (fd[DEVICE] < 0) {
		fprintf(stderr,
			"workload: cannot open /dev/ntsync: %s; start me by: carafe run -- %s\n",
			strerror(errno), "workload");
		return false;
	}
	fd[MUTEX] = create(NTSYNC_IOC_CREATE_MUTEX, 0, 0);
	fd[ROOM] = create(NTSYNC_IOC_CREATE_SEM, QUEUE, QUEUE);
	fd[JOB] = create(NTSYNC_IOC_CREATE_SEM, 0, QUEUE);
	fd[MADE] = create(NTSYNC_IOC_CREATE_SEM, 0, makers);
	fd[START] = create(NTSYNC_IOC_CREATE_EVENT, 1, 0);
	fd[STOP] = create(NTSYNC_IOC_CREATE_EVENT, 1, 0);
	fd[TURN] = create(NTSYNC_IOC_CREATE_EVENT, 0, 1);
	for (int i = 0; i < OBJECTS; i++) {
		if (fd[i] < 0) {
			fprintf(stderr, "workload: cannot make an object: %s\n", strerror(errno));
			return false;
		}
	}
	return true;
}

static void sem_must_be(int sem, unsigned int count, const char *what)
{
	struct ntsync_sem_args args;

	if (ioctl(sem, REQUEST(NTSYNC_IOC_SEM_READ), &args) != 0)
		fail(what, errno);
	else if (args.count != count)
		fail(what, 0);
}

static void verify(unsigned int total)
{
	for (unsigned int job = 0; job < total; job++) {
		if (atomic_load(&shared->done[job]) != 1) {
			fprintf(stderr, "workload: job %u was done %u times\n", job,
				atomic_load(&shared->done[job]));
			atomic_fetch_add(&shared->failures, 1);
		}
	}
	if (shared->turns != 2 * total)
		fail("the counter guarded by the event is wrong", 0);
	sem_must_be(fd[ROOM], QUEUE, "the queue is not empty");
	sem_must_be(fd[JOB], 0, "a job is left");
}

static void run(unsigned int total)
{
	static pid_t pids[PROCESSES_MAX];
	struct worker me = { .number = processes * threads };
	unsigned int prev, started = 0;
	int status;

	for (; started < processes; started++) {
		pids[started] = start_process(started);
		if (pids[started] < 0) {
			fail("fork or socketpair", errno);
			break;
		}
	}
	request(&me, fd[START], NTSYNC_IOC_EVENT_SET, &prev, "EVENT_SET");
	/* What is not made any more must not be waited for. */
	for (unsigned int i = 0; i < (started + 1) / 2 * threads; i++) {
		if (!wait_one(&me, fd[MADE], "wait for the makers"))
			break;
	}
	request(&me, fd[STOP], NTSYNC_IOC_EVENT_SET, &prev, "EVENT_SET");
	for (unsigned int i = 0; i < started; i++) {
		waitpid(pids[i], &status, 0);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			fail("a process did not end well", 0);
	}
	atomic_fetch_add(&shared->operations, me.operations);
	verify(total);
}

static bool number_argument(const char *text, unsigned int max, unsigned int *value)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n == 0 || n > max)
		return false;
	*value = (unsigned int)n;
	return true;
}

int main(int argc, char **argv)
{
	unsigned int total;
	uint64_t begin;
	bool correct;

	if (argc > 4 || (argc > 1 && !number_argument(argv[1], PROCESSES_MAX, &processes)) ||
	    (argc > 2 && !number_argument(argv[2], THREADS_MAX, &threads)) ||
	    (argc > 3 && !number_argument(argv[3], JOBS_MAX, &jobs)) || processes % 2 != 0 ||
	    (uint64_t)processes * threads * jobs > 1u << 30) {
		fprintf(stderr,
			"usage: workload [PROCESSES [THREADS [JOBS]]]; PROCESSES is even, "
			"up to %d; THREADS up to %d; JOBS up to %d\n",
			PROCESSES_MAX, THREADS_MAX, JOBS_MAX);
		return 64;
	}
	total = processes / 2 * threads * jobs;
	shared = mmap(NULL, sizeof(*shared) + total, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED) {
		perror("workload: mmap");
		return 1;
	}
	if (!create_objects())
		return 1;
	begin = now();
	run(total);
	correct = atomic_load(&shared->failures) == 0;
	printf("workload: %u processes, %u threads, %lu operations, result %s, %.2f s\n", processes,
	       processes * threads, atomic_load(&shared->operations), correct ? "correct" : "WRONG",
	       (double)(now() - begin) / 1e9);
	return correct ? 0 : 1;
}
