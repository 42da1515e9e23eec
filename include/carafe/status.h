/* SPDX-License-Identifier: MIT */
/*
 * status.h - the status that every call returns.
 *
 * Statuses are NTSTATUS numbers: the two highest bits say how it went (0 success, 1 information,
 * 2 warning, 3 error), the rest says what.  A call that can fail returns one and changes nothing
 * when it fails.  Each call documents its own; this list says what they mean everywhere.
 *
 * A wait answers with a number of its own for each object:
 *
 *	CARAFE_STATUS_WAIT_0 + i		object i satisfied a wait for any of several
 *	CARAFE_STATUS_ABANDONED_WAIT_0 + i	the same, and object i is a mutant that was abandoned
 *
 * with i from 0 to 63.  A wait for all objects gives the number with i = 0.
 */
#ifndef CARAFE_STATUS_H
#define CARAFE_STATUS_H

#include <stdint.h>

#include <carafe/api.h>

typedef uint32_t carafe_status;

/*
 * True if the status means success or is information: the object was created, the wait ended.
 * Beware: CARAFE_STATUS_TIMEOUT and CARAFE_STATUS_ALERTED count as success too.
 */
#define CARAFE_SUCCESS(status) ((0x80000000u & (carafe_status)(status)) == 0)

/* The first number of a satisfied wait: see above. */
#define CARAFE_STATUS_WAIT_0 CARAFE_STATUS_SUCCESS

/* The same number as ABANDONED_WAIT_0. */
#define CARAFE_STATUS_ABANDONED CARAFE_STATUS_ABANDONED_WAIT_0

/* ---- success and information ---- */

/* Done; also WAIT_0, a wait satisfied by its first object or by all of them. */
#define CARAFE_STATUS_SUCCESS ((carafe_status)0x00000000)

/* As WAIT_0, and the mutant's last owner died holding it. */
#define CARAFE_STATUS_ABANDONED_WAIT_0 ((carafe_status)0x00000080)

/* An alertable wait ended because user APCs ran. */
#define CARAFE_STATUS_USER_APC ((carafe_status)0x000000C0)

/* Internal: the wait must be restarted; no call returns it. */
#define CARAFE_STATUS_KERNEL_APC ((carafe_status)0x00000100)

/* An alertable wait ended because the thread was alerted. */
#define CARAFE_STATUS_ALERTED ((carafe_status)0x00000101)

/* A wait's time ran out (of the success class). */
#define CARAFE_STATUS_TIMEOUT ((carafe_status)0x00000102)

/* Not finished yet. */
#define CARAFE_STATUS_PENDING ((carafe_status)0x00000103)

/* Internal: the look-up of a name must start anew; no call returns it. */
#define CARAFE_STATUS_REPARSE ((carafe_status)0x00000104)

/* A directory has more entries than fitted. */
#define CARAFE_STATUS_MORE_ENTRIES ((carafe_status)0x00000105)

/* Some of the privileges were not changed. */
#define CARAFE_STATUS_NOT_ALL_ASSIGNED ((carafe_status)0x00000106)

/* The process is not in the job. */
#define CARAFE_STATUS_PROCESS_NOT_IN_JOB ((carafe_status)0x00000123)

/* The process is in the job. */
#define CARAFE_STATUS_PROCESS_IN_JOB ((carafe_status)0x00000124)

/* An object of that name was there already and has been opened. */
#define CARAFE_STATUS_OBJECT_NAME_EXISTS ((carafe_status)0x40000000)

/* An image was mapped elsewhere than at its own address. */
#define CARAFE_STATUS_IMAGE_NOT_AT_BASE ((carafe_status)0x40000003)

/* Nobody else was ready to run. */
#define CARAFE_STATUS_NO_YIELD_PERFORMED ((carafe_status)0x40000024)

/* The timer is set, but will not wake the machine. */
#define CARAFE_STATUS_TIMER_RESUME_IGNORED ((carafe_status)0x40000025)

/* ---- warnings ---- */

/* An argument has the wrong alignment. */
#define CARAFE_STATUS_DATATYPE_MISALIGNMENT ((carafe_status)0x80000002)

/* The data did not fit; what fitted was returned. */
#define CARAFE_STATUS_BUFFER_OVERFLOW ((carafe_status)0x80000005)

/* An enumeration is finished. */
#define CARAFE_STATUS_NO_MORE_ENTRIES ((carafe_status)0x8000001A)

/* ---- errors ---- */

/* Failed, with no better word for it. */
#define CARAFE_STATUS_UNSUCCESSFUL ((carafe_status)0xC0000001)

/* This call is not there yet. */
#define CARAFE_STATUS_NOT_IMPLEMENTED ((carafe_status)0xC0000002)

/* No such class of information. */
#define CARAFE_STATUS_INVALID_INFO_CLASS ((carafe_status)0xC0000003)

/* The buffer has not the length of that class. */
#define CARAFE_STATUS_INFO_LENGTH_MISMATCH ((carafe_status)0xC0000004)

