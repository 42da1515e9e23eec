/* SPDX-License-Identifier: MIT */
/*
 * os/darwin/backend.c - what the backend of Darwin is called, and what it cannot do.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include "os/darwin/park.h"
#include "os/os.h"

/* One name for all calls: they are one primitive of the kernel's. */
const char *os_backend(void)
{
	return "ulock" CARAFE_BACKEND_LABEL;
}

/* Which calls are used belongs to what they cannot do. */
#define SHARED_BY_ALL                                                                              \
	"a wait until a time of the real-time clock looks at the clock once a second",             \
		"a signal handler ends a sleep even with SA_RESTART",                              \
		"memory does not lie in the files of an environment: where these were removed by " \
		"hand it stays until the machine is started again",                                \
		NULL

const char *const *os_weaknesses(void)
{
	static const char *const none[] = {
		"nothing to sleep by: this needs macOS 14.4, or macOS 10.15 and a library that was "
		"not built with --disable-ulock",
		NULL
	};
	static const char *const ulock[] = {
		"the private call __ulock_wait of macOS 10.15 is used: update to macOS 14.4, which "
		"has a public one",
		"deadlines are rounded up to microseconds", SHARED_BY_ALL
	};
	static const char *const ulock2[] = {
		"the private call __ulock_wait2 of macOS 11 is used: update to macOS 14.4, which has "
		"a public one",
		SHARED_BY_ALL
	};
	static const char *const os_sync[] = { SHARED_BY_ALL };

	switch (cf_park_prepare()) {
	case CF_SLEEPER_OS_SYNC:
		return os_sync;
	case CF_SLEEPER_ULOCK2:
		return ulock2;
	case CF_SLEEPER_ULOCK:
		return ulock;
	case CF_SLEEPER_NONE:
		break;
	}
	return none;
}
