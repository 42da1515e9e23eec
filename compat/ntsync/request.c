/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/request.c - see compat/ntsync/request.h.
 *
 * The driver reads its argument first, looks at the object's type then, and stores a result last,
 * when the deed is done; so EFAULT for a result does not undo it.
 *
 * What happens if a process dies here: core/ says it for each operation.
 */
#include <config.h>

#include "compat/ntsync/request.h"

#include <errno.h>

#include <carafe/linux/ntsync.h>

#include "compat/ntsync/attach.h"
#include "compat/ntsync/copy.h"
#include "compat/ntsync/hold.h"
#include "core/event.h"
#include "core/mutant.h"
#include "core/semaphore.h"
#include "core/thread.h"
#include "core/wait.h"

/* An object that goes away while it is looked for is looked for again, so often. */
#define ROUNDS 8

typedef carafe_status (*event_operation)(struct carafe_environment *environment,
					 struct cf_view *view, uint32_t *previous);

static bool is_type(const struct cf_nt_found *found, enum cf_type_number type)
{
	return (cf_value(found->view.info) & CF_TYPE_MASK) == type;
}

/* ---- The device --------------------------------------------------------------------------- */

static int create_semaphore(const struct cf_nt_found *device, void *argument)
{
	struct ntsync_sem_args args;
	struct cf_birth birth;

	if (!cf_nt_copy_in(&args, argument, sizeof(args)))
		return -EFAULT;
	if (args.count > args.max)
		return -EINVAL;
	birth = cf_semaphore_birth(args.count, args.max);
	return cf_nt_create(device->environment, device->instance, &birth);
}

static int create_mutex(const struct cf_nt_found *device, void *argument)
{
	struct ntsync_mutex_args args;
	struct cf_birth birth;

	if (!cf_nt_copy_in(&args, argument, sizeof(args)))
		return -EFAULT;
	if ((args.owner == 0) != (args.count == 0))
		return -EINVAL;
	birth = cf_mutant_birth(args.owner, args.count);
	return cf_nt_create(device->environment, device->instance, &birth);
}

static int create_event(const struct cf_nt_found *device, void *argument)
{
	struct ntsync_event_args args;
	struct cf_birth birth;

	if (!cf_nt_copy_in(&args, argument, sizeof(args)))
		return -EFAULT;
	birth = cf_event_birth(args.manual != 0, args.signaled != 0);
	return cf_nt_create(device->environment, device->instance, &birth);
}

static int device_request(const struct cf_nt_found *device, uint32_t request, void *argument)
{
	switch (request) {
	case NTSYNC_IOC_CREATE_SEM:
		return create_semaphore(device, argument);
	case NTSYNC_IOC_CREATE_MUTEX:
		return create_mutex(device, argument);
	case NTSYNC_IOC_CREATE_EVENT:
		return create_event(device, argument);
	case NTSYNC_IOC_WAIT_ANY:
		return cf_nt_wait(device, false, argument);
	case NTSYNC_IOC_WAIT_ALL:
		return cf_nt_wait(device, true, argument);
	default:
		return CF_NT_NOT_OURS;
	}
}

/* ---- Objects ------------------------------------------------------------------------------ */

/*
 * Each returns what the operation said, or in *error what else went wrong.  INVALID_HANDLE: the
 * object went away, and the request begins anew with whatever the descriptor is now.
 */
static carafe_status semaphore_release(struct cf_nt_found *found, void *argument, int *error)
{
	uint32_t count, previous;
	carafe_status status;

	if (!cf_nt_copy_in(&count, argument, sizeof(count))) {
		*error = EFAULT;
		return CARAFE_STATUS_SUCCESS;
	}
	if (!is_type(found, CF_SEMAPHORE))
		return CARAFE_STATUS_OBJECT_TYPE_MISMATCH;
	status = cf_semaphore_release(found->environment, &found->view, count, &previous);
	if (CARAFE_SUCCESS(status) && !cf_nt_copy_out(argument, &previous, sizeof(previous)))
		*error = EFAULT;
	return status;
}

static carafe_status semaphore_read(struct cf_nt_found *found, void *argument, int *error)
{
	struct ntsync_sem_args args;
	carafe_status status;

	if (!is_type(found, CF_SEMAPHORE))
		return CARAFE_STATUS_OBJECT_TYPE_MISMATCH;
	status = cf_semaphore_read(found->environment, &found->view, &args.count, &args.max);
	if (CARAFE_SUCCESS(status) && !cf_nt_copy_out(argument, &args, sizeof(args)))
		*error = EFAULT;
	return status;
}

static carafe_status mutex_unlock(struct cf_nt_found *found, void *argument, int *error)
{
	struct ntsync_mutex_args *user = argument;
	struct ntsync_mutex_args args;
	carafe_status status;

	if (!cf_nt_copy_in(&args, argument, sizeof(args))) {
		*error = EFAULT;
		return CARAFE_STATUS_SUCCESS;
	}
	if (!is_type(found, CF_MUTANT) || args.owner == 0)
		return CARAFE_STATUS_OBJECT_TYPE_MISMATCH;
	status = cf_mutant_release(found->environment, &found->view, args.owner, &args.count);
	if (CARAFE_SUCCESS(status) &&
	    !cf_nt_copy_out(&user->count, &args.count, sizeof(args.count)))
		*error = EFAULT;
	return status;
}

