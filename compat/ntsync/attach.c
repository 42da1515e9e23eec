/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/attach.c - see compat/ntsync/attach.h.
 *
 * No lock: two threads that attach at once both open the environment, and the slower closes its
 * opening again.  So a fork() in between leaves no lock behind that nobody will release.
 *
 * What happens if a process dies here: core/environment.c says it.
 */
#include <config.h>

#include "compat/ntsync/attach.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "compat/ntsync/cache.h"
#include "compat/ntsync/inherited.h"
#include "compat/ntsync/object.h"
#include "compat/ntsync/real.h"
#include "os/os.h"
#include "os/posix/posix.h"

cf_word cf_nt_attached;
unsigned cf_nt_life = 1;

/* Written at load and in the child of fork(), before there are other threads. */
static pid_t home;
static bool off;

static void in_child(void)
{
	home = getpid();
	cf_nt_life++;
}

/* The library's own descriptors are not the program's to close. */
static void told(int fd, bool ours)
{
	if (ours)
		cf_nt_hide(fd);
	else if (cf_nt_known(fd))
		cf_nt_unhide(fd);
}

#if defined(__GNUC__)
__attribute__((constructor))
#endif
static void setup(void)
{
	const char *choice = os_setting("CARAFE_NTSYNC");

	cf_nt_real_find();
	off = choice != NULL && strcmp(choice, "kernel") == 0;
	home = getpid();
	cf_descriptor_told = told;
	if (!off)
		(void)os_at_fork(NULL, NULL, in_child);
}

/* Descriptors that were here before the process used ntsync, and look like ours. */
static void expect_inherited(int fd)
{
	if (cf_nt_is_marked(fd))
		cf_nt_expect(fd);
}

bool cf_nt_off(void)
{
	return off;
}

bool cf_nt_at_home(void)
{
	return getpid() == home;
}

carafe_status cf_nt_attach(struct carafe_environment **environment)
{
	struct carafe_environment *opened;
	carafe_status status;

	*environment = cf_nt_environment();
	if (*environment != NULL)
		return CARAFE_STATUS_SUCCESS;
	if (!cf_nt_at_home())
		return CARAFE_STATUS_DEVICE_NOT_READY;
	if (!cf_nt_cache_setup())
		return CARAFE_STATUS_NO_MEMORY;
	status = carafe_environment_open(NULL, 0, &opened);
	if (CARAFE_SUCCESS(status)) {
		if (cf_cas(&cf_nt_attached, 0, (uint64_t)(uintptr_t)opened))
			cf_nt_each_open(expect_inherited);
		else
			(void)carafe_environment_close(opened);
	}
	*environment = cf_nt_environment();
	return *environment != NULL ? CARAFE_STATUS_SUCCESS : status;
}
