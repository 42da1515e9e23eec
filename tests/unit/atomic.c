/* SPDX-License-Identifier: MIT */
/*
 * The operations on shared words (core/atomic.h), by themselves and against another thread.
 *
 * Catches a build in which they are not atomic, or touch only a part of the word.
 */
#include <config.h>

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/atomic.h"
#include "tests/tap.h"

#define ROUNDS 100000

#define ONES UINT64_C(0xffffffff00000001)
#define OTHERS UINT64_C(0x00000001fffffffe)

static cf_word word;
static uint32_t small;

static void test_wide(void)
{
	cf_store(&word, ONES);
	ok(cf_load(&word) == ONES && cf_load_relaxed(&word) == ONES,
	   "all 64 bits are stored and read");
	ok(!cf_cas(&word, ONES ^ 1, OTHERS) && !cf_cas(&word, ONES ^ UINT64_C(1) << 63, OTHERS),
	   "a difference in either half makes a compare-and-swap fail");
	ok(cf_load(&word) == ONES, "and then nothing changes");
	ok(cf_cas(&word, ONES, OTHERS) && cf_load(&word) == OTHERS, "else it changes both halves");
	cf_store_relaxed(&word, ONES);
	ok(cf_load(&word) == ONES, "a relaxed store writes both halves");
}

static void test_small(void)
{
	uint32_t pair[2] = { 1, 2 };

	cf_store32(&pair[0], UINT32_MAX);
	ok(cf_load32(&pair[0]) == UINT32_MAX && pair[1] == 2, "32 bits are stored, and no more");
	ok(!cf_cas32(&pair[0], 0, 5) && cf_cas32(&pair[0], UINT32_MAX, 5) && pair[1] == 2,
	   "compared and swapped");
	ok(cf_swap32(&pair[0], 6) == 5 && cf_load32_relaxed(&pair[0]) == 6, "and swapped");
	cf_store32_relaxed(&pair[0], 7);
	ok(cf_load32(&pair[0]) == 7 && pair[1] == 2, "and stored without order");
}

/* Adds to both halves; hands out each number of `small` once. */
static void *add(void *argument)
{
	uint64_t seen;

	(void)argument;
	for (int i = 0; i < ROUNDS; i++) {
		do {
			seen = cf_load(&word);
		} while (!cf_cas(&word, seen, seen + (UINT64_C(1) << 32) + 1));
	}
	return NULL;
}

static void *swap(void *argument)
{
	uint32_t mine = *(uint32_t *)argument;

	/* Whoever has a token puts it in and takes out another one: none is lost or doubled. */
	for (int i = 0; i < ROUNDS; i++)
		mine = cf_swap32(&small, mine);
	*(uint32_t *)argument = mine;
	return NULL;
}

static void run_two(void *(*run)(void *), void *first, void *second)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, first) != 0)
		bail_out("no threads");
	run(second);
	pthread_join(thread, NULL);
}

static void test_two_threads(void)
{
	uint32_t token[2] = { 1, 2 };

	cf_store(&word, 0);
	run_two(add, NULL, NULL);
	ok(cf_load(&word) == ((uint64_t)(2 * ROUNDS) << 32 | 2 * ROUNDS),
	   "no change of a word by two threads is lost");
	cf_store32(&small, 4);
	run_two(swap, &token[0], &token[1]);
	is_int(token[0] + token[1] + cf_load32(&small), 7, "no swapped token is lost or doubled");
}

/* `carafe status' maps an environment for reading only.  Catches a load made of a compare-and-swap. */
static void test_read_only(void)
{
	cf_word *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t child;

	if (page == MAP_FAILED)
		bail_out("no memory");
	child = fork();
	if (child == 0)
		_exit(cf_load(page) == 0 && cf_load_relaxed(page) == 0 ? 0 : 1);
	if (child < 0 || waitpid(child, &status, 0) != child)
		bail_out("no processes");
	is_int(status, 0, "a word is loaded from memory that can only be read");
	munmap(page, 4096);
}

int main(void)
{
	test_wide();
	test_small();
	test_two_threads();
	test_read_only();
	return done_testing();
}
