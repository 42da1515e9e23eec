/* SPDX-License-Identifier: MIT */
/*
 * A victim that is run to a step is where one is that went there step by step, and goes on from
 * there as that one does: through loops, calls of the system, and instructions that repeat
 * themselves.
 *
 * Catches a place that is met once too often or too seldom, and repetitions of an instruction that
 * are lost, done twice, or done before their time: kill.t would tell of deaths at instructions where
 * there were none.
 *
 * What happens if the test dies here: its victims die with it.
 */
#include <config.h>

#include <unistd.h>

#include "tests/api/support.h"
#include "tests/kill/step.h"

#define BYTES 100u
#define MOST_STEPS 2000u

/* In memory that the victim shares. */
struct scene {
	unsigned turns;
	unsigned char filled[BYTES], copied[BYTES];
};

static struct scene *scene;
static struct scene seen[MOST_STEPS];

static void fill(unsigned char *to, unsigned char value, size_t size)
{
#if defined(__x86_64__) || defined(__i386__)
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
#else
	memset(to, value, size);
#endif
}

static void copy(unsigned char *to, const unsigned char *from, size_t size)
{
#if defined(__x86_64__) || defined(__i386__)
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
#else
	memcpy(to, from, size);
#endif
}

static int play(void)
{
	volatile unsigned *turns = &scene->turns;

	while (*turns < 5) {
		++*turns;
		(void)getppid();
	}
	fill(scene->filled, 1, BYTES);
	copy(scene->copied, scene->filled, BYTES);
	while (*turns < 10)
		++*turns;
	return 0;
}

static pid_t start(void)
{
	pid_t victim;

	memset(scene, 0, sizeof(*scene));
	victim = step_start(NULL, play);
	if (victim < 0)
		bail_out("cannot start a victim");
	return victim;
}

/* Leaves what one that goes step by step has done after each; how many there are. */
static unsigned go(struct trail *trail)
{
	pid_t victim = start();
	unsigned steps = 0;
	enum stepped stepped;

	do {
		seen[steps++] = *scene;
		stepped = step_noting(victim, 1, NULL, trail);
	} while (stepped == STEPPED && steps < MOST_STEPS);
	is_int(stepped, OVER, "one goes through %u steps to its end", steps);
	is_int(step_finish(victim, NULL), 0, "and leaves");
	return steps;
}

static bool came_to_its_end(void)
{
	for (unsigned i = 0; i < BYTES; i++)
		if (scene->filled[i] != 1 || scene->copied[i] != 1)
			return false;
	return scene->turns == 10;
}

int main(void)
{
	const char *unable = step_unable();
	struct trail trail = { 0 };
	unsigned steps, elsewhere = 0, otherwise = 0, done, to;
	pid_t victim;

	if (unable != NULL)
		skip_all("%s", unable);
	scene = shared_memory(sizeof(*scene));
	steps = go(&trail);
	for (to = 0; to < steps; to++) {
		victim = start();
		(void)step_run_to(victim, &trail, to, NULL, &done);
		elsewhere += done != to || memcmp(scene, &seen[to], sizeof(*scene)) != 0;
		otherwise += step_finish(victim, NULL) != 0 || !came_to_its_end();
	}
	is_int(elsewhere, 0, "who is run to any of them has done the same");
	is_int(otherwise, 0, "and goes on to the same end");
	return done_testing();
}
