/* SPDX-License-Identifier: MIT */
/*
 * job.c - tests of `carafe run' as a job of a terminal: what is typed, stopped, put in the
 * background and resized must reach the program as if the runner were not there, and only once.
 *
 * This program is the shell: it leads a session, whose terminal it also types on, and starts each
 * job in a process group of its own.  The job is `carafe run' with this program again, which says
 * on the terminal what signals it gets.  Whatever it waits for and does not come ends the test by
 * an alarm.
 */
#include <config.h>

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "tests/tap.h"

#define PROGRAM_STATUS 42
#define STOPPED 1000 /* a job that stopped, plus the signal */

static char command[4096], self[4096], place[64], base[128];
static int typing;	/* the terminal's other end */
static int terminal;

/* ---- the program in the job ---- */

static volatile sig_atomic_t counts[NSIG];

static void
note(int number)
{
	counts[number]++;
}

static const struct {
	int number;
	const char *name;
} noted[] = { { SIGINT, "INT" }, { SIGQUIT, "QUIT" }, { SIGTERM, "TERM" }, { SIGHUP, "HUP" },
	{ SIGCONT, "CONT" }, { SIGWINCH, "WINCH" }, { SIGUSR2, "USR2" } };

/* Writes " NAME COUNT" for each signal that came, as one line; SIGUSR1 asks for it. */
static void
say_counts(const char *first)
{
	char line[256];
	int length = snprintf(line, sizeof(line), "<%s", first);

	for (size_t i = 0; i < sizeof(noted) / sizeof(noted[0]); i++) {
		if (counts[noted[i].number] > 0)
			length += snprintf(line + length, sizeof(line) - (size_t)length, " %s %d",
				noted[i].name, (int)counts[noted[i].number]);
	}
	length += snprintf(line + length, sizeof(line) - (size_t)length, ">\n");
	if (write(STDOUT_FILENO, line, (size_t)length) != length)
		_exit(1);
}

