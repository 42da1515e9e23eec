/* SPDX-License-Identifier: MIT */
/*
 * tools/status.c - `carafe status': is it on, for a process or in an environment?
 *
 * Only looks: it never blocks, attaches or changes anything.
 *
 * What happens if a process dies here: nothing.
 */
#include <config.h>

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/query.h"
#include "tools/command.h"
#include "tools/explain.h"
#include "tools/json.h"
#include "tools/system.h"

#define PLACES 8 /* environments that a process can have open */

static const char status_help[] =
	"Usage: carafe status [OPTION]... PID|NAME\n"
	"Tells whether Carafe is on for the running process PID: whether it uses an environment, "
	"or\n"
	"has the library that serves /dev/ntsync; or which processes use the environment NAME (a\n"
	"name, or the absolute path of its folder).  A number is a PID: give the path of an\n"
	"environment whose name is one.\n"
	"\n"
	"  -j, --json  write JSON\n"
	"  -h, --help  this text\n"
	"\n"
	"Exit status: 0 on, 1 off or not there, 2 wrong usage.\n";

static struct cf_query_snapshot snapshot;

static int write_json(const struct command *command, struct json *root, int result)
{
	if (!json_write(root, stdout)) {
		complain(command, "cannot write the JSON: no memory, or no room");
		return EXIT_NO;
	}
	return finish(command, result);
}

/* ---- A process -------------------------------------------------------------------------- */

struct found {
	uint32_t pid;
	struct system_process process;
	size_t count; /* of places where it is attached */
	size_t mapped;
	char place[PLACES][CF_QUERY_PATH];
	struct cf_query_process entry[PLACES];
	char map[PLACES][CF_QUERY_PATH]; /* environments whose memory it has mapped */
};

static bool is_known(const struct found *found, const char *path)
{
	for (size_t i = 0; i < found->count; i++)
		if (strcmp(found->place[i], path) == 0)
			return true;
	return false;
}

/* Notes the environment if the process lives in it. */
static void look_in(struct found *found, const char *name)
{
	struct cf_query query;
	carafe_status status;
	uint32_t space = system_pid_space();

	if (found->count == PLACES || !CARAFE_SUCCESS(cf_query_open(name, &query)))
		return;
	status = cf_query_take(&query, &snapshot);
	cf_query_close(&query);
	if (!CARAFE_SUCCESS(status) || is_known(found, query.path))
		return;
	for (uint32_t i = 0; i < snapshot.count; i++) {
		const struct cf_query_process *process = &snapshot.process[i];

		if (process->alive && process->pid == found->pid &&
		    (process->space == space || process->space == 0)) {
			memcpy(found->place[found->count], query.path, sizeof(query.path));
			found->entry[found->count++] = *process;
			return;
		}
	}
}

static bool look_in_listed(void *context, const char *name)
{
	look_in(context, name);
	return true;
}

static void note_mapped(void *context, const char *path)
{
	struct found *found = context;

	if (found->mapped < PLACES)
		snprintf(found->map[found->mapped++], CF_QUERY_PATH, "%s", path);
}

static void look_for(struct found *found)
{
	system_process_look((pid_t)found->pid, &found->process, note_mapped, found);
	for (size_t i = 0; i < found->mapped; i++)
		look_in(found, found->map[i]);
	(void)cf_query_list(look_in_listed, found);
	look_in(found, NULL);
}

static void print_found(const struct found *found)
{
	if (!found->process.exists) {
		printf("%" PRIu32 ": there is no such process\n", found->pid);
		return;
	}
	if (found->count == 0)
		printf("%" PRIu32 ": uses no environment\n", found->pid);
	for (size_t i = 0; i < found->count; i++)
		printf("%" PRIu32 ": uses %s: %" PRIu32 " threads, %" PRIu32 " waiting\n",
		       found->pid, found->place[i], found->entry[i].threads,
		       found->entry[i].waiting);
	if (!found->process.readable)
		printf("%" PRIu32 ": its libraries are not ours to see\n", found->pid);
	else
		printf("%" PRIu32 ": /dev/ntsync is %sserved by Carafe\n", found->pid,
		       found->process.preloaded ? "" : "not ");
}

static struct json *found_json(const struct found *found, bool on)
{
	struct json *root = json_root(), *list, *json;

