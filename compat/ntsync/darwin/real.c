/* SPDX-License-Identifier: MIT */
/*
 * compat/ntsync/darwin/real.c - see compat/ntsync/real.h and compat/ntsync/darwin/enter.c.
 *
 * Nothing is looked up: a name means the C library's function here, though it means ours elsewhere.
 *
 * What happens if a process dies here: it holds addresses of its own only.
 */
#include <config.h>

#include "compat/ntsync/real.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAMED_ONE(result, member, parameters, arguments, symbol, other) .member = member,
#define NAMED_VAR(result, member, some, parameters, arguments, symbol, other) .member = member,

struct cf_nt_real cf_nt_real = { CF_NT_REAL_FUNCTIONS(NAMED_ONE, NAMED_VAR) };

void cf_nt_real_find(void)
{
}
