/* SPDX-License-Identifier: MIT */
/*
 * tools/explain.c - statuses of opening an environment, for people.
 */
#include "tools/explain.h"

#include <stddef.h>

static const struct {
	carafe_status status;
	const char *text;
} sentences[] = {
	{ CARAFE_STATUS_OBJECT_NAME_INVALID,
	  "it is no name: use 1 to 64 letters, digits, '.', '_' and '-', the first no '.', or the "
	  "absolute path of a folder" },
	{ CARAFE_STATUS_OBJECT_PATH_INVALID, "its path is too long: use a shorter one" },
	{ CARAFE_STATUS_OBJECT_PATH_NOT_FOUND,
	  "the folder in which it should lie is not there: make it, or use another name" },
	{ CARAFE_STATUS_OBJECT_NAME_NOT_FOUND, "nobody uses it now" },
	{ CARAFE_STATUS_OBJECT_NAME_COLLISION,
	  "the folder holds something else than an environment: use another name" },
	{ CARAFE_STATUS_ACCESS_DENIED,
	  "its folder or a file in it belongs to somebody else, can be written by others or is a "
	  "link: make it your own (chmod go-w), or use another name" },
	{ CARAFE_STATUS_REVISION_MISMATCH,
	  "another version of Carafe uses it: end its programs, or use another name" },
	{ CARAFE_STATUS_FILE_CORRUPT_ERROR,
	  "it is damaged: end the programs that use it; it is then made afresh" },
	{ CARAFE_STATUS_DISK_FULL,
	  "there is no room for it: free some in its file system, or set XDG_RUNTIME_DIR to a "
	  "folder with more" },
	{ CARAFE_STATUS_TOO_MANY_OPENED_FILES,
	  "this process may open no more files: raise the limit (ulimit -n)" },
	{ CARAFE_STATUS_NO_MEMORY,
	  "no memory or address space is left: raise the limit (ulimit -v)" },
	{ CARAFE_STATUS_INSUFFICIENT_RESOURCES,
	  "it has no place for one more process: end some, or use another name" },
	{ CARAFE_STATUS_DEVICE_NOT_READY, "it changed hands too often meanwhile: try again" },
	{ CARAFE_STATUS_IO_DEVICE_ERROR,
	  "the system failed to read or write it: look into the system's log" },
	{ CARAFE_STATUS_NOT_SUPPORTED,
	  "this system lacks something that Carafe needs: see `carafe doctor'" }
};

const char *explain(carafe_status status)
{
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (sentences[i].status == status)
			return sentences[i].text;
	return carafe_status_name(status);
}
