/* SPDX-License-Identifier: MIT */
/*
 * support.c - see support.h.
 *
 * What happens if the test dies here: its folder stays behind, and its children end by their own
 * watchdogs.
 */
#include <config.h>

#include <sys/mman.h>
#include <sys/wait.h>

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>

#include "tests/api/support.h"

#define WATCHDOG_SECONDS 100
#define RIGHTS CARAFE_MAXIMUM_ALLOWED

carafe_environment *env;
const int64_t now_or_never = 0;

static char private_folder[1024];
static pid_t owner;

/* ---- the environment ---- */

static void
hung(int signal_number)
{
	static const char text[] = "Bail out! the test hangs: see with a debugger where\n";

	(void)signal_number;
	(void)!write(STDOUT_FILENO, text, sizeof(text) - 1);
	_exit(1);
}

/* Nothing hangs as long as one thing after the other is done, however slow the processor is. */
static void
wind_watchdog(void)
{
	alarm(WATCHDOG_SECONDS);
}

static int
remove_one(const char *path, const struct stat *status, int type, struct FTW *position)
{
	(void)status;
	(void)type;
	(void)position;
	return remove(path) == 0 ? 0 : -1;
}

static void
remove_folder(void)
{
	if (getpid() != owner)
		return;
	if (nftw(private_folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		diag("%s could not be removed: %s", private_folder, strerror(errno));
}

const char *
folder(void)
{
	return private_folder;
}

const char *
in_folder(const char *name)
{
	static char paths[4][2048];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", private_folder, name);
	return path;
}

void
begin(void)
{
	const char *tmpdir = getenv("TMPDIR");
	int length;

	signal(SIGALRM, hung);
	wind_watchdog();
	length = snprintf(private_folder, sizeof(private_folder), "%s/carafe-test-XXXXXX",
		tmpdir != NULL && tmpdir[0] == '/' ? tmpdir : "/tmp");
	if (length >= (int)sizeof(private_folder) || mkdtemp(private_folder) == NULL)
		bail_out("cannot make a folder like %s: set TMPDIR to one that can be written",
			private_folder);
	owner = getpid();
	atexit(remove_folder);
	setenv("CARAFE_ENV", in_folder("environment"), 1);
	must(carafe_environment_open(NULL, 0, &env), "carafe_environment_open");
}

int
end(void)
{
	is_status(carafe_environment_close(env), CARAFE_STATUS_SUCCESS,
		"the environment is closed at the end");
	return done_testing();
}

/* ---- statuses ---- */

bool
tap_is_status(carafe_status got, carafe_status want, const char *file, int line,
	      const char *format, ...)
{
	char name[256];
	va_list args;

	wind_watchdog();
	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	if (tap_ok(got == want, file, line, "%s", name))
		return true;
	diag("got  0x%08x %s", (unsigned)got, carafe_status_name(got));
	diag("want 0x%08x %s", (unsigned)want, carafe_status_name(want));
	return false;
}

void
must(carafe_status status, const char *what)
{
	if (status != CARAFE_STATUS_SUCCESS)
		bail_out("%s: 0x%08x %s", what, (unsigned)status, carafe_status_name(status));
}

/* ---- objects ---- */

carafe_handle
new_event(enum carafe_event_type type, int signalled)
{
	carafe_handle handle;

	must(carafe_event_create(env, RIGHTS, CARAFE_INHERIT, type, signalled, &handle),
		"carafe_event_create");
	return handle;
}

carafe_handle
new_mutant(int owned)
{
	carafe_handle handle;

	must(carafe_mutant_create(env, RIGHTS, CARAFE_INHERIT, owned, &handle),
		"carafe_mutant_create");
	return handle;
}

carafe_handle
new_semaphore(int32_t initial, int32_t maximum)
{
	carafe_handle handle;

	must(carafe_semaphore_create(env, RIGHTS, CARAFE_INHERIT, initial, maximum, &handle),
		"carafe_semaphore_create");
	return handle;
}

uint32_t
event_state(carafe_handle event)
{
	struct carafe_event_information information;

	must(carafe_event_query(env, event, &information), "carafe_event_query");
	return information.state;
}

struct carafe_mutant_information
mutant_state(carafe_handle mutant)
{
	struct carafe_mutant_information information;

	must(carafe_mutant_query(env, mutant, &information), "carafe_mutant_query");
	return information;
}

int32_t
semaphore_count(carafe_handle semaphore)
{
	struct carafe_semaphore_information information;

	must(carafe_semaphore_query(env, semaphore, &information), "carafe_semaphore_query");
	return information.count;
}

carafe_status
poll_one(carafe_handle handle)
{
	return carafe_wait_one(env, handle, 0, &now_or_never);
}

/* ---- time-outs ---- */

int64_t
milliseconds(int64_t count)
{
	return -count * 10000;
}

int64_t
absolute(int64_t plus)
{
	const int64_t from_1601_to_1970 = INT64_C(116444736000000000);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return from_1601_to_1970 + (int64_t)now.tv_sec * 10000000 + now.tv_nsec / 100 + plus;
}

/* ---- waits ---- */

static void
wait_take(struct wait *wait, uint32_t count, va_list handles)
{
	for (uint32_t i = 0; i < count; i++)
		wait->handles[i] = va_arg(handles, carafe_handle);
	wait->count = count;
	wait->alertable = 1;
	wait->timeout = NULL;
}

struct wait
one(carafe_handle handle)
{
	struct wait wait = any(1, handle);

	wait.kind = ONE;
	return wait;
}

struct wait
any(uint32_t count, ...)
{
	struct wait wait = { .kind = ANY };
	va_list handles;

	va_start(handles, count);
	wait_take(&wait, count, handles);
	va_end(handles);
	return wait;
}

struct wait
all(uint32_t count, ...)
{
	struct wait wait = { .kind = ALL };
	va_list handles;

	va_start(handles, count);
	wait_take(&wait, count, handles);
	va_end(handles);
	return wait;
}

carafe_status
do_wait(const struct wait *wait)
{
	if (wait->kind == ONE)
		return carafe_wait_one(env, wait->handles[0], wait->alertable, wait->timeout);
	return carafe_wait_many(env, wait->count, wait->handles,
		wait->kind == ANY ? CARAFE_WAIT_ANY : CARAFE_WAIT_ALL, wait->alertable,
		wait->timeout);
}

/* ---- threads ---- */

/* Between two looks at something that another thread or process is about to do. */
static void
pause_briefly(void)
{
	const struct timespec little = { .tv_nsec = 200000 };

	nanosleep(&little, NULL);
}

/* Runs the task with the mutex released, for others look at the thread meanwhile. */
static void
run_task(struct worker *worker)
{
	carafe_status status;

	pthread_mutex_unlock(&worker->mutex);
	atomic_store(&worker->running, true);
	status = worker->task(worker->argument);
	atomic_store(&worker->running, false);
	pthread_mutex_lock(&worker->mutex);
	worker->status = status;
	worker->task = NULL;
	pthread_cond_broadcast(&worker->changed);
}

static void *
work(void *argument)
{
	struct worker *worker = argument;

	pthread_mutex_lock(&worker->mutex);
	worker->tid = system_thread_id();
	must(carafe_thread_id(env, &worker->id), "carafe_thread_id");
	pthread_cond_broadcast(&worker->changed);
	while (!worker->quit) {
		if (worker->task != NULL)
			run_task(worker);
		else
			pthread_cond_wait(&worker->changed, &worker->mutex);
	}
	pthread_mutex_unlock(&worker->mutex);
	return NULL;
}

void
worker_start(struct worker *worker)
{
	memset(worker, 0, sizeof(*worker));
	pthread_mutex_init(&worker->mutex, NULL);
	pthread_cond_init(&worker->changed, NULL);
	if (pthread_create(&worker->thread, NULL, work, worker) != 0)
		bail_out("pthread_create failed: raise the limit of processes (ulimit -u)");
	pthread_mutex_lock(&worker->mutex);
	while (worker->id == 0)
		pthread_cond_wait(&worker->changed, &worker->mutex);
	pthread_mutex_unlock(&worker->mutex);
}

void
worker_stop(struct worker *worker)
{
	pthread_mutex_lock(&worker->mutex);
	worker->quit = true;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->mutex);
	pthread_join(worker->thread, NULL);
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->mutex);
}

