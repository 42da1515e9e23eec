/* SPDX-License-Identifier: MIT */
/*
 * tools/run.c - `carafe run': a program with an environment, and the ntsync ABI if it wants it.
 *
 * The program stays in the runner's process group, so a terminal treats the two as one job: its
 * signals reach the program directly, and only what was sent to the runner alone is passed on.
 * When the program stops, so does the runner, for the shell to see it.
 *
 * What happens if a process dies here: if the runner is killed, the program goes on and the keeper
 * (tools/keeper.h) with it.
 */
#include <config.h>

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <carafe/environment.h>

#include "core/round.h"
#include "tools/command.h"
#include "tools/explain.h"
#include "tools/keeper.h"
#include "tools/preload.h"
#include "tools/scratch.h"
#include "tools/signal.h"
#include "tools/system.h"

#define SPIN_MAXIMUM 1000000l

struct options {
	const char *environment; /* NULL: one of its own */
	const char *spin;
	char **program;
};

static const char run_help[] =
	"Usage: carafe run [OPTION]... [--] PROGRAM [ARGUMENT]...\n"
	"Runs PROGRAM with /dev/ntsync served by Carafe, and with CARAFE_ENV set for programs "
	"that\n"
	"use libcarafe.  All processes that PROGRAM starts share its environment.\n"
	"\n"
	"  -e, --env=NAME  the environment: a name, or the absolute path of a folder; by default\n"
	"                  that of $CARAFE_ENV, or else a new one, removed when its last user is "
	"gone\n"
	"  -s, --spin=N    spin at most N times before sleeping (0: never); sets CARAFE_SPIN\n"
	"  -h, --help      this text\n"
	"\n"
	"Exit status: that of PROGRAM; 128 + N when signal N ended it; 125 when carafe failed, "
	"126\n"
	"when PROGRAM cannot be executed, 127 when it is not there; 2 for wrong usage.\n";

/* ---- Options ---------------------------------------------------------------------------- */

static bool is_spin(const char *text)
{
	long spin;

	if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
		return false;
	errno = 0;
	spin = strtol(text, NULL, 10);
	return errno == 0 && spin <= SPIN_MAXIMUM;
}

/* -1: go on; else the exit status. */
static int parse(const struct command *command, int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "env", required_argument, NULL, 'e' },
		{ "spin", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int option;

	/* '+': what follows PROGRAM is its own. */
	while ((option = getopt_long(argc, argv, "+e:s:h", known, NULL)) != -1) {
		switch (option) {
		case 'e':
			options->environment = optarg;
			break;
		case 's':
			if (!is_spin(optarg))
				return usage(command,
					     "--spin takes a number from 0 to %ld, not \"%s\"",
					     SPIN_MAXIMUM, optarg);
			options->spin = optarg;
			break;
		case 'h':
			return help(command);
		default:
			return usage(command, "which option was meant?");
		}
	}
	if (optind >= argc)
		return usage(command, "which PROGRAM?");
	options->program = argv + optind;
	return -1;
}

/* ---- Whether it will be served ---------------------------------------------------------- */

/* The file that execvp() will find; false when there is none. */
static bool find_program(const char *name, char *path, size_t size)
{
	const char *folders = getenv("PATH"), *end;
	struct stat info;
	int length;

	if (strchr(name, '/') != NULL)
		return snprintf(path, size, "%s", name) < (int)size;
	for (; folders != NULL; folders = *end == ':' ? end + 1 : NULL) {
		end = folders + strcspn(folders, ":");
		length = snprintf(path, size, "%.*s%s%s", (int)(end - folders), folders,
				  end > folders ? "/" : "", name);
		if (length > 0 && (size_t)length < size && stat(path, &info) == 0 &&
		    S_ISREG(info.st_mode) && access(path, X_OK) == 0)
			return true;
	}
	return false;
}

static void prepare_preload(const struct command *command, const char *program)
{
	char path[4096], file[4096];
	const char *why;

	if (!system_has_ntsync_abi())
		return;
	if (!preload_find(path, sizeof(path), &why)) {
		complain(command, "warning: /dev/ntsync will not be served: %s: %s; install it, or "
				  "set CARAFE_PRELOAD", path, why);
		return;
	}
	if (!preload_set(path))
		complain(command, "warning: /dev/ntsync will not be served: no memory is left");
	why = find_program(program, file, sizeof(file)) ?
		      system_unserved(file, preload_serves_both(path)) : NULL;
	if (why != NULL)
		complain(command, "warning: /dev/ntsync will not be served in %s: %s", file, why);
}

/* ---- The program ------------------------------------------------------------------------ */

