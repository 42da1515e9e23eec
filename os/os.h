/* SPDX-License-Identifier: MIT */
/*
 * os/os.h - what an operating system must offer to core/.
 *
 * This is the whole contract: core/ includes no system header and calls nothing else of a
 * system.  Each folder under os/ implements it; os/posix/ holds what real systems share.
 *
 * Rules for every backend
 *   - Nothing here prints, aborts or changes the program's signal handlers.
 *   - A function that can fail returns a carafe_status; on failure its outputs are untouched
 *     unless stated otherwise.
 *   - Descriptors are close-on-exec and are moved out of the low numbers a program expects.
 *   - Any return from os_park() means "look again"; it never decides the outcome of a wait.
 *   - Functions marked [signal-safe] may be called from a signal handler and keep errno.
 *
 * What happens if a process dies here: the kernel closes its descriptors and drops its locks;
 * nothing else that this interface hands out outlives the process, except files, which the next
 * one to come finds complete (they are renamed into place) or knows to be leftovers (unlocked).
 */
#ifndef CARAFE_OS_OS_H
#define CARAFE_OS_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carafe/status.h>

/* ---- Time ---------------------------------------------------------------------------- */

enum os_clock {
	OS_CLOCK_UPTIME,	/* monotonic, stops while suspended; others may see another */
	OS_CLOCK_REALTIME	/* ns since 1970-01-01 UTC, follows clock changes */
};

#define OS_NEVER UINT64_MAX

/* The present time in nanoseconds. [signal-safe] */
uint64_t os_now(enum os_clock clock);

/* ---- Sleeping ------------------------------------------------------------------------ */

enum os_parked {
	OS_LOOK,	/* woken, or for no reason at all */
	OS_LATE,	/* the deadline has passed by the backend's own reading of the clock */
	OS_INTERRUPTED	/* a signal handler ran */
};

/*
 * Sleeps while *word == expected, until os_unpark(word), the deadline (ns on the given clock;
 * OS_NEVER for none), a signal, or for no reason at all.  The word lies in a region mapped by
 * os_map(); at most one thread sleeps on a word.  The comparison is atomic with respect to
 * os_unpark(), but is no memory fence.  With restartable, a handler installed with SA_RESTART does
 * not end the sleep where the system can do that; otherwise any handler may.  [signal-safe]
 */
enum os_parked os_park(const uint32_t *word, uint32_t expected, enum os_clock clock,
		       uint64_t deadline, bool restartable);

/* Wakes the thread that sleeps on word, in whatever process, if there is one. [signal-safe] */
void os_unpark(uint32_t *word);

/* Processors this process may run on; at least 1.  [signal-safe] */
unsigned os_processors(void);

/*
 * A short name of the sleeping primitive ("futex", "umtx", ...).  Processes that sleep by primitives
 * of different names cannot wake each other.
 */
const char *os_backend(void);

/* What this backend does worse than the best, for people: sentences without a stop, then NULL. */
const char *const *os_weaknesses(void);

/* ---- Files of an environment ---------------------------------------------------------- */

/*
 * The value of a variable of the environment; NULL when it is not set, or when the program runs
 * with rights that whoever set it may not have (setuid).
 */
const char *os_setting(const char *name);

/*
 * Writes the folder in which this user's environments lie (no trailing slash).  The rule, in
 * this order, taking the first that can be had:
 *   $XDG_RUNTIME_DIR/carafe  when the variable names an absolute path of a folder that is ours
 *   the system's place for shared memory, "carafe-UID" in it (Linux: /dev/shm)
 *   ${TMPDIR:-/tmp}/carafe-UID
 * The folder need not exist yet.  CARAFE_STATUS_OBJECT_PATH_INVALID when it does not fit in size.
 */
carafe_status os_base_folder(char *path, size_t size);

/*
 * Opens the folder path, relative to the folder parent (parent -1: path is absolute).  With create
 * it is made (0700) when absent.  Refused with CARAFE_STATUS_ACCESS_DENIED: a symbolic link, what
 * is no folder, an owner other than the effective user, or write permission for others.
 * CARAFE_STATUS_OBJECT_PATH_NOT_FOUND when absent, CARAFE_STATUS_DISK_FULL,
 * CARAFE_STATUS_TOO_MANY_OPENED_FILES; CARAFE_STATUS_OBJECT_PATH_INVALID for a path that ends in
 * a slash (systems follow a link before it) or is too long.
 */
carafe_status os_folder_open(int parent, const char *path, bool create, int *folder);

/*
 * Renames the folder from to the name to, both in parent, atomically.
 * CARAFE_STATUS_OBJECT_NAME_COLLISION when to exists and is not empty.
 */
carafe_status os_folder_rename(int parent, const char *from, const char *to);

/* Removes the folder name in parent with the plain files and lock files in it. Best effort. */
void os_folder_remove(int parent, const char *name);

/* Calls visit(context, name) for each name in the folder but "." and "..", until that is false. */
carafe_status os_folder_list(int folder, bool (*visit)(void *context, const char *name),
			     void *context);

/*
 * Opens the plain file name in folder for reading and writing; with create it is made (0600).
 * Refused with CARAFE_STATUS_ACCESS_DENIED: links, other owners, write permission for others, other
 * kinds of file.
 * CARAFE_STATUS_OBJECT_NAME_NOT_FOUND when absent (or when the folder was removed).
 */
carafe_status os_file_open(int folder, const char *name, bool create, int *file);

carafe_status os_file_size(int file, uint64_t *size);

/* Sets the size, sparse.  Called with one size only in the life of a file. */
carafe_status os_file_resize(int file, uint64_t size);

