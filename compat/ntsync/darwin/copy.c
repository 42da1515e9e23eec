/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/darwin/copy.c - see compat/ntsync/copy.h: Mach copies in a task's memory, and says
 * whether it could.
 *
 * What lies in the calling thread's own stack costs a comparison.
 *
 * What happens if a process dies here: it was only its own memory.
 */
#include <config.h>

#include "compat/ntsync/copy.h"

#include <mach/mach.h>
#include <string.h>

#include "compat/ntsync/posix/stack.h"

bool cf_nt_copy_in(void *to, const void *from, size_t size)
{
	vm_size_t copied = 0;

	if (!cf_nt_is_own_stack(from, size))
		return vm_read_overwrite(mach_task_self(), (vm_address_t)from, size, (vm_address_t)to,
					 &copied) == KERN_SUCCESS &&
		       copied == size;
	memcpy(to, from, size);
	return true;
}

bool cf_nt_copy_out(void *to, const void *from, size_t size)
{
	if (!cf_nt_is_own_stack(to, size))
		return vm_write(mach_task_self(), (vm_address_t)to, (vm_offset_t)from,
				(mach_msg_type_number_t)size) == KERN_SUCCESS;
	memcpy(to, from, size);
	return true;
}
