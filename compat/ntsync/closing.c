/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/closing.c - see compat/ntsync/closing.h.
 *
 * Whether the description is gone is asked through another one of the same shard, a probe: a lock
 * is only shown to others.  A few probes are kept open, because objects that were made together
 * share a shard.  They have no owner: who uses one looks afterwards whether it was still in its
 * place, and who replaces one takes it out of its place before closing it.
 *
 * What happens if a process dies here: an object that lost its last descriptor is collected by
 * core/external.c.
 */
#include <config.h>

#include "compat/ntsync/closing.h"

#include "compat/ntsync/attach.h"
#include "compat/ntsync/hold.h"
#include "compat/ntsync/shard.h"
#include "core/environment.h"
#include "core/external.h"
#include "core/handle.h"
#include "os/os.h"

#define PROBES 8u

/* Kept probes are out of the way of programs. */
#define LOWEST_KEPT 64

/* count 23 | shard 9 | descriptor + 1; by CAS; the count makes each word a new one. */
static cf_word probes[PROBES];

static int probe_of(uint64_t word)
{
	return (int)(uint32_t)word - 1;
}

static uint32_t shard_of(uint64_t word)
{
	return (uint32_t)(word >> 32) & 0x1ffu;
}

static uint64_t next_probe(uint64_t word, uint32_t shard, int fd)
{
	return ((word >> 41) + 1) << 41 | (uint64_t)shard << 32 | (uint32_t)(fd + 1);
}

/*
 * Whether nobody has the lock any more.  That this answer comes from the right file is checked,
 * since a program can close our probe by means that we do not see, and then open something else.
 */
static bool is_free(struct carafe_environment *environment, int probe, uint32_t shard,
		    uint32_t number)
{
	struct stat info;
	bool held;

	return CARAFE_SUCCESS(os_lock_test(probe, number, &held)) && !held &&
	       fstat(probe, &info) == 0 && cf_nt_is_shard(environment, &info, shard);
}

static bool ask_new_probe(struct carafe_environment *environment, cf_word *place, uint64_t seen,
			  uint32_t shard, uint32_t number)
{
	char name[CF_SHARD_NAME];
	bool answer;
	int probe;

	cf_shard_name(shard, name);
	if (!CARAFE_SUCCESS(os_locks_open(environment->place.folder, name, false, &probe)))
		return false;
	answer = is_free(environment, probe, shard, number);
	if (probe < LOWEST_KEPT || !cf_cas(place, seen, next_probe(seen, shard, probe)))
		os_locks_close(probe);
	else if (probe_of(seen) >= 0)
		os_locks_close(probe_of(seen));
	return answer;
}

static bool is_unheld(struct carafe_environment *environment, uint32_t index)
{
	uint32_t shard = cf_shard(index);
	cf_word *place = &probes[shard % PROBES];
	uint64_t seen = cf_load(place);
	bool answer;

	if (probe_of(seen) >= 0 && shard_of(seen) == shard) {
		answer = is_free(environment, probe_of(seen), shard, index);
		/* Still in its place, it was never closed meanwhile. */
		if (cf_load(place) == seen)
			return answer;
		seen = cf_load(place);
	}
	return ask_new_probe(environment, place, seen, shard, index);
}

void cf_nt_closing(int fd, struct cf_nt_closing *closing)
{
	bool maybe = cf_nt_kind(cf_nt_word(fd)) == CF_NT_MAYBE;

	closing->fd = fd;
	closing->kind =
		maybe ? cf_nt_examine(fd, &closing->found) : cf_nt_recall(fd, &closing->found);
	/* Not forgotten yet: it may stay open, here or in the parent of a child of vfork(). */
	cf_nt_forget(fd);
	cf_nt_expect(fd);
}

void cf_nt_closed(const struct cf_nt_closing *closing)
{
	const struct cf_nt_found *found = &closing->found;
	struct cf_nt_hold hold;

	if (!cf_nt_at_home())
		return;
	cf_nt_hold(&hold);
	cf_nt_forget(closing->fd);
	if (closing->kind == CF_NT_OBJECT && is_unheld(found->environment, found->index))
		(void)cf_external_drop(found->environment, &found->view);
	cf_nt_let_go(&hold);
}
