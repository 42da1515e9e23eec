/* SPDX-License-Identifier: MIT */
/*
 * core/word.h - what is in a cf_word.
 *
 *	63              32 31           2     1          0
 *	+-----------------+--------------+---------+------------+
 *	|      value      |   sequence   | waiters | descriptor |
 *	+-----------------+--------------+---------+------------+
 *
 * Every change of a word adds one to its sequence, also one that puts the old value back; so an
 * expected word never recurs, a compare-and-swap with a word read long ago fails, and no
 * conditional install is needed in core/kcas.c.  With the descriptor bit set the other 63 bits name
 * an operation in progress instead (core/kcas.h); whoever meets one finishes it first.  "waiters"
 * means that something waits for this word to change, so a change must look further
 * (core/satisfy.c).
 *
 * A stalled thread errs only when it wakes after an exact multiple of 2^CF_SEQUENCE_BITS changes.
 * Tests build with 4 bits to show that their checks would see that; nothing else depends on the
 * width.
 */
#ifndef CF_WORD_H
#define CF_WORD_H

#include <stdbool.h>
#include <stdint.h>

#ifndef CF_SEQUENCE_BITS
#define CF_SEQUENCE_BITS 30
#endif

#define CF_DESCRIPTOR UINT64_C(1)
#define CF_WAITERS UINT64_C(2)
#define CF_SEQUENCE_STEP UINT64_C(4)
#define CF_SEQUENCE_MASK (((UINT64_C(1) << CF_SEQUENCE_BITS) - 1) << 2)

static inline uint32_t cf_value(uint64_t bits)
{
	return (uint32_t)(bits >> 32);
}

static inline uint32_t cf_sequence(uint64_t bits)
{
	return (uint32_t)((bits & CF_SEQUENCE_MASK) >> 2);
}

static inline bool cf_waiters(uint64_t bits)
{
	return (bits & CF_WAITERS) != 0;
}

static inline bool cf_described(uint64_t bits)
{
	return (bits & CF_DESCRIPTOR) != 0;
}

/* The successor of bits with another value and waiters bit. */
static inline uint64_t cf_next_with(uint64_t bits, uint32_t value, bool waiters)
{
	return (uint64_t)value << 32 | ((bits + CF_SEQUENCE_STEP) & CF_SEQUENCE_MASK) |
	       (waiters ? CF_WAITERS : 0);
}

/* The successor of bits with another value. */
static inline uint64_t cf_next(uint64_t bits, uint32_t value)
{
	return cf_next_with(bits, value, cf_waiters(bits));
}

#endif
