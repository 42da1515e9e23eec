/* SPDX-License-Identifier: MIT */
/*
 * linux/ntsync.h - the ntsync ABI, where the system's own headers do not have it: for programs that ask
 * for <linux/ntsync.h>, as Wine does.
 *
 * What happens if a process dies here: <carafe/linux/ntsync.h> says it.
 */
#include <carafe/linux/ntsync.h>
