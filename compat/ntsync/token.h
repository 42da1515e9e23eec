/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/token.h - the file offset that says what an open file description stands for
 * (compat/ntsync/object.h).
 *
 * What happens if a process dies here: nothing; these are numbers.
 */
#ifndef CF_NT_TOKEN_H
#define CF_NT_TOKEN_H

#include <stdint.h>

#include "core/layout.h"

#define CF_NT_MARK (UINT64_C(1) << 42)

_Static_assert(CF_OBJECTS <= 1u << 20, "objects are numbered in 20 bits");

static inline uint64_t cf_nt_object_token(uint32_t index, uint32_t sequence)
{
	return CF_NT_MARK | (uint64_t)(sequence & 0x3fffffu) << 20 | index;
}

static inline uint32_t cf_nt_token_object(uint64_t token)
{
	return (uint32_t)token & 0xfffffu;
}

static inline uint64_t cf_nt_device_token(uint32_t instance)
{
	return CF_NT_MARK | instance;
}

#endif
