/* SPDX-License-Identifier: MIT */
/*
 * nt.h - what the files of the ntsync conformance program share: TAP, thin wrappers of
 * the requests, and waits in other threads and processes.
 *
 * The program knows nothing but the ABI: open("/dev/ntsync") and ioctl() through libc.
 * It passes on the kernel's driver; whoever else serves the ABI must pass it, too.
 *
 * Wrappers return what ioctl() returned, or -errno.
 *
 * Each case runs in a process group of its own under a time limit, so a crash or a hang
 * is one failure and ends one case.  Should the program itself be killed, its children
 * end with the case's limit.
 */
#ifndef NT_H
#define NT_H

/* Every file includes this one first: the system's own calls are tested beside POSIX's. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <carafe/linux/ntsync.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/types.h>

/* A request as this C library's ioctl() takes it: some declare what POSIX once had, an int. */
#define NT_REQUEST(number) _Generic(&ioctl, int (*)(int, int, ...): (int)(number), default: (number))

/* --- cases ---------------------------------------------------------------------- */

struct nt_case {
	const char *name;
	void (*run)(void);
	const char *catches; /* what an implementation got wrong when this fails */
};

extern const struct nt_case semaphore_cases[];
extern const struct nt_case mutex_cases[];
extern const struct nt_case event_cases[];
extern const struct nt_case wait_cases[];
extern const struct nt_case error_cases[];
extern const struct nt_case block_cases[];
extern const struct nt_case signal_cases[];
extern const struct nt_case descriptor_cases[];
extern const struct nt_case process_cases[];
extern const struct nt_case stress_cases[];

/* What the program does when it is started by its own exec test. */
int after_exec(int argc, char **argv);

/* --- TAP ------------------------------------------------------------------------ */

/* In shared memory: every process and thread that prints a check adds to it. */
struct nt_tap {
	_Atomic unsigned int checks;
	_Atomic unsigned int failed;
};
extern struct nt_tap *nt_tap;

#if defined(__GNUC__)
#define NT_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define NT_PRINTF(f, a)
#endif

bool nt_ok(bool good, const char *file, int line, const char *format, ...) NT_PRINTF(4, 5);
bool nt_is(long long got, long long want, const char *file, int line, const char *format, ...)
	NT_PRINTF(5, 6);
void nt_note(const char *format, ...) NT_PRINTF(1, 2);
void nt_skip(const char *reason, const char *format, ...) NT_PRINTF(2, 3);
/* Ends the case: something without which it makes no sense failed. */
_Noreturn void nt_give_up(const char *format, ...) NT_PRINTF(1, 2);

#define ok(good, ...) nt_ok((good), __FILE__, __LINE__, __VA_ARGS__)
#define is(got, want, ...) nt_is((got), (want), __FILE__, __LINE__, __VA_ARGS__)

/* --- requests -------------------------------------------------------------------- */

#define OWNER 123u
#define UNTOUCHED 0xdeadbeefu /* what results hold before a request */
#define POLL 0ull	      /* a deadline in the past */
#define NEVER (~0ull)

/* A literal list of descriptors, as two arguments. */
#define FDS(...) \
	((const int[]){ __VA_ARGS__ }), (unsigned int)(sizeof((int[]){ __VA_ARGS__ }) / sizeof(int))
#define NO_FDS NULL, 0u

int nt_open(void); /* a new instance, or gives up */
int nt_ioctl(int fd, unsigned long request, void *arg);
int nt_sem(int dev, unsigned int count, unsigned int max);
int nt_mutex(int dev, unsigned int owner, unsigned int count);
int nt_event(int dev, unsigned int manual, unsigned int signaled);
int nt_auto(int dev);	/* auto-reset event, not signalled */
int nt_manual(int dev); /* manual-reset event, not signalled */
int nt_release(int sem, unsigned int count, unsigned int *prev);
int nt_unlock(int mutex, unsigned int owner, unsigned int *prev);
int nt_kill(int mutex, unsigned int owner);
int nt_set(int event, unsigned int *prev);
int nt_reset(int event, unsigned int *prev);
int nt_pulse(int event, unsigned int *prev);

/* index is UNTOUCHED where the request did not write it; it may be NULL. */
int nt_any(int dev, unsigned int owner, uint64_t deadline, int alert, unsigned int *index,
	   const int *fds, unsigned int count);
int nt_all(int dev, unsigned int owner, uint64_t deadline, int alert, unsigned int *index,
	   const int *fds, unsigned int count);

/* One check each of the whole state. */
bool sem_is(int sem, unsigned int count, unsigned int max, const char *what);
bool mutex_is(int mutex, int result, unsigned int owner, unsigned int count, const char *what);
bool event_is(int event, unsigned int manual, unsigned int signaled, const char *what);
/* One check of a polling wait by OWNER on one object: ready (0), -ETIMEDOUT, ... */
bool poll_is(int dev, int object, int result, const char *what);

uint64_t nt_now(void);		    /* CLOCK_MONOTONIC, ns */
uint64_t nt_in_ms(unsigned int ms); /* a deadline */
/* Long enough that only a lost wake-up reaches it, shorter than a case's limit. */
#define LATE nt_in_ms(30000)

/* --- waits elsewhere --------------------------------------------------------------- */

enum place { THREAD, PROCESS, PLACES };
extern const char *const place_names[PLACES];

/*
 * A wait in another thread or in a forked process.  In memory shared with it: the waiter
 * writes stage, tid, result and args.index (each once, before the stage that says so), all
 * else is written by who starts it.
 */
struct waiter {
	enum place place;
	int dev;
	bool all;
	struct ntsync_wait_args args;
	int fds[NTSYNC_MAX_WAIT_COUNT];
	pthread_t thread;
	pid_t pid;
	_Atomic int stage; /* 0 starting, 1 in the request, 2 done */
	_Atomic int tid;
	int result;
};

/* Each starts the wait and returns when it sleeps. */
struct waiter *waits_any(enum place place, int dev, unsigned int owner, uint64_t deadline,
			 int alert, const int *fds, unsigned int count);
struct waiter *waits_all(enum place place, int dev, unsigned int owner, uint64_t deadline,
			 int alert, const int *fds, unsigned int count);
/* One check: it is still in the request, and sleeps. */
bool waits_still(struct waiter *w, const char *what);
/* Returns when it ended: one check of its result and index. */
bool wait_ended(struct waiter *w, int result, unsigned int index, const char *what);
void until_asleep(pid_t pid, pid_t tid, const _Atomic int *stage);

/* --- messages ---------------------------------------------------------------------- */

#define NT_MESSAGE_FDS 8 /* the most in one */

/* A message with descriptors and one byte; ends the process when it cannot be sent. */
void nt_send(int sock, const int *fds, unsigned int count);
/* False: none came with exactly so many. */
bool nt_receive(int sock, int *fds, unsigned int count, int flags);

/* --- processes --------------------------------------------------------------------- */

/* Waits for a child of ours and returns its wait status. */
int reap(pid_t pid);
/* One check: the child ended by exit(0). */
bool child_is_fine(pid_t pid, const char *what);
/* fork() that gives up on failure; what a child of a case should be made with. */
pid_t nt_fork(void);
/* Zeroed memory shared with forked processes. */
void *nt_shared(size_t size);

#endif
