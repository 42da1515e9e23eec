/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/receive.h - descriptors that came from other processes; shared by the functions
 * that bring them and by syscall().
 *
 * What happens if a process dies here: what was received goes with it.
 */
#ifndef CF_NT_RECEIVE_H
#define CF_NT_RECEIVE_H

struct msghdr;

/* After recvmsg() with that result, which they return. */
long cf_nt_received(long result, struct msghdr *message);

/* After pidfd_getfd(): the same. */
int cf_nt_taken(int fd);

#endif
