/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/darwin/fcntl.h - F_GETPATH.
 */
#include_next <fcntl.h>

#ifndef CARAFE_EMULATE_FCNTL_H
#define CARAFE_EMULATE_FCNTL_H

#define F_GETPATH 50

int emulate_fcntl(int fd, int command, ...);
#define fcntl emulate_fcntl

#endif
