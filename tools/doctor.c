/* SPDX-License-Identifier: MIT */
/*
 * tools/doctor.c - `carafe doctor': whether Carafe works here, and how full an environment is.
 *
 * It tries the library in an environment of its own, and only looks at the one that is asked for.
 *
 * What happens if a process dies here: its own environment is removed by a later sweep.
 */
#include <config.h>

#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <carafe/carafe.h>

#include "core/query.h"
#include "os/os.h"
#include "tools/command.h"
#include "tools/explain.h"
#include "tools/json.h"
#include "tools/preload.h"
#include "tools/scratch.h"
#include "tools/system.h"

#define FEATURES 16
#define FILES_WANTED 16384u
#define PROBLEMS 16
#define PROBLEM_SIZE 512

struct report {
	const char *name; /* of the environment that is asked for */
	struct system_feature feature[FEATURES];
	size_t features;
	struct rlimit files;
	long page_size;
	long processors;
	char base[CF_QUERY_PATH];
	const char *rule;
	uint64_t room; /* bytes that are free there */
	char preload[4096];
	bool preload_found;
	bool device;
	carafe_status tried;  /* the library */
	carafe_status looked; /* at the environment */
	char path[CF_QUERY_PATH];
	struct cf_query_snapshot snapshot;
	char problem[PROBLEMS][PROBLEM_SIZE];
	size_t problems;
};

static const char doctor_help[] =
	"Usage: carafe doctor [OPTION]...\n"
	"Tells whether Carafe works here, where environments lie, and how full one is.\n"
	"\n"
	"  -e, --env=NAME  the environment to look at; by default that of $CARAFE_ENV, or "
	"\"default\"\n"
	"  -j, --json      write JSON\n"
	"  -h, --help      this text\n"
	"\n"
	"Exit status: 0 everything that is needed works; 1 something does not, and a line for "
	"each\n"
	"says what to do; 2 wrong usage.\n";

/* ---- Finding out ------------------------------------------------------------------------ */

PRINTF_LIKE(2, 3) static void problem(struct report *report, const char *format, ...)
{
	va_list arguments;

	if (report->problems == PROBLEMS)
		return;
	va_start(arguments, format);
	vsnprintf(report->problem[report->problems++], PROBLEM_SIZE, format, arguments);
	va_end(arguments);
}

static const char *rule_of(const char *base)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (runtime != NULL && runtime[0] == '/' && strncmp(base, runtime, strlen(runtime)) == 0)
		return "XDG_RUNTIME_DIR is set and its folder is ours";
	if (strncmp(base, "/dev/shm/", 9) == 0)
		return "no usable XDG_RUNTIME_DIR; the system's shared memory";
	return "no usable XDG_RUNTIME_DIR and no shared memory; TMPDIR, or /tmp";
}

static void find_base(struct report *report)
{
	carafe_status status = cf_query_base(report->base, sizeof(report->base));
	char parent[CF_QUERY_PATH];
	struct statvfs info;

	if (!CARAFE_SUCCESS(status)) {
		problem(report, "no folder for environments: %s", explain(status));
		return;
	}
	report->rule = rule_of(report->base);
	snprintf(parent, sizeof(parent), "%s", report->base);
	*strrchr(parent, '/') = '\0';
	if (statvfs(parent[0] != '\0' ? parent : "/", &info) == 0)
		report->room = (uint64_t)info.f_bavail * info.f_frsize;
}

/* A signal, a wait for it, and an end: nothing that could not be said without trying. */
static carafe_status try_environment(carafe_environment *environment)
{
	const int64_t at_once = 0;
	carafe_handle event;
	carafe_status status;

	status = carafe_event_create(environment, CARAFE_EVENT_ALL_ACCESS, 0,
				     CARAFE_SYNCHRONIZATION_EVENT, 0, &event);
	if (CARAFE_SUCCESS(status))
		status = carafe_event_set(environment, event, NULL);
	if (CARAFE_SUCCESS(status))
		status = carafe_wait_one(environment, event, 0, &at_once);
	return status == CARAFE_STATUS_TIMEOUT ? CARAFE_STATUS_UNSUCCESSFUL : status;
}

static void try_library(struct report *report)
{
	carafe_environment *environment;
	char name[SCRATCH_NAME], path[CF_QUERY_PATH];

	scratch_sweep();
	scratch_name("doctor", name);
	report->tried = carafe_environment_open(name, CARAFE_NO_JANITOR, &environment);
	if (CARAFE_SUCCESS(report->tried)) {
		snprintf(path, sizeof(path), "%s", carafe_environment_path(environment));
		report->tried = try_environment(environment);
		carafe_environment_close(environment);
		scratch_remove(path);
	}
	if (!CARAFE_SUCCESS(report->tried))
		problem(report, "the library does not work in %s: %s", report->base,
			explain(report->tried));
}

