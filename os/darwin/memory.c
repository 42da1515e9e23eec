/* SPDX-License-Identifier: MIT */
/*
 * os/darwin/memory.c - memory that all processes share: an object of shm_open() behind each file that
 * is given a size.
 *
 * A file that is mapped would do, but the kernel writes what changes in it to the disk now and then,
 * and nothing makes sure that there is room for it.  Objects of shm_open() are memory, as far as
 * there is any; what is touched is there, without a fault.  They have names that all users share, of
 * 31 characters at most, can be sized once, and stay until they are unlinked or the machine ends.
 *
 * So the name is made of what nobody else has or can know who may not look into our folder: where the
 * file lies and when it was made.  The file itself is empty, but has the size: it is set last, so who
 * finds it finds the object sized.  After a restart of the machine the files may still be there, and
 * the objects are not; then they are made anew, of zeros, which core/ takes for a new environment.
 *
 * Several may make and size an object at once: the first one does it, the others find it done.
 *
 * What happens if a process dies here: an object without its size, or a file without its: the next
 * one to size or map the file gives it.  Between the two removals, a file whose object is gone, as
 * after a restart.  Objects of files that were removed by hand stay until the machine ends.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/darwin/park.h"
#include "os/os.h"
#include "os/posix/hex.h"
#include "os/posix/posix.h"

/* PSHMNAMLEN is 31; with the slash and the zero. */
#define NAME_SIZE 32

static uint64_t mix(uint64_t hash, uint64_t value)
{
	for (int byte = 0; byte < 8; byte++) {
		hash ^= value >> (8 * byte) & 255;
		hash *= UINT64_C(1099511628211);
	}
	return hash;
}

/* "/carafe-" and 16 digits; 0, or -1 and errno. */
static int name_of(int file, char name[NAME_SIZE])
{
	static const char prefix[] = "/carafe-";
	uint64_t hash = UINT64_C(14695981039346656037);
	struct stat info;
	char *end = name;

	if (fstat(file, &info) < 0)
		return -1;
	hash = mix(hash, (uint64_t)info.st_dev);
	hash = mix(hash, (uint64_t)info.st_ino);
	hash = mix(hash, cf_file_birth(file));
	for (const char *c = prefix; *c != '\0'; c++)
		*end++ = *c;
	(void)cf_write_hex(end, hash, 16);
	return 0;
}

/* Whether the object is ours and has the size; gives it the size if it has none. */
static carafe_status check_object(int object, uint64_t size)
{
	struct stat info;

	if (fstat(object, &info) < 0)
		return cf_errno_status(errno);
	if (info.st_uid != geteuid() || (info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return CARAFE_STATUS_ACCESS_DENIED;
	if (info.st_size == 0) {
		/* EINVAL: somebody else was faster. */
		if (ftruncate(object, (off_t)size) < 0 && errno != EINVAL)
			return cf_errno_status(errno);
		if (fstat(object, &info) < 0)
			return cf_errno_status(errno);
	}
	return (uint64_t)info.st_size >= size ? CARAFE_STATUS_SUCCESS : CARAFE_STATUS_NO_MEMORY;
}

/* Opens the object of the file, which is made when it is missing. */
static carafe_status open_object(int file, uint64_t size, int *object)
{
	char name[NAME_SIZE];
	carafe_status status;
	int fd;

	if (name_of(file, name) < 0)
		return cf_errno_status(errno);
	fd = cf_high_descriptor(shm_open(name, O_RDWR | O_CREAT, S_IRUSR | S_IWUSR));
	if (fd < 0)
		return cf_errno_status(errno);
	status = check_object(fd, size);
	if (!CARAFE_SUCCESS(status)) {
		os_close(fd);
		return status;
	}
	*object = fd;
	return CARAFE_STATUS_SUCCESS;
}

carafe_status os_file_resize(int file, uint64_t size)
{
	carafe_status status;
	int object;

	if (size > INT64_MAX)
		return CARAFE_STATUS_INVALID_PARAMETER;
	status = open_object(file, size, &object);
	if (!CARAFE_SUCCESS(status))
		return status;
	os_close(object);
	while (ftruncate(file, (off_t)size) < 0) {
		if (errno != EINTR)
			return cf_errno_status(errno);
	}
	return CARAFE_STATUS_SUCCESS;
}

/* Memory is there when it is touched; when there is none, the system ends somebody. */
carafe_status os_file_reserve(int file, uint64_t offset, uint64_t length)
{
	(void)file;
	return offset > INT64_MAX || length > INT64_MAX - offset ? CARAFE_STATUS_INVALID_PARAMETER :
								   CARAFE_STATUS_SUCCESS;
}

carafe_status os_map(int folder, int file, uint64_t size, bool read_only, void **base)
{
	carafe_status status;
	uint64_t whole;
	void *address;
	int object;

	(void)folder;
	if (size == 0)
		return CARAFE_STATUS_INVALID_PARAMETER;
	if (size > SIZE_MAX)
		return CARAFE_STATUS_NO_MEMORY;
	if (cf_park_prepare() == CF_SLEEPER_NONE)
		return CARAFE_STATUS_NOT_SUPPORTED;
	status = os_file_size(file, &whole);
	if (CARAFE_SUCCESS(status))
		status = open_object(file, whole, &object);
	if (!CARAFE_SUCCESS(status))
		return status;
	address = mmap(NULL, (size_t)size, read_only ? PROT_READ : PROT_READ | PROT_WRITE,
		       MAP_SHARED, object, 0);
	status = address != MAP_FAILED ? CARAFE_STATUS_SUCCESS :
		 errno == EINVAL       ? CARAFE_STATUS_NO_MEMORY : /* past the end */
					 cf_errno_status(errno);
	os_close(object);
	if (CARAFE_SUCCESS(status))
		*base = address;
	return status;
}

void os_unmap(void *base, uint64_t size)
{
	(void)munmap(base, (size_t)size);
}

void cf_file_remove(int folder, const char *name)
{
	int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	char object[NAME_SIZE];
	struct stat info;

	if (file >= 0) {
		if (fstat(file, &info) == 0 && S_ISREG(info.st_mode) && name_of(file, object) == 0)
			(void)shm_unlink(object);
		os_close(file);
	}
	(void)unlinkat(folder, name, 0);
}
