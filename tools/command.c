/* SPDX-License-Identifier: MIT */
/*
 * tools/command.c - messages of the commands.
 *
 * What happens if a process dies here: a line may be cut.
 */
#include "tools/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/json.h"

PRINTF_LIKE(2, 0)
static void message(const struct command *command, const char *format, va_list arguments)
{
	fprintf(stderr, "carafe %s: ", command->name);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void complain(const struct command *command, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	message(command, format, arguments);
	va_end(arguments);
}

int usage(const struct command *command, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	message(command, format, arguments);
	va_end(arguments);
	fprintf(stderr, "Try: carafe %s --help\n", command->name);
	return EXIT_USAGE;
}

int finish(const struct command *command, int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	complain(command, "cannot write to the standard output: %s", strerror(errno));
	return EXIT_NO;
}

int help(const struct command *command)
{
	fputs(command->help, stdout);
	return finish(command, EXIT_OK);
}

bool json_wanted(const struct command *command)
{
	if (json_supported())
		return true;
	complain(command, "--json is not in this build: "
			  "install jansson (Debian: libjansson-dev) and build carafe again");
	return false;
}
