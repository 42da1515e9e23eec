/* SPDX-License-Identifier: MIT */
/*
 * os/sim/fibre.h - stacks that take turns on one real thread.
 *
 * swapcontext() makes two system calls a switch; where the processor is known a few instructions
 * do.
 *
 * What happens if a process dies here: a virtual process' fibres are not switched to any more.
 */
#ifndef OS_SIM_FIBRE_H
#define OS_SIM_FIBRE_H

#include <stddef.h>

struct fibre {
	void *saved;
};

/* Makes the next switch to the fibre call entry() on the stack.  entry() must not return. */
void fibre_prepare(struct fibre *fibre, void *stack, size_t size, void (*entry)(void));

/* Leaves what runs now in *from and goes on with *to. */
void fibre_switch(struct fibre *from, struct fibre *to);

#endif
