/* SPDX-License-Identifier: MIT */
/*
 * os/plain/map.c - memory that all processes share, and which file each of its words lies in.
 *
 * The mappings of this process are a list that only grows; a row that is not used is used again.
 * Rows are read without a lock, also by signal handlers: who sleeps on a word, or wakes its sleeper,
 * has the word's mapping, so its row does not change meanwhile; of the others it may see anything,
 * as long as that is no range with the word in it.  So a row's range is empty while its other
 * members are written: its size is stored last, and taken away first.
 *
 * What happens if a process dies here: the list, the mappings and the descriptors go with it.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/os.h"
#include "os/plain/map.h"
#include "os/posix/posix.h"

struct mapping {
	struct mapping *next;	 /* written before it is linked */
	atomic_bool used;	 /* CAS by who takes the row, cleared by who gives it back */
	atomic_int folder;	 /* ours */
	_Atomic uintptr_t base;
	_Atomic uintptr_t size;	 /* 0: no mapping, or not yet */
};

static _Atomic(struct mapping *) mappings;

static struct mapping *take_row(void)
{
	struct mapping *row = atomic_load(&mappings);
	bool used = false;

	for (; row != NULL; row = row->next) {
		if (atomic_compare_exchange_strong(&row->used, &used, true))
			return row;
		used = false;
	}
	row = calloc(1, sizeof(*row));
	if (row == NULL)
		return NULL;
	atomic_init(&row->used, true);
	row->next = atomic_load(&mappings);
	while (!atomic_compare_exchange_weak(&mappings, &row->next, row))
		continue;
	return row;
}

bool cf_plain_find(const uint32_t *word, int *folder, uint64_t *offset)
{
	uintptr_t address = (uintptr_t)word;

	for (struct mapping *row = atomic_load(&mappings); row != NULL; row = row->next) {
		uintptr_t size = atomic_load(&row->size);
		uintptr_t base = atomic_load(&row->base);

		if (address - base < size) {
			*folder = atomic_load(&row->folder);
			*offset = address - base;
			return true;
		}
	}
	return false;
}

static carafe_status map_file(int file, uint64_t size, bool read_only, void **base)
{
	void *address = mmap(NULL, (size_t)size, read_only ? PROT_READ : PROT_READ | PROT_WRITE,
			     MAP_SHARED, file, 0);

	if (address == MAP_FAILED)
		return cf_errno_status(errno);
	*base = address;
	return CARAFE_STATUS_SUCCESS;
}

carafe_status os_map(int folder, int file, uint64_t size, bool read_only, void **base)
{
	struct mapping *row;
	carafe_status status;
	int copy;

	if (size == 0)
		return CARAFE_STATUS_INVALID_PARAMETER;
	if (size > SIZE_MAX)
		return CARAFE_STATUS_NO_MEMORY;
	/* The caller may close its descriptor before it unmaps. */
	copy = cf_high_descriptor(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (copy < 0)
		return cf_errno_status(errno);
	row = take_row();
	status = row != NULL ? map_file(file, size, read_only, base) : CARAFE_STATUS_NO_MEMORY;
	if (!CARAFE_SUCCESS(status)) {
		os_close(copy);
		if (row != NULL)
			atomic_store(&row->used, false);
		return status;
	}
	atomic_store(&row->folder, copy);
	atomic_store(&row->base, (uintptr_t)*base);
	atomic_store(&row->size, (uintptr_t)size);
	return CARAFE_STATUS_SUCCESS;
}

void os_unmap(void *base, uint64_t size)
{
	for (struct mapping *row = atomic_load(&mappings); row != NULL; row = row->next) {
		if (atomic_load(&row->size) == 0 || atomic_load(&row->base) != (uintptr_t)base)
			continue;
		atomic_store(&row->size, 0);
		os_close(atomic_load(&row->folder));
		atomic_store(&row->used, false);
		break;
	}
	(void)munmap(base, (size_t)size);
}
