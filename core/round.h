/* SPDX-License-Identifier: MIT */
/*
 * core/round.h - looking after everybody, and who does it.
 *
 * A round sweeps dead processes, wakes threads that were granted their wait by somebody who did not
 * get to wake them, and distributes objects whose signaller stopped half-way.  It may be gone by
 * anybody at any time.
 *
 * One process at a time is the janitor: it holds the janitor's lock, watches all
 * others, and goes a round whenever one dies, somebody joins, or CF_ROUND has passed.  The others
 * who offered themselves watch the janitor and take over at once when it dies; and they too go a
 * round now and then, so that a janitor that is stopped costs time only.
 *
 * What happens if a process dies here: the next in line is the janitor, and begins with a round.
 */
#ifndef CF_ROUND_H
#define CF_ROUND_H

#include <carafe/status.h>

#include "core/layout.h"

struct carafe_environment;

/* Nanoseconds between rounds when nothing happens. */
#define CF_ROUND UINT64_C(2000000000)

/*
 * The lock, after the janitor's, that is taken by who has the slot and is there for the others
 * only: when nobody else is left it can go.
 */
#define CF_ROUND_LOCK(slot) (CF_PROCESSES + 1u + (slot))

/* Says so of this process. */
carafe_status cf_round_only(struct carafe_environment *environment);

/* Goes one round. */
carafe_status cf_round(struct carafe_environment *environment);

/*
 * Offers this process as janitor, with a thread that blocks every signal; once.  No effect when the
 * environment was opened with CARAFE_NO_JANITOR or CARAFE_JANITOR=0 is in the process' environment.
 */
void cf_round_offer(struct carafe_environment *environment);

/* Ends that thread, if there is one. */
void cf_round_stop(struct carafe_environment *environment);

/* Forgets that thread in a forked child, which does not have it. */
void cf_round_forget(struct carafe_environment *environment);

#endif
