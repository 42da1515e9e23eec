/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/copy.c - see compat/ntsync/copy.h.
 *
 * What happens if a process dies here: it was only its own memory.
 */
#include <config.h>

#include "compat/ntsync/copy.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "compat/ntsync/inside.h"
#include "compat/ntsync/real.h"
#include "core/atomic.h"

#define PAGE 4096u	   /* a page is a multiple of it */
#define NEAR (64u * 1024u) /* as far from the present frame as a page is examined */

_Static_assert(CF_NT_COPY_MOST <= PAGE, "what is copied at once lies in two pages at the most");

static uintptr_t page_of(uintptr_t address)
{
	return address & ~(uintptr_t)(PAGE - 1);
}

/* ---- Asking the kernel -------------------------------------------------------------------- */

/*
 * The kernel reads a set of signals there, and then sees that it is not told what to do with it.
 * Not at the beginning of the page: at address 0 it takes it that there is no set.
 */
static bool is_readable(uintptr_t page)
{
	int saved = errno;
	bool readable;

	/* integer to pointer: the page of a pointer given */
	readable = cf_nt_real.syscall(SYS_rt_sigprocmask, -1l, (void *)(page + 8), NULL, 8l) >= 0 ||
		   errno != EFAULT;
	errno = saved;
	return readable;
}

/*
 * The kernel is asked to OR 0 into a word of it, which changes nothing even when other threads
 * write there at the same time, and to wake nobody.
 */
static bool is_writable(uintptr_t page)
{
	static uint32_t nobody;
	int saved = errno;
	long result;

	/* Then it compares for "less than 0": no 32-bit word is, unsigned or signed. */
	result = cf_nt_real.syscall(
		SYS_futex, &nobody, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 0, 0,
		(uint32_t *)page, /* integer to pointer: the page of a pointer given */
		FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_LT, 0));
	errno = saved;
	return result >= 0;
}

static bool ask(bool (*is_there)(uintptr_t page), uintptr_t address, uintptr_t last)
{
	return is_there(page_of(address)) &&
	       (page_of(last) == page_of(address) || is_there(page_of(last)));
}

/* ---- The stack ---------------------------------------------------------------------------- */

/*
 * The part of this thread's stack in which every page was seen to be writable.  While a handler
 * interrupts the change of it, low is above everything.
 */
static _Thread_local CF_NT_FIXED volatile uintptr_t low = UINTPTR_MAX, high;

/* Examines the pages from that of the present frame to the one with the last byte. */
CF_NT_ASIDE static bool examine(uintptr_t frame, uintptr_t last)
{
	uintptr_t from = page_of(frame), to = page_of(last) + PAGE, begin = low, end = high;
	bool joined = begin <= to && from <= end;

	for (uintptr_t page = from + PAGE; page < to; page += PAGE)
		if (!(joined && page >= begin && page < end) && !is_writable(page))
			return false;
	low = UINTPTR_MAX;
	high = joined && end > to ? end : to;
	low = joined && begin < from ? begin : from;
	return true;
}

/*
 * Whether [address, last] is a writable part of the stack we are running on.  The variables of a
 * thread, but of the first, are at the end of its stack, and what is mapped above is no part of it.
 */
static bool is_own_stack(uintptr_t address, uintptr_t last)
{
	char here = 0;
	uintptr_t frame = (uintptr_t)&here, end = (uintptr_t)&low;

	if (address < frame || last - frame > NEAR || (frame < end && last > end))
		return false;
	if (frame >= low && last < high)
		return true;
	return examine(frame, last);
}

/* ---- Variables and the heap --------------------------------------------------------------- */

#define SEEN 64u

/* Pages between `variables` and the break that were seen to be writable, by any thread; 0 none. */
static cf_word seen[SEEN];

/* Where the program's variables begin; the break is after them.  Written at load. */
static uintptr_t variables = UINTPTR_MAX;

#if defined(__GNUC__)
__attribute__((constructor))
#endif
static void
find_variables(void)
{
	/* integer to pointer: the kernel says where the program's headers are */
	const ElfW(Phdr) *headers = (const ElfW(Phdr) *)getauxval(AT_PHDR);
	unsigned long count = getauxval(AT_PHNUM);
	uintptr_t moved = 0;

	for (unsigned long i = 0; headers != NULL && i < count; i++)
		if (headers[i].p_type == PT_PHDR)
			moved = (uintptr_t)headers - (uintptr_t)headers[i].p_vaddr;
	for (unsigned long i = 0; headers != NULL && i < count; i++)
		if (headers[i].p_type == PT_LOAD && (headers[i].p_flags & PF_W) != 0 &&
		    moved + headers[i].p_vaddr < variables)
			variables = moved + headers[i].p_vaddr;
}

static bool was_seen(uintptr_t page)
{
	cf_word *place = &seen[page / PAGE % SEEN];

	if (cf_load_relaxed(place) == page)
		return true;
	if (!is_writable(page))
		return false;
	cf_store_relaxed(place, page);
	return true;
}

/* Whether [address, last] is writable, and stays so as long as it is before the break. */
static bool is_lasting(uintptr_t address, uintptr_t last)
{
	if (address < variables || last >= (uintptr_t)sbrk(0))
		return false;
	return was_seen(page_of(address)) &&
	       (page_of(last) == page_of(address) || was_seen(page_of(last)));
}

/* ---- Copying ------------------------------------------------------------------------------ */

/* What follows is only right for what does not go round the end of the addresses. */
static bool is_known(uintptr_t address, uintptr_t last)
{
	return last >= address && (is_own_stack(address, last) || is_lasting(address, last));
}

bool cf_nt_copy_in(void *to, const void *from, size_t size)
{
	uintptr_t address = (uintptr_t)from, last = address + size - 1;

	if (!is_known(address, last) && !ask(is_readable, address, last))
		return false;
	memcpy(to, from, size);
	return true;
}

bool cf_nt_copy_out(void *to, const void *from, size_t size)
{
	uintptr_t address = (uintptr_t)to, last = address + size - 1;

	if (!is_known(address, last) && !ask(is_writable, address, last))
		return false;
	memcpy(to, from, size);
	return true;
}
