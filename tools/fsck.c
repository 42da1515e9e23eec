/* SPDX-License-Identifier: MIT */
/*
 * tools/fsck.c - `carafe fsck': whether the structure of an environment is sound.
 *
 * Only looks: it never blocks, attaches, repairs or changes anything (core/check.h).
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/query.h"
#include "tools/command.h"
#include "tools/explain.h"
#include "tools/json.h"

#define MOST 1000u /* findings that are told */

static const char fsck_help[] =
	"Usage: carafe fsck [OPTION]... [NAME]\n"
	"Checks the structure of the environment NAME (a name, or the absolute path of its folder; "
	"by\n"
	"default that of $CARAFE_ENV, or \"default\") while others use it.  It only reads, and "
	"repairs\n"
	"nothing: who finds an environment that nobody uses makes a new one.\n"
	"\n"
	"  -x, --exact  nobody is inside a call, except asleep in a wait: then more must hold\n"
	"  -j, --json   write JSON\n"
	"  -h, --help   this text\n"
	"\n"
	"Exit status: 0 nothing is wrong; 1 something is, and a line for each tells what; 2 wrong\n"
	"usage; 3 it could not be checked.\n";

struct report {
	const char *name; /* NULL: by the rule */
	bool exact;
	bool json;
	carafe_status status;
	uint32_t count;
	bool more;
	uint32_t dead; /* processes that nobody cleared away yet, which is no fault */
	struct json *findings;
	struct cf_query query;
};

/* ---- Looking ---------------------------------------------------------------------------- */

static bool tell_finding(void *context, const struct cf_finding *finding)
{
	struct report *report = context;
	struct json *json;

	if (report->count == MOST) {
		report->more = true;
		return false;
	}
	report->count++;
	if (!report->json) {
		printf("%s %" PRIu32 ": %s\n", cf_finding_name(finding->kind), finding->index,
		       finding->sentence);
		return true;
	}
	json = json_add_object(report->findings, NULL);
	json_add_string(json, "kind", cf_finding_name(finding->kind));
	json_add_integer(json, "index", finding->index);
	json_add_string(json, "sentence", finding->sentence);
	return true;
}

static void look(struct report *report)
{
	static struct cf_query_snapshot snapshot;

	report->status = cf_query_open_as_is(report->name, &report->query);
	if (!CARAFE_SUCCESS(report->status))
		return;
	report->status =
		cf_check(report->query.region, report->exact ? CF_CHECK_EXACT : CF_CHECK_LIVE,
			 tell_finding, report);
	if (CARAFE_SUCCESS(report->status) &&
	    CARAFE_SUCCESS(cf_query_take(&report->query, &snapshot)))
		report->dead = snapshot.dead;
	cf_query_close(&report->query);
}

/* ---- Telling ---------------------------------------------------------------------------- */

/* What the header tells is a finding even where the rest cannot be read. */
static int result_of(const struct report *report)
{
	if (report->count > 0)
		return EXIT_NO;
	return CARAFE_SUCCESS(report->status) ? EXIT_OK : EXIT_UNKNOWN;
}

static void print_advice(const struct report *report)
{
	printf("\n%s%" PRIu32 " findings in %s\n", report->more ? "more than " : "", report->count,
	       report->query.path);
	if (!CARAFE_SUCCESS(report->status))
		puts("The rest was not read: another version of Carafe may have made it.");
	printf("What to do: copy %s/memory for a report; end the programs that use it\n"
	       "(`carafe status' lists them); who opens it then makes it afresh.\n",
	       report->query.path);
}

static void print_end(const struct report *report)
{
	if (report->count > 0)
		print_advice(report);
	else if (!CARAFE_SUCCESS(report->status))
		printf("%s: %s\n", report->name != NULL ? report->name : "the environment",
		       explain(report->status));
	else
		printf("%s: nothing is wrong\n", report->query.path);
	if (report->dead > 0)
		printf("%" PRIu32
		       " processes died and are not cleared away yet: the janitor, or who opens "
		       "it next, does that.\n",
		       report->dead);
}

static bool write_json(struct json *root, const struct report *report)
{
	json_add_boolean(root, "checked", CARAFE_SUCCESS(report->status));
	json_add_boolean(root, "sound", result_of(report) == EXIT_OK);
	json_add_boolean(root, "more", report->more);
	json_add_string(root, "path", report->query.path);
	json_add_string(root, "status", carafe_status_name(report->status));
	json_add_integer(root, "dead_processes", report->dead);
	return json_write(root, stdout);
}

static int fsck(const struct command *command, struct report *report)
{
	struct json *root = report->json ? json_root() : NULL;

	if (report->json)
		report->findings = json_add_array(root, "findings");
	look(report);
	if (report->status == CARAFE_STATUS_OBJECT_NAME_INVALID)
		return usage(command, "\"%s\": %s", report->name, explain(report->status));
	if (report->json && !write_json(root, report)) {
		complain(command, "cannot write the JSON: no memory, or no room");
		return EXIT_UNKNOWN;
	}
	if (!report->json)
		print_end(report);
	return finish(command, result_of(report));
}

/* ---- The command ------------------------------------------------------------------------ */

static int fsck_main(const struct command *command, int argc, char **argv)
{
	static const struct option known[] = { { "exact", no_argument, NULL, 'x' },
					       { "json", no_argument, NULL, 'j' },
					       { "help", no_argument, NULL, 'h' },
					       { NULL, 0, NULL, 0 } };
	static struct report report;
	int option;

	while ((option = getopt_long(argc, argv, "xjh", known, NULL)) != -1) {
		switch (option) {
		case 'x':
			report.exact = true;
			break;
		case 'j':
			report.json = true;
			break;
		case 'h':
			return help(command);
		default:
			return usage(command, "which option was meant?");
		}
	}
	if (optind + 1 < argc)
		return usage(command, "one NAME at a time");
	report.name = optind < argc ? argv[optind] : NULL;
	if (report.json && !json_wanted(command))
		return EXIT_UNKNOWN;
	return fsck(command, &report);
}

const struct command fsck_command = { "fsck", "check the structure of an environment", fsck_help,
				      fsck_main };
