/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/bsd/sys/file.h - flock(), whose locks are in the way of record locks.
 */
#ifndef CARAFE_EMULATE_FILE_H
#define CARAFE_EMULATE_FILE_H

#include_next <sys/file.h>

int emulate_flock(int fd, int operation);
#define flock(fd, operation) emulate_flock(fd, operation)

#endif
