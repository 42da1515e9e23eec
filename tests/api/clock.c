/* SPDX-License-Identifier: MIT */
/*
 * clock.c - tests of which clock a wait follows, and of processes whose clocks differ.
 *
 * An absolute time-out is on the clock of the day, which people set, also while a thread sleeps.
 * The machine's clock is everybody's, so no test sets it: what the thread asks of the kernel is
 * looked at instead, at the instant when it goes to sleep.  That a sleep on CLOCK_REALTIME follows
 * the clock is the kernel's promise (futex(2)).  Catches a deadline that is converted to the other
 * clock.
 *
 * In a time name space CLOCK_MONOTONIC is shifted.  Catches a reading of it that is handed to
 * another process.
 */
#include <config.h>

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <linux/futex.h>
#include <linux/ptrace.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "os/os.h"
#include "tests/api/support.h"

/* As of Linux 5.6; older headers lack it. */
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static carafe_handle event;

/* ---- what a sleeping thread asks of the kernel ---- */

struct sleep_call {
	bool seen;
	bool absolute;	/* a deadline, not a duration */
	bool realtime;
	bool forever;
	int64_t nanoseconds;
};

static int
waits_traced(void *timeout)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		return 77;
	raise(SIGSTOP);
	return (int)(carafe_wait_one(env, event, 0, timeout) & 0xff);
}

static long
peek(pid_t child, uint64_t address)
{
	errno = 0;
	return ptrace(PTRACE_PEEKDATA, child, (void *)(uintptr_t)address, NULL);
}

