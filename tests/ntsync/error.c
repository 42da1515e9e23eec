/* SPDX-License-Identifier: MIT */
/* error.c - conformance: bad requests, bad arguments, bad pointers, and what is checked first. */
#include "nt.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum kind { SEM, MUTEX, EVENT, DEVICE };

static const struct request {
	const char *name;
	unsigned long number;
	enum kind kind;
	bool reads; /* its argument is read before its object's type is looked at */
} requests[] = {
	{ "CREATE_SEM", NTSYNC_IOC_CREATE_SEM, DEVICE, true },
	{ "CREATE_MUTEX", NTSYNC_IOC_CREATE_MUTEX, DEVICE, true },
	{ "CREATE_EVENT", NTSYNC_IOC_CREATE_EVENT, DEVICE, true },
	{ "WAIT_ANY", NTSYNC_IOC_WAIT_ANY, DEVICE, true },
	{ "WAIT_ALL", NTSYNC_IOC_WAIT_ALL, DEVICE, true },
	{ "SEM_RELEASE", NTSYNC_IOC_SEM_RELEASE, SEM, true },
	{ "SEM_READ", NTSYNC_IOC_SEM_READ, SEM, false },
	{ "MUTEX_UNLOCK", NTSYNC_IOC_MUTEX_UNLOCK, MUTEX, true },
	{ "MUTEX_KILL", NTSYNC_IOC_MUTEX_KILL, MUTEX, true },
	{ "MUTEX_READ", NTSYNC_IOC_MUTEX_READ, MUTEX, false },
	{ "EVENT_SET", NTSYNC_IOC_EVENT_SET, EVENT, false },
	{ "EVENT_RESET", NTSYNC_IOC_EVENT_RESET, EVENT, false },
	{ "EVENT_PULSE", NTSYNC_IOC_EVENT_PULSE, EVENT, false },
	{ "EVENT_READ", NTSYNC_IOC_EVENT_READ, EVENT, false },
};
#define REQUESTS (sizeof(requests) / sizeof(requests[0]))

static const char *const kind_names[] = { "a semaphore", "a mutex", "an event", "the device" };

/* One page that can be read and written, and behind it one that cannot be touched. */
static unsigned char *page_before_nothing(size_t *size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *p =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + page, page, PROT_NONE) != 0)
		nt_give_up("mmap: %s", strerror(errno));
	*size = page;
	return p;
}

/* A copy of these bytes that can only be read. */
static void *read_only(const void *bytes, size_t length)
{
	size_t size;
	unsigned char *p = page_before_nothing(&size);

	memcpy(p, bytes, length);
	if (mprotect(p, size, PROT_READ) != 0)
		nt_give_up("mprotect: %s", strerror(errno));
	return p;
}

static void encoding(void)
{
#if defined(__x86_64__) || defined(__i386__) || defined(__aarch64__) || defined(__arm__)
	is(NTSYNC_IOC_CREATE_SEM, 0x40084e80, "CREATE_SEM");
	is(NTSYNC_IOC_SEM_RELEASE, 0xc0044e81, "SEM_RELEASE");
	is(NTSYNC_IOC_WAIT_ANY, 0xc0284e82, "WAIT_ANY");
	is(NTSYNC_IOC_WAIT_ALL, 0xc0284e83, "WAIT_ALL");
	is(NTSYNC_IOC_CREATE_MUTEX, 0x40084e84, "CREATE_MUTEX");
	is(NTSYNC_IOC_MUTEX_UNLOCK, 0xc0084e85, "MUTEX_UNLOCK");
	is(NTSYNC_IOC_MUTEX_KILL, 0x40044e86, "MUTEX_KILL");
	is(NTSYNC_IOC_CREATE_EVENT, 0x40084e87, "CREATE_EVENT");
	is(NTSYNC_IOC_EVENT_SET, 0x80044e88, "EVENT_SET");
	is(NTSYNC_IOC_EVENT_RESET, 0x80044e89, "EVENT_RESET");
	is(NTSYNC_IOC_EVENT_PULSE, 0x80044e8a, "EVENT_PULSE");
	is(NTSYNC_IOC_SEM_READ, 0x80084e8b, "SEM_READ");
	is(NTSYNC_IOC_MUTEX_READ, 0x80084e8c, "MUTEX_READ");
	is(NTSYNC_IOC_EVENT_READ, 0x80084e8d, "EVENT_READ");
#else
	nt_skip("this processor's encoding is not x86's or arm's", "request numbers");
#endif
	is(sizeof(struct ntsync_wait_args), 40, "struct ntsync_wait_args has 40 bytes");
	is(offsetof(struct ntsync_wait_args, owner), 28, "owner is at 28");
	is(offsetof(struct ntsync_wait_args, alert), 32, "alert is at 32");
}

