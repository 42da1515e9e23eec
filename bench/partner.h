/* SPDX-License-Identifier: MIT */
/*
 * bench/partner.h - two who take turns: this thread and a partner, which is a thread or a process.
 *
 * A lane is a way to hand over.  Side 0 is this thread's, side 1 the partner's.
 *
 * What happens if a process dies here: the partner ends with us.
 */
#ifndef CARAFE_BENCH_PARTNER_H
#define CARAFE_BENCH_PARTNER_H

#include "bench/bench.h"

struct lane {
	/* In memory that a child shares as well; NULL: there is no such thing here. */
	void *(*make)(void);
	void (*drop)(void *lane);
	void (*give)(void *lane, int side); /* that side may go */
	void (*take)(void *lane, int side); /* sleeps until it may */
};

enum partner_kind { PARTNER_THREAD, PARTNER_PROCESS };

/* bench_case.number: enum partner_kind; .another: processors; .kind: struct lane. */
void *partner_open(const struct bench_case *this_case);
double partner_run(void *state, uint64_t count);
void partner_close(void *state);

#define PARTNER_CASE(id, name, who, processors, lane) \
	{ .row = id, .by = name, .open = partner_open, .run = partner_run, \
	  .close = partner_close, .number = who, .another = processors, .kind = lane }

/* Zeroed memory that children share; never given back before the end. */
void *partner_memory(size_t size);

#endif
