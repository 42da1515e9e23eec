/* SPDX-License-Identifier: MIT */
/*
 * requests.c - scenarios of the requests of the ntsync ABI, and of closing descriptors, as the
 * preload serves them.
 *
 * The program starts itself again behind the preload: the peer and its victims speak to the device
 * by open(), ioctl() and close().  The environment that they work in so is the peer's, which looks
 * at it and goes rounds beside that by the library itself.
 *
 * What happens if the test dies here: its folder stays behind.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <carafe/linux/ntsync.h>

#include "tests/api/support.h"
#include "tests/kill/scenario.h"

/* As owners of mutexes. */
#define PEER 1u
#define VICTIM 2u
#define WORKER 3u

#define NEVER UINT64_MAX

static int device;

/* Not signalled, and owned by nobody, between two cases. */
static int automatic, manual, semaphore, mutex, alert;

static struct worker workers[2];
bool victim_is_gone;

/* ---- Requests --------------------------------------------------------------------------- */

/* Their result, or -errno. */
static int ask(int fd, unsigned long request, void *argument)
{
	int result = ioctl(fd, request, argument);

	return result < 0 ? -errno : result;
}

static int new_event_of(unsigned is_manual)
{
	struct ntsync_event_args event = { .manual = is_manual };

	return ask(device, NTSYNC_IOC_CREATE_EVENT, &event);
}

static int new_semaphore_of(unsigned count)
{
	struct ntsync_sem_args args = { .count = count, .max = 1000 };

	return ask(device, NTSYNC_IOC_CREATE_SEM, &args);
}

static int new_mutex_of(unsigned owner)
{
	struct ntsync_mutex_args args = { .owner = owner, .count = owner != 0 };

	return ask(device, NTSYNC_IOC_CREATE_MUTEX, &args);
}

static int change(int event, unsigned long request)
{
	unsigned previous;

	return ask(event, request, &previous);
}

static int release(unsigned count)
{
	return ask(semaphore, NTSYNC_IOC_SEM_RELEASE, &count);
}

static int unlock(unsigned owner)
{
	struct ntsync_mutex_args args = { .owner = owner };

	return ask(mutex, NTSYNC_IOC_MUTEX_UNLOCK, &args);
}

static int end_owner(unsigned owner)
{
	return ask(mutex, NTSYNC_IOC_MUTEX_KILL, &owner);
}

static int wait_on(unsigned long request, const int *fds, unsigned count, unsigned owner,
		   uint64_t deadline)
{
	struct ntsync_wait_args args = { .timeout = deadline,
					 .objs = (uintptr_t)fds,
					 .count = count,
					 .owner = owner,
					 .alert = (unsigned)alert };

	return ask(device, request, &args);
}

static int take(int fd, unsigned owner)
{
	return wait_on(NTSYNC_IOC_WAIT_ANY, &fd, 1, owner, 0);
}

/* What somebody else, who may have come first, leaves of a request that is right. */
static bool is_good(int result)
{
	return result >= 0 || result == -ETIMEDOUT || result == -EOWNERDEAD;
}

static void must_be(bool right, const char *what)
{
	if (!right)
		bail_out("%s fails", what);
}

/* ---- The peer --------------------------------------------------------------------------- */

const char *scenario_enable(char **argv)
{
	static char preload[4096];
	const char *build = getenv("CARAFE_BUILDDIR"), *loaded = getenv("LD_PRELOAD");

	snprintf(preload, sizeof(preload), "%s/.libs/libcarafe-ntsync.so",
		 build != NULL ? build : ".");
	if (loaded != NULL && strcmp(loaded, preload) == 0)
		return NULL;
	if (access(preload, R_OK) != 0)
		return "the preload was not built";
	setenv("LD_PRELOAD", preload, 1);
	setenv("CARAFE_JANITOR", "0", 1);
	(void)execv("/proc/self/exe", argv);
	return "the program cannot be started behind the preload";
}