/* All but the first are passed on.  Ignored, SIGCHLD would take the exit status with it. */
static const int taken[] = { SIGCHLD, SIGTERM, SIGINT,	 SIGHUP,  SIGQUIT,
			     SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP };

static void become_program(const struct command *command, const struct options *options,
			   const char *environment)
{
	int error;

	if (setenv("CARAFE_ENV", environment, 1) < 0 || setenv("CARAFE_JANITOR", "0", 1) < 0 ||
	    (options->spin != NULL && setenv("CARAFE_SPIN", options->spin, 1) < 0)) {
		complain(command, "no memory is left for the variables of %s", options->program[0]);
		_exit(EXIT_SELF);
	}
	prepare_preload(command, options->program[0]);
	execvp(options->program[0], options->program);
	error = errno;
	complain(command, "cannot run %s: %s", options->program[0], strerror(error));
	_exit(error == ENOENT || error == ENOTDIR ? EXIT_NO_PROGRAM : EXIT_NO_EXEC);
}

struct program {
	pid_t pid;
	bool stopped;
	int status;
};

/* True when the program has ended; stops with it when it has stopped. */
static bool has_ended(struct program *program)
{
	const int changes = WNOHANG | WUNTRACED | WCONTINUED;

	while (waitpid(program->pid, &program->status, changes) == program->pid) {
		if (WIFEXITED(program->status) || WIFSIGNALED(program->status))
			return true;
		program->stopped = WIFSTOPPED(program->status);
		if (program->stopped)
			raise(SIGSTOP);
	}
	return false;
}

static int wait_for(pid_t pid, const struct signals *signals)
{
	struct program program = { .pid = pid };
	bool by_process = false;
	int number = 0;

	/*
	 * What the terminal sent has reached the program as well, and so has what lets a whole job
	 * go on: it is passed on if the program is still stopped.
	 */
	while (!has_ended(&program)) {
		if (number == SIGCONT && program.stopped)
			kill(pid, SIGCONT);
		number = signals_wait(signals, &by_process);
		if (number > 0 && number != SIGCHLD && number != SIGCONT && by_process)
			kill(pid, number);
	}
	return WIFSIGNALED(program.status) ? 128 + WTERMSIG(program.status)
					   : WEXITSTATUS(program.status);
}

/* The runner's own place in the environment is only for the case that the keeper is killed. */
static carafe_environment *stand_by(const char *path)
{
	carafe_environment *environment;

	if (!CARAFE_SUCCESS(carafe_environment_open(path, 0, &environment)))
		return NULL;
	cf_round_offer(environment);
	return environment;
}

static int run_program(const struct command *command, const struct options *options,
		       const struct keeper *keeper)
{
	carafe_environment *environment;
	struct signals signals;
	pid_t program;
	int status;

	signals_take(&signals, taken, sizeof(taken) / sizeof(taken[0]));
	program = fork();
	if (program == 0) {
		signals_give_back(&signals);
		become_program(command, options, keeper->path);
	}
	if (program < 0) {
		complain(command, "cannot start a process: %s", strerror(errno));
		return EXIT_SELF;
	}
	keeper_tell(keeper, program);
	environment = stand_by(keeper->path);
	status = wait_for(program, &signals);
	if (environment != NULL)
		carafe_environment_close(environment);
	return status;
}

/* ---- The command ------------------------------------------------------------------------ */

static const char *chosen_environment(const struct options *options, char name[SCRATCH_NAME],
				      bool *scratch)
{
	const char *variable = getenv("CARAFE_ENV");

	*scratch = false;
	if (options->environment != NULL)
		return options->environment;
	if (variable != NULL && variable[0] != '\0')
		return variable;
	*scratch = true;
	scratch_sweep();
	scratch_name("run", name);
	return name;
}

static int run_main(const struct command *command, int argc, char **argv)
{
	struct options options = { NULL, NULL, NULL };
	char own[SCRATCH_NAME];
	const char *name;
	struct keeper keeper;
	carafe_status status;
	bool scratch;
	int result = parse(command, argc, argv, &options);

	if (result >= 0)
		return result;
	name = chosen_environment(&options, own, &scratch);
	errno = 0;
	status = keeper_start(name, scratch, &keeper);
	if (status == CARAFE_STATUS_UNSUCCESSFUL) {
		complain(command, "cannot start a process: %s", strerror(errno));
		return EXIT_SELF;
	}
	if (!CARAFE_SUCCESS(status)) {
		complain(command, "cannot open the environment \"%s\": %s", name, explain(status));
		return EXIT_SELF;
	}
	result = run_program(command, &options, &keeper);
	keeper_finish(&keeper);
	return result;
}

const struct command run_command = {
	"run", "run a program with its ntsync served by Carafe", run_help, run_main
};