static void types(void)
{
	int dev = nt_open();
	int fds[] = { nt_sem(dev, 1, 2), nt_mutex(dev, OWNER, 1), nt_event(dev, 1, 1), dev };

	for (size_t r = 0; r < REQUESTS; r++) {
		for (int k = SEM; k <= DEVICE; k++) {
			uint32_t arg[10] = { OWNER, 1 };
			bool device = k == DEVICE;
			int want = (requests[r].kind == DEVICE) != device ? -ENOTTY : -EINVAL;

			if (k == (int)requests[r].kind)
				continue;
			is(nt_ioctl(fds[k], requests[r].number, arg), want, "%s on %s is %s",
			   requests[r].name, kind_names[k], want == -EINVAL ? "EINVAL" : "ENOTTY");
			is(nt_ioctl(fds[k], requests[r].number, NULL),
			   want == -EINVAL && requests[r].reads ? -EFAULT : want,
			   "and with a null pointer");
		}
	}
	sem_is(fds[SEM], 1, 2, "the semaphore is unchanged");
	mutex_is(fds[MUTEX], 0, OWNER, 1, "the mutex is unchanged");
	event_is(fds[EVENT], 1, 1, "the event is unchanged");
	uint32_t owner_0[2] = { 0, 0 };
	is(nt_ioctl(fds[SEM], NTSYNC_IOC_MUTEX_UNLOCK, owner_0), -EINVAL, "wrong type and owner 0");
}

static void unknown(void)
{
	int dev = nt_open();
	int fds[] = { nt_sem(dev, 1, 2), nt_mutex(dev, OWNER, 1), nt_event(dev, 1, 1), dev };
	uint32_t arg[16] = { 0 };

	for (int k = SEM; k <= DEVICE; k++) {
		is(nt_ioctl(fds[k], _IO('N', 0x7f), arg), -ENOTTY, "'N' 0x7f on %s is ENOTTY",
		   kind_names[k]);
		is(nt_ioctl(fds[k], _IO('N', 0x80), arg), -ENOTTY,
		   "a known number without its size");
		is(nt_ioctl(fds[k], _IOR('N', 0x8e, uint32_t), arg), -ENOTTY, "'N' 0x8e");
		is(nt_ioctl(fds[k], _IOWR('N', 0x80, uint32_t[3]), arg), -ENOTTY,
		   "CREATE_SEM of Linux 6.10");
		is(nt_ioctl(fds[k], _IOWR('N', 0x82, uint32_t[8]), arg), -ENOTTY,
		   "WAIT_ANY of an older driver");
		is(nt_ioctl(fds[k], _IOW('N', 0x88, uint32_t), arg), -ENOTTY, "wrong direction");
		is(nt_ioctl(fds[k], _IOR('M', 0x88, uint32_t), arg), -ENOTTY, "wrong letter");
		is(nt_ioctl(fds[k], 0, arg), -ENOTTY, "0");
		is(isatty(fds[k]), 0, "none of them is a terminal");
	}
	sem_is(fds[SEM], 1, 2, "the semaphore is unchanged");
	event_is(fds[EVENT], 1, 1, "the event is unchanged");
	is(nt_ioctl(-1, NTSYNC_IOC_EVENT_SET, arg), -EBADF, "descriptor -1 is EBADF");
	close(fds[EVENT]);
	is(nt_ioctl(fds[EVENT], NTSYNC_IOC_EVENT_SET, arg), -EBADF, "a closed one is EBADF");
	is(nt_ioctl(fds[EVENT], NTSYNC_IOC_WAIT_ANY, NULL), -EBADF,
	   "before the pointer is looked at");
}