/*
 * Makes sure that the bytes [offset, offset + length) can be touched without a fault: reserves
 * their backing store, without changing them, whoever writes there meanwhile.
 * CARAFE_STATUS_DISK_FULL when there is none; CARAFE_STATUS_NOT_SUPPORTED when this file system
 * cannot promise it.
 */
carafe_status os_file_reserve(int file, uint64_t offset, uint64_t length);

/* True when name in folder is still the very file (or folder) that fd was opened from. */
bool os_same_file(int fd, int folder, const char *name);

/*
 * Maps [0, size) of the file for all to share, readable and, unless read_only, writable.  The file
 * lies in folder, where a backend may keep what it needs to wake who sleeps on the file's words;
 * both descriptors may be closed as soon as it is mapped.
 */
carafe_status os_map(int folder, int file, uint64_t size, bool read_only, void **base);
void os_unmap(void *base, uint64_t size);

void os_close(int fd);

uint32_t os_page_size(void);

/* ---- Locks that die with their holder -------------------------------------------------- */

/*
 * A lock file has numbered locks, each of which is for itself: nothing takes several in one step,
 * and nothing waits for one.  An opening of the file owns the locks that were taken through it.
 * fork() shares an opening between parent and child; its locks are gone at once when the last
 * process that has it closed it, ended, was killed or called exec().  So a parent takes a lock for
 * a child to come through an opening that it closes after the fork: closing gives nothing back that
 * another process still has.
 *
 * What lies in the folder under the name is the backend's: a plain file where the kernel locks
 * parts of a file for an opening, a folder with a file for each number where it locks whole files.
 *
 * Threads may use one opening at once, but no two of them ask for the same lock.
 */

/*
 * locks is a descriptor of what lies under the name.  CARAFE_STATUS_OBJECT_NAME_NOT_FOUND when
 * absent; else as os_file_open().
 */
carafe_status os_locks_open(int folder, const char *name, bool create, int *locks);

/* Closes this process' copy of the opening.  os_close() would not do. */
void os_locks_close(int locks);

/*
 * Takes a lock.  CARAFE_STATUS_SHARING_VIOLATION when another opening has it;
 * CARAFE_STATUS_SUCCESS, and no change, when this one has it.
 */
carafe_status os_lock(int locks, uint32_t number);

/* Gives it back, for every process that has this opening. */
void os_unlock(int locks, uint32_t number);
void os_unlock_all(int locks);

/*
 * Whether another opening has the lock, in this process or elsewhere.  Disturbs nobody who takes or
 * tests it meanwhile.  [signal-safe]
 */
carafe_status os_lock_test(int locks, uint32_t number, bool *held);

/* Whether another opening has a lock of this file, whatever its number. */
carafe_status os_lock_test_any(int locks, bool *held);

/* ---- Processes ------------------------------------------------------------------------- */

/* Names one incarnation of a process for os_watch_add(); compared bytewise. */
struct os_process {
	uint64_t start;		/* when it started, in the system's unit, the same to all */
	uint32_t pid;
	uint32_t space;		/* the space in which pid means something (Linux: pid namespace) */
};

/* The calling process. */
void os_self(struct os_process *process);

/*
 * A watch tells one thread, promptly, that a process died or that somebody rang the bell.  It is
 * a hint: the lock is the truth.
 */
struct os_watch;

/* bell: an opened bell that rings into this watch, or -1. */
carafe_status os_watch_open(int bell, struct os_watch **watch);
void os_watch_close(struct os_watch *watch);

/*
 * Watches one more process, named key in what os_watch_wait() tells.
 * CARAFE_STATUS_SUCCESS; CARAFE_STATUS_INVALID_CID: it is gone already;
 * CARAFE_STATUS_NOT_SUPPORTED: this system cannot watch it, test its lock now and then.
 */
carafe_status os_watch_add(struct os_watch *watch, const struct os_process *process, uint32_t key);
void os_watch_remove(struct os_watch *watch, uint32_t key);

/*
 * Sleeps until a watched process dies, the bell rings, os_watch_interrupt(), the time (ns;
 * OS_NEVER for no end) is over, or for no reason.  One death ends one wait, not every later one.
 */
void os_watch_wait(struct os_watch *watch, uint64_t nanoseconds);

/* Ends a present or the next os_watch_wait() of any thread of this process. */
void os_watch_interrupt(struct os_watch *watch);

/*
 * A bell is a file through which any process can end os_watch_wait() of who opened it; when
 * several did, of at least one.
 */
carafe_status os_bell_create(int folder, const char *name);
carafe_status os_bell_open(int folder, const char *name, int *bell);
void os_bell_ring(int folder, const char *name);	/* no effect when nobody opened it */

/* ---- Threads of this process ------------------------------------------------------------ */

/*
 * One lock for all of this process' rare, process-local book-keeping.  Recursive: no.  For fork():
 * take it in prepare, release it in parent and child.  Who has it runs no signal handler and is not
 * cancelled meanwhile.
 */
void os_local_lock(void);
void os_local_unlock(void);

/*
 * hook() runs at the end of every thread that called os_thread_arm(), as late as the system
 * allows, in that thread; once for each thread, whatever the thread does after it.  From then on
 * the thread has every signal blocked.  Set once.
 */
carafe_status os_thread_at_exit(void (*hook)(void));
void os_thread_arm(void);

struct os_thread;

/* Starts a thread with every signal blocked. */
carafe_status os_thread_start(void (*run)(void *), void *argument, struct os_thread **thread);

/* Waits for its end. */
void os_thread_join(struct os_thread *thread);

/* Gives up the processor. [signal-safe] */
void os_yield(void);

/* The three run around fork() in the usual places. */
carafe_status os_at_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void));

#endif