/* Fills in the call if it is one that sleeps on a word of memory that processes share. */
static void
look_at_call(pid_t child, const struct ptrace_syscall_info *info, struct sleep_call *call)
{
	int operation = (int)info->entry.args[1];
	uint64_t time = info->entry.args[3];

#ifdef SYS_futex
	if (info->entry.nr != SYS_futex)
		return;
#else
	if (info->entry.nr != SYS_futex_time64)
		return;
#endif
	if ((operation & FUTEX_PRIVATE_FLAG) != 0 ||
	    ((operation & FUTEX_CMD_MASK) != FUTEX_WAIT_BITSET &&
	     (operation & FUTEX_CMD_MASK) != FUTEX_WAIT))
		return;
	call->seen = true;
	call->absolute = (operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
	call->realtime = (operation & FUTEX_CLOCK_REALTIME) != 0;
	call->forever = time == 0;
	if (time != 0)
		call->nanoseconds = (int64_t)peek(child, time) * 1000000000 +
			peek(child, time + 8);
}

/* How a child goes to sleep when it waits with this time-out; it is killed then. */
static bool
trace_sleep(const int64_t *timeout, struct sleep_call *call)
{
	pid_t child = spawn(waits_traced, (void *)(uintptr_t)timeout);
	struct ptrace_syscall_info info;
	int status;

	*call = (struct sleep_call){ .seen = false };
	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
		return false;
	ptrace(PTRACE_SETOPTIONS, child, NULL,
		(void *)(uintptr_t)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
	while (!call->seen && ptrace(PTRACE_SYSCALL, child, NULL, NULL) == 0 &&
	       waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
		if (WSTOPSIG(status) == (SIGTRAP | 0x80) &&
		    ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof(info), &info) > 0 &&
		    info.op == PTRACE_SYSCALL_INFO_ENTRY)
			look_at_call(child, &info, call);
	}
	kill(child, SIGKILL);
	reap(child);
	return call->seen;
}

/* The moment of an NT time on the system's clock. */
static int64_t
moment_of(int64_t timeout)
{
	return (timeout - INT64_C(116444736000000000)) * 100;
}

static void
test_clock_of_a_sleep(void)
{
	const int64_t moment = absolute(INT64_C(10000000) * 3600), hour = milliseconds(3600000);
	struct sleep_call call;
	uint64_t before, after;

	if (sizeof(long) != 8) {
		skip(10, "reads what a 64-bit program asks of the kernel");
		return;
	}
	if (!trace_sleep(&moment, &call)) {
		skip(10, "no process can be traced here");
		return;
	}
	ok(call.absolute, "until a moment: the kernel is told a moment, no duration");
	ok(call.realtime, "on the clock of the day");
	is_int(call.nanoseconds, moment_of(moment), "the one that was asked for");

	before = os_now(OS_CLOCK_UPTIME);
	ok(trace_sleep(&hour, &call), "for an hour");
	after = os_now(OS_CLOCK_UPTIME);
	ok(call.absolute, "the kernel is told a moment: an interrupted sleep ends then, too");
	ok(!call.realtime, "on the clock that nobody sets");
	ok(call.nanoseconds >= (int64_t)before - hour * 100 &&
			call.nanoseconds <= (int64_t)after - hour * 100,
		"an hour from now");

	ok(trace_sleep(NULL, &call), "for ever");
	ok(call.forever, "the kernel is told no time");
	is_int(event_state(event), 0, "nobody has signalled it");
}

/* ---- time name spaces ---- */

static struct {
	struct os_process process;
	atomic_int ready;
	atomic_int status[3];
} *shown;

enum { NO_NAMESPACE = 77 };

/* In the name space: waits to its end by this clock, then is woken, then waits to be killed. */
static int
lives_elsewhere(void *argument)
{
	const int64_t a_while = milliseconds(50), moment = absolute(-a_while);
	struct timespec start, now;

	(void)argument;
	os_self(&shown->process);
	clock_gettime(CLOCK_MONOTONIC, &start);
	atomic_store(&shown->status[0], (int)carafe_wait_one(env, event, 0, &a_while));
	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((int64_t)(now.tv_sec - start.tv_sec) * 1000000000 + now.tv_nsec - start.tv_nsec <
	    -a_while * 100)
		return 1;
	atomic_store(&shown->status[1], (int)carafe_wait_one(env, event, 0, &moment));
	atomic_store(&shown->ready, 1);
	atomic_store(&shown->status[2], (int)carafe_wait_one(env, event, 0, NULL));
	atomic_store(&shown->ready, 2);
	while (pause() != 0)
		;
	return 0;
}

/* The name space is that of the children.  Tells the child's number by its own exit. */
static int
moves_away(void *child)
{
	if (!system_unshare(CLONE_NEWTIME) ||
	    !system_write("/proc/self/timens_offsets", "monotonic 100000 0\nboottime 70000 0\n"))
		return NO_NAMESPACE;
	atomic_store((atomic_int *)child, (int)spawn(lives_elsewhere, NULL));
	return reap(atomic_load((atomic_int *)child)) == 256 + SIGKILL ? 0 : 1;
}

static void
test_time_namespace(void)
{
	atomic_int *child = shared_memory(sizeof(*child));
	pid_t parent = spawn(moves_away, child);
	struct os_process self;
	struct os_watch *watch;
	siginfo_t info = { .si_pid = 0 };

	while (atomic_load(&shown->ready) == 0) {
		if (waitid(P_PID, (id_t)parent, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		    info.si_pid != 0)
			break;
		usleep(1000);
	}
	if (info.si_pid != 0) {
		is_int(reap(parent), NO_NAMESPACE, "the child ended because it has to");
		skip(7, "no time name space can be made here");
		return;
	}
	is_status((carafe_status)atomic_load(&shown->status[0]), CARAFE_STATUS_TIMEOUT,
		"in another time name space a wait ends after its time");
	is_status((carafe_status)atomic_load(&shown->status[1]), CARAFE_STATUS_TIMEOUT,
		"or at its moment");
	must(carafe_event_set(env, event, NULL), "set");
	await_value(&shown->ready, 2);
	is_status((carafe_status)atomic_load(&shown->status[2]), CARAFE_STATUS_WAIT_0,
		"and one that is signalled from here is woken");

	os_self(&self);
	ok(shown->process.start >= self.start, "a child has started after its parent there, too");
	must(os_watch_open(-1, &watch), "os_watch_open");
	is_status(os_watch_add(watch, &shown->process, 1), CARAFE_STATUS_SUCCESS,
		"a process there can be watched from here");
	kill((pid_t)atomic_load(child), SIGKILL);
	os_watch_wait(watch, OS_NEVER);
	is_int(reap(parent), 0, "and its death is told");
	is_status(os_watch_add(watch, &shown->process, 2), CARAFE_STATUS_INVALID_CID,
		"then it is gone");
	os_watch_close(watch);
}

int
main(void)
{
	if (strcmp(carafe_backend(), "futex") != 0)
		skip_all("it looks at what Linux is told");
	shown = shared_memory(sizeof(*shown));
	begin();
	event = new_event(CARAFE_SYNCHRONIZATION_EVENT, 0);
	test_clock_of_a_sleep();
	test_time_namespace();
	return end();
}
