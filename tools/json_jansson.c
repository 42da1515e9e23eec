/* SPDX-License-Identifier: MIT */
/*
 * tools/json_jansson.c - JSON by jansson.
 *
 * A struct json is a json_t, whose real type stays in this file.
 *
 * What happens if a process dies here: the output may be cut.
 */
#include "tools/json.h"

#include <jansson.h>
#include <math.h>

/* Something was dropped for want of memory, or because it was no UTF-8. */
static bool incomplete;

static json_t *value_of(struct json *json)
{
	return (json_t *)(void *)json;
}

/* Steals value. */
static struct json *add(struct json *parent, const char *key, json_t *value)
{
	int failed;

	if (key == NULL)
		failed = json_array_append_new(value_of(parent), value);
	else
		failed = json_object_set_new(value_of(parent), key, value);
	incomplete |= failed != 0;
	return failed ? NULL : (struct json *)(void *)value;
}

bool json_supported(void)
{
	return true;
}

struct json *json_root(void)
{
	return (struct json *)(void *)json_object();
}

struct json *json_add_object(struct json *parent, const char *key)
{
	return add(parent, key, json_object());
}

struct json *json_add_array(struct json *parent, const char *key)
{
	return add(parent, key, json_array());
}

void json_add_string(struct json *parent, const char *key, const char *value)
{
	json_t *string = json_string(value);

	/* A path may be any bytes; JSON has only characters. */
	add(parent, key, string != NULL ? string : json_string("?"));
}

void json_add_integer(struct json *parent, const char *key, int64_t value)
{
	add(parent, key, json_integer(value));
}

void json_add_number(struct json *parent, const char *key, double value)
{
	add(parent, key, isfinite(value) ? json_real(value) : json_null());
}

void json_add_boolean(struct json *parent, const char *key, bool value)
{
	add(parent, key, json_boolean(value));
}

void json_add_null(struct json *parent, const char *key)
{
	add(parent, key, json_null());
}

bool json_write(struct json *root, FILE *file)
{
	bool written =
		root != NULL && !incomplete &&
		json_dumpf(value_of(root), file, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0 &&
		fputc('\n', file) != EOF;

	json_decref(value_of(root));
	return written;
}