void
worker_begin(struct worker *worker, carafe_status (*task)(void *), void *argument)
{
	pthread_mutex_lock(&worker->mutex);
	worker->task = task;
	worker->argument = argument;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->mutex);
}

carafe_status
worker_end(struct worker *worker)
{
	carafe_status status;

	pthread_mutex_lock(&worker->mutex);
	while (worker->task != NULL)
		pthread_cond_wait(&worker->changed, &worker->mutex);
	status = worker->status;
	pthread_mutex_unlock(&worker->mutex);
	return status;
}

carafe_status
worker_call(struct worker *worker, carafe_status (*task)(void *), void *argument)
{
	worker_begin(worker, task, argument);
	return worker_end(worker);
}

static bool
worker_idle(struct worker *worker)
{
	bool idle;

	pthread_mutex_lock(&worker->mutex);
	idle = worker->task == NULL;
	pthread_mutex_unlock(&worker->mutex);
	return idle;
}

/* A task does nothing but its call: if it sleeps, it does so there. */
bool
worker_asleep(struct worker *worker)
{
	while (!worker_idle(worker)) {
		if (atomic_load(&worker->running) && system_thread_sleeps(getpid(), worker->tid) &&
		    atomic_load(&worker->running))
			return true;
		pause_briefly();
	}
	return false;
}