/* A request in an int is sign-extended on its way to ioctl(): only 32 bits count. */
static void sign_extended(void)
{
	int dev = nt_open(), sem = nt_sem(dev, 1, 2);
	unsigned long high = ~0ul << 16 << 16;
	unsigned int arg = 1, index = UNTOUCHED;
	struct ntsync_wait_args args = {
		.objs = (uintptr_t)&sem,
		.count = 1,
		.index = index,
		.owner = OWNER,
	};

	is(nt_ioctl(sem, high | NTSYNC_IOC_SEM_RELEASE, &arg), 0, "SEM_RELEASE, sign-extended");
	is(arg, 1, "has worked");
	is(nt_ioctl(dev, high | NTSYNC_IOC_WAIT_ANY, &args), 0, "WAIT_ANY, sign-extended");
	is(args.index, 0, "has worked");
	sem_is(sem, 1, 2, "both together");
}

static void foreign(void)
{
	int dev = nt_open(), other = nt_open(), pipes[2], sockets[2];
	int mine = nt_event(dev, 1, 1), theirs = nt_event(other, 1, 1), closed = dup(mine);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int bad[8], n = 0;
	static const char *const names[] = {
		"-1",
		"a closed descriptor",
		"the device itself",
		"another device",
		"an object of another instance",
		"/dev/null",
		"a pipe",
		"a socket",
	};

	if (pipe(pipes) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0 || null < 0)
		nt_give_up("pipe, socketpair or /dev/null: %s", strerror(errno));
	close(closed);
	bad[n++] = -1;
	bad[n++] = closed;
	bad[n++] = dev;
	bad[n++] = other;
	bad[n++] = theirs;
	bad[n++] = null;
	bad[n++] = pipes[0];
	bad[n++] = sockets[0];
	for (int i = 0; i < n; i++) {
		unsigned int index;

		is(nt_any(dev, OWNER, POLL, 0, &index, FDS(bad[i])), -EINVAL, "any: %s is EINVAL",
		   names[i]);
		is(index, UNTOUCHED, "index is not written");
		is(nt_any(dev, OWNER, POLL, 0, NULL, FDS(mine, bad[i])), -EINVAL,
		   "any: also behind a ready object");
		is(nt_all(dev, OWNER, POLL, 0, NULL, FDS(mine, bad[i])), -EINVAL, "all: EINVAL");
		is(nt_any(dev, OWNER, POLL, bad[i], NULL, FDS(mine)), -EINVAL, "as alert: EINVAL");
		is(nt_all(dev, OWNER, POLL, bad[i], NULL, FDS(mine)), -EINVAL,
		   "as alert for all: EINVAL");
	}
	is(nt_any(other, OWNER, POLL, 0, NULL, FDS(mine)), -EINVAL,
	   "instances are apart both ways");
	is(nt_any(other, OWNER, POLL, 0, NULL, FDS(theirs)), 0, "and each serves its own");
	is(nt_set(theirs, NULL), 0, "requests of objects need no device");
	is(nt_set(pipes[0], NULL), -ENOTTY, "a request on a pipe is ENOTTY");
	is(nt_set(null, NULL), -ENOTTY, "a request on /dev/null is ENOTTY");
}

static struct ntsync_wait_args good_wait(const int *fd)
{
	return (struct ntsync_wait_args){
		.objs = (uintptr_t)fd,
		.count = 1,
		.index = UNTOUCHED,
		.owner = OWNER,
	};
}

