/* SPDX-License-Identifier: MIT */
/*
 * work.c - what a mate does.  See mate.h.
 *
 * What happens if a process dies here: that is what the test is about.
 */
#include <config.h>

#include "tests/mixed/mate.h"

#include <sys/wait.h>
#include <unistd.h>

#include "core/round.h"
#include "os/os.h"

#define SHORT UINT64_C(2000000) /* ns: a wait that may be in vain */

static void tell(char what)
{
	(void)!write(STDOUT_FILENO, &what, 1);
}

/* Until the driver is gone, or kills us. */
static void stay(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

int mate_stand(const struct stage *stage)
{
	cf_round_offer(stage->environment);
	tell('r');
	stay();
	return 0;
}

int mate_own(const struct stage *stage)
{
	const int object = MUTANT;
	carafe_status status = object_wait(stage, 1, &object, false, OS_NEVER, NULL);

	tell(status == CARAFE_STATUS_SUCCESS ? 'r' : 'x');
	stay();
	return 0;
}

int mate_wait(const struct stage *stage, bool all)
{
	const int objects[] = { EVENT, SEMAPHORE, MUTANT };
	carafe_status status;

	tell('r');
	status = all ? object_wait(stage, 3, objects, true, OS_NEVER, NULL) :
		       object_wait(stage, 2, objects, false, OS_NEVER, NULL);
	tell(status == CARAFE_STATUS_SUCCESS ? 'd' :
	     status == CARAFE_STATUS_ABANDONED_WAIT_0 ? 'a' : 'x');
	stay();
	return 0;
}

/* ---- everything, at random ---- */

static uint32_t draw(uint32_t *state, uint32_t below)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 16) % below;
}

static void expect(const struct stage *stage, bool right)
{
	if (!right)
		atomic_fetch_add(&stage->ledger->refused, 1);
}

/* The mutant is ours. */
static void keep_books(const struct stage *stage, bool abandoned)
{
	volatile struct ledger *ledger = stage->ledger;

	if (ledger->first != ledger->second) {
		atomic_fetch_add(abandoned ? &stage->ledger->repaired : &stage->ledger->broken, 1);
		ledger->second = ledger->first;
	}
	ledger->first++;
	ledger->second++;
	expect(stage, object_release(stage, MUTANT) == CARAFE_STATUS_SUCCESS);
}

static void take_mutant(const struct stage *stage)
{
	const int object = MUTANT;
	carafe_status status = object_wait(stage, 1, &object, false, SHORT, NULL);

	if (status == CARAFE_STATUS_SUCCESS || status == CARAFE_STATUS_ABANDONED_WAIT_0)
		keep_books(stage, status != CARAFE_STATUS_SUCCESS);
	else
		expect(stage, status == CARAFE_STATUS_TIMEOUT);
}

static void take_all(const struct stage *stage)
{
	const int objects[] = { SEMAPHORE, MUTANT };
	carafe_status status = object_wait(stage, 2, objects, true, SHORT, NULL);

	if (status == CARAFE_STATUS_SUCCESS || status == CARAFE_STATUS_ABANDONED_WAIT_0) {
		keep_books(stage, status != CARAFE_STATUS_SUCCESS);
		expect(stage, object_release(stage, SEMAPHORE) == CARAFE_STATUS_SUCCESS);
	} else {
		expect(stage, status == CARAFE_STATUS_TIMEOUT);
	}
}

static void take_any(const struct stage *stage)
{
	const int objects[] = { EVENT, SEMAPHORE };
	unsigned which;
	carafe_status status = object_wait(stage, 2, objects, false, SHORT, &which);

	if (status == CARAFE_STATUS_TIMEOUT)
		return;
	expect(stage, status == CARAFE_STATUS_SUCCESS);
	if (which == 0)
		expect(stage, object_set(stage, EVENT) == CARAFE_STATUS_SUCCESS);
	else
		expect(stage, object_release(stage, SEMAPHORE) == CARAFE_STATUS_SUCCESS);
}

/* A handle of our own, which a child of fork() inherits and signals. */
static void have_child(const struct stage *stage)
{
	carafe_environment *environment = stage->environment;
	carafe_handle event;
	pid_t child;
	int status;

	if (!CARAFE_SUCCESS(carafe_event_create(environment, CARAFE_MAXIMUM_ALLOWED,
						CARAFE_INHERIT, CARAFE_NOTIFICATION_EVENT, 0,
						&event)))
		return;
	child = fork();
	if (child == 0)
		_exit(carafe_event_set(environment, event, NULL) == CARAFE_STATUS_SUCCESS ? 0 : 1);
	if (child > 0) {
		expect(stage, waitpid(child, &status, 0) == child && status == 0);
		expect(stage, carafe_wait_one(environment, event, 0, NULL) ==
				      CARAFE_STATUS_SUCCESS);
	}
	expect(stage, carafe_close(environment, event) == CARAFE_STATUS_SUCCESS);
}

int mate_work(const struct stage *stage, unsigned seed)
{
	uint32_t state = seed;

	tell('r');
	for (;;) {
		switch (draw(&state, 12)) {
		case 0:
			have_child(stage);
			break;
		case 1:
		case 2:
		case 3:
		case 4:
			take_mutant(stage);
			break;
		case 5:
		case 6:
		case 7:
		case 8:
			take_all(stage);
			break;
		default:
			take_any(stage);
			break;
		}
		atomic_fetch_add(&stage->ledger->rounds, 1);
	}
}
