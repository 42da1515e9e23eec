/* SPDX-License-Identifier: MIT */
/* tap.h - the counts that every process of the conformance program adds to. */
#ifndef NT_TAP_H
#define NT_TAP_H

#include <stdatomic.h>

/* In shared memory.  Any process or thread adds one per check printed. */
struct tap {
	_Atomic unsigned int checks;
	_Atomic unsigned int failed;
};

extern struct tap *tap;

#endif
