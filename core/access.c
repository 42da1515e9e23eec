/* SPDX-License-Identifier: MIT */
/*
 * core/access.c - see core/access.h.
 *
 * What happens if a process dies here: nothing is changed.
 */
#include "core/access.h"

carafe_access cf_access_create(const struct cf_type *type, carafe_access wanted)
{
	carafe_access granted = wanted;

	if ((wanted & CARAFE_GENERIC_READ) != 0)
		granted |= type->generic_read;
	if ((wanted & CARAFE_GENERIC_WRITE) != 0)
		granted |= type->generic_write;
	if ((wanted & CARAFE_GENERIC_EXECUTE) != 0)
		granted |= type->generic_execute;
	if ((wanted & (CARAFE_GENERIC_ALL | CARAFE_MAXIMUM_ALLOWED)) != 0)
		granted |= type->generic_all;
	return granted & type->valid;
}
