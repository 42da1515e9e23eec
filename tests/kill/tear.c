/* SPDX-License-Identifier: MIT */
/*
 * Loads, stores and compare-and-swaps of a shared word, looked at between any two of their
 * instructions.
 *
 * Catches operations of which the compiler made two halves, as a 32-bit processor has them for
 * everything but what is asked of it as one: no race of threads shows that for certain.
 *
 * What happens if the test dies here: its victims die with it.
 */
#include <config.h>

#include "core/atomic.h"
#include "tests/api/support.h"
#include "tests/kill/step.h"

#define BEFORE UINT64_C(0x0123456789abcdef)
#define AFTER UINT64_C(0xfedcba9876543210)

/* In memory that the victim shares. */
struct scene {
	cf_word word;
	uint64_t seen;
};

static struct scene *scene;

static int load(void)
{
	scene->seen = cf_load(&scene->word);
	return 0;
}

static int load_relaxed(void)
{
	scene->seen = cf_load_relaxed(&scene->word);
	return 0;
}

static int store(void)
{
	cf_store(&scene->word, AFTER);
	return 0;
}

static int store_relaxed(void)
{
	cf_store_relaxed(&scene->word, AFTER);
	return 0;
}

static int swap(void)
{
	return cf_cas(&scene->word, BEFORE, AFTER) ? 0 : 1;
}

static bool is_whole(uint64_t value)
{
	return value == BEFORE || value == AFTER;
}

static pid_t start(int (*call)(void))
{
	pid_t victim;

	cf_store(&scene->word, BEFORE);
	scene->seen = 0;
	victim = step_start(NULL, call);
	if (victim < 0)
		bail_out("cannot start a victim");
	return victim;
}

/* The word changes after so many instructions of the load.  False: the load was over by then. */
static bool change_after(int (*call)(void), unsigned instructions, bool *whole)
{
	pid_t victim = start(call);
	unsigned done;
	enum stepped stepped = step_to(victim, instructions, NULL, &done);

	cf_store(&scene->word, AFTER);
	is_int(step_finish(victim, NULL), 0, "the victim comes to its end");
	*whole = is_whole(scene->seen);
	return stepped == STEPPED;
}

static void test_load(int (*call)(void), const char *name)
{
	unsigned instructions = 0;
	bool whole, more;
	int torn = 0;

	do {
		more = change_after(call, instructions++, &whole);
		torn += !whole;
	} while (more);
	ok(instructions > 2, "%s is looked at between its instructions", name);
	is_int(torn, 0, "%s sees one value, whenever it is changed", name);
}

static void test_store(int (*call)(void), const char *name)
{
	pid_t victim = start(call);
	unsigned instructions = 0, done;
	enum stepped stepped;
	int torn = 0;

	do {
		stepped = step_to(victim, 1, NULL, &done);
		torn += !is_whole(cf_load(&scene->word));
		instructions++;
	} while (stepped == STEPPED);
	is_int(step_finish(victim, NULL), 0, "%s comes to its end", name);
	ok(instructions > 2, "%s is looked at between its instructions", name);
	ok(torn == 0 && cf_load(&scene->word) == AFTER, "nobody sees half of %s", name);
}

int main(void)
{
	const char *unable = step_unable();

	if (unable != NULL)
		skip_all("%s", unable);
	scene = shared_memory(sizeof(*scene));
	test_load(load, "a load");
	test_load(load_relaxed, "a relaxed load");
	test_store(store, "a store");
	test_store(store_relaxed, "a relaxed store");
	test_store(swap, "a compare-and-swap");
	return done_testing();
}
