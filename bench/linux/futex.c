/* SPDX-License-Identifier: MIT */
/*
 * bench/linux/futex.c - the least that a hand-off takes: one futex each way; and futex_waitv for
 * 64.
 *
 * What happens if a process dies here: the partner ends with us.
 */
#include <config.h>

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench/linux/cases.h"
#include "bench/partner.h"

#define MANY 64
#define NUMBER_FUTEX_WAITV 449
#define FLAG_32 2 /* FUTEX_32, for headers that lack it */

struct words {
	_Atomic uint32_t word[2][MANY];
};

/* The kernel's, which headers before 5.16 lack. */
struct waited {
	uint64_t value;
	uint64_t address;
	uint32_t flags;
	uint32_t reserved;
};

static void *make(void)
{
	return partner_memory(sizeof(struct words));
}

static void drop(void *lane)
{
	(void)lane;
}

static void wake(_Atomic uint32_t *word)
{
	atomic_store(word, 1);
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void sleep_on(_Atomic uint32_t *word)
{
	while (atomic_exchange(word, 0) == 0)
		syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void give(void *lane, int side)
{
	struct words *words = lane;

	wake(&words->word[side][0]);
}

static void take(void *lane, int side)
{
	struct words *words = lane;

	sleep_on(&words->word[side][0]);
}

static const struct lane futex_lane = { make, drop, give, take };

/* ---- One of 64 -------------------------------------------------------------------------- */

static void *make_many(void)
{
	if (syscall(NUMBER_FUTEX_WAITV, NULL, 0, 0, NULL, 0) < 0 && errno == ENOSYS)
		return NULL;
	return make();
}

static void give_last(void *lane, int side)
{
	struct words *words = lane;

	wake(&words->word[side][side == 1 ? MANY - 1 : 0]);
}

static void take_any(void *lane, int side)
{
	struct words *words = lane;
	struct waited waited[MANY];

	if (side == 0) {
		sleep_on(&words->word[0][0]);
		return;
	}
	for (int i = 0; i < MANY; i++)
		waited[i] = (struct waited){
			.address = (uintptr_t)&words->word[1][i],
			.flags = FLAG_32
		};
	for (;;) {
		for (int i = 0; i < MANY; i++)
			if (atomic_load(&words->word[1][i]) != 0 &&
			    atomic_exchange(&words->word[1][i], 0) != 0)
				return;
		syscall(NUMBER_FUTEX_WAITV, waited, MANY, 0, NULL, CLOCK_MONOTONIC);
	}
}

static const struct lane waitv_lane = { make_many, drop, give_last, take_any };

const struct bench_case bench_futex_cases[] = {
	PARTNER_CASE("handoff-thread-1", "futex", PARTNER_THREAD, 1, &futex_lane),
	PARTNER_CASE("handoff-thread-2", "futex", PARTNER_THREAD, 2, &futex_lane),
	PARTNER_CASE("handoff-process-1", "futex", PARTNER_PROCESS, 1, &futex_lane),
	PARTNER_CASE("handoff-process-2", "futex", PARTNER_PROCESS, 2, &futex_lane),
	PARTNER_CASE("handoff-any-64", "futex", PARTNER_THREAD, 1, &futex_lane),
	PARTNER_CASE("handoff-any-64", "futex_waitv", PARTNER_THREAD, 1, &waitv_lane),
	{ .row = NULL }
};
