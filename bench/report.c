/* SPDX-License-Identifier: MIT */
/*
 * bench/report.c - the table, and the same as JSON.
 *
 * What happens if a process dies here: the output is cut.
 */
#include <config.h>

#include <string.h>

#include "bench/bench.h"
#include "tools/json.h"

static void figure(char text[32], double value, const char *unit)
{
	if (strcmp(unit, "ns") != 0)
		snprintf(text, 32, "%.0f %s", value, unit);
	else if (value < 1000)
		snprintf(text, 32, "%.1f ns", value);
	else if (value < 1000000)
		snprintf(text, 32, "%.2f us", value / 1000);
	else
		snprintf(text, 32, "%.2f ms", value / 1000000);
}

static void print_peers(const struct bench_run *run, const struct bench_row *row)
{
	const char *separator = "";
	char text[32];

	for (size_t i = 0; i < run->results; i++) {
		const struct bench_result *result = &run->result[i];

		if (strcmp(result->what->row, row->id) != 0 ||
		    strcmp(result->what->by, BENCH_CARAFE) == 0)
			continue;
		figure(text, bench_median(result), row->unit);
		printf("%s%s %s", separator, result->what->by, text);
		separator = ", ";
	}
	putchar('\n');
}

static bool is_measured(const struct bench_run *run, const struct bench_row *row)
{
	for (size_t i = 0; i < run->results; i++)
		if (strcmp(run->result[i].what->row, row->id) == 0)
			return true;
	return false;
}

static void print_row(const struct bench_run *run, const struct bench_row *row)
{
	const struct bench_result *own = bench_find(run, row->id, BENCH_CARAFE);
	double goal = bench_goal(run, row);
	char text[32] = "", wanted[32] = "", verdict[16] = "";

	if (own != NULL)
		figure(text, bench_median(own), row->unit);
	if (goal > 0)
		figure(wanted, goal, row->unit);
	if (own != NULL && goal > 0)
		snprintf(verdict, sizeof(verdict), "%.2f", bench_median(own) / goal);
	printf("%-39s %10s %10s %6s  ", row->title, text, wanted, verdict);
	print_peers(run, row);
}

void bench_print(const struct bench_run *run)
{
	char machine[256];

	bench_machine(machine, sizeof(machine));
	printf("%s, %u CPUs; carafe %s, %s; medians of %u\n\n", machine, bench_processors(),
	       carafe_version(), carafe_backend(), run->options.repeat);
	printf("%-39s %10s %10s %6s  %s\n", "operation", "carafe", "goal", "ratio", "others");
	for (size_t i = 0; i < bench_row_count; i++)
		if (is_measured(run, &bench_rows[i]))
			print_row(run, &bench_rows[i]);
	puts("\nratio: carafe / goal; the goal is reached up to 1.00.");
}

/* ---- JSON ------------------------------------------------------------------------------- */

static void add_result(struct json *parent, const struct bench_result *result)
{
	json_add_number(parent, "median", bench_median(result));
	json_add_number(parent, "least", result->sample[0]);
	json_add_number(parent, "most", result->sample[result->samples - 1]);
	json_add_integer(parent, "operations", (int64_t)result->count);
}

static void add_peers(struct json *parent, const struct bench_run *run, const struct bench_row *row)
{
	struct json *list = json_add_array(parent, "others"), *json;

	for (size_t i = 0; i < run->results; i++) {
		const struct bench_result *result = &run->result[i];

		if (strcmp(result->what->row, row->id) != 0 ||
		    strcmp(result->what->by, BENCH_CARAFE) == 0)
			continue;
		json = json_add_object(list, NULL);
		json_add_string(json, "by", result->what->by);
		add_result(json, result);
	}
}

static void add_row(struct json *list, const struct bench_run *run, const struct bench_row *row)
{
	const struct bench_result *own = bench_find(run, row->id, BENCH_CARAFE);
	double goal = bench_goal(run, row);
	struct json *json = json_add_object(list, NULL);

	json_add_string(json, "id", row->id);
	json_add_string(json, "title", row->title);
	json_add_string(json, "unit", row->unit);
	if (own != NULL)
		add_result(json_add_object(json, "carafe"), own);
	else
		json_add_null(json, "carafe");
	if (goal > 0)
		json_add_number(json, "goal", goal);
	else
		json_add_null(json, "goal");
	if (own != NULL && goal > 0)
		json_add_boolean(json, "reached", bench_median(own) <= goal);
	else
		json_add_null(json, "reached");
	add_peers(json, run, row);
}

bool bench_write_json(const struct bench_run *run)
{
	struct json *root = json_root(), *list;
	char machine[256];

	bench_machine(machine, sizeof(machine));
	json_add_string(root, "version", carafe_version());
	json_add_string(root, "backend", carafe_backend());
	json_add_string(root, "machine", machine);
	json_add_integer(root, "processors", bench_processors());
	json_add_integer(root, "repeat", run->options.repeat);
	json_add_boolean(root, "quick", run->options.quick);
	list = json_add_array(root, "rows");
	for (size_t i = 0; i < bench_row_count; i++)
		if (is_measured(run, &bench_rows[i]))
			add_row(list, run, &bench_rows[i]);
	return json_write(root, stdout);
}