static void wait_arguments(void)
{
	static const unsigned long waits[] = { NTSYNC_IOC_WAIT_ANY, NTSYNC_IOC_WAIT_ALL };
	int dev = nt_open(), event = nt_event(dev, 0, 1), many[NTSYNC_MAX_WAIT_COUNT + 1];
	struct ntsync_wait_args args;

	for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++)
		many[i] = event;
	for (int w = 0; w < 2; w++) {
		const char *name = w == 0 ? "any" : "all";

		for (unsigned int bit = 0; bit < 32; bit += 31) {
			args = good_wait(&event);
			args.pad = 1u << bit;
			is(nt_ioctl(dev, waits[w], &args), -EINVAL, "%s: pad 0x%x is EINVAL", name,
			   args.pad);
		}
		for (unsigned int bit = 1; bit < 32; bit += 15) {
			args = good_wait(&event);
			args.flags = 1u << bit;
			is(nt_ioctl(dev, waits[w], &args), -EINVAL, "%s: flags 0x%x is EINVAL",
			   name, args.flags);
			args.flags |= NTSYNC_WAIT_REALTIME;
			is(nt_ioctl(dev, waits[w], &args), -EINVAL, "%s: also with a known one",
			   name);
		}
		args = good_wait(&event);
		args.owner = 0;
		is(nt_ioctl(dev, waits[w], &args), -EINVAL, "%s: owner 0 is EINVAL, mutex or not",
		   name);
		args.count = 0;
		is(nt_ioctl(dev, waits[w], &args), -EINVAL, "%s: also with nothing to wait for",
		   name);
		args = good_wait(many);
		args.count = NTSYNC_MAX_WAIT_COUNT + 1;
		is(nt_ioctl(dev, waits[w], &args), -EINVAL, "%s: 65 objects is EINVAL", name);
		args.count = 0xffffffffu;
		is(nt_ioctl(dev, waits[w], &args), -EINVAL, "%s: 0xffffffff is EINVAL", name);
		args.count = 0x40000001u;
		is(nt_ioctl(dev, waits[w], &args), -EINVAL,
		   "%s: a count whose size wraps to 4 bytes is EINVAL", name);
		is(args.index, UNTOUCHED, "%s: index is never written", name);

		/* What is checked first, each against the next. */
		args = good_wait(NULL);
		args.pad = 1;
		args.flags = 2;
		is(nt_ioctl(dev, waits[w], &args), -EINVAL, "%s: pad and flags before the array",
		   name);
		args = good_wait(NULL);
		args.owner = 0;
		is(nt_ioctl(dev, waits[w], &args), -EINVAL, "%s: owner before the array", name);
		args = good_wait(NULL);
		args.count = 65;
		is(nt_ioctl(dev, waits[w], &args), -EINVAL, "%s: count before the array", name);
		args = good_wait(NULL);
		args.alert = (unsigned int)dev;
		is(nt_ioctl(dev, waits[w], &args), -EFAULT, "%s: the array before the alert", name);
	}
	event_is(event, 0, 1, "nothing was taken");
}

static void bad_argument(void)
{
	int dev = nt_open();
	int sem = nt_sem(dev, 1, 9), mutex = nt_mutex(dev, OWNER, 9), event = nt_event(dev, 0, 1);
	int fds[] = { sem, mutex, event, dev };
	struct ntsync_sem_args args = { 1, 2 };
	size_t size;
	unsigned char *page = page_before_nothing(&size);
	void *gone = page_before_nothing(&size);

	munmap(gone, 2 * size);
	for (size_t r = 0; r < REQUESTS; r++) {
		int fd = fds[requests[r].kind];

		/* The event requests act before they store: see written_late. */
		if (requests[r].number == NTSYNC_IOC_EVENT_SET ||
		    requests[r].number == NTSYNC_IOC_EVENT_RESET ||
		    requests[r].number == NTSYNC_IOC_EVENT_PULSE)
			continue;
		is(nt_ioctl(fd, requests[r].number, NULL), -EFAULT, "%s: a null pointer is EFAULT",
		   requests[r].name);
		is(nt_ioctl(fd, requests[r].number, gone), -EFAULT, "%s: unmapped memory",
		   requests[r].name);
		is(nt_ioctl(fd, requests[r].number, page + size), -EFAULT, "%s: forbidden memory",
		   requests[r].name);
		is(nt_ioctl(fd, requests[r].number, page + size - 2), -EFAULT,
		   "%s: an argument half of which is forbidden", requests[r].name);
		is(nt_ioctl(fd, requests[r].number, (void *)(UINTPTR_MAX - 63)), -EFAULT,
		   "%s: the kernel's memory", requests[r].name);
	}
	sem_is(sem, 1, 9, "the semaphore is unchanged");
	mutex_is(mutex, 0, OWNER, 9, "the mutex is unchanged");
	event_is(event, 0, 1, "the event is unchanged");

	ok(nt_ioctl(dev, NTSYNC_IOC_CREATE_SEM, read_only(&args, sizeof(args))) >= 0,
	   "arguments of CREATE_SEM are only read");
	ok(nt_ioctl(dev, NTSYNC_IOC_CREATE_EVENT, read_only(&args, sizeof(args))) >= 0,
	   "arguments of CREATE_EVENT are only read");
	ok(nt_ioctl(dev, NTSYNC_IOC_CREATE_MUTEX, read_only(&args, sizeof(args))) >= 0,
	   "arguments of CREATE_MUTEX are only read");
	memcpy(page + size - sizeof(args), &args, sizeof(args));
	ok(nt_ioctl(dev, NTSYNC_IOC_CREATE_SEM, page + size - sizeof(args)) >= 0,
	   "an argument that ends where memory ends");
	memcpy(page + 1, &args, sizeof(args));
	ok(nt_ioctl(dev, NTSYNC_IOC_CREATE_SEM, page + 1) >= 0, "an argument at an odd address");
}

