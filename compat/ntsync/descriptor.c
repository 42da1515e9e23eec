/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/descriptor.c - see compat/ntsync/descriptor.h.
 *
 * What happens if a process dies here: compat/ntsync/closing.h says it.
 */
#include <config.h>

#include "compat/ntsync/descriptor.h"

#include <errno.h>
#include <unistd.h>

#include "compat/ntsync/attach.h"
#include "compat/ntsync/closing.h"
#include "compat/ntsync/real.h"

int cf_nt_close_known(int fd)
{
	struct cf_nt_closing closing;
	int result;

	if (cf_nt_kind(cf_nt_word(fd)) == CF_NT_HIDDEN) {
		errno = EBADF;
		return -1;
	}
	cf_nt_closing(fd, &closing);
	result = cf_nt_real.close(fd);
	cf_nt_closed(&closing);
	return result;
}

int cf_nt_duplicated(int from, int to)
{
	uint64_t word = cf_nt_word(from), seen = cf_nt_word(to);
	enum cf_nt_kind kind = cf_nt_kind(word);

	/* What a child of vfork() does to its descriptors says nothing about its parent's. */
	if (to < 0 || !cf_nt_at_home())
		return to;
	if (kind != CF_NT_UNKNOWN && kind != CF_NT_HIDDEN)
		cf_nt_remember(to, seen, word);
	else if (cf_nt_kind(seen) != CF_NT_UNKNOWN)
		cf_nt_forget(to);
	return to;
}

int cf_nt_replace(int from, int to, int flags, cf_nt_replace_call call)
{
	struct cf_nt_closing closing;
	int result;

	if (from == to || (!cf_nt_known(from) && !cf_nt_known(to)))
		return call(from, to, flags);
	/* A number in use that dup2() cannot have, as when another thread is about to open it. */
	if (cf_nt_kind(cf_nt_word(to)) == CF_NT_HIDDEN) {
		errno = EBUSY;
		return -1;
	}
	cf_nt_closing(to, &closing);
	result = call(from, to, flags);
	/* Refused, the old one is still there, and will be examined again. */
	if (result >= 0)
		cf_nt_closed(&closing);
	return cf_nt_duplicated(from, result);
}
