/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/receive.h - descriptors that came from other processes; shared by the functions
 * that bring them and by syscall().
 *
 * What happens if a process dies here: what was received goes with it.
 */
#ifndef CF_NT_RECEIVE_H
#define CF_NT_RECEIVE_H

#include <stdbool.h>

#include "compat/ntsync/cache.h"
#include "compat/ntsync/inside.h"

struct msghdr;

/* A process that has nothing to do with ntsync looks at its descriptors when it begins to. */
static inline bool cf_nt_is_user(void)
{
	return CF_NT_SELDOM(cf_load32(&cf_nt_known_end) != 0);
}

/* After recvmsg() with that result, which they return. */
long cf_nt_received(long result, struct msghdr *message);

/* After pidfd_getfd(): the same. */
int cf_nt_taken(int fd);

#endif
