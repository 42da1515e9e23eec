/* SPDX-License-Identifier: MIT */
/*
 * os/sim/sleep.c - virtual time, and sleeping on a word.
 *
 * Time stands still but for deadlines: one passes when nobody can go on, or when the scheduler
 * likes.  A sleep may also end for no reason or by a signal, and who was woken goes on as late as
 * the scheduler likes.
 *
 * What happens if a process dies here: nobody sleeps there any more.
 */
#include "os/sim/world.h"

uint64_t os_now(enum os_clock clock)
{
	sim_saw(sim_world.clock[clock]);
	return sim_world.clock[clock];
}

/*
 * Two steps: the comparison, which is atomic with respect to os_unpark(), together with falling
 * asleep; and going on.
 */
enum os_parked os_park(const uint32_t *word, uint32_t expected, enum os_clock clock,
		       uint64_t deadline, bool restartable)
{
	struct virtual_thread *thread = sim_thread_now();
	enum os_parked how;

	(void)restartable;
	sim_call("os_park", deadline);
	if (*word != expected) {
		sim_saw(*word);
		return OS_LOOK;
	}
	if (deadline <= sim_world.clock[clock]) {
		sim_saw(OS_LATE);
		return OS_LATE;
	}
	thread->clock = (uint8_t)clock;
	thread->deadline = deadline;
	sim_block(SIM_ON_PARK, sim_common(word));
	how = (enum os_parked)(thread->woken - 1);
	thread->woken = 0;
	sim_saw(how);
	/* What it slept through was not its own doing. */
	sim_world.alone = 0;
	return how;
}

void os_unpark(uint32_t *word)
{
	const void *place = sim_common(word);
	unsigned i;

	sim_call("os_unpark", 0);
	for (i = 0; i < sim_world.threads; i++) {
		struct virtual_thread *thread = &sim_world.thread[i];

		/* Who is stopped is woken, too. */
		if ((thread->standing == SIM_READY || thread->standing == SIM_HALTED) &&
		    thread->blocked == SIM_ON_PARK && thread->on == place && thread->woken == 0)
			thread->woken = OS_LOOK + 1;
	}
}

/* One, so that nobody spins. */
unsigned os_processors(void)
{
	return 1;
}

const char *const *os_weaknesses(void)
{
	static const char *const none[] = { NULL };

	return none;
}

const char *os_backend(void)
{
	return "simulated";
}
