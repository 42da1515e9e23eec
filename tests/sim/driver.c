/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/driver.c - see tests/sim/driver.h.
 *
 * In the place of compat/ntsync/create.c, closing.c, find.c and cache.c, which are about the
 * descriptors of a real system.  What is done to shared memory, and in which order, is the same as
 * there.
 *
 * What happens if a process dies here: see tests/sim/driver.h.
 */
#include "tests/sim/driver.h"

#include <errno.h>
#include <string.h>

#include <carafe/linux/ntsync.h>

#include "compat/ntsync/attach.h"
#include "compat/ntsync/copy.h"
#include "compat/ntsync/request.h"
#include "compat/ntsync/token.h"
#include "core/environment.h"
#include "core/external.h"
#include "core/handle.h"
#include "core/region.h"
#include "os/os.h"
#include "tests/sim/base.h"

#define DESCRIPTORS 64

/* In the offset of the device, which another system knows by its file. */
#define DEVICE (CF_NT_MARK << 1)

/* ---- What the requests ask for ------------------------------------------------------------- */

/* No process of a scenario forks, and none remembers anything of descriptors. */
unsigned cf_nt_life = 1;
cf_word *cf_nt_words;
uint32_t cf_nt_known_end;

bool cf_nt_copy_in(void *to, const void *from, size_t size)
{
	memcpy(to, from, size);
	return true;
}

bool cf_nt_copy_out(void *to, const void *from, size_t size)
{
	memcpy(to, from, size);
	return true;
}

static enum cf_nt_kind found_object(uint64_t token, struct cf_nt_found *found)
{
	struct cf_region *region = found->environment->region;
	struct cf_object *object;

	found->index = cf_nt_token_object(token);
	object = cf_object_at(region, found->index);
	if (object == NULL || !cf_view_take(region, object, &found->view) ||
	    !cf_nt_is_held(found->view.info) ||
	    cf_nt_object_token(found->index, cf_sequence(found->view.info)) != token)
		return CF_NT_UNKNOWN;
	return CF_NT_OBJECT;
}

enum cf_nt_kind cf_nt_examine(int fd, struct cf_nt_found *found)
{
	uint64_t token = sim_tell(fd);

	if (token == UINT64_MAX || (token & CF_NT_MARK) == 0)
		return CF_NT_UNKNOWN;
	found->environment = base_environment();
	if ((token & DEVICE) == 0)
		return found_object(token, found);
	found->instance = (uint32_t)token;
	return CF_NT_DEVICE;
}

enum cf_nt_kind cf_nt_find(int fd, struct cf_nt_found *found)
{
	return cf_nt_examine(fd, found);
}

/* A new description with the lock. */
static int open_held(uint32_t shard, uint32_t number)
{
	char name[CF_SHARD_NAME];
	int fd;

	cf_shard_name(shard, name);
	if (!CARAFE_SUCCESS(os_locks_open(base_environment()->place.folder, name, true, &fd)))
		return -EMFILE;
	if (CARAFE_SUCCESS(os_lock(fd, number)))
		return fd;
	(void)sim_close(fd);
	return -ENOMEM;
}

/* As in compat/ntsync/create.c. */
static int give(struct carafe_environment *environment, carafe_handle handle, uint32_t instance,
		const struct cf_birth *birth)
{
	struct cf_view view;
	uint32_t index;
	int fd;

	base_must(cf_handle_view(environment, handle, CF_FREE, 0, &view), "cf_handle_view");
	index = cf_object_index(environment->region, view.object);
	fd = open_held(cf_shard(index), index);
	if (fd < 0)
		return fd;
	base_must(cf_handle_adopt(environment, handle, instance, birth, &view), "cf_handle_adopt");
	sim_seek(fd, cf_nt_object_token(index, cf_sequence(view.info)));
	return fd;
}

int cf_nt_create(struct carafe_environment *environment, uint32_t instance,
		 const struct cf_birth *birth)
{
	struct cf_birth begin = *birth;
	carafe_handle handle;
	carafe_status status;
	int fd;

	if (cf_types[birth->info & CF_TYPE_MASK]->owned)
		begin.state = begin.second = 0;
	status = cf_handle_create(environment, &begin, 0, 0, &handle);
	if (!CARAFE_SUCCESS(status))
		return -cf_nt_errno(status);
	fd = give(environment, handle, instance, birth);
	if (fd < 0)
		(void)cf_handle_close(environment, handle);
	return fd;
}

