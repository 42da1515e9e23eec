/* SPDX-License-Identifier: MIT */
/*
 * os/darwin/park.c - sleeping on a word of shared memory: os_sync_wait_on_address(), which came with
 * macOS 14.4, or the private __ulock_wait2() and __ulock_wait() of macOS 11 and 10.15.
 *
 * The public calls are a thin layer over the private ones and meet them on a word, so processes may
 * differ in what they use.  All are looked up by name, so that one library runs on each release;
 * without CARAFE_ULOCK (configure --disable-ulock) the private names do not occur in it, as the App
 * Store demands, and it needs macOS 14.4.
 *
 * The kernel finds a shared word by the memory object that its page belongs to, and reads the word
 * without waiting for a page that is not in memory: that is EFAULT, cured by touching the word.
 * A wake that finds nobody is ENOENT, and as good as any other.  A word that changed is success.
 *
 * Spans are used, not deadlines: they are in nanoseconds (or microseconds, for __ulock_wait), while
 * deadlines would be in ticks of mach_absolute_time().
 *
 * Early returns: a signal, whatever SA_RESTART says; a page that was not there; a second of waiting
 * for a deadline of the real-time clock, which none of these calls follows; 71 minutes, on
 * macOS 10.15.
 *
 * What happens if a process dies here: the kernel forgets its sleepers.  A waker that dies before
 * the wake leaves a sleeper for the janitor to wake.
 */
#include <config.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "os/darwin/park.h"
#include "os/os.h"
#include "os/posix/slice.h"

/* OS_SYNC_WAIT_ON_ADDRESS_SHARED and its like for waking; OS_CLOCK_MACH_ABSOLUTE_TIME. */
#define SHARED 1u
#define MACH_CLOCK 32u

/* UL_COMPARE_AND_WAIT_SHARED, ULF_NO_ERRNO: errors are returned, negative. */
#define ULOCK_SHARED 3u
#define ULOCK_NO_ERRNO 0x01000000u

typedef int wait_call(void *word, uint64_t value, size_t size, uint32_t flags);
typedef int wait_span_call(void *word, uint64_t value, size_t size, uint32_t flags, uint32_t clock,
			   uint64_t nanoseconds);
typedef int wake_call(void *word, size_t size, uint32_t flags);
typedef int ulock_wait_call(uint32_t operation, void *word, uint64_t value, uint32_t microseconds);
typedef int ulock_wait2_call(uint32_t operation, void *word, uint64_t value, uint64_t nanoseconds,
			     uint64_t value2);
typedef int ulock_wake_call(uint32_t operation, void *word, uint64_t value);

/* Written once, before anybody sleeps. */
static enum cf_sleeper sleeper;
static wait_call *wait;
static wait_span_call *wait_span;
static wake_call *wake;
static ulock_wait_call *ulock_wait;
static ulock_wait2_call *ulock_wait2;
static ulock_wake_call *ulock_wake;

/* ISO C has no conversion from a pointer to an object. */
static bool find(const char *name, void *function)
{
	void *symbol = cf_system_symbol(name);

	memcpy(function, &symbol, sizeof(symbol));
	return symbol != NULL;
}

#ifdef CARAFE_ULOCK
static enum cf_sleeper find_private(void)
{
	if (!find("__ulock_wake", &ulock_wake))
		return CF_SLEEPER_NONE;
	if (find("__ulock_wait2", &ulock_wait2))
		return CF_SLEEPER_ULOCK2;
	return find("__ulock_wait", &ulock_wait) ? CF_SLEEPER_ULOCK : CF_SLEEPER_NONE;
}
#else
static enum cf_sleeper find_private(void)
{
	return CF_SLEEPER_NONE;
}
#endif

static void find_all(void)
{
	if (find("os_sync_wait_on_address", &wait) &&
	    find("os_sync_wait_on_address_with_timeout", &wait_span) &&
	    find("os_sync_wake_by_address_any", &wake))
		sleeper = CF_SLEEPER_OS_SYNC;
	else
		sleeper = find_private();
}

