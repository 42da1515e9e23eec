/* SPDX-License-Identifier: MIT */
/*
 * tools/keeper.c - the janitor beside `carafe run`.  See tools/keeper.h.
 *
 * The two talk through a socket pair: the keeper says how opening went; the end of the runner, by
 * whatever means, is the end of the stream; then the keeper says LINGERS, or ends.
 *
 * What happens if a process dies here: the other sees the stream end.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <carafe/environment.h>

#include "core/round.h"
#include "tools/keeper.h"
#include "tools/scratch.h"
#include "tools/system.h"

#define LINK 3
#define LINGERS 'l'
#define LINGER_LOOK 1000  /* ms between looks whether somebody is still there */
#define FINISH_WAIT 2000  /* ms for which a keeper may take to clean up, before it is left alone */

struct opening {
	carafe_status status;
	char path[CF_QUERY_PATH];
};

/* Reads size bytes; false at the end of the stream. */
static bool receive(int link, void *buffer, size_t size)
{
	size_t had = 0;

	while (had < size) {
		ssize_t got = read(link, (char *)buffer + had, size - had);

		if (got > 0)
			had += (size_t)got;
		else if (got == 0 || errno != EINTR)
			return false;
	}
	return true;
}

/* ---- In the keeper ---------------------------------------------------------------------- */

/* Keeps nothing of the runner's but the link: whoever reads its output waits for its end. */
static void leave_the_runner(int link)
{
	int null = open("/dev/null", O_RDWR);

	(void)setsid();
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
	dup2(link, LINK);
	system_close_from(LINK + 1);
	if (chdir("/") < 0)
		return; /* it may keep a file system busy, no more */
}

/*
 * Somebody uses the environment; or the program runs, which may do so at any time.  Keepers do not
 * count, or two of them would wait for each other.
 */
static bool somebody_is_there(const char *path, pid_t program)
{
	static struct cf_query_snapshot snapshot;
	struct cf_query query;
	carafe_status status;

	if (program > 0 && (kill(program, 0) == 0 || errno == EPERM))
		return true;
	if (!CARAFE_SUCCESS(cf_query_open(path, &query)))
		return false;
	status = cf_query_take(&query, &snapshot);
	cf_query_close(&query);
	for (uint32_t i = 0; CARAFE_SUCCESS(status) && i < snapshot.count; i++)
		if (snapshot.process[i].alive && !snapshot.process[i].only)
			return true;
	return false;
}

/* Gives the program that it started; 0 when it started none. */
static pid_t wait_for_the_end_of_the_runner(void)
{
	pid_t program = 0, told;

	while (receive(LINK, &told, sizeof(told)))
		program = told;
	return program;
}

static void linger(const char *path, pid_t program)
{
	char byte = LINGERS;

	if (!somebody_is_there(path, program))
		return;
	/* The runner may be gone. */
	(void)send(LINK, &byte, 1, MSG_NOSIGNAL);
	close(LINK);
	do {
		poll(NULL, 0, LINGER_LOOK);
	} while (somebody_is_there(path, program));
}

static void keep(const char *name, bool scratch, int link)
{
	carafe_environment *environment;
	struct opening opening;
	pid_t program;

	leave_the_runner(link);
	memset(&opening, 0, sizeof(opening));
	opening.status = carafe_environment_open(name, 0, &environment);
	if (CARAFE_SUCCESS(opening.status)) {
		strncpy(opening.path, carafe_environment_path(environment),
			sizeof(opening.path) - 1);
		cf_round_offer(environment);
		(void)cf_round_only(environment);
	}
	if (send(LINK, &opening, sizeof(opening), MSG_NOSIGNAL) != (ssize_t)sizeof(opening) ||
	    !CARAFE_SUCCESS(opening.status))
		return;
	program = wait_for_the_end_of_the_runner();
	linger(opening.path, program);
	carafe_environment_close(environment);
	if (scratch)
		scratch_remove(opening.path);
}

/* ---- In the runner ---------------------------------------------------------------------- */

carafe_status keeper_start(const char *name, bool scratch, struct keeper *keeper)
{
	struct opening opening;
	int pair[2];

	/* SOCK_CLOEXEC is not everywhere; nobody else forks or executes here. */
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return CARAFE_STATUS_UNSUCCESSFUL;
	(void)fcntl(pair[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(pair[1], F_SETFD, FD_CLOEXEC);
	keeper->pid = fork();
	if (keeper->pid == 0) {
		keep(name, scratch, pair[1]);
		_exit(0);
	}
	close(pair[1]);
	keeper->link = pair[0];
	if (keeper->pid < 0) {
		close(pair[0]);
		return CARAFE_STATUS_UNSUCCESSFUL;
	}
	errno = ECHILD;
	if (!receive(keeper->link, &opening, sizeof(opening)))
		return CARAFE_STATUS_UNSUCCESSFUL;
	memcpy(keeper->path, opening.path, sizeof(keeper->path));
	return opening.status;
}

void keeper_tell(const struct keeper *keeper, pid_t program)
{
	/* If the keeper was killed there is nobody to tell. */
	(void)send(keeper->link, &program, sizeof(program), MSG_NOSIGNAL);
}

void keeper_finish(struct keeper *keeper)
{
	struct pollfd answer = { .fd = keeper->link, .events = POLLIN };

	shutdown(keeper->link, SHUT_WR);
	(void)poll(&answer, 1, FINISH_WAIT);
	close(keeper->link);
}
