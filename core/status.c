/* SPDX-License-Identifier: MIT */
/*
 * status.c - the names of the statuses.
 *
 * Constant data only.  A process that dies here leaves nothing behind.  The numbers stand in
 * status.h alone; tests/status.c reads that header and misses any that has no row here.
 */
#include <carafe/status.h>

#include <stddef.h>

#define ROW(name) CARAFE_STATUS_##name, "STATUS_" #name

static const struct {
	carafe_status status;
	const char *name;
} rows[] = {
	{ ROW(SUCCESS) },
	{ ROW(ABANDONED_WAIT_0) },
	{ ROW(USER_APC) },
	{ ROW(KERNEL_APC) },
	{ ROW(ALERTED) },
	{ ROW(TIMEOUT) },
	{ ROW(PENDING) },
	{ ROW(REPARSE) },
	{ ROW(MORE_ENTRIES) },
	{ ROW(NOT_ALL_ASSIGNED) },
	{ ROW(PROCESS_NOT_IN_JOB) },
	{ ROW(PROCESS_IN_JOB) },
	{ ROW(OBJECT_NAME_EXISTS) },
	{ ROW(IMAGE_NOT_AT_BASE) },
	{ ROW(NO_YIELD_PERFORMED) },
	{ ROW(TIMER_RESUME_IGNORED) },
	{ ROW(DATATYPE_MISALIGNMENT) },
	{ ROW(BUFFER_OVERFLOW) },
	{ ROW(NO_MORE_ENTRIES) },
	{ ROW(UNSUCCESSFUL) },
	{ ROW(NOT_IMPLEMENTED) },
	{ ROW(INVALID_INFO_CLASS) },
	{ ROW(INFO_LENGTH_MISMATCH) },
	{ ROW(ACCESS_VIOLATION) },
	{ ROW(INVALID_HANDLE) },
	{ ROW(INVALID_CID) },
	{ ROW(TIMER_NOT_CANCELED) },
	{ ROW(INVALID_PARAMETER) },
	{ ROW(NO_MEMORY) },
	{ ROW(CONFLICTING_ADDRESSES) },
	{ ROW(NOT_MAPPED_VIEW) },
	{ ROW(UNABLE_TO_FREE_VM) },
	{ ROW(INVALID_VIEW_SIZE) },
	{ ROW(INVALID_FILE_FOR_SECTION) },
	{ ROW(ALREADY_COMMITTED) },
	{ ROW(ACCESS_DENIED) },
	{ ROW(BUFFER_TOO_SMALL) },
	{ ROW(OBJECT_TYPE_MISMATCH) },
	{ ROW(NOT_COMMITTED) },
	{ ROW(INVALID_PARAMETER_MIX) },
	{ ROW(OBJECT_NAME_INVALID) },
	{ ROW(OBJECT_NAME_NOT_FOUND) },
	{ ROW(OBJECT_NAME_COLLISION) },
	{ ROW(OBJECT_PATH_INVALID) },
	{ ROW(OBJECT_PATH_NOT_FOUND) },
	{ ROW(OBJECT_PATH_SYNTAX_BAD) },
	{ ROW(SECTION_TOO_BIG) },
	{ ROW(SHARING_VIOLATION) },
	{ ROW(QUOTA_EXCEEDED) },
	{ ROW(INVALID_PAGE_PROTECTION) },
	{ ROW(MUTANT_NOT_OWNED) },
	{ ROW(SEMAPHORE_LIMIT_EXCEEDED) },
	{ ROW(SECTION_NOT_IMAGE) },
	{ ROW(SUSPEND_COUNT_EXCEEDED) },
	{ ROW(THREAD_IS_TERMINATING) },
	{ ROW(SECTION_PROTECTION) },
	{ ROW(REVISION_MISMATCH) },
	{ ROW(PRIVILEGE_NOT_HELD) },
	{ ROW(INVALID_IMAGE_FORMAT) },
	{ ROW(DISK_FULL) },
	{ ROW(SECTION_NOT_EXTENDED) },
	{ ROW(INSUFFICIENT_RESOURCES) },
	{ ROW(DEVICE_NOT_READY) },
	{ ROW(INSTANCE_NOT_AVAILABLE) },
	{ ROW(NOT_SUPPORTED) },
	{ ROW(INVALID_PARAMETER_1) },
	{ ROW(INVALID_PARAMETER_2) },
	{ ROW(INVALID_PARAMETER_3) },
	{ ROW(INVALID_PARAMETER_4) },
	{ ROW(INVALID_PARAMETER_5) },
	{ ROW(INVALID_PARAMETER_6) },
	{ ROW(INVALID_PARAMETER_9) },
	{ ROW(FILE_CORRUPT_ERROR) },
	{ ROW(NAME_TOO_LONG) },
	{ ROW(PROCESS_IS_TERMINATING) },
	{ ROW(MAPPED_FILE_SIZE_ZERO) },
	{ ROW(TOO_MANY_OPENED_FILES) },
	{ ROW(CANCELLED) },
	{ ROW(TOO_MANY_THREADS) },
	{ ROW(THREAD_NOT_IN_PROCESS) },
	{ ROW(COMMITMENT_LIMIT) },
	{ ROW(IO_DEVICE_ERROR) },
	{ ROW(MUTANT_LIMIT_EXCEEDED) },
	{ ROW(NOT_SAME_OBJECT) },
	{ ROW(MAPPED_ALIGNMENT) },
	{ ROW(NOT_FOUND) },
	{ ROW(HANDLE_NOT_CLOSABLE) },
	{ ROW(TIMER_RESOLUTION_NOT_SET) },
};

/* "PREFIX0" to "PREFIX63": tens is empty for the first ten, so that no name has a leading zero. */
#define NAME(prefix, tens, ones) prefix #tens #ones
#define NAMES_0_TO_3(prefix, tens) \
	NAME(prefix, tens, 0), NAME(prefix, tens, 1), NAME(prefix, tens, 2), NAME(prefix, tens, 3)
#define NAMES_4_TO_9(prefix, tens) \
	NAME(prefix, tens, 4), NAME(prefix, tens, 5), NAME(prefix, tens, 6), \
		NAME(prefix, tens, 7), NAME(prefix, tens, 8), NAME(prefix, tens, 9)
#define TEN_NAMES(prefix, tens) NAMES_0_TO_3(prefix, tens), NAMES_4_TO_9(prefix, tens)
#define NAMES(prefix) \
	TEN_NAMES(prefix, ), TEN_NAMES(prefix, 1), TEN_NAMES(prefix, 2), TEN_NAMES(prefix, 3), \
		TEN_NAMES(prefix, 4), TEN_NAMES(prefix, 5), NAMES_0_TO_3(prefix, 6)

#define WAIT_OBJECTS 64

static const char *const wait_names[WAIT_OBJECTS] = { NAMES("STATUS_WAIT_") };
static const char *const abandoned_names[WAIT_OBJECTS] = { NAMES("STATUS_ABANDONED_WAIT_") };

const char *carafe_status_name(carafe_status status)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status)
			return rows[i].name;
	if (status < CARAFE_STATUS_WAIT_0 + WAIT_OBJECTS)
		return wait_names[status];
	if (status - CARAFE_STATUS_ABANDONED_WAIT_0 < WAIT_OBJECTS)
		return abandoned_names[status - CARAFE_STATUS_ABANDONED_WAIT_0];
	return "unknown status";
}