void scenario_begin(void)
{
	struct stat info;

	device = open("/dev/ntsync", O_RDWR | O_CLOEXEC);
	must_be(device >= 0 && fstat(device, &info) == 0, "opening the device");
	/* The kernel's own would be one of characters. */
	must_be(S_ISREG(info.st_mode), "being served by the preload");
	automatic = new_event_of(0);
	manual = new_event_of(1);
	semaphore = new_semaphore_of(0);
	mutex = new_mutex_of(0);
	alert = new_event_of(1);
	must_be(automatic >= 0 && manual >= 0 && semaphore >= 0 && mutex >= 0 && alert >= 0,
		"making the objects");
	worker_start(&workers[0]);
	worker_start(&workers[1]);
}

static bool can_read_all(void)
{
	struct ntsync_event_args event;
	struct ntsync_sem_args count;
	struct ntsync_mutex_args owned;

	return is_good(ask(automatic, NTSYNC_IOC_EVENT_READ, &event)) &&
	       is_good(ask(manual, NTSYNC_IOC_EVENT_READ, &event)) &&
	       is_good(ask(semaphore, NTSYNC_IOC_SEM_READ, &count)) &&
	       is_good(ask(mutex, NTSYNC_IOC_MUTEX_READ, &owned));
}

static bool can_take_and_unlock(void)
{
	int result = take(mutex, PEER);

	return result == -ETIMEDOUT || (is_good(result) && unlock(PEER) == 0);
}

static bool can_make_and_close(void)
{
	int fd = new_event_of(0);

	return fd >= 0 && change(fd, NTSYNC_IOC_EVENT_SET) == 0 && take(fd, PEER) == 0 &&
	       close(fd) == 0;
}

const char *scenario_work(void)
{
	if (!can_read_all())
		return "reading";
	if (change(automatic, NTSYNC_IOC_EVENT_SET) != 0 || !is_good(take(automatic, PEER)))
		return "setting and taking an event";
	if (change(manual, NTSYNC_IOC_EVENT_PULSE) != 0 ||
	    change(manual, NTSYNC_IOC_EVENT_RESET) != 0)
		return "pulsing an event";
	if (release(1) != 0 || !is_good(take(semaphore, PEER)))
		return "releasing and taking a semaphore";
	if (!can_take_and_unlock())
		return "taking and unlocking a mutex";
	if (!can_make_and_close())
		return "making and closing an event";
	return NULL;
}

/* Owners of mutexes are numbers: nobody abandons what a victim had but who says that it is dead. */
static void end_owners(void)
{
	(void)end_owner(VICTIM);
	(void)end_owner(WORKER);
}

const char *scenario_reset(void)
{
	struct ntsync_mutex_args owned;
	int result;

	(void)change(automatic, NTSYNC_IOC_EVENT_RESET);
	(void)change(manual, NTSYNC_IOC_EVENT_RESET);
	(void)change(alert, NTSYNC_IOC_EVENT_RESET);
	do
		result = take(semaphore, PEER);
	while (result == 0);
	if (result != -ETIMEDOUT || take(automatic, PEER) != -ETIMEDOUT ||
	    take(manual, PEER) != -ETIMEDOUT)
		return "an event or the semaphore";
	end_owners();
	result = take(mutex, PEER);
	if ((result != 0 && result != -EOWNERDEAD) || unlock(PEER) != 0 ||
	    ask(mutex, NTSYNC_IOC_MUTEX_READ, &owned) != 0 || owned.count != 0)
		return "a mutex whose owners are dead";
	return NULL;
}

/* ---- Waits of workers --------------------------------------------------------------------- */

static carafe_status task_take(void *fd)
{
	return (carafe_status)wait_on(NTSYNC_IOC_WAIT_ANY, fd, 1, WORKER, NEVER);
}

static void wait_for(int *fd, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		worker_begin(&workers[i], task_take, fd);
		must_be(worker_asleep(&workers[i]), "a wait for what is not signalled");
	}
}

/* As often as that takes: others may have come first. */
static void end_waits(unsigned count, int (*signal_once)(void))
{
	for (unsigned i = 0; i < count; i++) {
		while (worker_asleep(&workers[i]))
			must_be(signal_once() == 0, "a signal");
		must_be(is_good((int)worker_end(&workers[i])), "a worker's wait");
	}
}

