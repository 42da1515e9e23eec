/* SPDX-License-Identifier: MIT */
/*
 * tap.h - writes a test's results in the Test Anything Protocol.
 *
 * Every test says in its name what is right; a failure adds where it stands and what came instead.
 * Use it from one thread, and from the process that wrote the plan: a child reports through its
 * exit status, and leaves by _exit() so that no output is written twice.  Should the test die, the
 * missing plan or the missing results make the driver count it as failed.
 *
 *	plan(2);				or no plan, and done_testing() writes it
 *	ok(p != NULL, "a name is given");
 *	is_int(n, 3, "three are left");
 *	return done_testing();
 */
#ifndef CARAFE_TESTS_TAP_H
#define CARAFE_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__)
#define TAP_PRINTF(format, first) __attribute__((__format__(__printf__, format, first)))
#else
#define TAP_PRINTF(format, first)
#endif

/*
 * One count for all files of a test program, without a file of its own to link: of several weak
 * definitions the linker takes one.  Without them a test must be one file.
 */
#if defined(__GNUC__)
#define TAP_ONE __attribute__((__weak__))
#else
#define TAP_ONE static
#endif

struct tap_state {
	int planned; /* -1: by done_testing() */
	int run;
	int failed;
};

TAP_ONE struct tap_state tap_state = { .planned = -1 };

/* Writes "PREFIX TEXT" and a newline, at once, so that a test that is killed has said it. */
TAP_PRINTF(2, 0) static inline void tap_line(const char *prefix, const char *format, va_list args)
{
	fputs(prefix, stdout);
	vfprintf(stdout, format, args);
	fputc('\n', stdout);
	fflush(stdout);
}

/* A remark for whoever reads the log. */
TAP_PRINTF(1, 2) static inline void diag(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tap_line("# ", format, args);
	va_end(args);
}

/* How many results will follow. */
static inline void plan(int tests)
{
	tap_state.planned = tests;
	printf("1..%d\n", tests);
	fflush(stdout);
}

/* Nothing of this program can be tested here; the reason is shown.  Does not return. */
TAP_PRINTF(1, 2) static inline void skip_all(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tap_line("1..0 # SKIP ", format, args);
	va_end(args);
	exit(0);
}

/* Stops the whole program: what follows would make no sense.  Does not return. */
TAP_PRINTF(1, 2) static inline _Noreturn void bail_out(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tap_line("Bail out! ", format, args);
	va_end(args);
	exit(1);
}

/* This many of the planned results cannot be had here; the reason is shown. */
TAP_PRINTF(2, 3) static inline void skip(int tests, const char *format, ...)
{
	char prefix[48];

	for (int i = 0; i < tests; i++) {
		va_list args;

		snprintf(prefix, sizeof(prefix), "ok %d # SKIP ", ++tap_state.run);
		va_start(args, format);
		tap_line(prefix, format, args);
		va_end(args);
	}
}

TAP_PRINTF(4, 5)
static inline bool tap_ok(bool passed, const char *file, int line, const char *format, ...)
{
	char prefix[48];
	va_list args;

	snprintf(prefix, sizeof(prefix), "%sok %d - ", passed ? "" : "not ", ++tap_state.run);
	va_start(args, format);
	tap_line(prefix, format, args);
	va_end(args);
	if (!passed) {
		tap_state.failed++;
		diag("at %s line %d", file, line);
	}
	return passed;
}

/* Writes the plan if none was given, and returns main()'s exit status. */
static inline int done_testing(void)
{
	if (tap_state.planned < 0)
		plan(tap_state.run);
	if (tap_state.run != tap_state.planned)
		diag("planned %d, ran %d", tap_state.planned, tap_state.run);
	return tap_state.failed != 0 || tap_state.run != tap_state.planned;
}

static inline void tap_differ(intmax_t got, intmax_t want)
{
	diag("got  %jd (0x%jx)", got, (uintmax_t)got);
	diag("want %jd (0x%jx)", want, (uintmax_t)want);
}

/* True if both are the same text, or both NULL. */
static inline bool tap_same_text(const char *got, const char *want)
{
	if (got == NULL || want == NULL)
		return got == want;
	return strcmp(got, want) == 0;
}

/* ok(CONDITION, NAME, ...): the name is a format.  All of these are true if the test passed. */
#define ok(condition, ...) tap_ok((condition), __FILE__, __LINE__, __VA_ARGS__)
#define pass(...) ok(true, __VA_ARGS__)
#define fail(...) ok(false, __VA_ARGS__)

/* is_int(GOT, WANT, NAME, ...): each is evaluated once. */
#define is_int(got, want, ...) \
	tap_is_int((intmax_t)(got), (intmax_t)(want), __FILE__, __LINE__, __VA_ARGS__)

/* is_str(GOT, WANT, NAME, ...): NULL is a text like no other. */
#define is_str(got, want, ...) tap_is_str((got), (want), __FILE__, __LINE__, __VA_ARGS__)

TAP_PRINTF(5, 6)
static inline bool tap_is_int(intmax_t got, intmax_t want, const char *file, int line,
			      const char *format, ...)
{
	char name[256];
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	if (tap_ok(got == want, file, line, "%s", name))
		return true;
	tap_differ(got, want);
	return false;
}

TAP_PRINTF(5, 6)
static inline bool tap_is_str(const char *got, const char *want, const char *file, int line,
			      const char *format, ...)
{
	char name[256];
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	if (tap_ok(tap_same_text(got, want), file, line, "%s", name))
		return true;
	diag("got  %s", got ? got : "(null)");
	diag("want %s", want ? want : "(null)");
	return false;
}

#endif