static bool is_absent(carafe_status status)
{
	return status == CARAFE_STATUS_OBJECT_NAME_NOT_FOUND ||
	       status == CARAFE_STATUS_OBJECT_PATH_NOT_FOUND;
}

static void judge_slots(struct report *report, const char *name,
			const struct cf_query_slots *slots, const char *remedy)
{
	if (slots->used >= slots->limit)
		problem(report, "the environment is full: all %" PRIu32 " %s are used; %s",
			slots->limit, name, remedy);
}

static void judge_fill(struct report *report)
{
	judge_slots(report, "processes", &report->snapshot.processes,
		    "end some, or give the others another environment");
	judge_slots(report, "threads", &report->snapshot.threads,
		    "end some, or give the others another environment");
	judge_slots(report, "objects", &report->snapshot.objects,
		    "close handles that are not needed; `carafe status' tells who is there");
	judge_slots(report, "handle chunks", &report->snapshot.chunks,
		    "close handles that are not needed; `carafe status' tells who is there");
}

static void look_at_environment(struct report *report)
{
	struct cf_query query;

	report->looked = cf_query_open(report->name, &query);
	if (CARAFE_SUCCESS(report->looked)) {
		snprintf(report->path, sizeof(report->path), "%s", query.path);
		report->looked = cf_query_take(&query, &report->snapshot);
		cf_query_close(&query);
	}
	if (CARAFE_SUCCESS(report->looked))
		judge_fill(report);
	else if (!is_absent(report->looked))
		problem(report, "cannot look at the environment: %s", explain(report->looked));
}

static void find_features(struct report *report)
{
	report->features = system_features(report->feature, FEATURES);
	for (size_t i = 0; i < report->features; i++)
		if (report->feature[i].needed && !report->feature[i].present)
			problem(report, "the kernel lacks %s: %s", report->feature[i].name,
				report->feature[i].remedy);
}

static void find_preload(struct report *report)
{
	const char *why;

	report->device = system_ntsync_device();
	if (!system_has_ntsync_abi())
		return;
	report->preload_found = preload_find(report->preload, sizeof(report->preload), &why);
	if (!report->preload_found)
		problem(report, "ntsync programs will not be served: %s: %s; install it, or set "
				"CARAFE_PRELOAD", report->preload, why);
}

static void examine(struct report *report)
{
	find_features(report);
	getrlimit(RLIMIT_NOFILE, &report->files);
	report->page_size = sysconf(_SC_PAGESIZE);
	report->processors = sysconf(_SC_NPROCESSORS_ONLN);
	find_base(report);
	find_preload(report);
	try_library(report);
	look_at_environment(report);
}

/* ---- Telling people --------------------------------------------------------------------- */

static void print_slots(const char *name, const struct cf_query_slots *slots)
{
	printf("  %-15s %" PRIu32 " used, %" PRIu32 " with memory, %" PRIu32 " at most\n", name,
	       slots->used, slots->reserved, slots->limit);
}

static void print_environment(const struct report *report)
{
	const struct cf_query_snapshot *snapshot = &report->snapshot;

	if (!CARAFE_SUCCESS(report->looked)) {
		printf("environment       %s: %s\n",
		       report->name != NULL ? report->name : "of CARAFE_ENV, or default",
		       explain(report->looked));
		return;
	}
	printf("environment       %s\n", report->path);
	print_slots("processes", &snapshot->processes);
	print_slots("threads", &snapshot->threads);
	print_slots("objects", &snapshot->objects);
	print_slots("handle chunks", &snapshot->chunks);
	printf("  %-15s %" PRIu32 " events, %" PRIu32 " mutants, %" PRIu32 " semaphores\n",
	       "of these", snapshot->events, snapshot->mutants, snapshot->semaphores);
	printf("  %-15s %" PRIu32 " threads\n", "waiting", snapshot->waiting);
	printf("  %-15s %" PRIu32 " processes whose places are not cleared yet\n", "dead",
	       snapshot->dead);
}

static void print_limit(const char *name, rlim_t limit)
{
	if (limit == RLIM_INFINITY)
		printf(" %s unlimited", name);
	else
		printf(" %s %" PRIu64, name, (uint64_t)limit);
}