/* ---- Closing ------------------------------------------------------------------------------- */

static bool is_unheld(uint32_t index)
{
	char name[CF_SHARD_NAME];
	int probe;
	bool held;

	cf_shard_name(cf_shard(index), name);
	base_must(os_locks_open(base_environment()->place.folder, name, false, &probe), "a probe");
	base_must(os_lock_test(probe, index, &held), "os_lock_test");
	os_locks_close(probe);
	return !held;
}

/* As in compat/ntsync/closing.c: what it was is asked before, whether it is gone after. */
static carafe_status shut(int fd)
{
	struct cf_nt_found found;
	enum cf_nt_kind kind = cf_nt_examine(fd, &found);

	if (!sim_close(fd))
		return CARAFE_STATUS_INVALID_HANDLE;
	if (kind == CF_NT_OBJECT && is_unheld(found.index))
		(void)cf_external_drop(found.environment, &found.view);
	return CARAFE_STATUS_SUCCESS;
}

void driver_collect(void)
{
	base_must(cf_external_collect(base_environment()), "cf_external_collect");
}

void driver_leave(void)
{
	for (int fd = 0; fd < DESCRIPTORS; fd++) {
		uint64_t token = sim_tell(fd);

		if (token != UINT64_MAX && (token & CF_NT_MARK) != 0)
			(void)sim_close(fd);
	}
}

/* ---- Requests ------------------------------------------------------------------------------ */

int driver_open(void)
{
	uint32_t instance;
	int fd;

	base_must(cf_external_instance(base_environment(), &instance), "cf_external_instance");
	fd = open_held(CF_SHARD_DEVICE, instance);
	if (fd < 0)
		sim_fail("the device cannot be opened");
	sim_seek(fd, DEVICE | cf_nt_device_token(instance));
	return fd;
}

static int request_wait(int device, struct sim_call *call, uint32_t *index)
{
	int objects[SIM_WAIT_OBJECTS] = { 0 };
	struct ntsync_wait_args args = {
		.timeout = call->timeout == SIM_FOR_EVER ? UINT64_MAX :
			   call->timeout == SIM_POLL	 ? 0 :
							   os_now(OS_CLOCK_UPTIME) + 100000,
		.objs = (uintptr_t)objects,
		.count = call->handles - (call->alertable ? 1 : 0),
		.owner = call->owner,
	};
	int result;

	for (uint32_t i = 0; i < call->handles; i++)
		objects[i] = driver_descriptor(call->handle[i]);
	if (call->alertable)
		args.alert = (uint32_t)objects[args.count];
	result = cf_nt_request(device,
			       call->operation == SIM_WAIT_ALL ? NTSYNC_IOC_WAIT_ALL
							       : NTSYNC_IOC_WAIT_ANY,
			       &args);
	*index = args.index;
	return result;
}

static int request_creation(int device, const struct sim_call *call)
{
	uint32_t first = (uint32_t)call->argument[0], second = (uint32_t)call->argument[1];
	struct ntsync_event_args event = { .manual = first == 0, .signaled = second };
	struct ntsync_mutex_args mutex = { .owner = first != 0 ? call->owner : 0, .count = first };
	struct ntsync_sem_args semaphore = { .count = first, .max = second };

	switch (call->operation) {
	case SIM_EVENT_CREATE:
		return cf_nt_request(device, NTSYNC_IOC_CREATE_EVENT, &event);
	case SIM_MUTANT_CREATE:
		return cf_nt_request(device, NTSYNC_IOC_CREATE_MUTEX, &mutex);
	default:
		return cf_nt_request(device, NTSYNC_IOC_CREATE_SEM, &semaphore);
	}
}

static int request_event(int fd, struct sim_call *call)
{
	struct ntsync_event_args args = { 0 };
	int result;

	switch (call->operation) {
	case SIM_EVENT_SET:
		return cf_nt_request(fd, NTSYNC_IOC_EVENT_SET, &call->out[0]);
	case SIM_EVENT_RESET:
		return cf_nt_request(fd, NTSYNC_IOC_EVENT_RESET, &call->out[0]);
	case SIM_EVENT_PULSE:
		return cf_nt_request(fd, NTSYNC_IOC_EVENT_PULSE, &call->out[0]);
	default:
		result = cf_nt_request(fd, NTSYNC_IOC_EVENT_READ, &args);
		call->out[0] = args.manual ? 0 : 1;
		call->out[1] = (int32_t)args.signaled;
		return result;
	}
}

