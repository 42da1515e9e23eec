/* SPDX-License-Identifier: MIT */
/*
 * os/posix/fifo.c - makes a FIFO in a folder of ours.
 *
 * What happens if a process dies here: the FIFO is there, or it is not.
 */
#include <config.h>

#include <sys/stat.h>

#include "os/posix/posix.h"

int cf_make_fifo(int folder, const char *name)
{
	return mkfifoat(folder, name, S_IRUSR | S_IWUSR);
}
