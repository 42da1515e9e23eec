/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/range.c - closing a range of descriptors, but for the library's own.  See
 * compat/ntsync/descriptor.h.
 *
 * What happens if a process dies here: compat/ntsync/closing.h says it.
 */
#include <config.h>

#include <limits.h>
#include <unistd.h>

#include "compat/ntsync/descriptor.h"
#include "compat/ntsync/real.h"

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE 2u
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4u
#endif

/* Closes [first, last] around the hidden descriptors in it. */
static int close_others(unsigned first, unsigned last, unsigned flags)
{
	unsigned end = cf_load32(&cf_nt_known_end), fd;
	int result = 0;

	for (fd = first; result == 0 && fd <= last && fd < end; fd++) {
		if (cf_nt_kind(cf_nt_word((int)fd)) != CF_NT_HIDDEN)
			continue;
		if (fd > first)
			result = cf_nt_real.close_range(first, fd - 1, (int)flags);
		first = fd + 1;
	}
	if (result == 0 && first <= last)
		result = cf_nt_real.close_range(first, last, (int)flags);
	return result;
}

int cf_nt_close_range(unsigned first, unsigned last, unsigned flags)
{
	unsigned end = cf_load32(&cf_nt_known_end), fd;

	/* Ours are close-on-exec anyway; a nonsense is the kernel's to refuse. */
	if (end == 0 || first > last || (flags & ~CLOSE_RANGE_UNSHARE) != 0)
		return cf_nt_real.close_range(first, last, (int)flags);
	if (flags != 0) {
		/* First the table of our own, then what is closed in it. */
		if (cf_nt_real.close_range(UINT_MAX, UINT_MAX, (int)flags) < 0)
			return -1;
		flags = 0;
	}
	for (fd = first; fd <= last && fd < end; fd++) {
		enum cf_nt_kind kind = cf_nt_kind(cf_nt_word((int)fd));

		if (kind != CF_NT_UNKNOWN && kind != CF_NT_HIDDEN)
			(void)cf_nt_close_known((int)fd);
	}
	return close_others(first, last, flags);
}
