/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/copy.c - see compat/ntsync/copy.h.
 *
 * What happens if a process dies here: it was only its own memory.
 */
#include <config.h>

#include "compat/ntsync/copy.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "compat/ntsync/real.h"

#define PAGE 4096u	   /* a page is a multiple of it */
#define NEAR (64u * 1024u) /* as far from the present frame as a page is examined */

/*
 * The part of this thread's stack in which every page was seen to be writable.  While a handler
 * interrupts the change of it, low is above everything.
 */
static _Thread_local CF_NT_FIXED volatile uintptr_t low = UINTPTR_MAX, high;

static uintptr_t page_of(uintptr_t address)
{
	return address & ~(uintptr_t)(PAGE - 1);
}

/*
 * Whether the page can be written: the kernel is asked to OR 0 into a word of it, which changes
 * nothing even when other threads write there at the same time, and to wake nobody.
 */
static bool is_writable(uintptr_t page)
{
	static uint32_t nobody;
	int saved = errno;
	long result;

	/*
	 * FUTEX_OP_OR with 0, then compare for "less than 0": no 32-bit word is, unsigned or
	 * signed.
	 */
	result = cf_nt_real.syscall(
		SYS_futex, &nobody, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 0, 0,
		(uint32_t *)page, /* integer to pointer: the page of a pointer given */
		FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_LT, 0));
	errno = saved;
	return result >= 0;
}

/* Examines the pages from that of the present frame to the one with the last byte. */
static bool examine(uintptr_t frame, uintptr_t last)
{
	uintptr_t page = page_of(frame);

	while (page < page_of(last)) {
		page += PAGE;
		if (!is_writable(page))
			return false;
	}
	low = UINTPTR_MAX;
	high = page + PAGE;
	low = page_of(frame);
	return true;
}

/* Whether [address, address + size) is a writable part of the stack we are running on. */
static bool is_own_stack(uintptr_t address, size_t size)
{
	char here = 0;
	uintptr_t frame = (uintptr_t)&here, last = address + size - 1;

	if (address < frame || last - frame > NEAR || last < address)
		return false;
	if (frame >= low && last < high)
		return true;
	return examine(frame, last);
}

/* The kernel's copy, from or to memory that may not be there. */
static bool remote(bool read, void *local, void *far, size_t size)
{
	struct iovec ours = { local, size }, theirs = { far, size };
	int saved = errno;
	long result = cf_nt_real.syscall(read ? SYS_process_vm_readv : SYS_process_vm_writev,
					 (long)getpid(), &ours, 1ul, &theirs, 1ul, 0ul);
	bool refused = result < 0 && errno != EFAULT;

	errno = saved;
	/*
	 * A sandbox or a kernel without the call: as a program without a kernel's help, trust the
	 * pointer.
	 */
	if (refused && (uintptr_t)far >= PAGE) {
		memcpy(read ? local : far, read ? far : local, size);
		return true;
	}
	return result == (long)size;
}

bool cf_nt_copy_in(void *to, const void *from, size_t size)
{
	if (!is_own_stack((uintptr_t)from, size))
		return remote(true, to, (void *)(uintptr_t)from, size);
	memcpy(to, from, size);
	return true;
}

bool cf_nt_copy_out(void *to, const void *from, size_t size)
{
	if (!is_own_stack((uintptr_t)to, size))
		return remote(false, (void *)(uintptr_t)from, to, size);
	memcpy(to, from, size);
	return true;
}
