/* SPDX-License-Identifier: MIT */
/*
 * core/external.c - see core/external.h.
 *
 * What happens if a process dies here: the collection is done again by whoever collects next;
 * dropping one object is one KCAS.
 */
#include "core/external.h"

#include <string.h>

#include "core/environment.h"
#include "core/handle.h"
#include "core/kcas.h"
#include "core/region.h"
#include "core/type.h"
#include "os/os.h"

void cf_shard_name(uint32_t shard, char name[CF_SHARD_NAME])
{
	static const char digits[] = "0123456789abcdef";
	size_t length = strlen(CF_PLACE_OBJECTS);

	if (shard == CF_SHARD_DEVICE) {
		memcpy(name, CF_PLACE_OBJECTS "device", sizeof(CF_PLACE_OBJECTS "device"));
		return;
	}
	memcpy(name, CF_PLACE_OBJECTS, length);
	name[length] = digits[shard / 16 % 16];
	name[length + 1] = digits[shard % 16];
	name[length + 2] = '\0';
}

_Static_assert(sizeof(CF_PLACE_OBJECTS "device") <= CF_SHARD_NAME, "names of shards");

carafe_status cf_external_instance(struct carafe_environment *environment, uint32_t *instance)
{
	cf_word *word = &environment->region->header.instances;
	uint64_t seen, next;

	do {
		if (!cf_read(environment->region, word, &seen))
			return CARAFE_STATUS_FILE_CORRUPT_ERROR;
		/* 0 means "none"; the numbers go round after 2^32 openings. */
		next = cf_next(seen, cf_value(seen) == UINT32_MAX ? 1 : cf_value(seen) + 1);
	} while (!cf_cas(word, seen, next));
	*instance = cf_value(next);
	return CARAFE_STATUS_SUCCESS;
}

/* The shard that is open while the objects are walked; -1 none. */
struct shard {
	int locks;
	uint32_t number;
};

static carafe_status open_shard(struct carafe_environment *environment, uint32_t number,
				struct shard *shard)
{
	char name[CF_SHARD_NAME];

	if (shard->locks >= 0 && shard->number == number)
		return CARAFE_STATUS_SUCCESS;
	if (shard->locks >= 0)
		os_locks_close(shard->locks);
	shard->locks = -1;
	shard->number = number;
	cf_shard_name(number, name);
	return os_locks_open(environment->place.folder, name, false, &shard->locks);
}

/* Drops the object at index if descriptors held it and none is left. */
static carafe_status collect(struct carafe_environment *environment, uint32_t index,
			     struct shard *shard)
{
	struct cf_object *object = cf_object_at(environment->region, index);
	struct cf_view view;
	carafe_status status;
	bool held;

	/* The view comes before the look at the lock: so it was this object that nobody held. */
	if (object == NULL || !cf_view_take(environment->region, object, &view))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	if (cf_type_of(view.info) == NULL || (cf_value(view.info) & CF_EXTERNAL) == 0)
		return CARAFE_STATUS_SUCCESS;
	status = open_shard(environment, cf_shard(index), shard);
	if (CARAFE_SUCCESS(status))
		status = os_lock_test(shard->locks, index, &held);
	if (!CARAFE_SUCCESS(status) || held)
		return status;
	status = cf_external_drop(environment, &view);
	/* Somebody else was faster. */
	return status == CARAFE_STATUS_INVALID_HANDLE ? CARAFE_STATUS_SUCCESS : status;
}

carafe_status cf_external_collect(struct carafe_environment *environment)
{
	struct cf_region *region = environment->region;
	struct shard shard = { -1, 0 };
	carafe_status status = CARAFE_STATUS_SUCCESS;
	uint64_t high;

	if (!cf_read(region, &region->header.high_objects, &high))
		return CARAFE_STATUS_FILE_CORRUPT_ERROR;
	for (uint32_t index = 0; index < cf_value(high) && CARAFE_SUCCESS(status); index++)
		status = collect(environment, index, &shard);
	if (shard.locks >= 0)
		os_locks_close(shard.locks);
	return status;
}
