/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/posix/copy.c - see compat/ntsync/copy.h: where the kernel has no call that looks at a
 * page and does nothing else.
 *
 * So the kernel does the copying itself, through a pipe: write() reads from a bad pointer, read()
 * writes to one, and either says EFAULT.  The pipe is made for each copy and closed after it: one that
 * is kept would be shared with children, be in use when a handler comes, and could be closed by means
 * that we do not see.  A process that has no descriptor left for it is trusted.
 *
 * What lies in the calling thread's own stack costs a comparison.
 *
 * What happens if a process dies here: it was only its own memory.
 */
#include <config.h>

#include "compat/ntsync/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "compat/ntsync/hold.h"
#include "compat/ntsync/posix/stack.h"
#include "compat/ntsync/real.h"

_Static_assert(CF_NT_COPY_MOST <= _POSIX_PIPE_BUF, "a pipe takes it at once, or nothing of it");

/* False: it pointed to nothing.  Whole copies only: a piece would have come across a bad page. */
static bool pass(const int ends[2], void *to, const void *from, size_t size)
{
	ssize_t passed;

	do
		passed = write(ends[1], from, size);
	while (passed < 0 && errno == EINTR);
	if (passed != (ssize_t)size)
		return false;
	do
		passed = read(ends[0], to, size);
	while (passed < 0 && errno == EINTR);
	return passed == (ssize_t)size;
}

static bool copy_by_kernel(void *to, const void *from, size_t size)
{
	struct cf_nt_hold hold;
	bool copied = true;
	int ends[2];

	cf_nt_hold(&hold);
	if (pipe2(ends, O_CLOEXEC) == 0) {
		copied = pass(ends, to, from, size);
		(void)cf_nt_real.close(ends[0]);
		(void)cf_nt_real.close(ends[1]);
	} else {
		memcpy(to, from, size);
	}
	cf_nt_let_go(&hold);
	return copied;
}

bool cf_nt_copy_in(void *to, const void *from, size_t size)
{
	if (!cf_nt_is_own_stack(from, size))
		return copy_by_kernel(to, from, size);
	memcpy(to, from, size);
	return true;
}

bool cf_nt_copy_out(void *to, const void *from, size_t size)
{
	if (!cf_nt_is_own_stack(to, size))
		return copy_by_kernel(to, from, size);
	memcpy(to, from, size);
	return true;
}