static carafe_status
task_wait(void *wait)
{
	return do_wait(wait);
}

bool
worker_wait(struct worker *worker, struct wait wait)
{
	worker->wait = wait;
	worker_begin(worker, task_wait, &worker->wait);
	return worker_asleep(worker);
}

/* An alertable wait that is never satisfied takes the alert away. */
static carafe_status
task_take_alert(void *argument)
{
	carafe_handle never = new_event(CARAFE_NOTIFICATION_EVENT, 0);
	carafe_status status = carafe_wait_one(env, never, 1, &now_or_never);

	(void)argument;
	must(carafe_close(env, never), "carafe_close");
	return status;
}

carafe_status
worker_outcome(struct worker *worker)
{
	carafe_status status;

	must(carafe_thread_alert(env, worker->id), "carafe_thread_alert");
	status = worker_end(worker);
	worker_call(worker, task_take_alert, NULL);
	return status;
}

static carafe_status
task_poll(void *handle)
{
	return poll_one(*(carafe_handle *)handle);
}

carafe_status
worker_poll(struct worker *worker, carafe_handle handle)
{
	return worker_call(worker, task_poll, &handle);
}

static carafe_status
task_release(void *handle)
{
	return carafe_mutant_release(env, *(carafe_handle *)handle, NULL);
}

carafe_status
worker_release(struct worker *worker, carafe_handle mutant)
{
	return worker_call(worker, task_release, &mutant);
}

/* ---- processes ---- */

void *
shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		bail_out("mmap: %s", strerror(errno));
	return memory;
}

pid_t
spawn(int (*body)(void *argument), void *argument)
{
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child < 0)
		bail_out("fork: %s", strerror(errno));
	wind_watchdog();
	if (child == 0)
		_exit(body(argument));
	return child;
}

int
reap(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			bail_out("waitpid: %s", strerror(errno));
	}
	wind_watchdog();
	if (WIFSIGNALED(status))
		return 256 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

void
await_asleep(pid_t process, pid_t thread, const atomic_int *ready)
{
	await_value(ready, 1);
	while (!system_thread_sleeps(process, thread))
		pause_briefly();
}

void
await_value(const atomic_int *word, int value)
{
	while (atomic_load(word) < value)
		pause_briefly();
}
