/* SPDX-License-Identifier: MIT */
/*
 * core/access.h - from a requested access mask to a granted one.
 *
 * What happens if a process dies here: nothing is changed.
 */
#ifndef CF_ACCESS_H
#define CF_ACCESS_H

#include "core/type.h"

/*
 * What the creator of a new object is granted: generic rights mapped, the rest limited to what the
 * type knows.
 */
carafe_access cf_access_create(const struct cf_type *type, carafe_access wanted);

#endif
