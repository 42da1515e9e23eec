/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/real.c - see compat/ntsync/real.h.
 *
 * Several threads may find a function at once: they write the same.
 *
 * What happens if a process dies here: it holds addresses of its own only.
 */
#include <config.h>

#include "compat/ntsync/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

static long missing(void)
{
	errno = ENOSYS;
	return -1;
}

static FILE *missing_stream(void)
{
	errno = ENOSYS;
	return NULL;
}

/*
 * Finds one.  Not all of them at the first need of any: looking for a function that is not there
 * may make the C library allocate, and an allocator that is about to begin may open a file.
 */
static void find(const char *name, const char *other, size_t offset)
{
	void *symbol = dlsym(RTLD_NEXT, name);
	void (*absent)(void) = (void (*)(void))missing;
	int saved = errno;

	if (symbol == NULL && other != NULL)
		symbol = dlsym(RTLD_NEXT, other);
	if (strncmp(name, "freopen", 7) == 0)
		absent = (void (*)(void))missing_stream;
	/* POSIX: dlsym()'s result can be read as a pointer to a function. */
	if (symbol != NULL)
		memcpy((char *)&cf_nt_real + offset, &symbol, sizeof(symbol));
	else
		memcpy((char *)&cf_nt_real + offset, &absent, sizeof(absent));
	errno = saved;
}

#define FIND_ONE(result, member, parameters, arguments, symbol, other) \
	find(symbol, other, offsetof(struct cf_nt_real, member));
#define FIND_VAR(result, member, some, parameters, arguments, symbol, other) \
	FIND_ONE(result, member, parameters, arguments, symbol, other)

/* What a function is until it is found: it finds it, and is called again. */
#define FIRST_ONE(result, member, parameters, arguments, symbol, other)		\
	static result first_##member parameters					\
	{									\
		FIND_ONE(result, member, parameters, arguments, symbol, other)	\
		return cf_nt_real.member arguments;				\
	}
#define FIRST_VAR(result, member, some, parameters, arguments, symbol, other) \
	FIRST_ONE(result, member, parameters, arguments, symbol, other)

CF_NT_REAL_FUNCTIONS(FIRST_ONE, FIRST_VAR)

#define INITIAL_ONE(result, member, parameters, arguments, symbol, other) \
	.member = first_##member,
#define INITIAL_VAR(result, member, some, parameters, arguments, symbol, other) \
	.member = (result(*) some)(void (*)(void))first_##member,

struct cf_nt_real cf_nt_real = { CF_NT_REAL_FUNCTIONS(INITIAL_ONE, INITIAL_VAR) };

void cf_nt_real_find(void)
{
	CF_NT_REAL_FUNCTIONS(FIND_ONE, FIND_VAR)
}
