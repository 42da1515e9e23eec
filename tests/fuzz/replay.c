/* SPDX-License-Identifier: MIT */
/*
 * replay.c - runs a property without a fuzzer: with the inputs kept in corpus/NAME, and with some
 * that are made of them at random.  With files as arguments, only with these.
 *
 * Catches an input that broke the property once.
 *
 * What happens if the test dies here: see fuzz.h.
 */
#include <config.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tests/tap.h"
#include "tests/unit/seed.h"

#define SECONDS 30 /* for one input */
#define MOST_SIZE 4096u
#define RANDOM 100u /* inputs that are made up */

static uint8_t input[MOST_SIZE];
static size_t size;
static char failed[256]; /* where an input is written that broke the property */

static void keep_input(int signal_number)
{
	static const char text[] =
		"Bail out! the property is broken by the input in fuzz-*.input\n";
	int file = open(failed, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (file >= 0 && write(file, input, size) == (ssize_t)size)
		(void)!write(STDOUT_FILENO, text, sizeof(text) - 1);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

static void run_input(void)
{
	alarm(SECONDS);
	(void)LLVMFuzzerTestOneInput(input, size);
}

static bool run_file(const char *path)
{
	FILE *file = fopen(path, "rb");

	if (file == NULL)
		return false;
	size = fread(input, 1, sizeof(input), file);
	fclose(file);
	run_input();
	return true;
}

static void change(unsigned *seed)
{
	unsigned times = (unsigned)rand_r(seed) % 8 + 1;

	if (size < 64 || rand_r(seed) % 4 == 0)
		size = (size_t)rand_r(seed) % 400;
	while (times-- > 0 && size > 0) {
		size_t at = (size_t)rand_r(seed) % size, length = (size_t)rand_r(seed) % 24;

		for (; length > 0 && at < size; length--, at++)
			input[at] = (uint8_t)((unsigned)rand_r(seed) >> 7);
	}
}

int main(int argc, char **argv)
{
	static const int signals[] = { SIGALRM, SIGABRT, SIGSEGV, SIGBUS, SIGFPE };
	const char *srcdir = getenv("CARAFE_SRCDIR"), *name = strrchr(argv[0], '/');
	unsigned seed = 0, kept = 0, i;
	char folder[2048], path[4096];
	const struct dirent *entry;
	DIR *entries;

	name = name != NULL ? name + 1 : argv[0];
	if (strncmp(name, "lt-", 3) == 0)
		name += 3;
	snprintf(failed, sizeof(failed), "fuzz-%.*s.input", (int)strcspn(name, "."), name);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], keep_input);
	for (i = 1; i < (unsigned)argc; i++)
		if (!run_file(argv[i]))
			bail_out("%s cannot be read", argv[i]);
	if (argc > 1)
		return 0;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%.*s", srcdir != NULL ? srcdir : ".",
		 (int)strcspn(name, "."), name);
	entries = opendir(folder);
	while (entries != NULL && (entry = readdir(entries)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		kept += entry->d_name[0] != '.' && run_file(path);
	}
	if (entries != NULL)
		closedir(entries);
	ok(kept > 0, "%u inputs of %s", kept, folder);
	seed = (unsigned)test_seed();
	for (i = 0; i < RANDOM; i++) {
		change(&seed);
		run_input();
	}
	pass("%u inputs at random", RANDOM);
	return done_testing();
}
