/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/copy.h - reading and writing what a program points to, which may be anything.
 *
 * A kernel returns EFAULT for a bad pointer; a plain access would kill the program, and a handler
 * for SIGSEGV would get in the way of programs that have their own, as Wine does.  So the kernel is
 * asked whether the page is there, by a system call that does nothing else - each time, since
 * nobody tells us when the C library or the program gives a page back; unless the place is one that
 * nobody but the program itself takes away, on purpose, while it is in use:
 *
 *   - the calling thread's own stack, above the present frame
 *   - on Linux, the program's variables, and the heap after them, up to where it ends at present
 *
 * Arguments of requests nearly always lie there, and cost a comparison or two.  Where the kernel has
 * no system call that only looks, it does the copying itself (compat/ntsync/posix/copy.c).
 *
 * What this cannot see, and is a fault instead of an EFAULT: such a page that the program unmapped
 * or protected (munmap(), mprotect()) after it was seen; and any page that another thread takes
 * away in the middle of the request.
 *
 * All [signal-safe].
 *
 * What happens if a process dies here: it was only its own memory.
 */
#ifndef CF_NT_COPY_H
#define CF_NT_COPY_H

#include <stdbool.h>
#include <stddef.h>

/* The most that is copied at once: an array of descriptors with its alert, or less than a page. */
#define CF_NT_COPY_MOST 512u

/* False: EFAULT.  Nothing was copied. */
bool cf_nt_copy_in(void *to, const void *from, size_t size);
bool cf_nt_copy_out(void *to, const void *from, size_t size);

#endif
