/* SPDX-License-Identifier: MIT */
/*
 * object.c - see mate.h.
 */
#include <config.h>

#include "tests/mixed/mate.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/environment.h"
#include "core/event.h"
#include "core/handle.h"
#include "core/mutant.h"
#include "core/region.h"
#include "core/semaphore.h"
#include "core/wait.h"
#include "os/os.h"

static struct ledger *map_ledger(const char *folder, bool create)
{
	char path[512];
	void *base;
	int file;

	snprintf(path, sizeof(path), "%s.ledger", folder);
	file = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0600);
	if (file < 0 || (create && ftruncate(file, 65536) < 0))
		return NULL;
	base = mmap(NULL, sizeof(struct ledger), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	return base == MAP_FAILED ? NULL : base;
}

bool stage_open(struct stage *stage, const char *folder, uint32_t flags, bool create)
{
	stage->ledger = map_ledger(folder, create);
	return stage->ledger != NULL &&
	       CARAFE_SUCCESS(carafe_environment_open(folder, flags, &stage->environment));
}

uint32_t object_of(carafe_environment *environment, carafe_handle handle)
{
	struct cf_view view;

	if (!CARAFE_SUCCESS(cf_handle_view(environment, handle, CF_FREE, 0, &view)))
		return UINT32_MAX;
	return cf_object_index(environment->region, view.object);
}

static bool look(const struct stage *stage, int object, struct cf_view *view)
{
	struct cf_region *region = stage->environment->region;

	view->object = cf_object_at(region, stage->index[object]);
	return view->object != NULL && cf_view_take(region, view->object, view);
}

carafe_status object_set(const struct stage *stage, int object)
{
	struct cf_view view;
	uint32_t previous;

	if (!look(stage, object, &view))
		return CARAFE_STATUS_INVALID_HANDLE;
	return cf_event_set(stage->environment, &view, &previous);
}

carafe_status object_release(const struct stage *stage, int object)
{
	struct cf_view view;
	struct cf_self *self;
	carafe_status status;

	if (!look(stage, object, &view))
		return CARAFE_STATUS_INVALID_HANDLE;
	if (object == SEMAPHORE) {
		uint32_t before;

		return cf_semaphore_release(stage->environment, &view, 1, &before);
	}
	status = cf_self(stage->environment, &self);
	if (CARAFE_SUCCESS(status)) {
		uint32_t before;

		status = cf_mutant_release(stage->environment, &view, self->id, &before);
	}
	return status;
}

carafe_status object_wait(const struct stage *stage, unsigned count, const int *objects, bool all,
			  uint64_t nanoseconds, unsigned *which)
{
	struct cf_wait wait = { .count = count, .all = all, .owner = true };
	struct cf_self *self;
	carafe_status status = cf_self(stage->environment, &self);

	if (!CARAFE_SUCCESS(status))
		return status;
	wait.identity = self->id;
	wait.clock = OS_CLOCK_UPTIME;
	wait.deadline = nanoseconds == OS_NEVER ? OS_NEVER : os_now(wait.clock) + nanoseconds;
	for (unsigned i = 0; i < count; i++)
		if (!look(stage, objects[i], &wait.view[i]))
			return CARAFE_STATUS_INVALID_HANDLE;
	status = cf_wait_now(stage->environment, &wait);
	if (status == CARAFE_STATUS_PENDING)
		status = cf_wait_later(stage->environment, &wait);
	if (which != NULL)
		*which = wait.index;
	return status;
}