/* Ends with PROGRAM_STATUS when it is asked for the counts. */
static int
be_program(void)
{
	sigset_t all, none;
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = note;
	sigfillset(&action.sa_mask);
	sigfillset(&all);
	sigemptyset(&none);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (size_t i = 0; i < sizeof(noted) / sizeof(noted[0]); i++)
		sigaction(noted[i].number, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	say_counts("ready");
	while (counts[SIGUSR1] == 0) {
		sigsuspend(&none);
		if (counts[SIGUSR1] == 0)
			say_counts("got");
	}
	say_counts("end");
	return PROGRAM_STATUS;
}

/* ---- the shell ---- */

/* What is typed on the terminal of a shell is for its jobs. */
static void
take_keys(void (*action)(int))
{
	signal(SIGINT, action);
	signal(SIGQUIT, action);
	signal(SIGTSTP, action);
	signal(SIGTTOU, action);
}

/* Starts a job in a group of its own, in the foreground or not. */
static pid_t
start(bool foreground, const char *const *arguments)
{
	pid_t job = fork();

	if (job < 0)
		bail_out("fork: %s", strerror(errno));
	if (job == 0) {
		setpgid(0, 0);
		if (foreground)
			tcsetpgrp(terminal, getpid());
		take_keys(SIG_DFL);
		dup2(terminal, STDIN_FILENO);
		dup2(terminal, STDOUT_FILENO);
		dup2(terminal, STDERR_FILENO);
		execv(command, (char *const *)(uintptr_t)arguments);
		_exit(99);
	}
	setpgid(job, job);
	if (foreground)
		tcsetpgrp(terminal, job);
	return job;
}

static pid_t
start_program(bool foreground)
{
	const char *const arguments[] = { "carafe", "run", "--", self, "--program", NULL };

	return start(foreground, arguments);
}

/* What the job does next: its exit status, 256 + what signal ended it, or STOPPED + a signal. */
static int
next_change(pid_t job)
{
	int status;

	if (waitpid(job, &status, WUNTRACED) != job)
		bail_out("waitpid: %s", strerror(errno));
	if (WIFSTOPPED(status))
		return STOPPED + WSTOPSIG(status);
	tcsetpgrp(terminal, getpgrp());
	return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Reads what the program shows next: a text in angle brackets, or nothing but "" at the end. */
static const char *
shown(void)
{
	static char text[256];
	size_t length = 0;
	char byte;

	while (length < sizeof(text) - 1 && read(typing, &byte, 1) == 1) {
		if (byte == '<')
			length = 0;
		else if (byte == '>')
			break;
		else
			text[length++] = byte;
	}
	text[length] = '\0';
	return text;
}

static void
type(char key)
{
	if (write(typing, &key, 1) != 1)
		bail_out("cannot type: %s", strerror(errno));
}

/* Asks the runner's program for its counts, through the runner, and lets it end. */
static void
ends_with(pid_t job, const char *want, const char *name)
{
	kill(job, SIGUSR1);
	is_str(shown(), want, "%s", name);
	is_int(next_change(job), PROGRAM_STATUS, "and its exit status is the job's");
}

static int
count_left(void)
{
	DIR *folder = opendir(base);
	struct dirent *entry;
	int left = 0;

	while (folder != NULL && (entry = readdir(folder)) != NULL)
		left += strncmp(entry->d_name, "run-", 4) == 0;
	if (folder != NULL)
		closedir(folder);
	return left;
}

static void
test_keys(void)
{
	const char *const sleeps[] = { "carafe", "run", "--", "sh", "-c",
		"echo '<sleeps>'; exec sleep 100", NULL };
	pid_t job = start_program(true);

	is_str(shown(), "ready", "the program runs");
	type(3);
	is_str(shown(), "got INT 1", "Ctrl-C reaches it");
	type(28);
	is_str(shown(), "got INT 1 QUIT 1", "and Ctrl-\\");
	ends_with(job, "end INT 1 QUIT 1", "each of them once");

	job = start(true, sleeps);
	is_str(shown(), "sleeps", "a program that does not care runs");
	type(3);
	is_int(next_change(job), 128 + SIGINT, "Ctrl-C ends it, and the runner says of what");
	is_int(count_left(), 0, "its environment is removed: Ctrl-C does not reach the keeper");
}

static void
test_resized(void)
{
	const struct winsize size = { .ws_row = 33, .ws_col = 77 };
	pid_t job = start_program(true);

	is_str(shown(), "ready", "the program runs");
	/* In this order: two that come to the runner at once are one. */
	kill(job, SIGWINCH);
	is_str(shown(), "got WINCH 1", "who tells only the runner of another size tells it, too");
	if (ioctl(typing, TIOCSWINSZ, &size) != 0)
		bail_out("TIOCSWINSZ: %s", strerror(errno));
	is_str(shown(), "got WINCH 2", "and so does the terminal");
	ends_with(job, "end WINCH 2", "each time once");
}

static bool
is_stopped(pid_t job)
{
	int status;

	return waitpid(job, &status, WNOHANG | WUNTRACED) == job && WIFSTOPPED(status);
}

static void
test_stopped(void)
{
	pid_t job = start_program(true);

	is_str(shown(), "ready", "the program runs");
	type(26);
	ok(next_change(job) >= STOPPED, "Ctrl-Z stops the job, as its shell sees");
	tcsetpgrp(terminal, getpgrp());
	tcsetpgrp(terminal, job);
	kill(-job, SIGCONT);
	is_str(shown(), "got CONT 1", "and it goes on in the foreground");
	type(3);
	is_str(shown(), "got INT 1 CONT 1", "where Ctrl-C reaches it");

	kill(job, SIGTSTP);
	ok(next_change(job) >= STOPPED, "who stops only the runner stops the program as well");
	kill(job, SIGCONT);
	is_str(shown(), "got INT 1 CONT 2", "and who lets only the runner go on lets both");
	ends_with(job, "end INT 1 CONT 2", "once");
}

static void
test_background(void)
{
	const char *const reads[] = { "carafe", "run", "--", "sh", "-c",
		"echo '<reads>'; read -r line; echo \"<$line>\"", NULL };
	pid_t job = start_program(false), reader;

	is_str(shown(), "ready", "a program runs in the background");
	type(3);
	ends_with(job, "end", "Ctrl-C does not reach it");

	reader = start(false, reads);
	is_str(shown(), "reads", "another reads from the terminal");
	ok(next_change(reader) >= STOPPED, "which stops the job");
	ok(!is_stopped(reader), "once");
	tcsetpgrp(terminal, reader);
	kill(-reader, SIGCONT);
	if (write(typing, "typed\n", 6) != 6)
		bail_out("cannot type");
	is_str(shown(), "typed", "in the foreground it reads what is typed");
	is_int(next_change(reader), 0, "and ends");
}

static void
test_sent_to_the_runner(void)
{
	static const int numbers[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR2 };
	static const char *const wanted[] = { "got TERM 1", "got TERM 1 HUP 1",
		"got INT 1 TERM 1 HUP 1", "got INT 1 QUIT 1 TERM 1 HUP 1",
		"got INT 1 QUIT 1 TERM 1 HUP 1 USR2 1" };
	pid_t job = start_program(true);

	is_str(shown(), "ready", "the program runs");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		kill(job, numbers[i]);
		is_str(shown(), wanted[i], "signal %d to the runner reaches it", numbers[i]);
	}
	ends_with(job, "end INT 1 QUIT 1 TERM 1 HUP 1 USR2 1", "each of them once");
}

/* ---- the session ---- */

static bool
open_terminal(void)
{
	struct termios modes;

	typing = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (typing < 0 || grantpt(typing) != 0 || unlockpt(typing) != 0)
		return false;
	terminal = open(ptsname(typing), O_RDWR | O_CLOEXEC);
	if (terminal < 0 || (tcgetsid(terminal) != getpid() &&
			     ioctl(terminal, TIOCSCTTY, 0) != 0))
		return false;
	/* Only programs show something, and no key throws away what they show. */
	if (tcgetattr(terminal, &modes) != 0)
		return false;
	modes.c_lflag &= ~(tcflag_t)ECHO;
	modes.c_lflag |= NOFLSH;
	return tcsetattr(terminal, TCSANOW, &modes) == 0;
}

static int
be_shell(void)
{
	if (setsid() < 0 || !open_terminal()) {
		skip(1, "no terminal can be had: %s", strerror(errno));
		return done_testing();
	}
	take_keys(SIG_IGN);
	test_keys();
	test_resized();
	test_stopped();
	test_background();
	test_sent_to_the_runner();
	is_int(count_left(), 0, "no environment is left behind");
	return done_testing();
}

/* Exit status of the child: exec() of this program is refused, as under an emulator of a processor. */
#define NO_EXEC 77

static bool
can_run_itself(void)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		execl(self, self, "--nothing", (char *)NULL);
		_exit(errno == ENOEXEC ? NO_EXEC : 1);
	}
	waitpid(child, &status, 0);
	return !WIFEXITED(status) || WEXITSTATUS(status) != NO_EXEC;
}