static int set_automatic(void)
{
	return change(automatic, NTSYNC_IOC_EVENT_SET);
}

static int set_manual(void)
{
	return change(manual, NTSYNC_IOC_EVENT_SET);
}

static int set_alert(void)
{
	return change(alert, NTSYNC_IOC_EVENT_SET);
}

static int release_one(void)
{
	return release(1);
}

static void one_for_automatic(void)
{
	wait_for(&automatic, 1);
}

static void two_for_automatic(void)
{
	wait_for(&automatic, 2);
}

static void two_for_manual(void)
{
	wait_for(&manual, 2);
}

static void one_for_semaphore(void)
{
	wait_for(&semaphore, 1);
}

static void one_for_mutex(void)
{
	wait_for(&mutex, 1);
}

static void end_one_automatic(void)
{
	end_waits(1, set_automatic);
}

static void end_two_automatic(void)
{
	end_waits(2, set_automatic);
}

static void end_two_manual(void)
{
	end_waits(2, set_manual);
}

static void end_one_semaphore(void)
{
	end_waits(1, release_one);
}

/* It gets it when the victim, which has it, is over. */
static void end_one_mutex(void)
{
	if (!victim_is_gone)
		return;
	(void)end_owner(VICTIM);
	must_be(is_good((int)worker_end(&workers[0])), "a wait for a mutex whose owner is dead");
	must_be(unlock(WORKER) == 0, "unlocking what a wait took");
}

/* ---- Signals, as a victim's and as somebody's who lets one go on -------------------------- */

static void signal_automatic(void)
{
	must_be(set_automatic() == 0, "EVENT_SET");
}

static void signal_manual(void)
{
	must_be(set_manual() == 0, "EVENT_SET");
}

static void signal_alert(void)
{
	must_be(set_alert() == 0, "EVENT_SET");
}

static void signal_semaphore(void)
{
	must_be(release_one() == 0, "SEM_RELEASE");
}

static void set_both(void)
{
	signal_automatic();
	signal_semaphore();
}

/* ---- Descriptors ------------------------------------------------------------------------ */

static int made, beside = -1;

/* A thread gets its place in the environment with its first request. */
static void settle(void)
{
	must_be(can_read_all(), "reading");
}

static int made_one(int fd)
{
	return fd >= 0 ? 0 : 1;
}

static int open_device(void)
{
	return made_one(open("/dev/ntsync", O_RDWR | O_CLOEXEC));
}

static int create_event(void)
{
	return made_one(new_event_of(0));
}

static int create_semaphore(void)
{
	return made_one(new_semaphore_of(1));
}

static int create_mutex(void)
{
	return made_one(new_mutex_of(VICTIM));
}

static void make_event(void)
{
	made = new_event_of(0);
	must_be(made >= 0, "CREATE_EVENT");
}

static int close_made(void)
{
	return close(made);
}

static int close_shared(void)
{
	return close(automatic);
}

/* Its only descriptor is in a message to itself. */
static void receive_made(void)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)),
				  .cmsg_level = SOL_SOCKET,
				  .cmsg_type = SCM_RIGHTS } };
	char byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int pair[2];

	make_event();
	must_be(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair()");
	memcpy(CMSG_DATA(&control.header), &made, sizeof(made));
	must_be(sendmsg(pair[0], &message, 0) == 1 && close(made) == 0, "sending an event");
	must_be(recvmsg(pair[1], &message, 0) == 1, "receiving an event");
	memcpy(&made, CMSG_DATA(&control.header), sizeof(made));
}

static void make_event_and_file(void)
{
	make_event();
	beside = open("/dev/null", O_RDWR);
}

static int replace_made(void)
{
	return dup2(beside, made) == made ? 0 : 1;
}

/* Only the victim will have a descriptor of it, and a worker waits for it. */
static void one_for_made(void)
{
	make_event();
	wait_for(&made, 1);
}

static void close_own(void)
{
	must_be(close(made) == 0, "close()");
}

