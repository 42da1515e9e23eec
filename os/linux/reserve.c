/* SPDX-License-Identifier: MIT */
/*
 * os/linux/reserve.c - memory behind a part of a sparse file.
 *
 * Other processes may reserve the same part at the same time, and one of them may use it already:
 * nothing here may write.  So not posix_fallocate(), which some libraries imitate by reading bytes
 * and writing them back where the file system lacks the call.  There, a mapping whose pages the
 * kernel makes writable (MADV_POPULATE_WRITE, 5.14) does the same and reports a full file system
 * instead of raising SIGBUS.  Where both are missing the answer is CARAFE_STATUS_NOT_SUPPORTED.
 *
 * What happens if a process dies here: part of the memory is reserved; the next one asks for all.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "os/os.h"
#include "os/posix/posix.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/*
 * How much at once.  tmpfs gives up, and gives all back, when a signal comes: small steps get on
 * even under a fast interval timer.
 */
#define STEP (UINT64_C(1) << 20)

static carafe_status populate(int file, uint64_t offset, uint64_t length)
{
	uint64_t start = offset - offset % os_page_size();
	size_t size = (size_t)(length + (offset - start));
	void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, (off_t)start);
	int error = 0;

	if (pages == MAP_FAILED)
		return cf_errno_status(errno);
	while (madvise(pages, size, MADV_POPULATE_WRITE) < 0) {
		error = errno;
		if (error != EINTR && error != EAGAIN)
			break;
		error = 0;
	}
	(void)munmap(pages, size);
	switch (error) {
	case 0:
		return CARAFE_STATUS_SUCCESS;
	case EFAULT: /* the fault would have raised SIGBUS */
		return CARAFE_STATUS_DISK_FULL;
	case EINVAL: /* a kernel before 5.14 */
		return CARAFE_STATUS_NOT_SUPPORTED;
	default:
		return cf_errno_status(error);
	}
}

static carafe_status reserve_step(int file, uint64_t offset, uint64_t length)
{
	while (fallocate(file, 0, (off_t)offset, (off_t)length) < 0) {
		if (errno == EINTR)
			continue;
		if (errno == EOPNOTSUPP || errno == ENOSYS)
			return populate(file, offset, length);
		return cf_errno_status(errno);
	}
	return CARAFE_STATUS_SUCCESS;
}

carafe_status os_file_reserve(int file, uint64_t offset, uint64_t length)
{
	if (offset > INT64_MAX || length > INT64_MAX - offset)
		return CARAFE_STATUS_INVALID_PARAMETER;
	while (length > 0) {
		uint64_t step = length < STEP ? length : STEP;
		carafe_status status = reserve_step(file, offset, step);

		if (!CARAFE_SUCCESS(status))
			return status;
		offset += step;
		length -= step;
	}
	return CARAFE_STATUS_SUCCESS;
}
