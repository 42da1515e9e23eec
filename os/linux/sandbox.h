/* SPDX-License-Identifier: MIT */
/*
 * os/linux/sandbox.h - calls that a sandbox may punish.
 */
#ifndef CARAFE_OS_LINUX_SANDBOX_H
#define CARAFE_OS_LINUX_SANDBOX_H

#include <stdbool.h>

/* What is known of a call in this process: 0 in the beginning, in a static variable of the caller. */
typedef _Atomic unsigned char cf_call_known;

/*
 * Whether the call comes back, be it with an error: false when a filter of system calls ends the
 * process for it.  Keeps errno.  Asked once for each call.  [signal-safe]
 */
bool cf_call_returns(long number, cf_call_known *known);

#endif
