/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/netbsd/sys/futex.h - the operations of __futex() that os/netbsd/ uses.
 */
#ifndef CARAFE_EMULATE_FUTEX_H
#define CARAFE_EMULATE_FUTEX_H

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1

#endif
