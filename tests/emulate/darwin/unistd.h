/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/darwin/unistd.h - the folders of a user, and ftruncate(), which knows objects of shm_open().
 */
#include_next <unistd.h>

#ifndef CARAFE_EMULATE_UNISTD_H
#define CARAFE_EMULATE_UNISTD_H

#define _CS_DARWIN_USER_DIR 65536
#define _CS_DARWIN_USER_TEMP_DIR 65537

size_t emulate_confstr(int name, char *text, size_t size);
int emulate_ftruncate(int fd, off_t size);
#define confstr emulate_confstr
#define ftruncate emulate_ftruncate

#endif
