/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/create.c - making descriptors of the device and of objects.  See
 * compat/ntsync/object.h.
 *
 * What happens if a process dies here: until it is adopted, an object belongs to a handle of this
 * process, which the sweep closes; from then on it belongs to its lock, which is gone with the
 * description.
 */
#include <config.h>

#include "compat/ntsync/object.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "compat/ntsync/attach.h"
#include "compat/ntsync/hold.h"
#include "compat/ntsync/lifetime.h"
#include "compat/ntsync/real.h"
#include "compat/ntsync/token.h"
#include "core/environment.h"
#include "core/external.h"
#include "core/handle.h"
#include "core/region.h"

/*
 * Objects are collected when so many were made since, or as many as there ever were at once if that
 * is more.
 */
#define COLLECT_AFTER 4096u

/* Objects made by this process since it collected last; CAS by any thread. */
static cf_word made;

static bool mark(int fd, uint64_t token)
{
	return lseek(fd, (off_t)token, SEEK_SET) == (off_t)token;
}

static int open_instance(struct carafe_environment *environment, int flags)
{
	carafe_status status;
	uint32_t instance;
	uint64_t seen;
	int fd;

	status = cf_external_instance(environment, &instance);
	if (!CARAFE_SUCCESS(status))
		return -cf_nt_errno(status);
	fd = cf_nt_open_held(environment, CF_SHARD_DEVICE, instance,
			 flags & (O_ACCMODE | O_CLOEXEC | O_NONBLOCK));
	if (fd < 0)
		return fd;
	if (!mark(fd, cf_nt_device_token(instance))) {
		(void)cf_nt_real.close(fd);
		return -EIO;
	}
	seen = cf_nt_word(fd);
	cf_nt_remember(fd, seen, cf_nt_device_word(instance));
	return fd;
}

static int open_device(int flags)
{
	struct carafe_environment *environment;
	carafe_status status;

	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return -EEXIST;
	if ((flags & O_DIRECTORY) != 0)
		return -ENOTDIR;
	if ((flags & O_ACCMODE) == O_ACCMODE)
		return -EINVAL;
	status = cf_nt_attach(&environment);
	if (!CARAFE_SUCCESS(status))
		return -cf_nt_errno(status);
	return open_instance(environment, flags);
}

int cf_nt_open_device(int flags)
{
	struct cf_nt_hold hold;
	int fd;

	/* Opening is a point of cancellation, and this is the place of it. */
	pthread_testcancel();
	cf_nt_hold(&hold);
	fd = open_device(flags);
	cf_nt_let_go(&hold);
	return fd;
}

/* Gives the object that the handle names to a new descriptor. A descriptor, or -errno. */
static int give(struct carafe_environment *environment, carafe_handle handle, uint32_t instance,
		const struct cf_birth *birth)
{
	struct cf_view view;
	carafe_status status;
	uint32_t index;
	uint64_t seen;
	int fd;

	status = cf_handle_view(environment, handle, CF_FREE, 0, &view);
	if (!CARAFE_SUCCESS(status))
		return -cf_nt_errno(status);
	index = cf_object_index(environment->region, view.object);
	fd = cf_nt_open_held(environment, cf_shard(index), index, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fd;
	status = cf_handle_adopt(environment, handle, instance, birth, &view);
	if (!CARAFE_SUCCESS(status)) {
		(void)cf_nt_real.close(fd);
		return -cf_nt_errno(status);
	}
	if (!mark(fd, cf_nt_object_token(index, cf_sequence(view.info)))) {
		(void)cf_nt_real.close(fd);
		(void)cf_external_drop(environment, &view);
		return -EIO;
	}
	seen = cf_nt_word(fd);
	cf_nt_remember(fd, seen, cf_nt_object_word(index, cf_sequence(view.info)));
	return fd;
}

/*
 * Descriptors can be closed in ways that we do not see.  So that this cannot fill the environment,
 * what is left behind is collected now and then, so seldom that it costs each object about as much
 * as one look at its lock.
 */
static void collect_sometimes(struct carafe_environment *environment)
{
	uint64_t ever = cf_value(cf_load(&environment->region->header.high_objects));
	uint64_t seen;

	do
		seen = cf_load(&made);
	while (!cf_cas(&made, seen, seen + 1));
	if (seen < COLLECT_AFTER || seen < ever || !cf_cas(&made, seen + 1, 0))
		return;
	(void)cf_external_collect(environment);
}

static int create(struct carafe_environment *environment, uint32_t instance,
		  const struct cf_birth *birth)
{
	struct cf_birth first = *birth;
	carafe_handle handle;
	carafe_status status;
	int fd;

	/* cf_handle_adopt() says why not yet. */
	if (cf_types[birth->info & CF_TYPE_MASK]->owned)
		first.state = first.second = 0;
	collect_sometimes(environment);
	status = cf_handle_create(environment, &first, 0, 0, &handle);
	if (status == CARAFE_STATUS_INSUFFICIENT_RESOURCES) {
		(void)cf_external_collect(environment);
		status = cf_handle_create(environment, &first, 0, 0, &handle);
	}
	if (!CARAFE_SUCCESS(status))
		return -cf_nt_errno(status);
	fd = give(environment, handle, instance, birth);
	if (fd < 0)
		(void)cf_handle_close(environment, handle);
	return fd;
}

int cf_nt_create(struct carafe_environment *environment, uint32_t instance,
		 const struct cf_birth *birth)
{
	struct cf_nt_hold hold;
	int fd;

	cf_nt_hold(&hold);
	fd = create(environment, instance, birth);
	cf_nt_let_go(&hold);
	return fd;
}
