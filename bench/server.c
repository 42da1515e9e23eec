/* SPDX-License-Identifier: MIT */
/*
 * bench/server.c - a server with one thread that waits for requests on a Unix socket and answers
 * each: what a call costs where another process keeps the objects.  It does nothing for a request,
 * so a real one costs more.
 *
 * What happens if a process dies here: the server ends with us.
 */
#include <config.h>

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"

#define REQUEST 64 /* bytes, also of the reply */

struct server {
	pid_t process;
	int link;
	uint32_t requests; /* for one operation */
};

static void serve(int link)
{
	struct pollfd wanted = { .fd = link, .events = POLLIN };
	char request[REQUEST];

	bench_die_with_parent();
	while (poll(&wanted, 1, -1) == 1 && read(link, request, REQUEST) == REQUEST)
		if (write(link, request, REQUEST) != REQUEST)
			break;
	_exit(0);
}

static void *open_server(const struct bench_case *this_case)
{
	struct server *server = calloc(1, sizeof(*server));
	int pair[2];

	bench_must(server != NULL, "memory");
	bench_must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a socket");
	server->process = fork();
	bench_must(server->process >= 0, "starting a process");
	if (server->process == 0) {
		close(pair[0]);
		serve(pair[1]);
	}
	close(pair[1]);
	server->link = pair[0];
	server->requests = this_case->number;
	return server;
}

static void close_server(void *state)
{
	struct server *server = state;

	close(server->link);
	kill(server->process, SIGKILL);
	waitpid(server->process, NULL, 0);
	free(server);
}

static double run_server(void *state, uint64_t count)
{
	struct server *server = state;
	char request[REQUEST] = "";
	uint64_t start = bench_now();
	bool worked = true;

	for (uint64_t i = 0; i < count * server->requests; i++)
		worked &= write(server->link, request, REQUEST) == REQUEST &&
			  read(server->link, request, REQUEST) == REQUEST;
	bench_must(worked, "a request to the server");
	return (double)(bench_now() - start);
}

#define SERVER(id, requests) \
	{ .row = id, .by = "socket server", .open = open_server, .run = run_server, \
	  .close = close_server, .number = requests }

const struct bench_case bench_server_cases[] = {
	SERVER("event-set", 1),
	SERVER("event-set-wait", 2),
	SERVER("mutant", 2),
	SERVER("create-close", 2),
	{ .row = NULL }
};
