/* SPDX-License-Identifier: MIT */
/*
 * tools/carafe.c - the command `carafe`: finds the command that is meant.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <carafe/version.h>

#include "tools/command.h"

static const struct command *const commands[] = {
	&run_command,
	&status_command,
	&doctor_command,
	&fsck_command,
	&bench_command
};

static const size_t command_count = sizeof(commands) / sizeof(commands[0]);

static int write_out(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_OK;
	fprintf(stderr, "carafe: cannot write to the standard output: %s\n", strerror(errno));
	return EXIT_NO;
}

static int show_help(void)
{
	puts("Usage: carafe COMMAND [OPTION]... [ARGUMENT]...\n"
	     "Windows NT's object manager for the processes of a Unix user, without a server.\n");
	for (size_t i = 0; i < command_count; i++)
		printf("  %-8s %s\n", commands[i]->name, commands[i]->summary);
	puts("\n"
	     "  -h, --help     this text; after COMMAND, the command's own\n"
	     "  -V, --version  the version\n"
	     "\n"
	     "Exit status: 0 done or yes, 1 failed or no, 2 wrong usage; `carafe run' gives that "
	     "of\n"
	     "the program it ran.  The manual: carafe(1), carafe(7).");
	return write_out();
}

static int show_version(void)
{
	printf("carafe %s\n", carafe_version());
	return write_out();
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < command_count; i++)
		if (strcmp(word, commands[i]->name) == 0)
			return commands[i]->run(commands[i], argc - 1, argv + 1);
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
		return show_help();
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
		return show_version();
	if (argc < 2)
		fputs("carafe: which command?\n", stderr);
	else
		fprintf(stderr, "carafe: there is no command \"%s\"\n", word);
	fputs("Try: carafe --help\n", stderr);
	return EXIT_USAGE;
}
