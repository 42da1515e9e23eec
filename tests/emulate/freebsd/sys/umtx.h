/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/freebsd/sys/umtx.h - _umtx_op(), as much of it as os/freebsd/ uses.
 */
#ifndef CARAFE_EMULATE_UMTX_H
#define CARAFE_EMULATE_UMTX_H

#include <stdint.h>
#include <time.h>

#define UMTX_OP_WAKE 3
#define UMTX_OP_WAIT_UINT 11
#define UMTX_ABSTIME 0x01

struct _umtx_time {
	struct timespec _timeout;
	uint32_t _flags;
	uint32_t _clockid;
};

int _umtx_op(void *obj, int op, unsigned long val, void *uaddr, void *uaddr2);

#endif
