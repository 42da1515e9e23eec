/* SPDX-License-Identifier: MIT */
/*
 * version.h - which Carafe a program was compiled against, and which one it runs on.
 *
 * These three numbers are the only place where the version is written; configure reads them here.
 * While the major number is 0, a new minor number may change the API.
 */
#ifndef CARAFE_VERSION_H
#define CARAFE_VERSION_H

#include <carafe/api.h>

/* The version of the headers that the program was compiled with. */
#define CARAFE_VERSION_MAJOR 0
#define CARAFE_VERSION_MINOR 1
#define CARAFE_VERSION_PATCH 0

CARAFE_BEGIN_DECLS

/*
 * The version of the library that is running, as "MAJOR.MINOR.PATCH".  A constant string that the
 * caller must not free.  May be called at any time, from any thread and from a signal handler,
 * without an open environment.
 */
CARAFE_API const char *carafe_version(void);

CARAFE_END_DECLS

#endif