enum cf_sleeper cf_park_prepare(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, find_all);
	return sleeper;
}

/* The calls do not write to the word but take it as if they did. */
static void *writable(const uint32_t *word)
{
	return (void *)(uintptr_t)word;
}

/* Rounded up: a span of 0 would be for ever. */
static uint32_t microseconds(uint64_t nanoseconds)
{
	uint64_t whole = nanoseconds / 1000 + (nanoseconds % 1000 != 0);

	return whole > UINT32_MAX ? UINT32_MAX : (uint32_t)whole;
}

/* Sleeps for the span; 0 when it was woken, or an errno. */
static int sleep_for(const uint32_t *word, uint32_t expected, uint64_t span)
{
	const uint32_t operation = ULOCK_SHARED | ULOCK_NO_ERRNO;
	int result;

	switch (sleeper) {
	case CF_SLEEPER_OS_SYNC:
		result = span == OS_NEVER ? wait(writable(word), expected, sizeof(*word), SHARED) :
					    wait_span(writable(word), expected, sizeof(*word), SHARED,
						      MACH_CLOCK, span);
		return result < 0 ? errno : 0;
	case CF_SLEEPER_ULOCK2:
		result = ulock_wait2(operation, writable(word), expected,
				     span == OS_NEVER ? 0 : span, 0);
		return result < 0 ? -result : 0;
	case CF_SLEEPER_ULOCK:
		result = ulock_wait(operation, writable(word), expected,
				    span == OS_NEVER ? 0 : microseconds(span));
		return result < 0 ? -result : 0;
	case CF_SLEEPER_NONE:
		break; /* os_map() has refused: there is no word to sleep on */
	}
	return ENOSYS;
}

static uint32_t look(const uint32_t *word)
{
	return atomic_load_explicit((const _Atomic uint32_t *)word, memory_order_relaxed);
}

static enum os_parked park(const uint32_t *word, uint32_t expected, enum os_clock clock,
			   uint64_t deadline)
{
	uint64_t span;

	/* This also brings the page in, and makes the object that the kernel finds it by. */
	if (look(word) != expected)
		return OS_LOOK;
	span = cf_slice(clock, deadline);
	if (span == 0)
		return OS_LATE;
	switch (sleep_for(word, expected, span)) {
	case EINTR:
		return OS_INTERRUPTED;
	case ETIMEDOUT:
		return cf_slept(clock, deadline);
	default: /* EFAULT: the caller comes back, and touches the word above */
		return OS_LOOK;
	}
}

enum os_parked os_park(const uint32_t *word, uint32_t expected, enum os_clock clock,
		       uint64_t deadline, bool restartable)
{
	int saved = errno;
	enum os_parked parked;

	(void)restartable;
	parked = park(word, expected, clock, deadline);
	errno = saved;
	return parked;
}

/* EFAULT: the page is not in memory, which it would be soon after somebody went to sleep on it. */
static bool wake_again(int error)
{
	return error == EINTR || error == EFAULT;
}

static int wake_one(uint32_t *word)
{
	int result;

	if (sleeper == CF_SLEEPER_OS_SYNC)
		return wake(word, sizeof(*word), SHARED) < 0 ? errno : 0;
	if (sleeper == CF_SLEEPER_NONE)
		return ENOSYS;
	result = ulock_wake(ULOCK_SHARED | ULOCK_NO_ERRNO, word, 0);
	return result < 0 ? -result : 0;
}

void os_unpark(uint32_t *word)
{
	int saved = errno;

	/* A page without an object has no sleepers; one that is out of memory is brought in. */
	(void)look(word);
	for (int tries = 0; tries < 16 && wake_again(wake_one(word)); tries++)
		(void)look(word);
	errno = saved;
}
