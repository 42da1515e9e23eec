/* SPDX-License-Identifier: MIT */
/*
 * core/hint.h - what a compiler may be told where a path of nanoseconds depends on it.
 *
 * What happens if a process dies here: nothing is changed.
 */
#ifndef CF_HINT_H
#define CF_HINT_H

/* A condition that nearly never holds: what it leads to is laid out of the way. */
#if defined(__GNUC__)
#define CF_SELDOM(condition) __builtin_expect(!!(condition), 0)
#else
#define CF_SELDOM(condition) (condition)
#endif

#endif