/* A result that cannot be stored is noticed when the request has been carried out. */
static void written_late(void)
{
	static const unsigned int one = 1;
	static const struct ntsync_mutex_args owner = { OWNER, 1 };
	int dev = nt_open();
	int sem = nt_sem(dev, 1, 9), mutex = nt_mutex(dev, OWNER, 2), event = nt_auto(dev);
	void *constant = read_only(&one, sizeof(one));

	is(nt_ioctl(event, NTSYNC_IOC_EVENT_SET, NULL), -EFAULT, "EVENT_SET, null pointer");
	event_is(event, 0, 1, "it is set");
	is(nt_ioctl(event, NTSYNC_IOC_EVENT_RESET, constant), -EFAULT, "EVENT_RESET, read-only");
	event_is(event, 0, 0, "it is reset");
	nt_set(event, NULL);
	is(nt_ioctl(event, NTSYNC_IOC_EVENT_PULSE, NULL), -EFAULT, "EVENT_PULSE, null pointer");
	event_is(event, 0, 0, "it is reset");
	is(nt_ioctl(event, NTSYNC_IOC_EVENT_READ, constant), -EFAULT, "EVENT_READ, read-only");
	is(nt_ioctl(sem, NTSYNC_IOC_SEM_READ, constant), -EFAULT, "SEM_READ, read-only");
	is(nt_ioctl(mutex, NTSYNC_IOC_MUTEX_READ, constant), -EFAULT, "MUTEX_READ, read-only");
	is(nt_ioctl(sem, NTSYNC_IOC_SEM_RELEASE, constant), -EFAULT, "SEM_RELEASE, read-only");
	sem_is(sem, 2, 9, "it is released");
	is(nt_ioctl(mutex, NTSYNC_IOC_MUTEX_UNLOCK, read_only(&owner, sizeof(owner))), -EFAULT,
	   "MUTEX_UNLOCK, read-only");
	mutex_is(mutex, 0, OWNER, 1, "it is unlocked once");
	is(nt_ioctl(mutex, NTSYNC_IOC_MUTEX_KILL, read_only(&owner, sizeof(owner))), 0,
	   "MUTEX_KILL only reads");
	mutex_is(mutex, -EOWNERDEAD, 0, 0, "the owner is dead");
	is(nt_ioctl(mutex, NTSYNC_IOC_MUTEX_READ, constant), -EFAULT,
	   "MUTEX_READ of an abandoned one, read-only: EFAULT comes first");
}