static void print_report(const struct report *report)
{
	printf("version           %s\n", carafe_version());
	printf("backend           %s\n", carafe_backend());
	for (const char *const *weakness = os_weaknesses(); *weakness != NULL; weakness++)
		printf("  weakness        %s\n", *weakness);
	for (size_t i = 0; i < report->features; i++)
		printf("%-17s %s (%s%s)\n", report->feature[i].name,
		       report->feature[i].present ? "yes" : "no",
		       report->feature[i].needed ? "needed: " : "", report->feature[i].use);
	printf("open files       ");
	print_limit("at most", report->files.rlim_cur);
	print_limit("can be raised to", report->files.rlim_max);
	printf("%s\n", report->files.rlim_cur < FILES_WANTED
			       ? "; an ntsync object is a descriptor: raise it for large programs"
			       : "");
	printf("page size         %ld\n", report->page_size);
	printf("processors        %ld\n", report->processors);
	printf("environments in   %s\n", report->base);
	printf("  because         %s\n", report->rule != NULL ? report->rule : "?");
	printf("  free            %" PRIu64 " MiB\n", report->room >> 20);
	printf("ntsync programs   %s\n", report->preload_found ? "would be served" : "not served");
	printf("  preload         %s\n", report->preload);
	printf("  kernel's device %s\n", report->device ? "present" : "absent");
	printf("a wait, tried     %s\n", CARAFE_SUCCESS(report->tried) ? "works" : "fails");
	print_environment(report);
	puts(report->problems == 0 ? "\nEverything that is needed works." : "");
	for (size_t i = 0; i < report->problems; i++)
		printf("PROBLEM: %s\n", report->problem[i]);
}

/* ---- Telling programs ------------------------------------------------------------------- */

static void add_slots(struct json *parent, const char *name, const struct cf_query_slots *slots)
{
	struct json *json = json_add_object(parent, name);

	json_add_integer(json, "used", slots->used);
	json_add_integer(json, "reserved", slots->reserved);
	json_add_integer(json, "limit", slots->limit);
}

static void add_environment(struct json *root, const struct report *report)
{
	const struct cf_query_snapshot *snapshot = &report->snapshot;
	struct json *json;

	if (!CARAFE_SUCCESS(report->looked)) {
		json_add_null(root, "environment");
		return;
	}
	json = json_add_object(root, "environment");
	json_add_string(json, "path", report->path);
	add_slots(json, "processes", &snapshot->processes);
	add_slots(json, "threads", &snapshot->threads);
	add_slots(json, "objects", &snapshot->objects);
	add_slots(json, "handle_chunks", &snapshot->chunks);
	json_add_integer(json, "events", snapshot->events);
	json_add_integer(json, "mutants", snapshot->mutants);
	json_add_integer(json, "semaphores", snapshot->semaphores);
	json_add_integer(json, "waiting_threads", snapshot->waiting);
	json_add_integer(json, "dead_processes", snapshot->dead);
}

static bool write_report(const struct report *report)
{
	struct json *root = json_root(), *part;

	json_add_string(root, "version", carafe_version());
	json_add_string(root, "backend", carafe_backend());
	part = json_add_array(root, "weaknesses");
	for (const char *const *weakness = os_weaknesses(); *weakness != NULL; weakness++)
		json_add_string(part, NULL, *weakness);
	part = json_add_object(root, "features");
	for (size_t i = 0; i < report->features; i++)
		json_add_boolean(part, report->feature[i].name, report->feature[i].present);
	json_add_integer(root, "open_files", report->files.rlim_cur == RLIM_INFINITY ?
						     -1 : (int64_t)report->files.rlim_cur);
	json_add_integer(root, "page_size", report->page_size);
	json_add_integer(root, "processors", report->processors);
	json_add_string(root, "folder", report->base);
	json_add_string(root, "rule", report->rule != NULL ? report->rule : "");
	json_add_integer(root, "free_bytes", (int64_t)report->room);
	json_add_boolean(root, "ntsync_served", report->preload_found);
	json_add_string(root, "preload", report->preload);
	json_add_boolean(root, "ntsync_device", report->device);
	json_add_boolean(root, "works", CARAFE_SUCCESS(report->tried));
	add_environment(root, report);
	part = json_add_array(root, "problems");
	for (size_t i = 0; i < report->problems; i++)
		json_add_string(part, NULL, report->problem[i]);
	return json_write(root, stdout);
}

/* ---- The command ------------------------------------------------------------------------ */

static int tell(const struct command *command, const struct report *report, bool json)
{
	int result = report->problems == 0 ? EXIT_OK : EXIT_NO;

	if (json && !write_report(report)) {
		complain(command, "cannot write the JSON: no memory, or no room");
		return EXIT_NO;
	}
	if (!json)
		print_report(report);
	return finish(command, result);
}

static int doctor_main(const struct command *command, int argc, char **argv)
{
	static const struct option known[] = {
		{ "env", required_argument, NULL, 'e' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	static struct report report;
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "e:jh", known, NULL)) != -1) {
		switch (option) {
		case 'e':
			report.name = optarg;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			return help(command);
		default:
			return usage(command, "which option was meant?");
		}
	}
	if (optind < argc)
		return usage(command, "\"%s\" is one argument too many", argv[optind]);
	if (json && !json_wanted(command))
		return EXIT_NO;
	examine(&report);
	return tell(command, &report, json);
}

const struct command doctor_command = {
	"doctor", "tell whether Carafe works here", doctor_help, doctor_main
};
