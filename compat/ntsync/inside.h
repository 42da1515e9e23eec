/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/inside.h - what is said to the compiler so that calls which are none of our
 * business cost nothing.  A compiler that is not told makes the same program, a little slower.
 *
 * What happens if a process dies here: nothing; these are names.
 */
#ifndef CF_NT_INSIDE_H
#define CF_NT_INSIDE_H

#if defined(__GNUC__)

/* On a variable: no other library sees it, so it is reached without a table of addresses. */
#define CF_NT_INSIDE __attribute__((visibility("hidden")))

/* On a function: it is out of the way of those that call it. */
#define CF_NT_ASIDE __attribute__((noinline, cold))

/* On a variable of each thread: the library is there before the program, so its place is fixed. */
#define CF_NT_FIXED __attribute__((__tls_model__("initial-exec")))

#define CF_NT_SELDOM(condition) __builtin_expect(!!(condition), 0)

/* After a call: that call is not the last thing done, so it cannot become a jump. */
#define CF_NT_STAY() __asm__ volatile("" ::: "memory")

#else

#define CF_NT_INSIDE
#define CF_NT_ASIDE
#define CF_NT_FIXED
#define CF_NT_SELDOM(condition) (condition)
#define CF_NT_STAY() ((void)0)

#endif

#endif