static void wait_pointers(void)
{
	int dev = nt_open(), sem = nt_sem(dev, 9, 9), empty = nt_sem(dev, 0, 1);
	struct ntsync_wait_args args = good_wait(&sem);
	size_t size;
	unsigned char *page = page_before_nothing(&size);

	is(nt_ioctl(dev, NTSYNC_IOC_WAIT_ANY, read_only(&args, sizeof(args))), -EFAULT,
	   "any, read-only: the index cannot be written");
	sem_is(sem, 8, 9, "the object is taken");
	is(nt_ioctl(dev, NTSYNC_IOC_WAIT_ALL, read_only(&args, sizeof(args))), -EFAULT,
	   "all, read-only: the index cannot be written");
	sem_is(sem, 7, 9, "the object is taken");
	args = good_wait(&empty);
	is(nt_ioctl(dev, NTSYNC_IOC_WAIT_ANY, read_only(&args, sizeof(args))), -ETIMEDOUT,
	   "any, read-only: a time-out writes nothing");
	is(nt_ioctl(dev, NTSYNC_IOC_WAIT_ALL, read_only(&args, sizeof(args))), -ETIMEDOUT,
	   "all, read-only: a time-out writes nothing");

	is(nt_any(dev, OWNER, POLL, 0, NULL, (const int *)(page + size), 1), -EFAULT,
	   "any: an array in forbidden memory is EFAULT");
	is(nt_all(dev, OWNER, POLL, 0, NULL, NULL, 2), -EFAULT, "all: a null array is EFAULT");
	memcpy(page + size - sizeof(sem), &sem, sizeof(sem));
	is(nt_any(dev, OWNER, POLL, 0, NULL, (const int *)(page + size - sizeof(sem)), 2), -EFAULT,
	   "any: an array whose second half is forbidden");
	sem_is(sem, 7, 9, "nothing is taken");
	is(nt_any(dev, OWNER, POLL, 0, NULL, (const int *)(page + size - sizeof(sem)), 1), 0,
	   "any: an array that ends where memory ends");
	is(nt_any(dev, OWNER, POLL, 0, NULL, (const int *)(page + size), 0), -ETIMEDOUT,
	   "any: no array is needed for count 0");
	is(nt_all(dev, OWNER, POLL, 0, NULL, read_only(&sem, sizeof(sem)), 1), 0,
	   "all: the array is only read");
	args = good_wait(&sem);
	memcpy(page + 1, &args, sizeof(args));
	is(nt_ioctl(dev, NTSYNC_IOC_WAIT_ANY, page + 1), 0, "any: arguments at an odd address");
	memcpy(page + 1, &sem, sizeof(sem));
	args.objs = (uintptr_t)(page + 1);
	is(nt_ioctl(dev, NTSYNC_IOC_WAIT_ANY, &args), 0, "any: an array at an odd address");
}

/* A wait whose array and arguments are at the end of a page, so that they go on in the next. */
static int wait_across(int dev, int sem, unsigned char *end)
{
	const int fds[2] = { sem, sem };
	struct ntsync_wait_args args = good_wait(NULL);

	args.objs = (uintptr_t)(end - sizeof(int));
	args.count = 2;
	memcpy(end - sizeof(int), fds, sizeof(fds));
	memcpy(end - 64, &args, sizeof(args));
	return nt_ioctl(dev, NTSYNC_IOC_WAIT_ANY, end - 64);
}

struct neighbour {
	int dev;
	unsigned char *memory;
	size_t size;
	int before, after;
};

static void *uses_neighbour(void *arg)
{
	struct neighbour *n = arg;

	n->before = nt_any(n->dev, OWNER, POLL, 0, NULL, (int *)n->memory, 1);
	munmap(n->memory, n->size);
	n->after = nt_any(n->dev, OWNER, POLL, 0, NULL, (int *)n->memory, 1);
	return NULL;
}

/* What lies above a thread's stack is not a part of it. */
static void lost_neighbour(int dev, int sem, size_t page)
{
	size_t stack = 64 * page;
	unsigned char *memory = mmap(NULL, stack + page, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct neighbour n = { dev, memory + stack, page, 1, 1 };
	pthread_attr_t attributes;
	pthread_t thread;

	if (memory == MAP_FAILED)
		nt_give_up("mmap: %s", strerror(errno));
	memcpy(n.memory, &sem, sizeof(sem));
	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, memory, stack);
	if (pthread_create(&thread, &attributes, uses_neighbour, &n) != 0)
		nt_give_up("pthread_create");
	pthread_join(thread, NULL);
	is(n.before, 0, "an array right above a thread's stack");
	is(n.after, -EFAULT, "it is unmapped: EFAULT");
}

