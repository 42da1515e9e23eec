/* SPDX-License-Identifier: MIT */
/*
 * os/sim/rename.h - what core/ is compiled with for the simulator; given to the compiler by
 * -include.
 *
 * Thread-local variables go to a section of their own, which is exchanged when another virtual
 * thread runs; the globals of core/ are gathered by os/sim/section.ld, and are exchanged when
 * another virtual process does.  Memory from the heap and the variables of the process' environment
 * are the virtual process' own.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#ifndef OS_SIM_RENAME_H
#define OS_SIM_RENAME_H

#include <stdlib.h>

void *sim_calloc(size_t count, size_t size);
void sim_free(void *memory);
char *sim_getenv(const char *name);

#define calloc sim_calloc
#define free sim_free
#define getenv sim_getenv

#define _Thread_local __attribute__((__section__("sim_thread")))
#define __tls_model__(model) __unused__

#endif
