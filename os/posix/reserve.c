/* SPDX-License-Identifier: MIT */
/*
 * os/posix/reserve.c - memory behind a part of a sparse file, by touching it.
 *
 * Others may use the part already, so nothing here may change it.  posix_fallocate() is no help: some
 * systems imitate it by reading bytes and writing them back, which undoes what others wrote in
 * between, and some file systems refuse it.  So the room is compared with what is wanted, and then one word
 * of each page is changed to what it is, in one atomic step, which makes the page writable.
 *
 * Weakness: another program that fills the file system between the look and the touch makes the
 * touch a fault (SIGBUS), as it does on a file system that promises more room than it has.
 *
 * What happens if a process dies here: part of the memory is reserved; the next one asks for all.
 */
#include <config.h>

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "os/os.h"
#include "os/posix/posix.h"

/* How much is compared and touched at once. */
#define STEP (UINT64_C(1) << 16)

static bool has_room(int file, uint64_t length)
{
	struct statvfs info;

	if (fstatvfs(file, &info) < 0 || info.f_blocks == 0) /* it does not tell */
		return true;
	return (uint64_t)info.f_bavail >= (length + info.f_frsize - 1) / info.f_frsize;
}

/* Whether all of it has its memory already, as far as the system tells. */
#ifdef SEEK_HOLE
static bool is_there(int file, uint64_t offset, uint64_t length)
{
	off_t hole = lseek(file, (off_t)offset, SEEK_HOLE);

	return hole >= 0 && (uint64_t)hole >= offset + length;
}
#else
static bool is_there(int file, uint64_t offset, uint64_t length)
{
	struct stat info;

	(void)offset, (void)length;
	return fstat(file, &info) == 0 && info.st_blocks >= (info.st_size + 511) / 512;
}
#endif

static carafe_status reserve_step(int file, uint64_t offset, uint64_t length)
{
	uint32_t page = os_page_size();
	uint64_t start = offset - offset % page;
	size_t size = (size_t)(length + (offset - start));
	char *pages;

	if (is_there(file, start, size))
		return CARAFE_STATUS_SUCCESS;
	if (!has_room(file, size))
		return CARAFE_STATUS_DISK_FULL;
	pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, (off_t)start);
	if (pages == MAP_FAILED)
		return cf_errno_status(errno);
	for (size_t i = 0; i < size; i += page)
		(void)atomic_fetch_or((_Atomic uint32_t *)(void *)(pages + i), 0);
	(void)munmap(pages, size);
	return CARAFE_STATUS_SUCCESS;
}

carafe_status os_file_reserve(int file, uint64_t offset, uint64_t length)
{
	uint64_t size;
	carafe_status status;

	if (offset > INT64_MAX || length > INT64_MAX - offset)
		return CARAFE_STATUS_INVALID_PARAMETER;
	/* What lies past the end of the file cannot be touched. */
	status = os_file_size(file, &size);
	if (CARAFE_SUCCESS(status) && size < offset + length)
		status = os_file_resize(file, offset + length);
	while (CARAFE_SUCCESS(status) && length > 0) {
		uint64_t step = length < STEP ? length : STEP;

		status = reserve_step(file, offset, step);
		offset += step;
		length -= step;
	}
	return status;
}
