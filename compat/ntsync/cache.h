/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/cache.h - what this process knows of each of its descriptors: one word each.
 *
 *	63                34 33        14 13     3 2  0
 *	+-------------------+------------+--------+----+
 *	|     sequence      |   object   | count  |kind|	an object: index and generation
 *	|           0  |    instance     | count  |kind|	an opening of the device
 *	+-------------------+------------+--------+----+
 *
 * A word that says nothing is all that the descriptor of another file ever costs.  What a word
 * says is a memory, not the truth: an object's is checked against the object at each use, and
 * whoever closes a descriptor of which something is known makes its word say nothing before and
 * after.  count changes with each change of the word, so that who examined a descriptor while
 * another thread closed it does not leave a memory of it behind.
 *
 * Whatever way objects come to a number, its word is written then: made, duplicated, received, or
 * there before this process used ntsync.  So a word that is left over (of a descriptor that was
 * closed by means that we do not see) can only be taken for true by who asks a descriptor of
 * another file to do what such files cannot.
 *
 * Words are changed by any thread, by CAS.  A child of vfork() shares them but not the descriptors:
 * it only makes words say nothing.
 *
 * What happens if a process dies here: the words die with it.
 */
#ifndef CF_NT_CACHE_H
#define CF_NT_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compat/ntsync/inside.h"
#include "core/atomic.h"

enum cf_nt_kind {
	CF_NT_UNKNOWN, /* nothing is known; nearly always another file */
	CF_NT_OBJECT,
	CF_NT_DEVICE,
	CF_NT_HIDDEN, /* the library's own; the program cannot close it */
	CF_NT_MAYBE   /* received or inherited, and not examined yet */
};

#define CF_NT_DESCRIPTORS 1048576u

/* CF_NT_DESCRIPTORS words, or NULL as long as the process has nothing to do with ntsync. */
extern CF_NT_INSIDE cf_word *cf_nt_words;

/*
 * No descriptor from here on has a word that says something.  It grows, by CAS, before such a word
 * is written; and is 0 until there are words.
 */
extern CF_NT_INSIDE uint32_t cf_nt_known_end;

/* Makes the words.  False: no memory. */
bool cf_nt_cache_setup(void);

static inline enum cf_nt_kind cf_nt_kind(uint64_t word)
{
	return (enum cf_nt_kind)(word & 7);
}

static inline uint32_t cf_nt_index(uint64_t word)
{
	return (uint32_t)(word >> 14) & 0xfffffu;
}

static inline uint32_t cf_nt_sequence(uint64_t word)
{
	return (uint32_t)(word >> 34);
}

static inline uint32_t cf_nt_instance(uint64_t word)
{
	return (uint32_t)(word >> 14);
}

/* The place of a descriptor's word; NULL: it has none. */
static inline cf_word *cf_nt_word_at(int fd)
{
	/* Never changes once it is set, and what it points to was zero before and is now. */
	cf_word *words = cf_nt_words;

	return words != NULL && (unsigned)fd < CF_NT_DESCRIPTORS ? &words[fd] : NULL;
}

/* What is known of a descriptor. */
static inline uint64_t cf_nt_word(int fd)
{
	return (unsigned)fd < cf_load32(&cf_nt_known_end) ? cf_load(&cf_nt_words[fd]) : 0;
}

/* Whether closing, replacing or duplicating this descriptor is a matter of ours. [signal-safe] */
static inline bool cf_nt_known(int fd)
{
	return CF_NT_SELDOM(cf_nt_kind(cf_nt_word(fd)) != CF_NT_UNKNOWN);
}

/* The word for an object or an opening; the count is added by cf_nt_remember(). */
static inline uint64_t cf_nt_object_word(uint32_t index, uint32_t sequence)
{
	return (uint64_t)sequence << 34 | (uint64_t)index << 14 | CF_NT_OBJECT;
}

static inline uint64_t cf_nt_device_word(uint32_t instance)
{
	return (uint64_t)instance << 14 | CF_NT_DEVICE;
}

/* Stores what was found out, unless the word is not `seen` any more. [signal-safe] */
void cf_nt_remember(int fd, uint64_t seen, uint64_t word);

/* Makes the word say nothing. Hidden descriptors stay so. [signal-safe] */
void cf_nt_forget(int fd);

void cf_nt_hide(int fd);
void cf_nt_unhide(int fd);

#endif
