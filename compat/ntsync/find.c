/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/find.c - what a descriptor stands for.  See compat/ntsync/object.h.
 *
 * What happens if a process dies here: nothing was changed.
 */
#include <config.h>

#include "compat/ntsync/object.h"

#include <sys/stat.h>
#include <unistd.h>

#include "compat/ntsync/attach.h"
#include "compat/ntsync/hold.h"
#include "compat/ntsync/lifetime.h"
#include "compat/ntsync/token.h"
#include "core/external.h"
#include "core/region.h"

/* Takes a view of the object; false when it is free or not held by descriptors. */
static bool view_object(struct cf_nt_found *found)
{
	struct cf_region *region = found->environment->region;
	struct cf_object *object = cf_object_at(region, found->index);

	return object != NULL && cf_view_take(region, object, &found->view) &&
	       cf_nt_is_held(found->view.info);
}

enum cf_nt_kind cf_nt_recall(int fd, struct cf_nt_found *found)
{
	uint64_t word = cf_nt_word(fd);
	enum cf_nt_kind kind = cf_nt_kind(word);

	if (kind != CF_NT_OBJECT && kind != CF_NT_DEVICE)
		return CF_NT_UNKNOWN;
	found->environment = cf_nt_environment();
	if (found->environment == NULL)
		return CF_NT_UNKNOWN;
	if (kind == CF_NT_DEVICE) {
		found->instance = cf_nt_instance(word);
		return CF_NT_DEVICE;
	}
	found->index = cf_nt_index(word);
	return cf_nt_recall_object(found->environment->region, word, &found->view) ?
		       CF_NT_OBJECT : CF_NT_UNKNOWN;
}

/* Only a file that could be ours is worth entering an environment for. */
static bool is_plausible(const struct stat *info)
{
	return S_ISREG(info->st_mode) && info->st_uid == geteuid() &&
	       (info->st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

static enum cf_nt_kind found_device(int fd, uint64_t seen, uint64_t token,
				    struct cf_nt_found *found)
{
	found->instance = (uint32_t)token;
	if (cf_nt_at_home())
		cf_nt_remember(fd, seen, cf_nt_device_word(found->instance));
	return CF_NT_DEVICE;
}

static enum cf_nt_kind found_object(int fd, uint64_t seen, uint64_t token,
				    struct cf_nt_found *found)
{
	uint32_t sequence;

	if (!view_object(found))
		return CF_NT_UNKNOWN;
	sequence = cf_sequence(found->view.info);
	if (cf_nt_object_token(found->index, sequence) != token)
		return CF_NT_UNKNOWN;
	if (cf_nt_at_home())
		cf_nt_remember(fd, seen, cf_nt_object_word(found->index, sequence));
	return CF_NT_OBJECT;
}

/* What an open file description says by its offset; 0: that it is none of ours. */
static uint64_t token_of(int fd)
{
	off_t offset = lseek(fd, 0, SEEK_CUR);

	return offset >= 0 && ((uint64_t)offset & CF_NT_MARK) != 0 ? (uint64_t)offset : 0;
}

static enum cf_nt_kind identify(int fd, uint64_t seen, uint64_t token, struct cf_nt_found *found)
{
	struct stat info;

	if (fstat(fd, &info) < 0 || !is_plausible(&info) ||
	    !CARAFE_SUCCESS(cf_nt_attach(&found->environment)))
		return CF_NT_UNKNOWN;
	if (cf_nt_is_held_file(found->environment, &info, CF_SHARD_DEVICE, (uint32_t)token))
		return found_device(fd, seen, token, found);
	found->index = cf_nt_token_object(token);
	if (cf_nt_is_held_file(found->environment, &info, cf_shard(found->index), found->index))
		return found_object(fd, seen, token, found);
	return CF_NT_UNKNOWN;
}

enum cf_nt_kind cf_nt_examine(int fd, struct cf_nt_found *found)
{
	enum cf_nt_kind kind = CF_NT_UNKNOWN;
	uint64_t seen = cf_nt_word(fd), token;
	struct cf_nt_hold hold;

	cf_nt_hold(&hold);
	if (!cf_nt_off() && cf_nt_kind(seen) != CF_NT_HIDDEN) {
		token = token_of(fd);
		if (token != 0)
			kind = identify(fd, seen, token, found);
	}
	cf_nt_let_go(&hold);
	return kind;
}

void cf_nt_expect(int fd)
{
	uint64_t seen = cf_nt_word(fd);

	if (cf_nt_kind(seen) != CF_NT_HIDDEN)
		cf_nt_remember(fd, seen, CF_NT_MAYBE);
}

bool cf_nt_is_marked(int fd)
{
	return token_of(fd) != 0;
}

enum cf_nt_kind cf_nt_find(int fd, struct cf_nt_found *found)
{
	enum cf_nt_kind kind = cf_nt_recall(fd, found);

	return kind != CF_NT_UNKNOWN ? kind : cf_nt_examine(fd, found);
}