	json_add_integer(root, "pid", found->pid);
	json_add_boolean(root, "on", on);
	json_add_boolean(root, "exists", found->process.exists);
	if (found->process.readable)
		json_add_boolean(root, "preloaded", found->process.preloaded);
	else
		json_add_null(root, "preloaded");
	list = json_add_array(root, "environments");
	for (size_t i = 0; i < found->count; i++) {
		json = json_add_object(list, NULL);
		json_add_string(json, "path", found->place[i]);
		json_add_integer(json, "threads", found->entry[i].threads);
		json_add_integer(json, "waiting", found->entry[i].waiting);
	}
	return root;
}

static int tell_process(const struct command *command, uint32_t pid, bool json)
{
	static struct found found;
	bool on;

	found.pid = pid;
	look_for(&found);
	on = found.count > 0 || found.process.preloaded;
	if (json)
		return write_json(command, found_json(&found, on), on ? EXIT_OK : EXIT_NO);
	print_found(&found);
	return finish(command, on ? EXIT_OK : EXIT_NO);
}

/* ---- An environment --------------------------------------------------------------------- */

static void print_environment(const char *path)
{
	puts(path);
	printf("%10s %8s %8s\n", "pid", "threads", "waiting");
	for (uint32_t i = 0; i < snapshot.count; i++)
		printf("%10" PRIu32 " %8" PRIu32 " %8" PRIu32 "%s%s\n", snapshot.process[i].pid,
		       snapshot.process[i].threads, snapshot.process[i].waiting,
		       snapshot.process[i].janitor ? "  janitor" : "",
		       snapshot.process[i].alive ? "" : "  dead");
}

static struct json *environment_json(const char *name, const char *path, bool on)
{
	struct json *root = json_root(), *list, *json;

	json_add_string(root, "name", name);
	json_add_boolean(root, "on", on);
	if (path != NULL)
		json_add_string(root, "path", path);
	else
		json_add_null(root, "path");
	list = json_add_array(root, "processes");
	for (uint32_t i = 0; i < snapshot.count; i++) {
		json = json_add_object(list, NULL);
		json_add_integer(json, "pid", snapshot.process[i].pid);
		json_add_boolean(json, "alive", snapshot.process[i].alive);
		json_add_boolean(json, "janitor", snapshot.process[i].janitor);
		json_add_integer(json, "threads", snapshot.process[i].threads);
		json_add_integer(json, "waiting", snapshot.process[i].waiting);
	}
	return root;
}

static int tell_environment(const struct command *command, const char *name, bool json)
{
	struct cf_query query;
	carafe_status status = cf_query_open(name, &query);
	const char *path = NULL;
	bool on = false;

	if (CARAFE_SUCCESS(status)) {
		path = query.path;
		status = cf_query_take(&query, &snapshot);
		cf_query_close(&query);
		on = CARAFE_SUCCESS(status) && snapshot.processes.used > snapshot.dead;
	}
	if (status == CARAFE_STATUS_OBJECT_NAME_INVALID)
		return usage(command, "\"%s\": %s", name, explain(status));
	if (json)
		return write_json(command, environment_json(name, path, on),
				  on ? EXIT_OK : EXIT_NO);
	if (CARAFE_SUCCESS(status))
		print_environment(path);
	else
		printf("%s: %s\n", name, explain(status));
	return finish(command, on ? EXIT_OK : EXIT_NO);
}

/* ---- The command ------------------------------------------------------------------------ */

/* 0: no number. */
static uint32_t number_of(const char *text)
{
	unsigned long number;

	if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
		return 0;
	errno = 0;
	number = strtoul(text, NULL, 10);
	return errno == 0 && number <= INT_MAX ? (uint32_t)number : 0;
}

static int status_main(const struct command *command, int argc, char **argv)
{
	static const struct option known[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	bool json = false;
	int option;
	uint32_t pid;

	while ((option = getopt_long(argc, argv, "jh", known, NULL)) != -1) {
		switch (option) {
		case 'j':
			json = true;
			break;
		case 'h':
			return help(command);
		default:
			return usage(command, "which option was meant?");
		}
	}
	if (optind + 1 != argc)
		return usage(command,
			     optind < argc ? "one PID or NAME at a time" : "which PID or NAME?");
	if (json && !json_wanted(command))
		return EXIT_NO;
	pid = number_of(argv[optind]);
	return pid != 0 ? tell_process(command, pid, json) :
			  tell_environment(command, argv[optind], json);
}

const struct command status_command = { "status",
					"tell whether it is on for a process or in an environment",
					status_help, status_main };
