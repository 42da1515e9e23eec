/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/dragonfly/sys/user.h - what os/dragonfly/ reads of a process.
 */
#ifndef CARAFE_EMULATE_USER_H
#define CARAFE_EMULATE_USER_H

#include <sys/time.h>
#include_next <sys/user.h>

struct kinfo_proc {
	int kp_jailid;
	struct timeval kp_start;
};

#endif
