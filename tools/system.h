/* SPDX-License-Identifier: MIT */
/*
 * tools/system.h - what `carafe` asks an operating system beyond what the library needs.
 *
 * Each folder tools/SYSTEM implements it.  Nothing here changes anything but system_close_from().
 *
 * What happens if a process dies here: nothing.
 */
#ifndef CARAFE_TOOLS_SYSTEM_H
#define CARAFE_TOOLS_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The path of the program that is running; false when the system does not tell. */
bool system_program(char *path, size_t size);

/* Something that the kernel has or has not. */
struct system_feature {
	const char *name;
	bool present;
	bool needed;	      /* Carafe does not work without it */
	const char *use;      /* what Carafe does with it */
	const char *remedy;   /* what to do when it is missing */
};

/* Fills in up to size of them; gives how many there are. */
size_t system_features(struct system_feature *features, size_t size);

/* Whether ntsync programs find a device of the kernel here, and can open it. */
bool system_ntsync_device(void);

/*
 * Why a preloaded library does not get into the program at path: a sentence's end such as "it is
 * linked statically"; NULL when it does, or when nothing speaks against it.  both: there is a library
 * for either width.
 */
const char *system_unserved(const char *path, bool both);

/* Whether Carafe serves the ntsync ABI on this kind of system at all. */
bool system_has_ntsync_abi(void);

/* What can be seen of another process from outside. */
struct system_process {
	bool exists;
	bool readable;	/* the rest could be found out */
	bool preloaded; /* the ntsync library is mapped */
};

/*
 * Looks at a process; calls visit(context, path) for the folder of each environment whose memory it
 * has mapped.
 */
void system_process_look(pid_t pid, struct system_process *process,
			 void (*visit)(void *context, const char *path), void *context);

/* Closes every descriptor from first on. */
void system_close_from(int first);

/* The space in which pids of this process mean something, as os_self() tells it. */
uint32_t system_pid_space(void);

#endif
