/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/freebsd/sys/user.h - what os/freebsd/ reads of a process.
 */
#ifndef CARAFE_EMULATE_USER_H
#define CARAFE_EMULATE_USER_H

#include <sys/time.h>
#include_next <sys/user.h>

struct kinfo_proc {
	int ki_structsize;
	int ki_jid;
	struct timeval ki_start;
};

#endif
