/* SPDX-License-Identifier: MIT */
/*
 * requests.c - property: whatever requests are made of the ntsync ABI, each gives a result of the
 * driver's, and the environment stays sound.
 *
 * No request may sleep: waits have a time that is over.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <carafe/linux/ntsync.h>

#include "compat/ntsync/attach.h"
#include "compat/ntsync/descriptor.h"
#include "compat/ntsync/request.h"
#include "core/check.h"
#include "core/external.h"
#include "tests/fuzz/fuzz.h"

#define MOST_REQUESTS 64u
#define DESCRIPTORS 12u

static int descriptor[DESCRIPTORS];

static int is_result(int result)
{
	static const int errors[] = { EINVAL,	  EBADF,  EPERM,  EOVERFLOW, ETIMEDOUT,
				      EOWNERDEAD, EFAULT, ENOMEM, EMFILE };

	if (result >= 0 || result == CF_NT_NOT_OURS)
		return 1;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (result == -errors[i])
			return 1;
	return 0;
}

static void begin(void)
{
	char path[1100];

	if (descriptor[0] != 0)
		return;
	snprintf(path, sizeof(path), "%s/environment", fuzz_folder());
	fuzz_holds(setenv("CARAFE_ENV", path, 1) == 0 && setenv("CARAFE_JANITOR", "0", 1) == 0);
	descriptor[0] = cf_nt_open_device(O_RDWR | O_CLOEXEC);
	fuzz_holds(descriptor[0] > 0);
}

static int any_descriptor(struct fuzz_input *input)
{
	uint8_t choice = fuzz_8(input);

	return choice < 0xf8 ? descriptor[choice % DESCRIPTORS] : (int)fuzz_8(input) - 1;
}

static void keep(int fd)
{
	for (unsigned i = 1; i < DESCRIPTORS; i++)
		if (descriptor[i] <= 0) {
			descriptor[i] = fd;
			return;
		}
	fuzz_holds(cf_nt_close(fd) == 0);
}

static int do_wait(struct fuzz_input *input, unsigned long request)
{
	int fds[NTSYNC_MAX_WAIT_COUNT + 1];
	struct ntsync_wait_args args;

	memset(&args, 0, sizeof(args));
	args.count = fuzz_8(input) % (NTSYNC_MAX_WAIT_COUNT + 2);
	for (uint32_t i = 0; i < args.count && i <= NTSYNC_MAX_WAIT_COUNT; i++)
		fds[i] = any_descriptor(input);
	args.objs = (uint64_t)(uintptr_t)fds;
	args.owner = fuzz_8(input) % 4;
	args.alert = fuzz_8(input) % 2 != 0 ? (uint32_t)any_descriptor(input) : 0;
	args.flags = fuzz_8(input) % 4;
	args.pad = fuzz_8(input) == 7;
	args.timeout = fuzz_8(input) % 2;
	return cf_nt_request(descriptor[0], request, &args);
}

static void do_request(struct fuzz_input *input)
{
	static const unsigned long requests[] = {
		NTSYNC_IOC_CREATE_SEM,	NTSYNC_IOC_SEM_RELEASE,	 NTSYNC_IOC_WAIT_ANY,
		NTSYNC_IOC_WAIT_ALL,	NTSYNC_IOC_CREATE_MUTEX, NTSYNC_IOC_MUTEX_UNLOCK,
		NTSYNC_IOC_MUTEX_KILL,	NTSYNC_IOC_CREATE_EVENT, NTSYNC_IOC_EVENT_SET,
		NTSYNC_IOC_EVENT_RESET, NTSYNC_IOC_EVENT_PULSE,	 NTSYNC_IOC_SEM_READ,
		NTSYNC_IOC_MUTEX_READ,	NTSYNC_IOC_EVENT_READ,
	};
	uint8_t choice = fuzz_8(input) % (sizeof(requests) / sizeof(requests[0]));
	unsigned long request = requests[choice];
	uint32_t words[4];
	int result;

	if (request == NTSYNC_IOC_WAIT_ANY || request == NTSYNC_IOC_WAIT_ALL) {
		fuzz_holds(is_result(do_wait(input, request)));
		return;
	}
	words[0] = fuzz_8(input) % 4 != 3 ? fuzz_8(input) % 4 : fuzz_32(input);
	words[1] = fuzz_8(input) % 4 != 3 ? fuzz_8(input) % 4 : fuzz_32(input);
	result = cf_nt_request(any_descriptor(input), request, fuzz_8(input) == 9 ? NULL : words);
	fuzz_holds(is_result(result));
	if (result > 0 && (request == NTSYNC_IOC_CREATE_SEM || request == NTSYNC_IOC_CREATE_MUTEX ||
			   request == NTSYNC_IOC_CREATE_EVENT))
		keep(result);
}

static bool none(void *context, const struct cf_finding *finding)
{
	(void)context;
	fprintf(stderr, "%s %u: %s\n", cf_finding_name(finding->kind), (unsigned)finding->index,
		finding->sentence);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	unsigned i;

	begin();
	for (i = 0; i < MOST_REQUESTS && input.left > 0; i++)
		if (fuzz_8(&input) != 0xff)
			do_request(&input);
	for (i = 1; i < DESCRIPTORS; i++) {
		if (descriptor[i] > 0)
			fuzz_holds(cf_nt_close(descriptor[i]) == 0);
		descriptor[i] = 0;
	}
	fuzz_documented(cf_external_collect(cf_nt_environment()));
	fuzz_documented(cf_check(cf_nt_environment()->region, CF_CHECK_EXACT, none, NULL));
	return 0;
}
