/* SPDX-License-Identifier: MIT */
/*
 * tools/json.h - building and writing one JSON value, by whatever library the build has.
 *
 * tools/json_jansson.c or tools/json_none.c; the build chooses.  A failure for want of memory is
 * kept and told by json_write(); what is added to NULL is dropped.
 *
 * What happens if a process dies here: the output may be cut.
 */
#ifndef CARAFE_TOOLS_JSON_H
#define CARAFE_TOOLS_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json;

bool json_supported(void);

/* The outermost value, an object.  json_write() frees it. */
struct json *json_root(void);

/* Adds a member; with a NULL key, an element of an array. */
struct json *json_add_object(struct json *parent, const char *key);
struct json *json_add_array(struct json *parent, const char *key);
void json_add_string(struct json *parent, const char *key, const char *value);
void json_add_integer(struct json *parent, const char *key, int64_t value);
void json_add_number(struct json *parent, const char *key, double value);
void json_add_boolean(struct json *parent, const char *key, bool value);
void json_add_null(struct json *parent, const char *key);

/* Writes root and a newline, and frees root.  False when it is not whole. */
bool json_write(struct json *root, FILE *file);

#endif
