/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/wait.c - WAIT_ANY and WAIT_ALL.  See compat/ntsync/request.h.
 *
 * What happens if a process dies here: core/wait.c says it; what was granted and not told is given
 * back.
 */
#include <config.h>

#include "core/wait.h"

#include <errno.h>

#include <carafe/linux/ntsync.h>

#include "compat/ntsync/copy.h"
#include "compat/ntsync/request.h"
#include "core/environment.h"

/* An object that goes away while its descriptor is looked at is looked for again, so often. */
#define ROUNDS 8

_Static_assert(NTSYNC_MAX_WAIT_COUNT == CF_WAIT_OBJECTS, "waits of both sides have one size");

struct request {
	struct ntsync_wait_args args;
	int fds[CF_BLOCKS];
	uint32_t total; /* with the alert */
};

/* Reads and checks what does not depend on what the descriptors are. 0 or -errno. */
static int read_request(struct request *request, void *argument)
{
	struct ntsync_wait_args *args = &request->args;

	if (!cf_nt_copy_in(args, argument, sizeof(*args)))
		return -EFAULT;
	if (args->pad != 0 || (args->flags & ~(uint32_t)NTSYNC_WAIT_REALTIME) != 0)
		return -EINVAL;
	if (args->owner == 0 || args->count > NTSYNC_MAX_WAIT_COUNT)
		return -EINVAL;
	if (args->count > 0 && !cf_nt_copy_in(request->fds, (void *)(uintptr_t)args->objs,
					      args->count * sizeof(request->fds[0])))
		return -EFAULT;
	request->total = args->count;
	if (args->alert != 0)
		request->fds[request->total++] = (int)args->alert;
	return 0;
}

/* What the descriptor's word does not say, or not any more. */
CF_NT_ASIDE static bool examine(int fd, struct cf_view *view)
{
	struct cf_nt_found found;

	if (cf_nt_examine(fd, &found) != CF_NT_OBJECT)
		return false;
	*view = found.view;
	return true;
}

/* False: it is no object of this instance. */
static bool find_object(const struct cf_nt_found *device, int fd, bool anew, struct cf_view *view)
{
	struct cf_region *region = device->environment->region;
	uint64_t instance;

	if ((anew || !cf_nt_recall_object(region, cf_nt_word(fd), view)) && !examine(fd, view))
		return false;
	return cf_read(region, &view->object->instance, &instance) &&
	       cf_value(instance) == device->instance;
}

static bool is_repeated(const struct cf_wait *wait, uint32_t number)
{
	for (uint32_t i = 0; i < number; i++)
		if (wait->view[i].object == wait->view[number].object)
			return true;
	return false;
}

static int find_objects(const struct cf_nt_found *device, const struct request *request,
			bool anew, struct cf_wait *wait)
{
	bool ascending = true;

	for (uint32_t i = 0; i < request->total; i++) {
		if (!find_object(device, request->fds[i], anew, &wait->view[i]))
			return -EINVAL;
		/* Nothing is named twice as long as the addresses ascend. */
		ascending = ascending &&
			    (i == 0 || wait->view[i].object > wait->view[i - 1].object);
		if (wait->all && !ascending && is_repeated(wait, i))
			return -EINVAL;
	}
	return 0;
}

/* What the kernel's signed time cannot reach never comes. */
static uint64_t deadline_of(uint64_t timeout)
{
	return timeout > INT64_MAX ? OS_NEVER : timeout;
}

static void describe(const struct request *request, bool all, struct cf_wait *wait)
{
	const struct ntsync_wait_args *args = &request->args;

	wait->count = args->count;
	wait->identity = args->owner;
	wait->all = all;
	wait->alertable = false;
	wait->alert_object = args->alert != 0;
	wait->interruptible = true;
	wait->owner = false;
	wait->clock = (args->flags & NTSYNC_WAIT_REALTIME) != 0 ? OS_CLOCK_REALTIME :
								  OS_CLOCK_UPTIME;
	wait->deadline = deadline_of(args->timeout);
	wait->signal = NULL;
	wait->index = 0;
}

static int answer(carafe_status status, uint32_t index, struct ntsync_wait_args *user)
{
	if (status != CARAFE_STATUS_SUCCESS && status != CARAFE_STATUS_ABANDONED_WAIT_0)
		return -cf_nt_errno(status);
	if (!cf_nt_copy_out(&user->index, &index, sizeof(index)))
		return -EFAULT;
	return status == CARAFE_STATUS_SUCCESS ? 0 : -EOWNERDEAD;
}

int cf_nt_wait(const struct cf_nt_found *device, bool all, void *argument)
{
	carafe_status status = CARAFE_STATUS_INVALID_HANDLE;
	struct request request;
	struct cf_wait wait;
	int error = read_request(&request, argument);

	if (error != 0)
		return error;
	describe(&request, all, &wait);
	for (int round = 0; round < ROUNDS && status == CARAFE_STATUS_INVALID_HANDLE; round++) {
		error = find_objects(device, &request, round > 0, &wait);
		if (error != 0)
			return error;
		status = cf_wait_now(device->environment, &wait);
		if (status == CARAFE_STATUS_PENDING)
			status = cf_wait_later(device->environment, &wait);
	}
	return answer(status, wait.index, argument);
}