/* An argument points to memory that cannot be used. */
#define CARAFE_STATUS_ACCESS_VIOLATION ((carafe_status)0xC0000005)

/* No such handle is open in this process. */
#define CARAFE_STATUS_INVALID_HANDLE ((carafe_status)0xC0000008)

/* No such process or thread. */
#define CARAFE_STATUS_INVALID_CID ((carafe_status)0xC000000B)

/* The timer was not set by this thread. */
#define CARAFE_STATUS_TIMER_NOT_CANCELED ((carafe_status)0xC000000C)

/* An argument has a value that it must not have. */
#define CARAFE_STATUS_INVALID_PARAMETER ((carafe_status)0xC000000D)

/* The process is out of memory or of addresses. */
#define CARAFE_STATUS_NO_MEMORY ((carafe_status)0xC0000017)

/* The addresses are taken. */
#define CARAFE_STATUS_CONFLICTING_ADDRESSES ((carafe_status)0xC0000018)

/* No view is mapped there. */
#define CARAFE_STATUS_NOT_MAPPED_VIEW ((carafe_status)0xC0000019)

/* The memory cannot be given back. */
#define CARAFE_STATUS_UNABLE_TO_FREE_VM ((carafe_status)0xC000001A)

/* The view is larger than its section. */
#define CARAFE_STATUS_INVALID_VIEW_SIZE ((carafe_status)0xC000001F)

/* The file cannot be mapped. */
#define CARAFE_STATUS_INVALID_FILE_FOR_SECTION ((carafe_status)0xC0000020)

/* The memory is committed already. */
#define CARAFE_STATUS_ALREADY_COMMITTED ((carafe_status)0xC0000021)

/* The handle, or the user, has not the right. */
#define CARAFE_STATUS_ACCESS_DENIED ((carafe_status)0xC0000022)

/* The buffer is too small and nothing was returned. */
#define CARAFE_STATUS_BUFFER_TOO_SMALL ((carafe_status)0xC0000023)

/* The object is of another type. */
#define CARAFE_STATUS_OBJECT_TYPE_MISMATCH ((carafe_status)0xC0000024)

/* The memory is not committed. */
#define CARAFE_STATUS_NOT_COMMITTED ((carafe_status)0xC000002D)

/* Each argument is right, but not with the others. */
#define CARAFE_STATUS_INVALID_PARAMETER_MIX ((carafe_status)0xC0000030)

/* The name is not well-formed, or too long. */
#define CARAFE_STATUS_OBJECT_NAME_INVALID ((carafe_status)0xC0000033)

/* There is no object of that name. */
#define CARAFE_STATUS_OBJECT_NAME_NOT_FOUND ((carafe_status)0xC0000034)

/* There is an object of that name. */
#define CARAFE_STATUS_OBJECT_NAME_COLLISION ((carafe_status)0xC0000035)

/* A part of the path cannot contain names. */
#define CARAFE_STATUS_OBJECT_PATH_INVALID ((carafe_status)0xC0000039)

/* A directory of the path is not there. */
#define CARAFE_STATUS_OBJECT_PATH_NOT_FOUND ((carafe_status)0xC000003A)

/* The path does not begin as one. */
#define CARAFE_STATUS_OBJECT_PATH_SYNTAX_BAD ((carafe_status)0xC000003B)

/* The section is larger than its file can be. */
#define CARAFE_STATUS_SECTION_TOO_BIG ((carafe_status)0xC0000040)

/* Somebody has it open and does not share it. */
#define CARAFE_STATUS_SHARING_VIOLATION ((carafe_status)0xC0000043)

/* The quota is used up. */
#define CARAFE_STATUS_QUOTA_EXCEEDED ((carafe_status)0xC0000044)

/* No such page protection. */
#define CARAFE_STATUS_INVALID_PAGE_PROTECTION ((carafe_status)0xC0000045)

/* The caller does not own the mutant. */
#define CARAFE_STATUS_MUTANT_NOT_OWNED ((carafe_status)0xC0000046)

/* The release would lift the semaphore above its maximum. */
#define CARAFE_STATUS_SEMAPHORE_LIMIT_EXCEEDED ((carafe_status)0xC0000047)

/* The section is not one of an image. */
#define CARAFE_STATUS_SECTION_NOT_IMAGE ((carafe_status)0xC0000049)

/* The thread was suspended too often. */
#define CARAFE_STATUS_SUSPEND_COUNT_EXCEEDED ((carafe_status)0xC000004A)

/* The thread is ending. */
#define CARAFE_STATUS_THREAD_IS_TERMINATING ((carafe_status)0xC000004B)

/* The section does not allow that protection. */
#define CARAFE_STATUS_SECTION_PROTECTION ((carafe_status)0xC000004E)

/* The environment has another format than this library. */
#define CARAFE_STATUS_REVISION_MISMATCH ((carafe_status)0xC0000059)

/* A privilege is needed. */
#define CARAFE_STATUS_PRIVILEGE_NOT_HELD ((carafe_status)0xC0000061)

