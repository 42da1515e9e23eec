/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/copy.h - reading and writing what a program points to, which may be anything.
 *
 * A kernel returns EFAULT for a bad pointer; a plain access would kill the program, and a handler
 * for SIGSEGV would get in the way of programs that have their own, as Wine does.  So the kernel
 * copies, in one system call - unless the pointer is a place in the calling thread's own stack,
 * above the present frame, in pages that were seen to be there.  Arguments of requests nearly
 * always are, and cost a comparison.
 *
 * What this cannot see: a page of the stack in use, above the present frame, that was unmapped or
 * protected since it was seen, and is pointed to.  That is a fault instead of an EFAULT.
 *
 * All [signal-safe].
 *
 * What happens if a process dies here: it was only its own memory.
 */
#ifndef CF_NT_COPY_H
#define CF_NT_COPY_H

#include <stdbool.h>
#include <stddef.h>

/* False: EFAULT.  Part may have been copied. */
bool cf_nt_copy_in(void *to, const void *from, size_t size);
bool cf_nt_copy_out(void *to, const void *from, size_t size);

#endif