static void
prepare(void)
{
	const char *build = getenv("CARAFE_BUILDDIR"), *sanitizer = getenv("CARAFE_SANITIZER");
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	snprintf(command, sizeof(command), "%s/carafe", build != NULL ? build : ".");
	if (access(command, X_OK) != 0)
		skip_all("%s is not built", command);
	if (sanitizer != NULL && sanitizer[0] != '\0')
		skip_all("a preload built with a sanitizer cannot be loaded into sh");
	if (length <= 0)
		skip_all("no /proc");
	self[length] = '\0';
	if (!can_run_itself())
		skip_all("exec() of the program that this process runs is refused: %s",
			strerror(ENOEXEC));
	snprintf(place, sizeof(place), "/tmp/carafe-test-XXXXXX");
	if (mkdtemp(place) == NULL)
		bail_out("mkdtemp: %s", strerror(errno));
	setenv("XDG_RUNTIME_DIR", place, 1);
	snprintf(base, sizeof(base), "%s/carafe", place);
	unsetenv("CARAFE_ENV");
	unsetenv("CARAFE_SPIN");
	unsetenv("CARAFE_JANITOR");
	unsetenv("LD_PRELOAD");
}

int
main(int argc, char **argv)
{
	int status = 0;
	pid_t shell;

	if (argc == 2 && strcmp(argv[1], "--program") == 0)
		return be_program();
	if (argc == 2 && strcmp(argv[1], "--nothing") == 0)
		return 0;
	prepare();
	fflush(stdout);
	shell = fork();
	if (shell == 0) {
		alarm(60);
		_exit(be_shell());
	}
	waitpid(shell, &status, 0);
	rmdir(base);
	rmdir(place);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
