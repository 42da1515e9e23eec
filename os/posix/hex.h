/* SPDX-License-Identifier: MIT */
/*
 * os/posix/hex.h - numbers in names, written without snprintf(), which is not for signal handlers.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#ifndef CARAFE_OS_HEX_H
#define CARAFE_OS_HEX_H

#include <stdbool.h>
#include <stdint.h>

/* Writes so many digits and a zero; returns where that stands. */
static inline char *cf_write_hex(char *end, uint64_t number, int digits)
{
	for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
		*end++ = "0123456789abcdef"[number >> shift & 15];
	*end = '\0';
	return end;
}

/* The number that was written with so many digits; false for any other text. */
static inline bool cf_read_hex(const char *text, int digits, uint64_t *number)
{
	uint64_t value = 0;

	for (; digits > 0; digits--, text++) {
		if (*text >= '0' && *text <= '9')
			value = value << 4 | (uint64_t)(*text - '0');
		else if (*text >= 'a' && *text <= 'f')
			value = value << 4 | (uint64_t)(*text - 'a' + 10);
		else
			return false;
	}
	*number = value;
	return *text == '\0';
}

#endif
