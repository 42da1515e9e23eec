/* SPDX-License-Identifier: MIT */
/*
 * tools/scratch.h - environments made for one occasion: by `carafe run` without a name, by doctor
 * and by bench.
 *
 * They are called PREFIX-SPACE-PID-TIME; SPACE and PID say who made them, so that what a killed
 * maker left can be told from what is in use, and removed by the next one.
 *
 * What happens if a process dies here: a folder is left that the next scratch_sweep() removes.
 */
#ifndef CARAFE_TOOLS_SCRATCH_H
#define CARAFE_TOOLS_SCRATCH_H

#include <stddef.h>

#define SCRATCH_NAME 65

/* A name that nobody else has. */
void scratch_name(const char *prefix, char name[SCRATCH_NAME]);

/* Removes the folder of an environment of that kind once everybody has left it. */
void scratch_remove(const char *path);

/* Removes what dead makers left, as far as nobody uses it. */
void scratch_sweep(void);

#endif
