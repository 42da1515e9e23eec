/* SPDX-License-Identifier: MIT */
/*
 * core/atomic.h - the only way core/ reaches shared words, and the only file that includes
 * <atomic_ops.h>.  A build may replace it (the simulator does); every memory order is stated here.
 *
 * Two kinds of shared words exist:
 *   cf_word    64 bits, changed by compare-and-swap only (core/word.h says what is in it)
 *   uint32_t   a park word or a plain field, accessed with the cf_..32 functions
 *
 * No location is ever accessed with two widths.  libatomic_ops' emulations of missing instructions
 * are private to a process, so they are wrong in shared memory; configure refuses them and so do
 * we.
 *
 * What happens if a process dies here: each function is one instruction as far as others can see.
 */
#ifndef CF_ATOMIC_H
#define CF_ATOMIC_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * For 32-bit x86 libatomic_ops has no instruction of its own that loads or stores 64 bits, and leaves
 * it to the compiler, which makes two of it.  The compiler's atomic operations are one, and a load
 * does not write, so that it can be done where a word may only be read.
 */
#if defined(__i386__) && defined(__GNUC__) && !defined(AO_PREFER_BUILTIN_ATOMICS)
#define AO_PREFER_BUILTIN_ATOMICS
#endif
#include <atomic_ops.h>

#if defined(AO_REQUIRE_CAS) || defined(AO_USE_PTHREAD_DEFS)
#error "Atomic operations that are emulated inside one process cannot serve shared memory."
#endif

#if ULONG_MAX > 0xffffffffu

typedef struct cf_word {
	_Alignas(8) volatile AO_t bits;
} cf_word;

/* Orders later loads and stores after it. */
static inline uint64_t cf_load(const cf_word *word)
{
	return AO_load_acquire(&word->bits);
}

/* Full order on both sides with respect to this word; see cf_fence_after_cas() for other words. */
static inline bool cf_cas(cf_word *word, uint64_t expected, uint64_t desired)
{
	return AO_compare_and_swap_full(&word->bits, (AO_t)expected, (AO_t)desired);
}

/* Publishes: earlier loads and stores are ordered before it. */
static inline void cf_store(cf_word *word, uint64_t value)
{
	AO_store_release(&word->bits, (AO_t)value);
}

/*
 * No order; for fields that a sequence number read before and after makes sense of, and for a second
 * look at a word that was loaded already: if it says the same it is the same store, of which the
 * first look has had what it publishes.  What was loaded in between must be ordered before it.
 */
static inline uint64_t cf_load_relaxed(const cf_word *word)
{
	return AO_load(&word->bits);
}

static inline void cf_store_relaxed(cf_word *word, uint64_t value)
{
	AO_store(&word->bits, (AO_t)value);
}

#else

typedef struct cf_word {
	_Alignas(8) volatile AO_double_t bits;
} cf_word;

static inline bool cf_cas(cf_word *word, uint64_t expected, uint64_t desired)
{
	AO_double_t from, to;

	from.AO_whole = expected;
	to.AO_whole = desired;
	return AO_double_compare_and_swap_full(&word->bits, from, to);
}

static inline uint64_t cf_load(const cf_word *word)
{
	AO_double_t value = AO_double_load_acquire(&word->bits);

	return value.AO_whole;
}

static inline void cf_store(cf_word *word, uint64_t value)
{
	AO_double_t to;

	to.AO_whole = value;
	AO_double_store_release(&word->bits, to);
}

static inline uint64_t cf_load_relaxed(const cf_word *word)
{
	AO_double_t value = AO_double_load(&word->bits);

	return value.AO_whole;
}

static inline void cf_store_relaxed(cf_word *word, uint64_t value)
{
	AO_double_t to;

	to.AO_whole = value;
	AO_double_store(&word->bits, to);
}

#endif

static inline uint32_t cf_load32(const uint32_t *word)
{
	return AO_int_load_acquire((const volatile unsigned *)word);
}

static inline uint32_t cf_load32_relaxed(const uint32_t *word)
{
	return AO_int_load((const volatile unsigned *)word);
}

static inline void cf_store32(uint32_t *word, uint32_t value)
{
	AO_int_store_release((volatile unsigned *)word, value);
}

static inline void cf_store32_relaxed(uint32_t *word, uint32_t value)
{
	AO_int_store((volatile unsigned *)word, value);
}

static inline bool cf_cas32(uint32_t *word, uint32_t expected, uint32_t desired)
{
	return AO_int_compare_and_swap_full((volatile unsigned *)word, expected, desired);
}

static inline uint32_t cf_swap32(uint32_t *word, uint32_t desired)
{
	uint32_t seen = cf_load32_relaxed(word);

	while (!cf_cas32(word, seen, desired))
		seen = cf_load32_relaxed(word);
	return seen;
}

/* Orders earlier loads before later loads (the closing half of a sequence-checked read). */
static inline void cf_fence_loads(void)
{
	AO_nop_read();
}

/* Orders earlier stores before later stores (the opening half of a sequence-checked write). */
static inline void cf_fence_stores(void)
{
	AO_nop_write();
}

/*
 * Orders a compare-and-swap that went before it before a later load of another word. libatomic_ops'
 * "full" operations are acquire-release where compilers provide them, which is not enough for "I
 * change A, then look at B; you change B, then look at A".
 */
static inline void cf_fence_after_cas(void)
{
#if defined(__x86_64__) || defined(__i386__)
	AO_compiler_barrier(); /* a locked instruction is already a full fence */
#else
	AO_nop_full();
#endif
}

/* Tells the processor that we spin. */
static inline void cf_relax(void)
{
#if (defined(__x86_64__) || defined(__i386__)) && defined(__GNUC__)
	__builtin_ia32_pause();
#else
	AO_compiler_barrier();
#endif
}

#endif