/* The file is no image of a known kind. */
#define CARAFE_STATUS_INVALID_IMAGE_FORMAT ((carafe_status)0xC000007B)

/* The file system of the environment is full. */
#define CARAFE_STATUS_DISK_FULL ((carafe_status)0xC000007F)

/* The section's file could not be made longer. */
#define CARAFE_STATUS_SECTION_NOT_EXTENDED ((carafe_status)0xC0000087)

/* A table of the environment, or a limit of the system, is full. */
#define CARAFE_STATUS_INSUFFICIENT_RESOURCES ((carafe_status)0xC000009A)

/* The backend cannot work now. */
#define CARAFE_STATUS_DEVICE_NOT_READY ((carafe_status)0xC00000A3)

/* All instances are busy. */
#define CARAFE_STATUS_INSTANCE_NOT_AVAILABLE ((carafe_status)0xC00000AB)

/* This object, or this system, cannot do that. */
#define CARAFE_STATUS_NOT_SUPPORTED ((carafe_status)0xC00000BB)

/* The first argument is wrong. */
#define CARAFE_STATUS_INVALID_PARAMETER_1 ((carafe_status)0xC00000EF)

/* The second argument is wrong. */
#define CARAFE_STATUS_INVALID_PARAMETER_2 ((carafe_status)0xC00000F0)

/* The third argument is wrong. */
#define CARAFE_STATUS_INVALID_PARAMETER_3 ((carafe_status)0xC00000F1)

/* The fourth argument is wrong. */
#define CARAFE_STATUS_INVALID_PARAMETER_4 ((carafe_status)0xC00000F2)

/* The fifth argument is wrong. */
#define CARAFE_STATUS_INVALID_PARAMETER_5 ((carafe_status)0xC00000F3)

/* The sixth argument is wrong. */
#define CARAFE_STATUS_INVALID_PARAMETER_6 ((carafe_status)0xC00000F4)

/* The ninth argument is wrong. */
#define CARAFE_STATUS_INVALID_PARAMETER_9 ((carafe_status)0xC00000F7)

/* The environment is damaged. */
#define CARAFE_STATUS_FILE_CORRUPT_ERROR ((carafe_status)0xC0000102)

/* The name is too long for what it names. */
#define CARAFE_STATUS_NAME_TOO_LONG ((carafe_status)0xC0000106)

/* The process is ending. */
#define CARAFE_STATUS_PROCESS_IS_TERMINATING ((carafe_status)0xC000010A)

/* An empty file cannot be mapped. */
#define CARAFE_STATUS_MAPPED_FILE_SIZE_ZERO ((carafe_status)0xC000011E)

/* The process has no descriptor left. */
#define CARAFE_STATUS_TOO_MANY_OPENED_FILES ((carafe_status)0xC000011F)

/* The operation was called off. */
#define CARAFE_STATUS_CANCELLED ((carafe_status)0xC0000120)

/* There is no place for one more thread. */
#define CARAFE_STATUS_TOO_MANY_THREADS ((carafe_status)0xC0000129)

/* The thread belongs to another process. */
#define CARAFE_STATUS_THREAD_NOT_IN_PROCESS ((carafe_status)0xC000012A)

/* The system has no memory left to promise. */
#define CARAFE_STATUS_COMMITMENT_LIMIT ((carafe_status)0xC000012D)

/* The system failed to read or write the environment. */
#define CARAFE_STATUS_IO_DEVICE_ERROR ((carafe_status)0xC0000185)

/* The mutant was acquired too often by its owner. */
#define CARAFE_STATUS_MUTANT_LIMIT_EXCEEDED ((carafe_status)0xC0000191)

/* The two handles name different objects. */
#define CARAFE_STATUS_NOT_SAME_OBJECT ((carafe_status)0xC00001AC)

/* The address or offset is not a multiple of the unit of mapping. */
#define CARAFE_STATUS_MAPPED_ALIGNMENT ((carafe_status)0xC0000220)

/* It is not there. */
#define CARAFE_STATUS_NOT_FOUND ((carafe_status)0xC0000225)

/* The handle is protected from being closed. */
#define CARAFE_STATUS_HANDLE_NOT_CLOSABLE ((carafe_status)0xC0000235)

/* The process has not set the timer resolution. */
#define CARAFE_STATUS_TIMER_RESOLUTION_NOT_SET ((carafe_status)0xC0000245)

CARAFE_BEGIN_DECLS

/*
 * The name of a status as Windows spells it, for example "STATUS_INVALID_HANDLE", and for a wait
 * "STATUS_WAIT_3" or "STATUS_ABANDONED_WAIT_3".  0 gives "STATUS_SUCCESS".  For a number that this
 * list does not have it gives "unknown status", never NULL: print the number beside it.
 *
 * A constant string that the caller must not free.  May be called at any time, from any thread and
 * from a signal handler.
 */
CARAFE_API const char *carafe_status_name(carafe_status status);

CARAFE_END_DECLS

#endif