/* Its next wait takes the worker out of the queue of the object, which ends it. */
static void leave_made(void)
{
	end_waits(1, set_alert);
	must_be(change(alert, NTSYNC_IOC_EVENT_RESET) == 0, "EVENT_RESET");
	wait_for(&automatic, 1);
	end_waits(1, set_automatic);
}

/* ---- Objects ---------------------------------------------------------------------------- */

static int reset_manual(void)
{
	return change(manual, NTSYNC_IOC_EVENT_RESET);
}

static int pulse_automatic(void)
{
	return change(automatic, NTSYNC_IOC_EVENT_PULSE);
}

static int pulse_manual(void)
{
	return change(manual, NTSYNC_IOC_EVENT_PULSE);
}

static int read_event(void)
{
	struct ntsync_event_args event;

	return ask(automatic, NTSYNC_IOC_EVENT_READ, &event);
}

static int read_semaphore(void)
{
	struct ntsync_sem_args count;

	return ask(semaphore, NTSYNC_IOC_SEM_READ, &count);
}

static int read_mutex(void)
{
	struct ntsync_mutex_args owned;

	return is_good(ask(mutex, NTSYNC_IOC_MUTEX_READ, &owned)) ? 0 : 1;
}

static int release_two(void)
{
	return release(2);
}

static void take_mutex(void)
{
	must_be(take(mutex, VICTIM) == 0, "taking a mutex");
}

static void take_mutex_twice(void)
{
	take_mutex();
	take_mutex();
}

static int unlock_mutex(void)
{
	return unlock(VICTIM);
}

static int kill_owner(void)
{
	return end_owner(VICTIM);
}

static void abandon_mutex(void)
{
	take_mutex();
	must_be(end_owner(VICTIM) == 0, "MUTEX_KILL");
}

static carafe_status task_lock(void *argument)
{
	(void)argument;
	return (carafe_status)take(mutex, WORKER);
}

static void worker_locks(void)
{
	must_be(worker_call(&workers[1], task_lock, NULL) == 0, "taking a mutex");
}

static void worker_unlocks(void)
{
	(void)unlock(WORKER);
}

/* ---- Waits ------------------------------------------------------------------------------ */

static int good(int result)
{
	return is_good(result) ? 0 : 1;
}

static int take_automatic(void)
{
	return good(take(automatic, VICTIM));
}

static int take_abandoned(void)
{
	return good(take(mutex, VICTIM));
}

static int wait_automatic(void)
{
	return good(wait_on(NTSYNC_IOC_WAIT_ANY, &automatic, 1, VICTIM, NEVER));
}

static int wait_mutex(void)
{
	return good(wait_on(NTSYNC_IOC_WAIT_ANY, &mutex, 1, VICTIM, NEVER));
}

