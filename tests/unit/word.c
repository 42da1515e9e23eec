/* SPDX-License-Identifier: MIT */
/*
 * What is in a word, and what comes after it (core/word.h).
 *
 * Everything else trusts that a successor differs from all that were before in the sequence alone,
 * so a carry into a neighbouring field, or a bit that is kept by mistake, would be seen here first.
 */
#include <config.h>

#include "core/word.h"
#include "tests/tap.h"

#define LAST (CF_SEQUENCE_MASK >> 2)

static uint64_t word(uint32_t value, uint64_t sequence, bool waiters)
{
	return (uint64_t)value << 32 | sequence << 2 | (waiters ? 2 : 0);
}

static void test_fields(void)
{
	uint64_t bits = UINT64_C(0x89abcdef00000000) | 5 << 2;

	is_int(cf_value(bits), 0x89abcdef, "the value is the upper half");
	is_int(cf_sequence(bits), 5, "the sequence begins at bit 2");
	ok(!cf_waiters(bits) && !cf_described(bits), "neither flag is set");
	ok(cf_waiters(bits | 2) && !cf_described(bits | 2), "bit 1 is the waiters bit");
	ok(cf_described(bits | 1) && !cf_waiters(bits | 1), "bit 0 is the descriptor bit");
	is_int(cf_sequence(UINT64_MAX), LAST, "the sequence has %d bits", CF_SEQUENCE_BITS);
	is_int(cf_sequence(~CF_SEQUENCE_MASK), 0, "and shares none with its neighbours");
	ok(CF_SEQUENCE_BITS <= 30 && (CF_SEQUENCE_MASK & (UINT64_MAX << 32)) == 0,
	   "nor reaches into the value");
}

static void test_successor(void)
{
	uint64_t bits = word(7, 5, false);

	ok(cf_next(bits, 8) == word(8, 6, false), "a new value comes with the next number");
	ok(cf_next(bits, 7) == word(7, 6, false), "the same value does, too");
	ok(cf_next(word(7, 5, true), 8) == word(8, 6, true), "the waiters bit is kept");
	ok(cf_next_with(word(7, 5, false), 8, true) == word(8, 6, true), "or set");
	ok(cf_next_with(word(7, 5, true), 8, false) == word(8, 6, false), "or cleared");
	ok(cf_next(word(UINT32_MAX, 5, false), UINT32_MAX) == word(UINT32_MAX, 6, false),
	   "a value of ones stays what it is");
	ok(cf_next(word(0, 5, false), 0) == word(0, 6, false), "and so does 0");
}

static void test_wrap(void)
{
	uint64_t bits = word(7, 0, true), start = bits;
	bool recurred = false;

	ok(cf_next(word(7, LAST, false), 7) == word(7, 0, false), "after the last number comes 0");
	ok(cf_next(word(UINT32_MAX, LAST, true), 1) == word(1, 0, true),
	   "without a carry into the value, and with the waiters bit");
	for (int change = 1; change < 16; change++) {
		bits = cf_next(bits, 7);
		recurred |= bits == start;
	}
	ok(!recurred, "15 changes back to the same value never give the same word");
	bits = cf_next(bits, 7);
	ok((bits == start) == (CF_SEQUENCE_BITS == 4), "16 do with 4 bits, and only then");
}

int main(void)
{
	test_fields();
	test_successor();
	test_wrap();
	return done_testing();
}
