/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/posix/stack.c - see compat/ntsync/posix/stack.h.
 *
 * Where a thread's stack is, is asked once for each: the C libraries may allocate for the answer.  All
 * pages from the present frame to the stack's end are in use, and go only if the program takes
 * them away itself.
 *
 * What happens if a process dies here: it was only its own memory.
 */
#include <config.h>

#include "compat/ntsync/posix/stack.h"

#include <pthread.h>
#include <stdint.h>
#ifdef HAVE_PTHREAD_NP_H
#include <pthread_np.h>
#endif

#include "compat/ntsync/hold.h"
#include "compat/ntsync/inside.h"

#if defined(HAVE_PTHREAD_STACKSEG_NP)

static bool ask(uintptr_t *begin, uintptr_t *end)
{
	stack_t stack;

	if (pthread_stackseg_np(pthread_self(), &stack) != 0)
		return false;
	/* ss_sp is where it begins to grow from. */
	*end = (uintptr_t)stack.ss_sp;
	*begin = *end - stack.ss_size;
	return true;
}

#elif defined(HAVE_PTHREAD_GET_STACKADDR_NP)

static bool ask(uintptr_t *begin, uintptr_t *end)
{
	*end = (uintptr_t)pthread_get_stackaddr_np(pthread_self());
	*begin = *end - pthread_get_stacksize_np(pthread_self());
	return true;
}

#elif defined(HAVE_PTHREAD_ATTR_GET_NP) || defined(HAVE_PTHREAD_GETATTR_NP)

#ifdef HAVE_PTHREAD_ATTR_GET_NP
#define attributes_of pthread_attr_get_np
#else
#define attributes_of pthread_getattr_np
#endif

static bool ask(uintptr_t *begin, uintptr_t *end)
{
	pthread_attr_t attributes;
	void *address = NULL;
	size_t size = 0;
	bool known;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	known = attributes_of(pthread_self(), &attributes) == 0 &&
		pthread_attr_getstack(&attributes, &address, &size) == 0;
	(void)pthread_attr_destroy(&attributes);
	*begin = (uintptr_t)address;
	*end = *begin + size;
	return known;
}

#else

static bool ask(uintptr_t *begin, uintptr_t *end)
{
	(void)begin, (void)end;
	return false;
}

#endif

/*
 * The stack; both 0: not asked for yet.  While somebody asks, and afterwards when nobody knows, none.  A
 * handler that comes in between finds none, or the same.
 */
static _Thread_local CF_NT_FIXED volatile uintptr_t stack_begin, stack_end;

CF_NT_ASIDE static void learn(void)
{
	uintptr_t begin = 1, end = 1;
	struct cf_nt_hold hold;

	stack_end = 1;
	cf_nt_hold(&hold);
	if (ask(&begin, &end)) {
		stack_begin = begin;
		stack_end = end;
	}
	cf_nt_let_go(&hold);
}

bool cf_nt_is_own_stack(const void *address, size_t size)
{
	char here = 0;
	uintptr_t frame = (uintptr_t)&here, first = (uintptr_t)address, last = first + size - 1;

	if (stack_end == 0)
		learn();
	return first >= frame && frame >= stack_begin && last >= first && last < stack_end;
}
