/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/netbsd/sys/futex.h - the operations of __futex() that os/netbsd/ uses, and the call,
 * which has no function.  Linux may have another call of its number: what includes this calls ours.
 */
#ifndef CARAFE_EMULATE_FUTEX_H
#define CARAFE_EMULATE_FUTEX_H

#include <sys/syscall.h>
#include <unistd.h>

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1

#define SYS___futex 166

long emulate_syscall(long number, ...);
#define syscall emulate_syscall

#endif
