/* SPDX-License-Identifier: MIT */
/*
 * os/posix/posix.h - what the files under os/ share among themselves; core/ never sees it.
 *
 * os/posix/ holds what every POSIX.1-2008 system does alike: clocks, folders, files, mappings,
 * FIFOs, threads.  Sleeping, locks, watches, reserving memory and the place of the environments are
 * the business of the system's own folder.
 *
 * Weaknesses of what is here
 *   - A folder is safe against other users, not against other programs of the same user.
 *   - A bell wakes at least one of those who opened it, not all.
 *   - The hook at a thread's end runs with the thread-specific destructors: not for a thread that
 *     ends by a bare system call, nor at exit() of the process.
 *
 * What happens if a process dies here: nothing in these files outlives it but files.
 */
#ifndef CARAFE_OS_POSIX_H
#define CARAFE_OS_POSIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carafe/status.h>

/* The status for a value of errno after a call on a file or folder. */
carafe_status cf_errno_status(int error);

/*
 * Moves a descriptor, close-on-exec, out of the numbers that programs expect to get or redirect.
 * Takes fd over: returns the number to use, or -1 (and errno) when there is none above 2.
 */
int cf_high_descriptor(int fd);

/*
 * Who wants to know which descriptors are the library's: it is called with each that
 * cf_high_descriptor() gave, and with false before that is closed - by os_close(), or by a call
 * before which cf_descriptor_leaves() is called.  All of the library's that stay open come from
 * there.  NULL: nobody; set before there are any.
 */
extern void (*cf_descriptor_told)(int fd, bool ours);
void cf_descriptor_leaves(int fd);

/*
 * A pipe whose ends neither block nor go with exec(); on failure both are -1.  What is rung into one end
 * or a FIFO can be polled at the other until it is emptied.  [ring and empty: signal-safe]
 */
carafe_status cf_channel_open(int ends[2]);
void cf_channel_close(int ends[2]);
void cf_channel_ring(int fd);
void cf_channel_empty(int fd);

/* For poll(): rounded up, or a wait for less than a millisecond would spin; OS_NEVER is -1. */
int cf_milliseconds(uint64_t nanoseconds);

/*
 * True when path is a folder in which nobody else can replace what is ours: it belongs to us or to
 * root, and is not writable for others or is sticky.
 */
bool cf_folder_protects(const char *path);

/* True when path is a folder of the effective user that others cannot write to. */
bool cf_folder_is_ours(const char *path);

/* Removes the file name in folder, or the lock file, whatever that is made of. */
void cf_file_remove(int folder, const char *name);

/*
 * The system's place for shared memory, where os_base_folder() looks second: an absolute path without
 * a slash at its end.  False when the system has none.  The caller judges the folder.
 */
bool cf_shared_place(char *path, size_t size);

/* Makes a FIFO for the user alone.  0, or -1 and errno.  [signal-safe] */
int cf_make_fifo(int folder, const char *name);

#endif
