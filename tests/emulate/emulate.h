/* SPDX-License-Identifier: MIT */
/*
 * tests/emulate/emulate.h - the BSDs' system calls imitated on Linux, so that os/freebsd, os/netbsd,
 * os/openbsd and os/dragonfly can run through the tests where none of these systems can.
 *
 * The folder of a system holds headers that stand before Linux's; the files here do what these
 * headers declare, as the systems' manuals and kernels say: what a changed word, a signal or a time-out
 * is called, how time is rounded, who inherits what, which locks are in each other's way.  What
 * they cannot imitate is said where it is; and whether the real kernels do what their manuals say no
 * emulation can show.
 *
 * What happens if a process dies here: Linux's kernel closes and drops all, as the other would.
 */
#ifndef CARAFE_TESTS_EMULATE_H
#define CARAFE_TESTS_EMULATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* A tick of a kernel's clock: hz = 100. */
#define EMULATE_TICK UINT64_C(10000000)
#define EMULATE_SECOND UINT64_C(1000000000)

uint64_t emulate_now(clockid_t clock);

/*
 * Sleeps while *word == expected; until the time (ns of CLOCK_MONOTONIC or CLOCK_REALTIME;
 * UINT64_MAX for none).  0, EAGAIN, ETIMEDOUT, EINTR (after every handler) or EFAULT.
 */
int emulate_sleep(const void *word, uint32_t expected, clockid_t clock, uint64_t until);

/* How many were woken. */
int emulate_wake(const void *word, int count);

/* Whether the word can be written to, as kernels ask that do not only read it. */
bool emulate_writable(const void *word);

/* The end of a span on CLOCK_MONOTONIC, rounded up to ticks. */
uint64_t emulate_ticks(const struct timespec *span);

/* Whether all handlers of this process restart system calls. */
bool emulate_handlers_restart(void);

/* Of a process: when it started, in microseconds of the machine's uptime.  False: no such process. */
bool emulate_start(pid_t pid, uint64_t *microseconds, bool *zombie);

/* Whether the system tells of the end of a zombie that is added to a queue, instead of refusing it. */
extern const bool emulate_reports_zombies;

/* When the machine was started, in seconds of real time. */
uint64_t emulate_boot(void);

#endif
