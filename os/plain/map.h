/* SPDX-License-Identifier: MIT */
/*
 * os/plain/map.h - which file a word of shared memory lies in.
 */
#ifndef CARAFE_OS_PLAIN_MAP_H
#define CARAFE_OS_PLAIN_MAP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Finds the mapping that a word lies in: a descriptor of its file's folder, which stays open as long
 * as the mapping is there, and the word's offset in the file.  [signal-safe]
 */
bool cf_plain_find(const uint32_t *word, int *folder, uint64_t *offset);

#endif
