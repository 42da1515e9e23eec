/* SPDX-License-Identifier: MIT */
/*
 * core/query.h - looking at an environment from outside: for `carafe doctor` and `carafe status`.
 *
 * Who looks never attaches, takes no slot and no lock, and maps the memory for reading only, so
 * looking can neither disturb anybody nor keep an environment in use.  Every index and count that
 * is read is compared with its array; a word in the middle of a change is not helped, only counted.
 * What is told is therefore a sum of moments, not one moment.
 *
 * What happens if a process dies here: nothing; and what it looks at may go away at any time, the
 * mapping stays.
 */
#ifndef CF_QUERY_H
#define CF_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carafe/status.h>

#define CF_QUERY_PROCESSES 1024u
#define CF_QUERY_PATH 1024

struct cf_region;

/* An environment that is looked at.  Local to the process. */
struct cf_query {
	struct cf_region *region; /* read-only */
	int lock;
	char path[CF_QUERY_PATH]; /* of the generation's folder */
};

/* Slots of one kind. */
struct cf_query_slots {
	uint32_t limit;	   /* as many as there can be */
	uint32_t reserved; /* with memory behind them */
	uint32_t used;
};

/* An attached process, or what one left behind. */
struct cf_query_process {
	uint32_t slot;
	uint32_t pid;
	uint32_t space; /* in which pid means something; 0 unknown (os/os.h) */
	uint64_t start;
	bool alive;	/* the lock that dies with it is held */
	bool janitor;	/* said to look after the others; a hint */
	bool only;	/* there for the others only (core/round.h) */
	uint32_t threads;
	uint32_t waiting; /* of these, in a wait that sleeps or is about to */
};

struct cf_query_snapshot {
	struct cf_query_slots processes;
	struct cf_query_slots threads;
	struct cf_query_slots objects;
	struct cf_query_slots chunks; /* of handles */
	uint32_t dead;		      /* process slots that nobody lives in any more */
	uint32_t waiting;	      /* threads */
	uint32_t events;
	uint32_t mutants;
	uint32_t semaphores;
	uint32_t changing; /* objects that were in the middle of a change */
	uint32_t count;	   /* of process[] */
	struct cf_query_process process[CF_QUERY_PROCESSES];
};

/*
 * Opens the present generation of an environment, named as for carafe_environment_open().
 *
 * CARAFE_STATUS_OBJECT_NAME_NOT_FOUND, CARAFE_STATUS_OBJECT_PATH_NOT_FOUND: nobody uses such an
 * environment; CARAFE_STATUS_REVISION_MISMATCH: it is of another build;
 * CARAFE_STATUS_FILE_CORRUPT_ERROR; and what os_folder_open() and os_file_open() return.
 */
carafe_status cf_query_open(const char *name, struct cf_query *query);

/*
 * The same whatever the header says; FILE_CORRUPT_ERROR: the file has not the size of a memory.  For
 * core/check.h.
 */
carafe_status cf_query_open_as_is(const char *name, struct cf_query *query);
void cf_query_close(struct cf_query *query);

/* Counts.  The size of a snapshot does not suit a small stack. */
carafe_status cf_query_take(const struct cf_query *query, struct cf_query_snapshot *snapshot);

/* The folder in which this user's environments lie by the rule of carafe_environment_open(). */
carafe_status cf_query_base(char *path, size_t size);

/*
 * Calls visit(context, name) for each environment there, in no order, until that is false;
 * environments that nobody uses are among them.
 */
carafe_status cf_query_list(bool (*visit)(void *context, const char *name), void *context);

/*
 * Removes the folder of an environment that nobody uses, made for one occasion and never to be
 * entered again: the place of another one would lose its gate while somebody enters.
 */
void cf_query_remove(const char *path);

#endif
