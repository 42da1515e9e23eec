/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/darwin/sys/mman.h - objects of shm_open().
 */
#include_next <sys/mman.h>

#ifndef CARAFE_EMULATE_MMAN_H
#define CARAFE_EMULATE_MMAN_H

#include <sys/types.h>

int emulate_shm_open(const char *name, int flags, mode_t mode);
void *emulate_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
#define shm_open emulate_shm_open
#define mmap emulate_mmap

#endif
