/* SPDX-License-Identifier: MIT */
/*
 * bench/command.c - `carafe bench'.
 *
 * What happens if a process dies here: see bench/bench.h.
 */
#include <config.h>

#include <errno.h>
#include <getopt.h>
#include <regex.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "tools/command.h"

#define REPEAT 11
#define REPEAT_QUICK 3

static const char bench_help[] =
	"Usage: carafe bench [OPTION]...\n"
	"Measures Carafe beside the bare atomic operation, the bare futex, eventfd, a robust "
	"mutex,\n"
	"a server behind a socket, and /dev/ntsync where there is one; all in turn, in one run.\n"
	"\n"
	"  -f, --filter=RE  only the rows whose id matches the extended regular expression\n"
	"  -n, --repeat=N   take the median of N samples, 1 to 99 (11; with --quick 3)\n"
	"  -q, --quick      short samples: to see that it works, not for figures\n"
	"  -j, --json       write JSON\n"
	"  -h, --help       this text\n"
	"\n"
	"Exit status: 0 measured (whatever the figures are), 1 failed, 2 wrong usage.\n";

static bool is_expression(const char *text)
{
	regex_t expression;

	if (regcomp(&expression, text, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	regfree(&expression);
	return true;
}

static uint32_t repeat_of(const char *text)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (errno != 0 || *end != '\0' || number < 1 || number > BENCH_REPEAT_MAXIMUM)
		return 0;
	return (uint32_t)number;
}

static int measure(const struct command *command, struct bench_run *run)
{
	int result = EXIT_OK;

	if (!bench_measure(run)) {
		complain(command, "no memory is left");
		result = EXIT_NO;
	} else if (!run->options.json) {
		bench_print(run);
	} else if (!bench_write_json(run)) {
		complain(command, "cannot write the JSON: no memory, or no room");
		result = EXIT_NO;
	}
	free(run->result);
	return finish(command, result);
}

static int bench_main(const struct command *command, int argc, char **argv)
{
	static const struct option known[] = {
		{ "filter", required_argument, NULL, 'f' },
		{ "repeat", required_argument, NULL, 'n' },
		{ "quick", no_argument, NULL, 'q' },
		{ "json", no_argument, NULL, 'j' },
		{ "worker", no_argument, NULL, 'w' }, /* for bench itself: bench.h */
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	struct bench_run run = { .results = 0 };
	int option;

	while ((option = getopt_long(argc, argv, "f:n:qjh", known, NULL)) != -1) {
		switch (option) {
		case 'f':
			if (!is_expression(optarg))
				return usage(command,
					     "--filter takes an extended regular expression");
			run.options.filter = optarg;
			break;
		case 'n':
			run.options.repeat = repeat_of(optarg);
			if (run.options.repeat == 0)
				return usage(command,
					     "--repeat takes a number from 1 to %d, not \"%s\"",
					     BENCH_REPEAT_MAXIMUM, optarg);
			break;
		case 'q':
			run.options.quick = true;
			break;
		case 'j':
			run.options.json = true;
			break;
		case 'w':
			return bench_worker();
		case 'h':
			return help(command);
		default:
			return usage(command, "which option was meant?");
		}
	}
	if (optind < argc)
		return usage(command, "\"%s\" is one argument too many", argv[optind]);
	if (run.options.json && !json_wanted(command))
		return EXIT_NO;
	if (run.options.repeat == 0)
		run.options.repeat = run.options.quick ? REPEAT_QUICK : REPEAT;
	return measure(command, &run);
}

const struct command bench_command = {
	"bench", "measure Carafe and its peers on this machine", bench_help, bench_main
};
