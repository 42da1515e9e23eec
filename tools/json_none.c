/* SPDX-License-Identifier: MIT */
/*
 * tools/json_none.c - a build without a JSON library: --json is refused before anything is built.
 *
 * What happens if a process dies here: nothing.
 */
#include "tools/json.h"

#include <stddef.h>

bool json_supported(void)
{
	return false;
}

struct json *json_root(void)
{
	return NULL;
}

struct json *json_add_object(struct json *parent, const char *key)
{
	(void)key;
	return parent;
}

struct json *json_add_array(struct json *parent, const char *key)
{
	(void)key;
	return parent;
}

void json_add_string(struct json *parent, const char *key, const char *value)
{
	(void)parent;
	(void)key;
	(void)value;
}

void json_add_integer(struct json *parent, const char *key, int64_t value)
{
	(void)parent;
	(void)key;
	(void)value;
}

void json_add_number(struct json *parent, const char *key, double value)
{
	(void)parent;
	(void)key;
	(void)value;
}

void json_add_boolean(struct json *parent, const char *key, bool value)
{
	(void)parent;
	(void)key;
	(void)value;
}

void json_add_null(struct json *parent, const char *key)
{
	(void)parent;
	(void)key;
}

bool json_write(struct json *root, FILE *file)
{
	(void)root;
	(void)file;
	return false;
}