static carafe_status mutex_kill(struct cf_nt_found *found, void *argument, int *error)
{
	uint32_t owner;

	if (!cf_nt_copy_in(&owner, argument, sizeof(owner))) {
		*error = EFAULT;
		return CARAFE_STATUS_SUCCESS;
	}
	if (!is_type(found, CF_MUTANT) || owner == 0)
		return CARAFE_STATUS_OBJECT_TYPE_MISMATCH;
	return cf_mutant_abandon(found->environment, &found->view, owner);
}

static carafe_status mutex_read(struct cf_nt_found *found, void *argument, int *error)
{
	struct cf_mutant_state state;
	struct ntsync_mutex_args args;
	carafe_status status;

	if (!is_type(found, CF_MUTANT))
		return CARAFE_STATUS_OBJECT_TYPE_MISMATCH;
	status = cf_mutant_read(found->environment, &found->view, &state);
	if (!CARAFE_SUCCESS(status))
		return status;
	args.owner = state.owner;
	args.count = state.count;
	if (!cf_nt_copy_out(argument, &args, sizeof(args)))
		*error = EFAULT;
	else if (state.abandoned)
		*error = EOWNERDEAD;
	return status;
}

static carafe_status event_change(struct cf_nt_found *found, void *argument, int *error,
				  event_operation operation)
{
	carafe_status status;
	uint32_t previous;

	if (!is_type(found, CF_EVENT))
		return CARAFE_STATUS_OBJECT_TYPE_MISMATCH;
	status = operation(found->environment, &found->view, &previous);
	if (CARAFE_SUCCESS(status) && !cf_nt_copy_out(argument, &previous, sizeof(previous)))
		*error = EFAULT;
	return status;
}

static carafe_status event_read(struct cf_nt_found *found, void *argument, int *error)
{
	struct ntsync_event_args args;
	carafe_status status;

	if (!is_type(found, CF_EVENT))
		return CARAFE_STATUS_OBJECT_TYPE_MISMATCH;
	args.manual = (cf_value(found->view.info) & CF_MANUAL) != 0;
	status = cf_event_read(found->environment, &found->view, &args.signaled);
	if (CARAFE_SUCCESS(status) && !cf_nt_copy_out(argument, &args, sizeof(args)))
		*error = EFAULT;
	return status;
}

static carafe_status object_request(struct cf_nt_found *found, uint32_t request, void *argument,
				    int *error)
{
	switch (request) {
	case NTSYNC_IOC_EVENT_SET:
		return event_change(found, argument, error, cf_event_set);
	case NTSYNC_IOC_EVENT_RESET:
		return event_change(found, argument, error, cf_event_reset);
	case NTSYNC_IOC_EVENT_PULSE:
		return event_change(found, argument, error, cf_event_pulse);
	case NTSYNC_IOC_EVENT_READ:
		return event_read(found, argument, error);
	case NTSYNC_IOC_SEM_RELEASE:
		return semaphore_release(found, argument, error);
	case NTSYNC_IOC_SEM_READ:
		return semaphore_read(found, argument, error);
	case NTSYNC_IOC_MUTEX_UNLOCK:
		return mutex_unlock(found, argument, error);
	case NTSYNC_IOC_MUTEX_KILL:
		return mutex_kill(found, argument, error);
	case NTSYNC_IOC_MUTEX_READ:
		return mutex_read(found, argument, error);
	default:
		*error = -CF_NT_NOT_OURS;
		return CARAFE_STATUS_SUCCESS;
	}
}

/* The life (compat/ntsync/attach.h) in which this thread made its first request; 0 none. */
static _Thread_local CF_NT_FIXED unsigned begun;

/* A thread gets its place in the environment with its first request. */
CF_NT_ASIDE static void begin(struct carafe_environment *environment)
{
	struct cf_nt_hold hold;
	struct cf_self *self;

	cf_nt_hold(&hold);
	if (CARAFE_SUCCESS(cf_self(environment, &self)))
		begun = cf_nt_life;
	cf_nt_let_go(&hold);
}

int cf_nt_request(int fd, unsigned long request, void *argument)
{
	struct cf_nt_found found;
	enum cf_nt_kind kind = cf_nt_find(fd, &found);
	carafe_status status = CARAFE_STATUS_INVALID_HANDLE;
	int error;

	if (kind != CF_NT_OBJECT && kind != CF_NT_DEVICE)
		return CF_NT_NOT_OURS;
	if (CF_NT_SELDOM(begun != cf_nt_life))
		begin(found.environment);
	cf_wait_suspend(found.environment);
	/* Only 32 bits count: a request in an int is sign-extended on its way here. */
	for (int round = 0; round < ROUNDS && kind == CF_NT_OBJECT; round++) {
		error = 0;
		status = object_request(&found, (uint32_t)request, argument, &error);
		if (status != CARAFE_STATUS_INVALID_HANDLE)
			return CARAFE_SUCCESS(status) ? -error : -cf_nt_errno(status);
		kind = cf_nt_examine(fd, &found);
	}
	if (kind == CF_NT_DEVICE)
		return device_request(&found, (uint32_t)request, argument);
	return kind == CF_NT_OBJECT ? -cf_nt_errno(status) : CF_NT_NOT_OURS;
}
