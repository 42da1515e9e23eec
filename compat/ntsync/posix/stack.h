/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/posix/stack.h - the calling thread's own stack.
 *
 * What happens if a process dies here: it was only its own memory.
 */
#ifndef CF_NT_STACK_H
#define CF_NT_STACK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether so many bytes lie in the stack that the calling thread was given, above the present frame,
 * so that they can be written to.  False on another stack, as a signal's.
 */
bool cf_nt_is_own_stack(const void *address, size_t size);

#endif