/* Memory that was good when it was used, and is not there any more, or is again. */
static void lost_memory(void)
{
	static int variable[2];
	int dev = nt_open(), sem = nt_sem(dev, 20, 20);
	size_t size;
	unsigned char *page = page_before_nothing(&size), *heap;
	intptr_t more = (intptr_t)(4 * size);

	variable[0] = variable[1] = sem;
	for (int i = 0; i < 2; i++)
		is(nt_any(dev, OWNER, POLL, 0, NULL, variable, 2), 0,
		   "an array that is a variable");
	memcpy(page, &sem, sizeof(sem));
	for (int i = 0; i < 2; i++)
		is(nt_any(dev, OWNER, POLL, 0, NULL, (int *)page, 1), 0,
		   "an array that was mapped");
	munmap(page, size);
	is(nt_any(dev, OWNER, POLL, 0, NULL, (int *)page, 1), -EFAULT, "it is unmapped: EFAULT");
	is(nt_ioctl(sem, NTSYNC_IOC_SEM_READ, page), -EFAULT, "for results, too");
	sem_is(sem, 16, 20, "nothing is taken");
	lost_neighbour(dev, sem, size);

	heap = sbrk(more);
	if (heap == (void *)-1) {
		nt_skip("there is no break here", "an array in the heap");
		return;
	}
	heap = (unsigned char *)(((uintptr_t)heap + 2 * size) & ~(uintptr_t)(size - 1));
	for (int i = 0; i < 2; i++)
		is(wait_across(dev, sem, heap), 0, "arguments in the heap, across two pages");
	sbrk(-more);
	is(nt_any(dev, OWNER, POLL, 0, NULL, (int *)(heap + size), 1), -EFAULT,
	   "the heap shrinks: EFAULT");
	is(nt_ioctl(sem, NTSYNC_IOC_SEM_READ, heap + size), -EFAULT, "for results, too");
	sbrk(more);
	is(wait_across(dev, sem, heap), 0, "it grows, and they are good again");
	sem_is(sem, 12, 20, "as often as it was 0, one was taken");
}

/* Leaves errno as ioctl() does. */
static int call(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, NT_REQUEST(request), arg);
}

/* A request that succeeds leaves errno alone, which a handler that makes requests relies on. */
static void errno_kept(void)
{
	int dev = nt_open(), sem, mutex, event, copy;
	unsigned int value = 1;
	struct ntsync_sem_args sem_args = { 1, 9 };
	struct ntsync_mutex_args mutex_args = { 0, 0 };
	struct ntsync_event_args event_args = { 0, 1 };
	struct ntsync_wait_args args = good_wait(NULL);
	struct waiter *w;

	errno = E2BIG;
	sem = call(dev, NTSYNC_IOC_CREATE_SEM, &sem_args);
	mutex = call(dev, NTSYNC_IOC_CREATE_MUTEX, &mutex_args);
	event = call(dev, NTSYNC_IOC_CREATE_EVENT, &event_args);
	is(errno, E2BIG, "creation leaves errno alone");
	args.objs = (uintptr_t)&event;
	args.count = 1;
	ok(call(dev, NTSYNC_IOC_WAIT_ANY, &args) == 0 && errno == E2BIG, "so does a wait");
	ok(call(event, NTSYNC_IOC_EVENT_SET, &value) == 0 && errno == E2BIG, "a set");
	ok(call(event, NTSYNC_IOC_EVENT_PULSE, &value) == 0 && errno == E2BIG, "a pulse");
	value = 1;
	ok(call(sem, NTSYNC_IOC_SEM_RELEASE, &value) == 0 && errno == E2BIG, "a release");
	ok(call(mutex, NTSYNC_IOC_MUTEX_READ, &mutex_args) == 0 && errno == E2BIG, "a read");
	w = waits_any(PROCESS, dev, OWNER, LATE, 0, FDS(event));
	errno = E2BIG;
	ok(call(event, NTSYNC_IOC_EVENT_SET, &value) == 0 && errno == E2BIG, "a wake-up");
	wait_ended(w, 0, 0, "the waiter is woken");
	errno = E2BIG;
	copy = dup(event);
	ok(close(event) == 0 && close(copy) == 0 && errno == E2BIG, "and the last close");
}

const struct nt_case error_cases[] = {
	{ "encoding", encoding, "a header that differs from the kernel's" },
	{ "types", types, "requests that work on, or give the wrong errno for, other objects" },
	{ "unknown", unknown, "requests told apart by their number alone; EINVAL for ENOTTY" },
	{ "sign-extended", sign_extended, "requests compared as 64-bit numbers" },
	{ "foreign", foreign, "instances that are not apart, strangers accepted in a wait" },
	{ "wait-arguments", wait_arguments, "unchecked fields, or checks in another order" },
	{ "bad-argument", bad_argument, "a crash on a bad pointer, or an errno but EFAULT" },
	{ "written-late", written_late, "requests not done because their result has no place" },
	{ "wait-pointers", wait_pointers, "crashes on bad pointers; arguments written needlessly" },
	{ "lost-memory", lost_memory, "memory taken for good because it once was" },
	{ "errno-kept", errno_kept, "an errno that says why something inside failed at first" },
	{ NULL, NULL, NULL },
};
