/* SPDX-License-Identifier: MIT */
/*
 * os/linux/backend.c - what the backend of Linux is called, and what it cannot do.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#include <config.h>

#include "os/os.h"

const char *os_backend(void)
{
	return "futex" CARAFE_BACKEND_LABEL;
}

const char *const *os_weaknesses(void)
{
	static const char *const none[] = { NULL };

	return none;
}
