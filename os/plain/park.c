/* SPDX-License-Identifier: MIT */
/*
 * os/plain/park.c - sleeping on a word of shared memory with what every Unix has: a FIFO.
 *
 * os/plain/ is the backend of systems that have no folder of their own, and can be had everywhere
 * (configure --with-backend=posix): it needs mmap(), locks of whole files or of parts of them,
 * FIFOs and poll().
 *
 * A word has a FIFO beside the file of its memory, named by the word's offset there.  Who sleeps
 * has it open; who wakes opens it and writes a byte, which goes when nobody has it open any more.  The
 * sleeper opens first and looks at the word then; the waker has changed the word before it opens: so
 * either the sleeper sees the change, or the byte comes while the sleeper has the FIFO open.
 *
 * Why not pthread objects in shared memory: they are locks.  A process that is killed inside
 * pthread_cond_wait() or pthread_cond_signal() can leave a condition variable in which others hang;
 * robust mutexes, which would tell, are missing on many systems, and are no help for the condition
 * variable.  Unnamed semaphores come through it, but are missing on Darwin and cannot be shared on
 * others.  A pipe's end goes with its process and leaves nothing.
 *
 * A handler that interrupts a sleeper may sleep on the same word: it takes the bytes that are there,
 * so it leaves one for the sleep below it when it ends.
 *
 * Early returns: a signal, a wake meant for an earlier user of the word, a second of waiting for a
 * deadline of the real-time clock, which may be set meanwhile; and SLICE when descriptors run out.
 * Weaknesses: three system calls to wake and six to sleep; a deadline comes up to a millisecond
 * late; a sleep with a deadline is not restarted after a handler; deaths are noticed late (os/plain/watch.c).
 *
 * What happens if a process dies here: the kernel closes its end, and a byte that nobody read goes
 * with the last end.  The FIFO stays for the next user of the word, and goes with its folder.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "os/os.h"
#include "os/plain/map.h"
#include "os/posix/hex.h"
#include "os/posix/posix.h"

/* How long at once, in milliseconds: when nobody can wake us, and when the clock may be set. */
#define SLICE 10
#define CLOCK_SLICE 1000

#define NAME_SIZE 24

/* "sleep-" and the offset. */
static void write_name(char name[NAME_SIZE], uint64_t offset)
{
	static const char prefix[] = "sleep-";

	memcpy(name, prefix, sizeof(prefix) - 1);
	(void)cf_write_hex(name + sizeof(prefix) - 1, offset, 16);
}

/* The sleeper's end of a word's FIFO, which is made when it is missing; -1 when there is none. */
static int open_sleeper(int folder, const char *name)
{
	const int flags = O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY;
	int fd = openat(folder, name, flags);

	if (fd < 0 && errno == ENOENT && (cf_make_fifo(folder, name) == 0 || errno == EEXIST))
		fd = openat(folder, name, flags);
	return cf_high_descriptor(fd);
}

static bool has_changed(const uint32_t *word, uint32_t expected)
{
	atomic_thread_fence(memory_order_seq_cst);
	return atomic_load((const _Atomic uint32_t *)word) != expected;
}

/* Milliseconds, rounded up, or a sleep for less than one would spin. */
static int duration(enum os_clock clock, uint64_t deadline, int longest)
{
	uint64_t now, left;

	if (deadline == OS_NEVER)
		return longest;
	now = os_now(clock);
	left = now < deadline ? (deadline - now - 1) / 1000000u + 1 : 0;
	if (clock == OS_CLOCK_REALTIME && (longest < 0 || longest > CLOCK_SLICE))
		longest = CLOCK_SLICE;
	if (longest < 0)
		longest = INT_MAX;
	return left < (uint64_t)longest ? (int)left : longest;
}

static enum os_parked sleep_on(int fd, enum os_clock clock, uint64_t deadline)
{
	struct pollfd channel = { .fd = fd, .events = POLLIN };
	int count =
		poll(&channel, fd >= 0 ? 1 : 0, duration(clock, deadline, fd >= 0 ? -1 : SLICE));

	if (count < 0)
		return errno == EINTR ? OS_INTERRUPTED : OS_LOOK;
	if (count == 0 && deadline != OS_NEVER && os_now(clock) >= deadline)
		return OS_LATE;
	return OS_LOOK;
}

/*
 * Sleeps without an end in read(), which the system restarts after a handler with SA_RESTART, as it does
 * not restart poll().
 */
static enum os_parked read_byte(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	enum os_parked parked = OS_LOOK;
	char byte;

	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return sleep_on(fd, OS_CLOCK_UPTIME, OS_NEVER);
	if (read(fd, &byte, 1) < 0 && errno == EINTR)
		parked = OS_INTERRUPTED;
	(void)fcntl(fd, F_SETFL, flags);
	return parked;
}

static enum os_parked park(const uint32_t *word, uint32_t expected, enum os_clock clock,
			   uint64_t deadline, bool restartable)
{
	enum os_parked parked = OS_LOOK;
	char name[NAME_SIZE];
	uint64_t offset;
	int folder, fd = -1;

	if (has_changed(word, expected))
		return OS_LOOK;
	if (cf_plain_find(word, &folder, &offset)) {
		write_name(name, offset);
		fd = open_sleeper(folder, name);
	}
	if (fd >= 0)
		cf_channel_empty(fd);
	if (!has_changed(word, expected))
		parked = restartable && fd >= 0 && deadline == OS_NEVER
				 ? read_byte(fd)
				 : sleep_on(fd, clock, deadline);
	if (fd >= 0) {
		cf_channel_ring(fd);
		os_close(fd);
	}
	return parked;
}

/* The calls above are points of cancellation; a futex is none, and our callers rely on it. */
enum os_parked os_park(const uint32_t *word, uint32_t expected, enum os_clock clock,
		       uint64_t deadline, bool restartable)
{
	int saved = errno, cancel;
	enum os_parked parked;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	parked = park(word, expected, clock, deadline, restartable);
	(void)pthread_setcancelstate(cancel, &cancel);
	errno = saved;
	return parked;
}

void os_unpark(uint32_t *word)
{
	int saved = errno, cancel, folder, fd;
	char name[NAME_SIZE];
	uint64_t offset;

	if (!cf_plain_find(word, &folder, &offset))
		return;
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	write_name(name, offset);
	atomic_thread_fence(memory_order_seq_cst);
	/* For reading, too, or a sleeper that goes before the byte comes makes it a SIGPIPE. */
	fd = openat(folder, name, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
	if (fd >= 0) {
		cf_channel_ring(fd);
		os_close(fd);
	}
	(void)pthread_setcancelstate(cancel, &cancel);
	errno = saved;
}