/* 1 ms. */
static int wait_little(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return good(wait_on(NTSYNC_IOC_WAIT_ANY, &automatic, 1, VICTIM,
			    (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec + 1000000));
}

static int wait_any(void)
{
	const int fds[] = { automatic, semaphore, manual };

	return good(wait_on(NTSYNC_IOC_WAIT_ANY, fds, 3, VICTIM, NEVER));
}

static int wait_all(void)
{
	const int fds[] = { automatic, semaphore, mutex };

	return good(wait_on(NTSYNC_IOC_WAIT_ALL, fds, 3, VICTIM, NEVER));
}

static const struct scenario request_scenarios[] = {
	SCENARIO("opening the device", NULL, NULL, open_device, NULL, NULL),
	SCENARIO("CREATE_EVENT", NULL, settle, create_event, NULL, NULL),
	SCENARIO("CREATE_SEM", NULL, settle, create_semaphore, NULL, NULL),
	SCENARIO("CREATE_MUTEX", NULL, settle, create_mutex, NULL, NULL),
	SCENARIO("closing the last descriptor", NULL, make_event, close_made, NULL, NULL),
	SCENARIO("closing one of two descriptors", NULL, settle, close_shared, NULL, NULL),
	SCENARIO("closing a descriptor that was received", NULL, receive_made, close_made, NULL,
		 NULL),
	SCENARIO("replacing the last descriptor", NULL, make_event_and_file, replace_made, NULL,
		 NULL),
	BESIDE("closing the last descriptor of an event that one waits for", one_for_made, settle,
	       close_own, close_made, NULL, leave_made),
	SCENARIO("EVENT_SET, a thread's first request", NULL, NULL, set_automatic, NULL, NULL),
	SCENARIO("EVENT_SET", NULL, settle, set_automatic, NULL, NULL),
	SCENARIO("EVENT_SET of an event that one waits for", one_for_automatic, settle,
		 set_automatic, NULL, end_one_automatic),
	SCENARIO("EVENT_SET of an event that two wait for", two_for_automatic, settle,
		 set_automatic, NULL, end_two_automatic),
	SCENARIO("EVENT_SET of a manual-reset event that two wait for", two_for_manual, settle,
		 set_manual, NULL, end_two_manual),
	SCENARIO("EVENT_RESET", signal_manual, settle, reset_manual, NULL, NULL),
	SCENARIO("EVENT_PULSE of an event that two wait for", two_for_automatic, settle,
		 pulse_automatic, NULL, end_two_automatic),
	SCENARIO("EVENT_PULSE of a manual-reset event that two wait for", two_for_manual, settle,
		 pulse_manual, NULL, end_two_manual),
	SCENARIO("EVENT_READ", NULL, settle, read_event, NULL, NULL),
	SCENARIO("SEM_RELEASE", NULL, settle, release_two, NULL, NULL),
	SCENARIO("SEM_RELEASE of a semaphore that one waits for", one_for_semaphore, settle,
		 release_two, NULL, end_one_semaphore),
	SCENARIO("SEM_READ", NULL, settle, read_semaphore, NULL, NULL),
	SCENARIO("MUTEX_UNLOCK", NULL, take_mutex, unlock_mutex, NULL, NULL),
	SCENARIO("MUTEX_UNLOCK of a mutex that was taken twice", NULL, take_mutex_twice,
		 unlock_mutex, NULL, NULL),
	BESIDE("MUTEX_UNLOCK of a mutex that one waits for", NULL, take_mutex, one_for_mutex,
	       unlock_mutex, NULL, end_one_mutex),
	SCENARIO("MUTEX_KILL", NULL, take_mutex, kill_owner, NULL, NULL),
	BESIDE("MUTEX_KILL of a mutex that one waits for", NULL, take_mutex, one_for_mutex,
	       kill_owner, NULL, end_one_mutex),
	SCENARIO("MUTEX_READ", NULL, settle, read_mutex, NULL, NULL),
	SCENARIO("WAIT_ANY that takes an event", signal_automatic, settle, take_automatic, NULL,
		 NULL),
	SCENARIO("WAIT_ANY that takes an abandoned mutex", abandon_mutex, settle, take_abandoned,
		 NULL, NULL),
	SCENARIO("WAIT_ANY that takes one of three", signal_semaphore, settle, wait_any, NULL,
		 NULL),
	SCENARIO("WAIT_ANY for an event", NULL, settle, wait_automatic, signal_automatic, NULL),
	SCENARIO("WAIT_ANY for an event behind another", one_for_automatic, settle, wait_automatic,
		 signal_automatic, end_one_automatic),
	SCENARIO("WAIT_ANY for a mutex that somebody has", worker_locks, settle, wait_mutex,
		 worker_unlocks, worker_unlocks),
	SCENARIO("WAIT_ANY for one of three", NULL, settle, wait_any, signal_semaphore, NULL),
	SCENARIO("WAIT_ANY until it is too late", NULL, settle, wait_little, NULL, NULL),
	SCENARIO("WAIT_ANY until the alert is set", NULL, settle, wait_automatic, signal_alert,
		 NULL),
	SCENARIO("WAIT_ALL that takes all of three", set_both, settle, wait_all, set_both, NULL),
	SCENARIO("WAIT_ALL for all of three", NULL, settle, wait_all, set_both, NULL),
	SCENARIO("WAIT_ALL until the alert is set", NULL, settle, wait_all, signal_alert, NULL),
	{ .name = NULL },
};

const struct scenario *const scenario_lists[] = { request_scenarios, NULL };
