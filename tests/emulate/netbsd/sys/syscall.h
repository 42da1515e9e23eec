/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/netbsd/sys/syscall.h - system calls by number: __futex(), and Linux's for the tests.
 */
#ifndef CARAFE_EMULATE_SYSCALL_H
#define CARAFE_EMULATE_SYSCALL_H

#include <unistd.h>
#include_next <sys/syscall.h>

#define SYS___futex 1000166

long emulate_syscall(long number, ...);
#define syscall emulate_syscall

#endif
