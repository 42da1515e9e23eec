/* SPDX-License-Identifier: MIT */
/*
 * tools/command.h - what the commands of `carafe` have in common.
 *
 * A command is one file with one struct command, and one row in tools/carafe.c.
 *
 * What happens if a process dies here: nothing; there is no state.
 */
#ifndef CARAFE_TOOLS_COMMAND_H
#define CARAFE_TOOLS_COMMAND_H

#include <stdbool.h>

/* Exit statuses, documented in carafe(1). */
enum exit_status {
	EXIT_OK = 0,
	EXIT_NO = 1,	      /* the answer is no, or it failed */
	EXIT_USAGE = 2,	      /* the command line makes no sense */
	EXIT_UNKNOWN = 3,     /* fsck: it could not be checked */
	EXIT_SELF = 125,      /* run: carafe itself failed */
	EXIT_NO_EXEC = 126,   /* run: PROGRAM is there and cannot be executed */
	EXIT_NO_PROGRAM = 127 /* run: PROGRAM is not there */
};

struct command {
	const char *name;
	const char *summary; /* one line */
	const char *help;    /* the whole --help */
	int (*run)(const struct command *command, int argc, char **argv);
};

extern const struct command bench_command, doctor_command, fsck_command, run_command,
	status_command;

#if defined(__GNUC__)
#define PRINTF_LIKE(format, first) __attribute__((__format__(__printf__, format, first)))
#else
#define PRINTF_LIKE(format, first)
#endif

/* Writes "carafe COMMAND: MESSAGE" to stderr. */
PRINTF_LIKE(2, 3) void complain(const struct command *command, const char *format, ...);

/* The same, with where to find help; gives EXIT_USAGE. */
PRINTF_LIKE(2, 3) int usage(const struct command *command, const char *format, ...);

/* Writes the help to stdout; gives EXIT_OK, or EXIT_NO when that fails. */
int help(const struct command *command);

/* Flushes stdout; gives status, or EXIT_NO with a message when something could not be written. */
int finish(const struct command *command, int status);

/* Complains when this build has no --json. */
bool json_wanted(const struct command *command);

#endif
