/* SPDX-License-Identifier: MIT */
/*
 * scenario.h - the calls in which victims are killed and stopped.
 *
 * Victims are forked from the peer, so they have its handles; what the peer does before and
 * after is in the scenario too.  The peer's own threads are its workers.
 *
 * What happens if the test dies here: its folder stays behind.
 */
#ifndef CARAFE_TESTS_KILL_SCENARIO_H
#define CARAFE_TESTS_KILL_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>

/* Each may be NULL; call is if prepare() does not return. */
struct scenario {
	const char *name;
	void (*arrange)(void); /* by the peer, before the victim is forked */
	void (*prepare)(void); /* by the victim, before the steps, or with them: step_begin() */
	int (*call)(void);     /* the steps; 0 is right */
	void (*beside)(void);  /* by the peer, when the victim is before its first step */
	void (*release)(void); /* by the peer: lets a victim that sleeps go on */
	void (*finish)(void);  /* by the peer: the waits of its workers end; may come twice */
	bool newborn;	       /* the steps are of a child, and begin within fork() */
};

#define SCENARIO(name, arrange, prepare, call, release, finish) \
	{ \
		name, arrange, prepare, call, NULL, release, finish, false \
	}

#define BESIDE(name, arrange, prepare, beside, call, release, finish) \
	{ \
		name, arrange, prepare, call, beside, release, finish, false \
	}

#define BORN(name, call) \
	{ \
		name, NULL, NULL, call, NULL, NULL, NULL, true \
	}

/* Set by who kills and stops them. */
extern bool victim_is_gone;

/* The lists of a program, each of which ends with a scenario without a name, and then NULL. */
extern const struct scenario *const scenario_lists[];

/*
 * First of all: makes the program one whose calls can be these, if need be by executing it again.
 * Why that cannot be; NULL when it is.
 */
const char *scenario_enable(char **argv);

/* By the peer, once: makes the objects and the workers. */
void scenario_begin(void);

/*
 * By the peer, while the victim is dead or stopped: calls that never sleep; a word for one that
 * fails, or NULL.
 */
const char *scenario_work(void);

/* By the peer: everything is as in the beginning, or a word for what cannot be brought there. */
const char *scenario_reset(void);

#endif
