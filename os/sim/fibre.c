/* SPDX-License-Identifier: MIT */
/*
 * os/sim/fibre.c - see os/sim/fibre.h.
 *
 * A fibre that does not run has its registers on its stack, and the stack pointer in `saved`.
 *
 * What happens if a process dies here: see os/sim/fibre.h.
 */
#include "os/sim/fibre.h"

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__) && defined(__LP64__)

void fibre_exchange(void **from, void *to);

/* What a function preserves: six registers; the return address lies above them. */
#define SAVED 6

__asm__(".text\n"
	".globl fibre_exchange\n"
	".hidden fibre_exchange\n"
	".type fibre_exchange, @function\n"
	"fibre_exchange:\n"
	"	pushq %rbp\n"
	"	pushq %rbx\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	movq %rsp, (%rdi)\n"
	"	movq %rsi, %rsp\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbx\n"
	"	popq %rbp\n"
	"	ret\n"
	".size fibre_exchange, . - fibre_exchange\n");

void fibre_prepare(struct fibre *fibre, void *stack, size_t size, void (*entry)(void))
{
	uintptr_t top = ((uintptr_t)stack + size) & ~(uintptr_t)15;
	uintptr_t *frame = (uintptr_t *)top - SAVED - 2;

	memset(frame, 0, (SAVED + 2) * sizeof(*frame));
	frame[SAVED] = (uintptr_t)entry;
	fibre->saved = frame;
}

void fibre_switch(struct fibre *from, struct fibre *to)
{
	fibre_exchange(&from->saved, to->saved);
}

#elif defined(__aarch64__) && defined(__GNUC__)

void fibre_exchange(void **from, void *to);

/* What a function preserves: x19 to x30 and d8 to d15. */
#define SAVED 20

__asm__(".text\n"
	".globl fibre_exchange\n"
	".hidden fibre_exchange\n"
	".type fibre_exchange, %function\n"
	"fibre_exchange:\n"
	"	sub sp, sp, #160\n"
	"	stp x19, x20, [sp, #0]\n"
	"	stp x21, x22, [sp, #16]\n"
	"	stp x23, x24, [sp, #32]\n"
	"	stp x25, x26, [sp, #48]\n"
	"	stp x27, x28, [sp, #64]\n"
	"	stp x29, x30, [sp, #80]\n"
	"	stp d8, d9, [sp, #96]\n"
	"	stp d10, d11, [sp, #112]\n"
	"	stp d12, d13, [sp, #128]\n"
	"	stp d14, d15, [sp, #144]\n"
	"	mov x9, sp\n"
	"	str x9, [x0]\n"
	"	mov sp, x1\n"
	"	ldp x19, x20, [sp, #0]\n"
	"	ldp x21, x22, [sp, #16]\n"
	"	ldp x23, x24, [sp, #32]\n"
	"	ldp x25, x26, [sp, #48]\n"
	"	ldp x27, x28, [sp, #64]\n"
	"	ldp x29, x30, [sp, #80]\n"
	"	ldp d8, d9, [sp, #96]\n"
	"	ldp d10, d11, [sp, #112]\n"
	"	ldp d12, d13, [sp, #128]\n"
	"	ldp d14, d15, [sp, #144]\n"
	"	add sp, sp, #160\n"
	"	ret\n"
	".size fibre_exchange, . - fibre_exchange\n");

void fibre_prepare(struct fibre *fibre, void *stack, size_t size, void (*entry)(void))
{
	uintptr_t top = ((uintptr_t)stack + size) & ~(uintptr_t)15;
	uintptr_t *frame = (uintptr_t *)top - SAVED;

	memset(frame, 0, SAVED * sizeof(*frame));
	frame[11] = (uintptr_t)entry; /* x30 */
	fibre->saved = frame;
}

void fibre_switch(struct fibre *from, struct fibre *to)
{
	fibre_exchange(&from->saved, to->saved);
}

#else

#include <ucontext.h>

/*
 * The context lies at the low end of the stack; that of the first stack, which nobody prepared,
 * here.
 */
static ucontext_t first;

void fibre_prepare(struct fibre *fibre, void *stack, size_t size, void (*entry)(void))
{
	ucontext_t *context = stack;

	getcontext(context);
	context->uc_stack.ss_sp = (char *)stack + sizeof(*context);
	context->uc_stack.ss_size = size - sizeof(*context);
	context->uc_link = NULL;
	makecontext(context, entry, 0);
	fibre->saved = context;
}

void fibre_switch(struct fibre *from, struct fibre *to)
{
	if (from->saved == NULL)
		from->saved = &first;
	swapcontext(from->saved, to->saved);
}

#endif
