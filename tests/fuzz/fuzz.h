/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h - what the properties under tests/fuzz share.
 *
 * A property is one file with LLVMFuzzerTestOneInput(), which libFuzzer, AFL++ and replay.c know:
 * it must hold for all inputs.  An input that breaks it ends the process.  The same input does the
 * same, whatever came before.
 *
 * What happens if the process dies here: its folder under TMPDIR stays behind.
 */
#ifndef CARAFE_TESTS_FUZZ_FUZZ_H
#define CARAFE_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include <carafe/carafe.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left of an input; 0 when there is no more. */
struct fuzz_input {
	const uint8_t *data;
	size_t left;
};

uint8_t fuzz_8(struct fuzz_input *input);
uint16_t fuzz_16(struct fuzz_input *input);
uint32_t fuzz_32(struct fuzz_input *input);
uint64_t fuzz_64(struct fuzz_input *input);

/* Ends the process, and says where, unless it is true. */
#define fuzz_holds(condition) fuzz_judge((condition), #condition, __FILE__, __LINE__)
void fuzz_judge(int holds, const char *what, const char *file, int line);

/* One of <carafe/status.h>, and none that the library keeps to itself. */
void fuzz_documented(carafe_status status);

/* A folder of this process, made when it is first asked for, and removed at its end. */
const char *fuzz_folder(void);

/* ---- An environment to damage ------------------------------------------------------------- */

#define FUZZ_HANDLES 8u

extern carafe_environment *fuzz_environment;
extern carafe_handle fuzz_handle[FUZZ_HANDLES]; /* the last one is closed */

/* Opens it, once: objects of each type, two waits of threads that do not exist. */
void fuzz_environment_open(void);

/*
 * From now on what happens to it is undone by fuzz_environment_heal(), and only this process sees
 * it.
 */
void fuzz_environment_keep(void);
void fuzz_environment_heal(void);

/* Writes words of the input where something is; fewer than most. */
void fuzz_environment_damage(struct fuzz_input *input, unsigned most);

#endif
