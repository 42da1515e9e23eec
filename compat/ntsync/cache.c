/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/cache.c - see compat/ntsync/cache.h.
 *
 * What happens if a process dies here: the words die with it.
 */
#include <config.h>

#include "compat/ntsync/cache.h"

#include <sys/mman.h>

#define COUNT UINT64_C(0x3ff8)
#define COUNT_STEP UINT64_C(8)

/* Some systems never reserve what is not touched. */
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

_Static_assert(CF_NT_DESCRIPTORS <= UINT32_MAX, "descriptors are counted in 32 bits");

cf_word *cf_nt_words;

/* The address of the words, or 0; set once, by CAS. */
static cf_word made;

uint32_t cf_nt_known_end;

bool cf_nt_cache_setup(void)
{
	size_t size = CF_NT_DESCRIPTORS * sizeof(cf_word);
	void *words;

	if (cf_load(&made) == 0) {
		words = mmap(NULL, size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (words == MAP_FAILED)
			return false;
		if (!cf_cas(&made, 0, (uint64_t)(uintptr_t)words))
			(void)munmap(words, size);
	}
	/* The same by everybody, and of pages of zeros: no order is needed. */
	cf_nt_words = (cf_word *)(uintptr_t)cf_load(&made);
	return true;
}

/* The next word after `seen`, saying what word says. */
static uint64_t successor(uint64_t seen, uint64_t word)
{
	return (word & ~COUNT) | ((seen + COUNT_STEP) & COUNT);
}

static void raise_end(uint32_t past)
{
	uint32_t seen = cf_load32(&cf_nt_known_end);

	while (seen < past && !cf_cas32(&cf_nt_known_end, seen, past))
		seen = cf_load32(&cf_nt_known_end);
}

void cf_nt_remember(int fd, uint64_t seen, uint64_t word)
{
	cf_word *place = cf_nt_word_at(fd);

	if (place == NULL)
		return;
	raise_end((uint32_t)fd + 1);
	(void)cf_cas(place, seen, successor(seen, word));
}

static void change(int fd, enum cf_nt_kind from, enum cf_nt_kind to)
{
	cf_word *place = cf_nt_word_at(fd);
	uint64_t seen;

	if (place == NULL)
		return;
	raise_end((uint32_t)fd + 1);
	do {
		seen = cf_load(place);
		if (cf_nt_kind(seen) == CF_NT_HIDDEN && from != CF_NT_HIDDEN)
			return;
	} while (!cf_cas(place, seen, successor(seen, to)));
}

void cf_nt_forget(int fd)
{
	change(fd, CF_NT_UNKNOWN, CF_NT_UNKNOWN);
}

void cf_nt_hide(int fd)
{
	change(fd, CF_NT_UNKNOWN, CF_NT_HIDDEN);
}

void cf_nt_unhide(int fd)
{
	change(fd, CF_NT_HIDDEN, CF_NT_UNKNOWN);
}