static int request_mutex(int fd, struct sim_call *call)
{
	struct ntsync_mutex_args args = { .owner = call->owner };
	int result;

	if (call->operation == SIM_MUTANT_KILL)
		return cf_nt_request(fd, NTSYNC_IOC_MUTEX_KILL, &args.owner);
	if (call->operation == SIM_MUTANT_RELEASE) {
		result = cf_nt_request(fd, NTSYNC_IOC_MUTEX_UNLOCK, &args);
		call->out[0] = (int32_t)args.count;
		return result;
	}
	result = cf_nt_request(fd, NTSYNC_IOC_MUTEX_READ, &args);
	call->out[0] = (int32_t)args.owner;
	call->out[1] = (int32_t)args.count;
	call->out[2] = result == -EOWNERDEAD;
	return result == -EOWNERDEAD ? 0 : result;
}

static int request_semaphore(int fd, struct sim_call *call)
{
	struct ntsync_sem_args args = { 0 };
	int result;

	if (call->operation == SIM_SEMAPHORE_RELEASE) {
		call->out[0] = call->argument[0];
		return cf_nt_request(fd, NTSYNC_IOC_SEM_RELEASE, &call->out[0]);
	}
	result = cf_nt_request(fd, NTSYNC_IOC_SEM_READ, &args);
	call->out[0] = (int32_t)args.count;
	call->out[1] = (int32_t)args.max;
	return result;
}

static int request(int device, struct sim_call *call, uint32_t *index)
{
	int fd = driver_descriptor(call->handle[0]);

	switch (call->operation) {
	case SIM_WAIT_ANY:
	case SIM_WAIT_ALL:
		return request_wait(device, call, index);
	case SIM_EVENT_CREATE:
	case SIM_MUTANT_CREATE:
	case SIM_SEMAPHORE_CREATE:
		return request_creation(device, call);
	case SIM_MUTANT_RELEASE:
	case SIM_MUTANT_QUERY:
	case SIM_MUTANT_KILL:
		return request_mutex(fd, call);
	case SIM_SEMAPHORE_RELEASE:
	case SIM_SEMAPHORE_QUERY:
		return request_semaphore(fd, call);
	default:
		return request_event(fd, call);
	}
}

/* By which name the judge knows what the ABI says with an error. */
static carafe_status status_of(const struct sim_call *call, int result)
{
	bool waits = call->operation == SIM_WAIT_ANY || call->operation == SIM_WAIT_ALL;

	switch (result) {
	case -EPERM:
		return CARAFE_STATUS_MUTANT_NOT_OWNED;
	case -EOVERFLOW:
		return CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED;
	case -ETIMEDOUT:
		return CARAFE_STATUS_TIMEOUT;
	case -EINTR:
		return CARAFE_STATUS_CANCELLED;
	case -EINVAL:
		return waits ? CARAFE_STATUS_INVALID_HANDLE : CARAFE_STATUS_OBJECT_TYPE_MISMATCH;
	case CF_NT_NOT_OURS:
		return CARAFE_STATUS_INVALID_HANDLE;
	default:
		sim_fail("a request gives %d", result);
		return CARAFE_STATUS_UNSUCCESSFUL;
	}
}

uint32_t driver_call(int device, struct sim_call *call)
{
	uint32_t index = 0;
	int result;

	if (call->operation == SIM_CLOSE)
		return shut(driver_descriptor(call->handle[0]));
	result = request(device, call, &index);
	if (result == -EOWNERDEAD)
		return CARAFE_STATUS_ABANDONED_WAIT_0 + index;
	if (result < 0)
		return status_of(call, result);
	if (call->operation == SIM_EVENT_CREATE || call->operation == SIM_MUTANT_CREATE ||
	    call->operation == SIM_SEMAPHORE_CREATE)
		call->made = driver_handle(result);
	return CARAFE_STATUS_WAIT_0 + index;
}
